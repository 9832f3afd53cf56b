import { setTimeout as delay } from 'node:timers/promises';
import { isObstacle } from '../intake/obstacle.ts';
import { type Backoff, backoff } from '../ops/backoff.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { Channel, ChannelAdapter, DeliveryJob, Outcome } from '../report/delivery.ts';
import type { Store } from '../store/model.ts';
import type { LeasedDelivery } from '../store/records.ts';
import { jobOf } from './delivery-job.ts';

export interface LaneSettings {
  readonly channel: Channel;
  /** Deliveries under way at once. */
  readonly concurrency: number;
  /** Waits between tries. */
  readonly backoff: Backoff;
  /** Before what is in doubt is sent again: a report of the destination may come first. */
  readonly reportWaitMs?: number;
  /** After so many tries a delivery is set aside for a person; undefined: never (the DMP's queue resumes by itself). */
  readonly maxAttempts?: number;
}

export interface LaneDependencies {
  readonly store: Store;
  readonly adapter: ChannelAdapter;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: (point: string) => void;
  /** A place is free: there may be more to lease. */
  readonly wake: () => void;
  /** Between two tries to write an outcome that the disk does not take, ms. */
  readonly unrecordedMs?: number;
}

/** Longer than any time-out of a channel, so that a lease never ends while its delivery is still at work. */
const LEASE_MS = 15 * 60_000;
/** A lane that stopped (certificate, rights, operator's refusal) looks again after this. */
const BLOCKED_MS = 60_000;
/** A disk that takes no outcome is asked again after this. */
const UNRECORDED_MS = 2_000;
/** Doubts after which a destination that never says clearly is left to a person: most of a day. */
const MAX_DOUBTS = 20;
/** Mail servers ask for two days of tries; with the back-off's one-hour cap this is about that. */
export const MAIL_MAX_ATTEMPTS = 56;

/** What a try ended with. */
interface Tried {
  readonly outcome: Outcome;
  /** It may have gone through before, and nobody could say. */
  readonly possibleDuplicate: boolean;
}

/** The store said that the delivery must not leave any more; thrown through the channel's transmit. */
class Withdrawn extends Error {}

/**
 * Stage `deliver` for one channel: leases what is due and carries each delivery through look-up, preparation, and
 * transmission to a recorded outcome. Bounded concurrency; a blocked lane holds the others' work untouched.
 */
