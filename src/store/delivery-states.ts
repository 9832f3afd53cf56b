import type { DeliveryState } from './records.ts';

/**
 * The life of a delivery, as one table: what the destination did, as far as is known here. What the sender of the message
 * was told is another axis (`inbox.state`), and neither is ever derived from the other.
 *
 * leased is not on-wire: a leased delivery has surely not left and may be tried again; once on the wire nobody knows
 * until the destination answers or is asked.
 */
export type DeliveryEvent =
  /** A lane takes it. */
  | 'lease'
  /** The first byte that could make the destination act is about to leave. */
  | 'wire'
  /** Asked for the wire, but it must not leave any more; planning will say what becomes of it. */
  | 'withdraw'
  /** The destination has it. */
  | 'deliver'
  /** Surely not delivered; to be tried again. */
  | 'retry'
  /** May have been delivered; to be looked up. */
  | 'doubt'
  /** Refused for good. */
  | 'fail'
  /** Taken, then returned to us: the recipient does not have it. */
  | 'bounce'
  /** The answer to a question that precedes the wire: a person must look before anything leaves. */
  | 'withhold'
  /** Given back without a try. */
  | 'unlease'
  /** The plan sends it. */
  | 'plan-send'
  /** The plan holds it. */
  | 'plan-hold'
  /** The plan forbids it. */
  | 'plan-never'
  /** A newer version, or a plan that no longer names this recipient, takes its place. */
  | 'supersede'
  /** A person gives it up. */
  | 'cancel'
  /** A person asks for another try. */
  | 'resume';

export const DELIVERY_STATES: readonly DeliveryState[] = [
  'waiting',
  'held',
  'never',
  'leased',
  'on-wire',
  'unknown',
  'delivered',
  'failed',
  'cancelled',
  'superseded',
];

export const DELIVERY_EVENTS: readonly DeliveryEvent[] = [
  'lease',
  'wire',
  'withdraw',
  'deliver',
  'retry',
  'doubt',
  'fail',
  'bounce',
  'withhold',
  'unlease',
  'plan-send',
  'plan-hold',
  'plan-never',
  'supersede',
  'cancel',
  'resume',
];

type Row = Readonly<Partial<Record<DeliveryEvent, DeliveryState>>>;

/** A pair that is absent is refused. */
const TABLE: Readonly<Record<DeliveryState, Row>> = {
  waiting: {
    lease: 'leased',
    // An earlier try that stayed in doubt had gone through, as a mail from its recipient says. So in the two states below.
    deliver: 'delivered',
    'plan-send': 'waiting',
    'plan-hold': 'held',
    'plan-never': 'never',
    supersede: 'superseded',
    cancel: 'cancelled',
    resume: 'waiting',
  },
  held: {
    deliver: 'delivered',
    'plan-send': 'waiting',
    'plan-hold': 'held',
    'plan-never': 'never',
    supersede: 'superseded',
    cancel: 'cancelled',
  },
  never: {
    deliver: 'delivered',
    'plan-send': 'waiting',
    'plan-hold': 'held',
    'plan-never': 'never',
    supersede: 'superseded',
  },
  leased: {
    wire: 'on-wire',
    withdraw: 'waiting',
    // A look-up found that an earlier try had gone through.
    deliver: 'delivered',
    retry: 'waiting',
    doubt: 'unknown',
    fail: 'failed',
    withhold: 'held',
    unlease: 'waiting',
  },
  'on-wire': {
    deliver: 'delivered',
    retry: 'waiting',
    doubt: 'unknown',
    fail: 'failed',
    // The destination's door is shut for everybody (certificate, rights): nothing was taken.
    unlease: 'waiting',
  },
  unknown: {
    lease: 'leased',
    // A notification may arrive before the look-up.
    deliver: 'delivered',
    fail: 'failed',
    bounce: 'failed',
    cancel: 'cancelled',
    resume: 'unknown',
  },
  delivered: {
    // Told twice (an answer after its own look-up): nothing new.
    deliver: 'delivered',
    bounce: 'failed',
  },
  failed: {
    // A doubt that was given up, looked up after all: it had gone through. So in the two states below.
    deliver: 'delivered',
    cancel: 'cancelled',
    resume: 'waiting',
  },
  cancelled: {
    deliver: 'delivered',
    resume: 'waiting',
  },
  superseded: {
    deliver: 'delivered',
    // The plan names the recipient again; versions that a newer one superseded are never planned.
    'plan-send': 'waiting',
    'plan-hold': 'held',
    'plan-never': 'never',
  },
};

/** The state that follows, or undefined: the event is refused and nothing changes. */
export function nextDeliveryState(state: DeliveryState, event: DeliveryEvent): DeliveryState | undefined {
  return TABLE[state][event];
}

/** States in which only the destination knows, or a lane is at work: a plan waits until the delivery comes back. */
export const OPEN_STATES = ['leased', 'on-wire', 'unknown'] as const satisfies readonly DeliveryState[];

/** States that a newer version or a new plan may take back: nothing has left. */
export const UNSENT_STATES = ['waiting', 'held', 'never'] as const satisfies readonly DeliveryState[];
