import type { Channel, DispatchDecision, MaskingCode } from '../report/delivery.ts';
import { type Context, fromJson } from './context.ts';
import { type DeliveryEvent, nextDeliveryState, OPEN_STATES } from './delivery-states.ts';
import type { DeliveryState } from './records.ts';
import type { DeliveryRow } from './rows.ts';

/** What the latest plan wants; `drop`: it no longer names the recipient. */
export type Intent = DispatchDecision['decision'] | 'drop';

/** A row of the table. */
export interface Delivery {
  readonly id: string;
  readonly report_id: string;
  readonly version: number;
  readonly channel: Channel;
  readonly recipient: string;
  readonly state: DeliveryState;
  readonly decision: Intent;
  readonly until: string | null;
  readonly until_ms: number | null;
  readonly reason: string;
  readonly rule: string;
  readonly confidentiality: string;
  readonly secret_connection: number;
  readonly no_reply: number;
  /** 1: takes the report back instead of giving it. */
  readonly withdraws: number;
  readonly attempts: number;
  readonly next_at: number;
  readonly lease_until: number | null;
  /** 1: a try may have gone through; 2: the same, looked up since and not found. See migration 0005. */
  readonly ambiguous: number;
  /** Times that its outcome could not be known. */
  readonly doubts: number;
  readonly possible_duplicate: number;
  /** 1: delivered, and its recipient's side has said that it came. */
  readonly proven: number;
  readonly remote_id: string | null;
  readonly warnings: string;
  readonly last_code: string | null;
  readonly last_cause: string | null;
  readonly last_hint: string | null;
  readonly updated_at: number;
}

type Named = 'id' | 'report_id' | 'version' | 'channel' | 'recipient' | 'state' | 'updated_at';
/** Columns that a transition may set along with the state. */
export type DeliveryChange = Partial<Omit<Delivery, Named>>;

const COLUMNS = [
  'decision',
  'until',
  'until_ms',
  'reason',
  'rule',
  'confidentiality',
  'secret_connection',
  'no_reply',
  'withdraws',
  'attempts',
  'next_at',
  'lease_until',
  'ambiguous',
  'doubts',
  'possible_duplicate',
  'proven',
  'remote_id',
  'warnings',
  'last_code',
  'last_cause',
  'last_hint',
] as const satisfies readonly (keyof DeliveryChange)[];

const FIRST_STATE: Readonly<Record<DispatchDecision['decision'], DeliveryState>> = {
  send: 'waiting',
  hold: 'held',
  never: 'never',
};