export function createLane(
  settings: LaneSettings,
  { store, adapter, log, now, random, at, wake, unrecordedMs = UNRECORDED_MS }: LaneDependencies,
) {
  const { channel, concurrency } = settings;
  const underWay = new Set<Promise<void>>();
  /** Doubts being looked up: they have no lease. */
  const settling = new Set<string>();
  const stopping = new AbortController();
  /** Outcomes that the disk does not take. */
  let unrecorded = 0;
  let blockedUntil = 0;

  const deliver = async (leased: LeasedDelivery): Promise<void> => {
    const tried = await attempt(leased);
    if (tried) await recorded(leased, () => settle(leased, tried.outcome, tried));
  };

  /** One try, to what the destination said; undefined when there is nothing more to write. */
  const attempt = async (leased: LeasedDelivery): Promise<Tried | undefined> => {
    const { deliveryId } = leased;
    let wired = false;
    let possibleDuplicate = false;
    try {
      at('deliver:after-lease');
      const job = await jobOf(leased, store);
      if (!job) {
        await store.failed(deliveryId, documentsMissing());
        return undefined;
      }
      const resume = leased.unknown && leased.prepared ? await lookUp(leased, job, leased.prepared) : 'send';
      if (resume === 'settled') return undefined;
      possibleDuplicate = resume === 'send-again';
      const prepared = leased.prepared ?? (await prepare(leased, job));
      const outcome = await adapter.transmit(prepared, job, {
        at,
        onWire: async (messageId) => {
          if (!(await store.onWire(deliveryId, messageId))) throw new Withdrawn();
          wired = true;
        },
      });
      return { outcome, possibleDuplicate };
    } catch (error) {
      if (error instanceof Withdrawn) {
        log.info('delivery-withdrawn', { delivery: deliveryId, channel });
        await store.unlease(deliveryId);
        return undefined;
      }
      // A bug or a broken environment: once on the wire nobody can say what the destination did.
      log.error('delivery-crashed', { delivery: deliveryId, channel, code: codeOf(error) });
      const cause = 'erreur interne pendant l’envoi';
      const outcome: Outcome = { kind: wired ? 'unknown' : 'retry', code: 'INTERNAL', cause };
      return { outcome, possibleDuplicate };
    }
  };

  const prepare = async (leased: LeasedDelivery, job: DeliveryJob): Promise<Uint8Array> => {
    const bytes = await adapter.prepare(job);
    await store.prepared(leased.deliveryId, bytes);
    at('deliver:after-prepare');
    return bytes;
  };

  /** After an ambiguous try: has it gone through? `send-again` may make a duplicate and is flagged. */
  const lookUp = async (
    leased: LeasedDelivery,
    job: DeliveryJob,
    prepared: Uint8Array,
  ): Promise<'settled' | 'send' | 'send-again'> => {
    const found = await adapter.lookup(prepared, job);
    if (found.kind === 'absent') {
      await store.notFound(leased.deliveryId);
      return 'send';
    }
    if (found.kind === 'unknowable') return 'send-again';
    if (found.kind === 'present') {
      await settle(
        leased,
        { kind: 'accepted', ...(found.remoteId ? { remoteId: found.remoteId } : {}) },
        { possibleDuplicate: false },
      );
    } else if (found.outcome.kind === 'blocked') {
      await block(leased, found.outcome);
    } else if (found.outcome.kind === 'refused' || leased.doubts >= MAX_DOUBTS) {
      await setAside(leased, found.outcome);
    } else {
      await store.outcomeUnknown(leased.deliveryId, nextTry(leased), found.outcome);
    }
    return 'settled';
  };

  /**
   * What became of a try is known here alone until it is written: while the disk takes nothing (full, read-only) its place
   * stays taken, and it is written when there is room. Its lease may have ended by then: meanwhile the lane takes nothing,
   * not to send it again. At a stop the next start finds the lease.
   */
  const recorded = async (leased: LeasedDelivery, write: () => Promise<void>): Promise<void> => {
    let told = false;
    try {
      for (;;) {
        try {
          return await write();
        } catch (error) {
          if (stopping.signal.aborted || !isObstacle(codeOf(error))) throw error;
          if (!told) {
            told = true;
            unrecorded += 1;
            log.error('delivery-unrecorded', { ...namesOf(leased), code: codeOf(error) });
          }
          await delay(unrecordedMs, undefined, { signal: stopping.signal }).catch(() => {});
        }
      }
    } finally {
      if (told) unrecorded -= 1;
    }
  };

  const settle = async (
    leased: LeasedDelivery,
    outcome: Outcome,
    { possibleDuplicate }: { possibleDuplicate: boolean },
  ): Promise<void> => {
    const { deliveryId } = leased;
    at('deliver:before-outcome');
    const fields = { ...namesOf(leased), attempt: leased.attempts + 1 };
    switch (outcome.kind) {
      case 'accepted':
        await store.delivered(deliveryId, outcome.remoteId, {
          possibleDuplicate,
          ...(outcome.warnings ? { warnings: outcome.warnings } : {}),
        });
        log.info('delivered', fields);
        break;
      case 'retry':
        if (settings.maxAttempts !== undefined && leased.attempts + 1 >= settings.maxAttempts) {
          await store.failed(deliveryId, {
            code: outcome.code,
            cause: outcome.cause,
            hint: 'tentatives épuisées : vérifier le destinataire, puis crbio queue retry',
          });
          log.error('delivery-failed', { ...fields, code: outcome.code });
        } else {
          await store.retryAt(deliveryId, nextTry(leased), outcome);
          log.warn('delivery-retry', { ...fields, code: outcome.code });
        }
        break;
      case 'unknown':
        // What nobody can look up goes twice at most: a second doubt is a person's.
        if (possibleDuplicate || leased.doubts >= MAX_DOUBTS) {
          await setAside(leased, outcome);
        } else {
          const again = Math.max(nextTry(leased), now() + (settings.reportWaitMs ?? 0));
          await store.outcomeUnknown(deliveryId, again, outcome);
          log.warn('delivery-unknown', { ...fields, code: outcome.code });
        }
        break;
      case 'refused':
        // Already there, and an earlier try of ours is why: that is a success (dmp.md §10).
        if (leased.unknown && outcome.code === 'XDSDuplicateUniqueIdInRegistry') {
          await store.delivered(deliveryId, undefined, { possibleDuplicate: false });
          log.info('delivered', fields);
        } else {
          await store.failed(deliveryId, outcome);
          log.error('delivery-failed', { ...fields, code: outcome.code });
        }
        break;
      case 'held':
        await store.withheld(deliveryId, outcome.rule, outcome);
        log.warn('delivery-held', { ...fields, code: outcome.code, rule: outcome.rule });
        break;
      case 'blocked':
        await block(leased, outcome);
        break;
    }
    at('deliver:after-outcome');
  };

  /** Whether the destination has it cannot be known: a person asks it, then retries or cancels. */
  const setAside = async (
    leased: LeasedDelivery,
    { code, cause }: { code: string; cause: string },
  ): Promise<void> => {
    const hint = 'issue inconnue : demander au destinataire s’il l’a reçu, puis crbio queue retry ou cancel';
    await store.failed(leased.deliveryId, { code, cause, hint });
    log.error('delivery-failed', { ...namesOf(leased), code });
  };

  /**
   * A deposit given up in doubt: is it there? Nothing is sent. A newer version may be waiting for the answer; what cannot
   * be told is taken for absent, and that version's own look-up has the last word.
   */
  const settleDoubt = async (doubt: LeasedDelivery): Promise<void> => {
    const { deliveryId } = doubt;
    const job = await jobOf(doubt, store);
    const found = job && doubt.prepared && (await adapter.lookup(doubt.prepared, job));
    if (found?.kind === 'present') {
      await store.delivered(deliveryId, found.remoteId);
      log.info('doubt-settled', { ...namesOf(doubt), state: 'delivered' });
    } else if (found?.kind === 'failed' && found.outcome.kind === 'blocked') {
      await stopLane(found.outcome);
    } else if (found?.kind === 'failed' && found.outcome.kind !== 'refused' && doubt.doubts < MAX_DOUBTS) {
      await store.stillInDoubt(deliveryId, now() + backoff(doubt.doubts + 1, random(), settings.backoff));
      log.warn('doubt-remains', { ...namesOf(doubt), code: found.outcome.code });
    } else {
      await store.notFound(deliveryId);
      log.info('doubt-settled', { ...namesOf(doubt), state: 'absent' });
    }
  };

  const block = async (
    leased: LeasedDelivery,
    outcome: Extract<Outcome, { kind: 'blocked' }>,
  ): Promise<void> => {
    await stopLane(outcome);
    await store.unlease(leased.deliveryId);
  };

  const stopLane = async (outcome: Extract<Outcome, { kind: 'blocked' }>): Promise<void> => {
    if (now() >= blockedUntil) {
      log.error('lane-blocked', { channel, code: outcome.code });
      await store.note({
        actor: 'crbio',
        action: 'lane-blocked',
        subject: channel,
        details: { code: outcome.code, cause: outcome.cause, hint: outcome.hint },
      });
    }
    blockedUntil = now() + BLOCKED_MS;
  };

  const nextTry = (leased: LeasedDelivery) =>
    now() + backoff(leased.attempts + 1, random(), settings.backoff);

  const namesOf = ({ deliveryId, reportId, version }: LeasedDelivery) => ({
    delivery: deliveryId,
    report: reportId,
    version,
    channel,
  });

  const start = ({ deliveryId }: LeasedDelivery, done: Promise<void>): void => {
    const work: Promise<void> = done
      // Not even the outcome could be written: the lease ends, and the delivery is looked up then.
      .catch((error) =>
        log.error('delivery-unrecorded', { delivery: deliveryId, channel, code: codeOf(error) }),
      )
      .finally(() => {
        underWay.delete(work);
        wake();
      });
    underWay.add(work);
  };

  return {
    /** One turn: fills the free places. A delivery that ends wakes the lane for the next. */
    async turn(): Promise<number> {
      const free = concurrency - underWay.size;
      if (free === 0 || unrecorded > 0 || now() < blockedUntil) return 0;
      const leased = await store.lease(channel, free, LEASE_MS);
      for (const delivery of leased) start(delivery, deliver(delivery));
      const doubts = await store.doubts(channel, free - leased.length + settling.size);
      const others = doubts.filter(({ deliveryId }) => !settling.has(deliveryId));
      for (const doubt of others) {
        settling.add(doubt.deliveryId);
        start(
          doubt,
          settleDoubt(doubt).finally(() => settling.delete(doubt.deliveryId)),
        );
      }
      return leased.length + others.length;
    },
    /** Waits for what is under way, then closes the channel's connections. */
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(underWay);
      await adapter.close();
    },
  };
}

function documentsMissing() {
  return {
    code: 'DOCUMENT_MISSING',
    cause: 'le document de cette version est introuvable',
    hint: 'vérifier la base de données (crbio journal verify) et restaurer une sauvegarde',
  };
}
