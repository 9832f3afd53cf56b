import { type Channel, DMP_N1, isLifted, type MaskingCode, TRAITS_RULE } from '../report/delivery.ts';
import type { Fault } from '../report/fault.ts';
import { n1DocumentOid } from '../report/identifiers.ts';
import { messageIdKey } from '../report/returned-mail.ts';
import type { Alerts } from './alerts.ts';
import type { Announcements } from './announcements.ts';
import type { BusinessAcks } from './business-acks.ts';
import { type Context, fromJson } from './context.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Planning } from './planning.ts';
import type { LeasedDelivery } from './records.ts';

/**
 * Due deliveries of a channel, longest due first. What waits leaves only when planned and not to be planned again; what
 * is in doubt is looked up in any case. A recipient gets the versions of a report one after the other.
 */
export const DUE = `
  SELECT delivery.* FROM delivery
  JOIN version ON version.report_id = delivery.report_id AND version.number = delivery.version
  WHERE channel = ? AND delivery.state IN ('waiting', 'unknown') AND next_at <= ?
    AND (delivery.state = 'unknown' OR plan_due = 0)
    AND NOT EXISTS (
      SELECT 1 FROM delivery AS earlier
      WHERE earlier.report_id = delivery.report_id AND earlier.channel = delivery.channel
        AND earlier.recipient = delivery.recipient AND earlier.version < delivery.version
        AND earlier.state IN ('waiting', 'leased', 'on-wire', 'unknown'))
  ORDER BY next_at LIMIT ?`;

export const NEXT_DUE = `
  SELECT next_at FROM delivery
  JOIN version ON version.report_id = delivery.report_id AND version.number = delivery.version
  WHERE channel = ? AND delivery.state IN ('waiting', 'unknown') AND (delivery.state = 'unknown' OR plan_due = 0)
  ORDER BY next_at LIMIT 1`;

/**
 * Deliveries that are no longer tried and whose outcome is not known: to be looked up all the same, since a newer version
 * must know what it replaces (BLOCKING_DOUBT), and a person what has become of them.
 */
export const DOUBTS = `
  SELECT * FROM delivery
  WHERE channel = ? AND ambiguous = 1 AND state IN ('failed', 'cancelled', 'superseded') AND next_at <= ?
  ORDER BY next_at LIMIT ?`;

/** Of a lane's own: it alone knows whether it is still at work on them. */
export const LEASES_ENDED = `
  SELECT * FROM delivery WHERE state IN ('leased', 'on-wire') AND lease_until <= ? AND channel = ?`;
const NEXT_LEASE_END = `
  SELECT lease_until FROM delivery WHERE state IN ('leased', 'on-wire') AND channel = ? ORDER BY lease_until LIMIT 1`;
const LEASED = `SELECT * FROM delivery WHERE state IN ('leased', 'on-wire')`;

/** An earlier version that a recipient has, or may have. */
interface Held {
  readonly version: number;
  readonly oid: string;
  /** Of an N1 that came written. */
  readonly n1Oid: string | null;
  readonly sure: number;
  readonly ambiguous: number;
}