/** The delivery rows and the only way to change their state: an event of delivery-states.ts. */
export function createDeliveries({ db, now }: Context) {
  const byId = db.prepare<[string], Delivery>('SELECT * FROM delivery WHERE id = ?');
  const ofReport = db.prepare<[string], Delivery>(
    'SELECT * FROM delivery WHERE report_id = ? ORDER BY version, rowid',
  );
  const update = db.prepare(
    `UPDATE delivery SET state = @state, updated_at = @updated_at,
       ${COLUMNS.map((column) => `${column} = @${column}`).join(', ')} WHERE id = @id`,
  );
  const insert = db.prepare(
    `INSERT INTO delivery (id, report_id, version, channel, recipient, state, decision, until, until_ms, reason, rule,
       confidentiality, secret_connection, no_reply, withdraws, next_at, updated_at)
     VALUES (@id, @report_id, @version, @channel, @recipient, @state, @decision, @until, @until_ms, @reason, @rule,
       @confidentiality, @secret_connection, @no_reply, @withdraws, @next_at, @updated_at)`,
  );
  const newest = db.prepare<[string], number>('SELECT newest FROM report WHERE id = ?').pluck();

  /** @returns the row after the event, or undefined when the event is refused in its state */
  const tryMove = (
    delivery: Delivery,
    event: DeliveryEvent,
    change: DeliveryChange = {},
  ): Delivery | undefined => {
    const state = nextDeliveryState(delivery.state, event);
    if (state === undefined) return undefined;
    const next = { ...delivery, ...change, state, updated_at: now() };
    update.run(next);
    return next;
  };

  /** What the plan wants of a delivery, as an event. */
  const intended = ({ decision }: Delivery): DeliveryEvent =>
    decision === 'drop' ? 'supersede' : `plan-${decision}`;

  const isReplaced = ({ report_id, version }: Pick<Delivery, 'report_id' | 'version'>) =>
    version < (newest.get(report_id) ?? 0);

  return {
    tryMove,

    /** A transition that must be possible. @throws Error, a bug, when it is not */
    move(delivery: Delivery, event: DeliveryEvent, change: DeliveryChange = {}): Delivery {
      const next = tryMove(delivery, event, change);
      if (!next) throw new Error(`delivery ${delivery.id} is ${delivery.state}: ${event} refused`);
      return next;
    },

    /** What is remembered of it, its state left as it is. */
    note(delivery: Delivery, change: DeliveryChange): void {
      update.run({ ...delivery, ...change, updated_at: now() });
    },

    /** Does the latest plan still want it sent, and is its version the newest? */
    isWanted: (delivery: Delivery): boolean => delivery.decision === 'send' && !isReplaced(delivery),

    /** A delivery that a lane gave back: what has been decided meanwhile counts now. */
    comeBack(delivery: Delivery): void {
      if (delivery.state !== 'waiting') return;
      tryMove(delivery, isReplaced(delivery) ? 'supersede' : intended(delivery));
    },

    /** Applies a plan: at once where nothing has left, else when the delivery comes back. */
    intend(delivery: Delivery, plan: DeliveryChange): void {
      const next = { ...delivery, ...plan };
      if (tryMove(next, intended(next))) return;
      // What is under way, or may have gone, stays what it was: a deletion, even if the plan now holds it.
      const { withdraws } = delivery;
      if ((OPEN_STATES as readonly string[]).includes(delivery.state)) update.run({ ...next, withdraws });
    },

    add(
      { report_id, version }: Pick<Delivery, 'report_id' | 'version'>,
      rank: number,
      decision: DispatchDecision,
      plan: DeliveryChange,
    ): void {
      insert.run({
        ...plan,
        id: `${report_id}-v${version}-${rank}`,
        report_id,
        version,
        channel: decision.channel,
        recipient: decision.recipient,
        state: FIRST_STATE[decision.decision],
        next_at: now(),
        updated_at: now(),
      });
    },

    isReplaced,
    find: (id: string): Delivery | undefined => byId.get(id),
    load(id: string): Delivery {
      const delivery = byId.get(id);
      if (!delivery) throw new Error(`delivery ${id} is missing from the data file`);
      return delivery;
    },
    ofReport: (reportId: string): Delivery[] => ofReport.all(reportId),
    /** Deliveries of one version, in the order of its plan. */
    ofVersion: (reportId: string, version: number): Delivery[] =>
      ofReport.all(reportId).filter((delivery) => delivery.version === version),
  };
}

export type Deliveries = ReturnType<typeof createDeliveries>;

/** A row as the questions answer it. */
export function deliveryRow(delivery: Delivery): DeliveryRow {
  const due = delivery.state === 'waiting' || delivery.state === 'unknown';
  return {
    deliveryId: delivery.id,
    reportId: delivery.report_id,
    version: delivery.version,
    channel: delivery.channel,
    recipient: delivery.recipient,
    state: delivery.state,
    until: delivery.until,
    reason: delivery.reason,
    rule: delivery.rule,
    confidentiality: fromJson<MaskingCode[]>(delivery.confidentiality),
    attempts: delivery.attempts,
    ...(due ? { nextAt: delivery.next_at } : {}),
    ...(delivery.remote_id === null ? {} : { remoteId: delivery.remote_id }),
    ...(delivery.last_code === null ? {} : { lastCode: delivery.last_code }),
    ...(delivery.last_cause === null ? {} : { lastCause: delivery.last_cause }),
    ...(delivery.last_hint === null ? {} : { lastHint: delivery.last_hint }),
    warnings: fromJson<string[]>(delivery.warnings),
    possibleDuplicate: delivery.possible_duplicate === 1,
    updatedAt: delivery.updated_at,
  };
}