/** Stage deliver: leases, and what became of each try. */
export function createOutbox(
  { db, now, journal, actor }: Context,
  deliveries: Deliveries,
  alerts: Alerts,
  announcements: Announcements,
  acks: BusinessAcks,
  planning: Pick<Planning, 'again'>,
) {
  const due = db.prepare<[Channel, number, number], Delivery>(DUE);
  const nextDue = db.prepare<[Channel], number>(NEXT_DUE).pluck();
  const nextLeaseEnd = db.prepare<[Channel], number>(NEXT_LEASE_END).pluck();
  const leasesEnded = db.prepare<[number, Channel], Delivery>(LEASES_ENDED);
  const leased = db.prepare<[], Delivery>(LEASED);
  const doubts = db.prepare<[Channel, number, number], Delivery>(DOUBTS);
  const versionOf = db.prepare<[string, number], { planDue: number; lifted: string }>(
    'SELECT plan_due AS planDue, lifted FROM version WHERE report_id = ? AND number = ?',
  );
  const had = db.prepare<[string, Channel, string, number], Held>(
    `SELECT delivery.version, document_oid AS oid, n1_oid AS n1Oid, delivery.state = 'delivered' AS sure, ambiguous
     FROM standing AS delivery
     JOIN version ON version.report_id = delivery.report_id AND version.number = delivery.version
     WHERE delivery.report_id = ? AND channel = ? AND recipient = ? AND delivery.version < ?
       AND (delivery.state = 'delivered' OR ambiguous > 0)
     ORDER BY delivery.version DESC`,
  );
  const keepSent = db.prepare('INSERT OR IGNORE INTO sent_mail (message_id, delivery_id) VALUES (?, ?)');
  const preparedBytes = db
    .prepare<[string], Buffer>('SELECT bytes FROM delivery_prepared WHERE delivery_id = ?')
    .pluck();
  const keepPrepared = db.prepare(
    'INSERT INTO delivery_prepared (delivery_id, bytes) VALUES (?, ?) ON CONFLICT DO UPDATE SET bytes = excluded.bytes',
  );

  const leasedDelivery = (delivery: Delivery): LeasedDelivery => {
    const { id, report_id, version, channel, recipient } = delivery;
    const earlier = had.all(report_id, channel, recipient, version);
    const sure = earlier.findIndex(({ sure }) => sure === 1);
    const [replaces, ...others] = (sure < 0 ? earlier : earlier.slice(0, sure + 1)).map((held) =>
      recipient === DMP_N1 ? (held.n1Oid ?? n1DocumentOid(held.oid)) : held.oid,
    );
    const taken = earlier.find((held) => held.sure === 1 || held.ambiguous === 1) ?? earlier[0];
    const lifted = fromJson<string[]>(versionOf.get(report_id, version)?.lifted ?? '[]');
    const prepared = preparedBytes.get(id);
    return {
      deliveryId: id,
      reportId: report_id,
      version,
      channel,
      recipient,
      confidentiality: fromJson<MaskingCode[]>(delivery.confidentiality),
      secretConnection: delivery.secret_connection === 1,
      noReply: delivery.no_reply === 1,
      ...(delivery.withdraws === 1 && taken ? { withdraws: taken.version } : {}),
      ...(replaces === undefined ? {} : { replaces }),
      ...(others.length > 0 ? { earlier: others } : {}),
      traitsAccepted: isLifted(lifted, TRAITS_RULE, channel),
      attempts: delivery.attempts,
      doubts: delivery.doubts,
      unknown: delivery.ambiguous > 0,
      ...(prepared === undefined ? {} : { prepared }),
    };
  };

  /** Ends a lease without delivery; a try in doubt keeps its doubt, and what a newer version replaces does not wait. */
  const giveBack = (delivery: Delivery, event: 'retry' | 'unlease', change = {}): void => {
    const fate = delivery.ambiguous > 0 ? 'doubt' : event;
    deliveries.comeBack(deliveries.move(delivery, fate, { lease_until: null, ...change }));
  };

  /** It must not leave by this plan. */
  const takenBack = (delivery: Delivery): void =>
    deliveries.comeBack(deliveries.move(delivery, 'withdraw', { lease_until: null, next_at: now() }));

  /** Nobody knows whether the try went through. */
  const doubt = (delivery: Delivery, nextAt: number, why: { code: string; cause: string }): void => {
    const ambiguous = delivery.state === 'on-wire' ? 1 : delivery.ambiguous;
    deliveries.move(delivery, 'doubt', {
      lease_until: null,
      ambiguous,
      attempts: delivery.attempts + 1,
      doubts: delivery.doubts + 1,
      next_at: nextAt,
      last_code: why.code,
      last_cause: why.cause,
    });
    note(delivery, 'outcome-unknown', { code: why.code });
    // Looked up and not found (2): nothing is in doubt until it is sent again.
    if (delivery.channel === 'dmp' && ambiguous === 1)
      alerts.raise({ kind: 'depot-incertain', subject: subjectOf(delivery), due: now() + DOUBT_TOLD_MS });
  };

  const doubtEnded = (delivery: Delivery): void => {
    if (delivery.ambiguous === 1) alerts.settle('depot-incertain', subjectOf(delivery));
  };

  const note = (delivery: Delivery, action: string, details: Readonly<Record<string, unknown>>): void =>
    journal.append({
      actor,
      action,
      subject: delivery.report_id,
      details: { delivery: delivery.id, channel: delivery.channel, version: delivery.version, ...details },
    });

  const fail = (delivery: Delivery, fault: Fault): void => {
    deliveries.move(delivery, 'fail', {
      lease_until: null,
      attempts: delivery.attempts + 1,
      last_code: fault.code,
      last_cause: fault.cause,
      last_hint: fault.hint,
    });
    acks.outcome(delivery, fault.code);
    if (delivery.withdraws === 1) alerts.raise({ kind: 'retrait-non-abouti', subject: subjectOf(delivery) });
    note(delivery, 'delivery-failed', { code: fault.code });
  };

  /** @param mailWaitMs how long a mail's own report may tell what became of it */
  const interrupted = (delivery: Delivery, mailWaitMs = 0): 'unleased' | 'unknown' => {
    if (delivery.state === 'leased') {
      giveBack(delivery, 'unlease');
      return 'unleased';
    }
    // Sent again already, after a doubt that nobody can end: once more at each stop would be without end.
    if (isSentAgain(delivery)) fail(delivery, SENT_TWICE);
    else doubt(delivery, now() + (delivery.channel === 'dmp' ? 0 : mailWaitMs), INTERRUPTED);
    return 'unknown';
  };

  return {
    /** Is there a reason to lease: something due, or a lease that ended? Spares idle lanes a transaction. */
    hasDue: (channel: Channel): boolean =>
      (nextDue.get(channel) ?? Infinity) <= now() || (nextLeaseEnd.get(channel) ?? Infinity) <= now(),

    lease(channel: Channel, limit: number, leaseMs: number): LeasedDelivery[] {
      for (const delivery of leasesEnded.all(now(), channel)) interrupted(delivery);
      return due.all(channel, now(), limit).flatMap((delivery) => {
        const leased = deliveries.move(delivery, 'lease', { lease_until: now() + leaseMs });
        const given = leasedDelivery(leased);
        if (leased.withdraws === 0 || given.withdraws !== undefined) return [given];
        // What it was to take back is gone since it was planned: as a report it would tell what nobody is to know.
        planning.again(leased.report_id);
        takenBack(leased);
        return [];
      });
    },

    prepared(deliveryId: string, bytes: Uint8Array): void {
      if (deliveries.load(deliveryId).state === 'leased') keepPrepared.run(deliveryId, bytes);
    },

    onWire(deliveryId: string, messageId?: string): boolean {
      const delivery = deliveries.load(deliveryId);
      if (delivery.state !== 'leased') return false;
      const version = versionOf.get(delivery.report_id, delivery.version);
      if (deliveries.isWanted(delivery) && version?.planDue === 0) {
        const again = isSentAgain(delivery);
        deliveries.move(delivery, 'wire', again ? { possible_duplicate: 1 } : {});
        if (again && delivery.possible_duplicate === 0) note(delivery, 'possible-duplicate', {});
        if (messageId !== undefined) keepSent.run(messageIdKey(messageId), deliveryId);
        return true;
      }
      takenBack(delivery);
      return false;
    },

    delivered(
      deliveryId: string,
      remoteId: string | undefined,
      {
        possibleDuplicate = false,
        warnings = [],
      }: { possibleDuplicate?: boolean; warnings?: readonly string[] },
    ): void {
      const delivery = deliveries.load(deliveryId);
      const again = delivery.state === 'delivered';
      deliveries.move(delivery, 'deliver', {
        lease_until: null,
        attempts: delivery.attempts + (again ? 0 : 1),
        remote_id: remoteId ?? delivery.remote_id,
        possible_duplicate: possibleDuplicate ? 1 : delivery.possible_duplicate,
        ambiguous: 0,
        ...(again ? {} : { warnings: JSON.stringify(warnings) }),
      });
      doubtEnded(delivery);
      if (delivery.withdraws === 1) alerts.settle('retrait-non-abouti', subjectOf(delivery));
      for (const one of deliveries.ofReport(delivery.report_id))
        if (isSameRecipient(one, delivery) && one.version <= delivery.version)
          alerts.settle('courriel-non-distribue', subjectOf(one));
      if (!again && delivery.channel === 'dmp' && delivery.withdraws === 0)
        announcements.deposited(delivery.report_id);
      if (!again) acks.outcome(delivery);
      if (!again) note(delivery, 'delivered', remoteId === undefined ? {} : { remoteId });
      if (possibleDuplicate && delivery.possible_duplicate === 0) note(delivery, 'possible-duplicate', {});
    },

    retryAt(deliveryId: string, at: number, why: { code: string; cause: string }): void {
      const delivery = deliveries.load(deliveryId);
      giveBack(delivery, 'retry', {
        attempts: delivery.attempts + 1,
        next_at: at,
        last_code: why.code,
        last_cause: why.cause,
      });
    },

    outcomeUnknown(deliveryId: string, at: number, why: { code: string; cause: string }): void {
      doubt(deliveries.load(deliveryId), at, why);
    },

    failed(deliveryId: string, fault: Fault): void {
      fail(deliveries.load(deliveryId), fault);
    },

    withheld(deliveryId: string, rule: string, fault: Fault): void {
      const delivery = deliveries.load(deliveryId);
      const said = { last_code: fault.code, last_cause: fault.cause, last_hint: fault.hint };
      const given = { lease_until: null, attempts: delivery.attempts + 1, next_at: now(), ...said };
      // Nothing has left: what was decided meanwhile counts as it does for one that comes back.
      if (!deliveries.isWanted(delivery)) {
        deliveries.comeBack(deliveries.move(delivery, 'withdraw', given));
        return;
      }
      const hold = { decision: 'hold', rule, reason: fault.cause, until: null, until_ms: null } as const;
      deliveries.move(delivery, 'withhold', { ...given, ...hold });
      note(delivery, 'delivery-held', { code: fault.code, rule });
    },

    /** Without a lease: whatever is found changes no plan. Only the DMP can be asked; a mail's doubt stays. */
    doubts: (channel: Channel, limit: number): LeasedDelivery[] =>
      channel === 'dmp' ? doubts.all(channel, now(), limit).map(leasedDelivery) : [],

    notFound(deliveryId: string): void {
      const delivery = deliveries.load(deliveryId);
      if (delivery.ambiguous === 1) deliveries.note(delivery, { ambiguous: 2 });
      doubtEnded(delivery);
    },

    stillInDoubt(deliveryId: string, at: number): void {
      const delivery = deliveries.load(deliveryId);
      deliveries.note(delivery, { next_at: at, doubts: delivery.doubts + 1 });
    },

    unlease(deliveryId: string): void {
      const delivery = deliveries.load(deliveryId);
      if (delivery.state === 'leased' || delivery.state === 'on-wire') giveBack(delivery, 'unlease');
    },

    recover(mailWaitMs?: number): { unleased: number; unknown: number } {
      const count = { unleased: 0, unknown: 0 };
      for (const delivery of leased.all()) count[interrupted(delivery, mailWaitMs)] += 1;
      return count;
    },

    nextDue(channel: Channel): number | undefined {
      const times = [nextDue.get(channel), nextLeaseEnd.get(channel)].filter((time) => time !== undefined);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;

/** A doubt that lasts so long is told: a newer version may be waiting for its end. */
const DOUBT_TOLD_MS = 3_600_000;

const isSameRecipient = (one: Delivery, other: Delivery) =>
  one.channel === other.channel && one.recipient === other.recipient;

const subjectOf = ({ id }: Delivery) => `delivery:${id}`;

/** The mail may have gone, and no destination can be asked: this try is one more. */
const isSentAgain = ({ channel, ambiguous }: Delivery) => channel !== 'dmp' && ambiguous > 0;

const SENT_TWICE: Fault = {
  code: 'INTERRUPTED',
  cause: 'arrêt pendant un second envoi, le premier étant déjà d’issue inconnue',
  hint: 'demander au destinataire s’il l’a reçu, puis crbio queue retry ou cancel',
};

const INTERRUPTED = { code: 'INTERRUPTED', cause: 'arrêt ou délai dépassé pendant la transmission' };
