import type { BusinessAck } from '../report/business-ack.ts';
import { DMP_N1 } from '../report/delivery.ts';
import type { AcknowledgementOrders } from '../report/finished.ts';
import { type Context, fromJson } from './context.ts';
import type { Delivery } from './deliveries.ts';
import type { DueAck, VersionId } from './records.ts';
import type { BusinessAckRow } from './rows.ts';

/** A row of the table. */
interface Row {
  readonly id: string;
  readonly source: string;
  readonly report_id: string;
  readonly version: number;
  readonly event: BusinessAck['event'];
  readonly done: number;
  readonly error: string | null;
  readonly mailbox: string | null;
  readonly orders: string;
  readonly at: number;
  readonly state: BusinessAckRow['state'];
  readonly attempts: number;
  readonly next_at: number;
  readonly last_code: string | null;
  readonly last_cause: string | null;
}

/** Rules whose "never" is what the sender itself ordered, or is no news. */
const NO_NEWS = ['destination-exclue', 'retrait', 'document-identique'];

/** Longest due first; what corrects another waits for it. */
export const ACKS_DUE = `
  SELECT * FROM business_ack WHERE source = ? AND state = 'waiting' AND next_at <= ?
    AND NOT EXISTS (
      SELECT 1 FROM business_ack AS before
      WHERE before.report_id = business_ack.report_id AND before.version = business_ack.version
        AND before.event = business_ack.event AND before.about = business_ack.about
        AND before.state = 'waiting' AND before.rowid < business_ack.rowid)
  ORDER BY next_at LIMIT ?`;

/** What the senders of finished documents are to be told: written in the commit of the outcome that each tells. */
export function createBusinessAcks({ db, now, journal, actor }: Context) {
  const asked = db.prepare<[string, number], { orders: string | null; source: string }>(
    `SELECT acknowledge AS orders, source FROM version JOIN report ON report.id = report_id
     WHERE report_id = ? AND number = ?`,
  );
  const insert = db.prepare(
    `INSERT INTO business_ack (id, about, source, report_id, version, event, done, error, mailbox, orders, at, next_at)
     VALUES (@id, @about, @source, @report_id, @version, @event, @done, @error, @mailbox, @orders, @at, @at)`,
  );
  const told = db
    .prepare<[string, number, string, string], number>(
      'SELECT done FROM business_ack WHERE report_id = ? AND version = ? AND event = ? AND about = ? ORDER BY rowid',
    )
    .pluck();
  const due = db.prepare<[string, number, number], Row>(ACKS_DUE);
  const find = db.prepare<[string], Row>('SELECT * FROM business_ack WHERE id = ?');
  const ofReport = db.prepare<[string], Row>(
    'SELECT * FROM business_ack WHERE report_id = ? ORDER BY at, rowid',
  );
  const settle = db.prepare(
    `UPDATE business_ack SET state = @state, attempts = attempts + 1, next_at = @next_at, last_code = @code,
       last_cause = @cause WHERE id = @id`,
  );

  const tell = (
    of: { readonly report_id: string; readonly version: number },
    key: string,
    event: BusinessAck['event'],
    outcome: { readonly error?: string; readonly mailbox?: string },
  ): void => {
    const { orders, source } = asked.get(of.report_id, of.version) ?? {};
    if (!orders) return;
    const wanted = fromJson<AcknowledgementOrders>(orders);
    if (!(event === 'Z03' ? wanted.reading : wanted.reception)) return;
    const done = outcome.error === undefined;
    const before = told.all(of.report_id, of.version, event, key).map((one) => one === 1);
    // One outcome is told once, however often it is met; another one after it corrects it.
    if (before.at(-1) === done) return;
    const again = before.filter((one) => one === done).length;
    insert.run({
      id: `${key}-${event}-${done ? 'Y' : 'N'}${again > 0 ? again + 1 : ''}`,
      about: key,
      source,
      report_id: of.report_id,
      version: of.version,
      event,
      done: done ? 1 : 0,
      error: outcome.error ?? null,
      mailbox: outcome.mailbox ?? null,
      orders,
      at: now(),
    });
  };

  const ended = (
    id: string,
    state: Row['state'],
    why: { code: string; cause: string } | undefined,
    nextAt = now(),
  ): void => {
    const row = find.get(id);
    if (row?.state !== 'waiting') return;
    settle.run({ id, state, next_at: nextAt, code: why?.code ?? null, cause: why?.cause ?? null });
    if (state === 'waiting') return;
    journal.append({
      actor,
      action: state === 'sent' ? 'sender-told' : 'sender-refused',
      subject: row.report_id,
      details: {
        version: row.version,
        event: row.event,
        done: row.done === 1,
        ...(why ? { code: why.code } : {}),
      },
    });
  };

  return {
    /** Does the sender of this version ask for any? */
    areAsked: ({ reportId, version }: VersionId): boolean =>
      (asked.get(reportId, version)?.orders ?? null) !== null,

    /** What a destination did. @param error its code, or ours; undefined: it has it */
    outcome(delivery: Delivery, error?: string): void {
      if (delivery.recipient === DMP_N1) return;
      const isDmp = delivery.channel === 'dmp';
      tell(delivery, delivery.id, isDmp ? 'Z01' : 'Z02', {
        ...(error === undefined ? {} : { error }),
        ...(isDmp ? {} : { mailbox: delivery.recipient }),
      });
    },

    /** A plan that gives this recipient nothing. */
    excluded(delivery: Delivery): void {
      if (!NO_NEWS.includes(delivery.rule)) this.outcome(delivery, delivery.rule);
    },

    /** The version's documents were refused here: the DMP gets none. */
    refused(reportId: string, version: number, code: string): void {
      tell({ report_id: reportId, version }, `${reportId}-v${version}`, 'Z01', { error: code });
    },

    /**
     * The recipient of a mail has read it, or their software says why it could not take it (RFC 8098).
     * @param reader whose mailbox, when it is another than the one written to
     */
    read(delivery: Delivery, { reader, error }: { readonly reader?: string; readonly error?: string }): void {
      const mailbox = reader ?? delivery.recipient;
      tell(delivery, delivery.id, 'Z03', { mailbox, ...(error === undefined ? {} : { error }) });
    },

    due: (source: string, limit: number): DueAck[] => due.all(source, now(), limit).map(dueAck),
    sent: (id: string): void => ended(id, 'sent', undefined),
    refusedByPeer: (id: string, why: { code: string; cause: string }): void => ended(id, 'refused', why),
    later: (id: string, at: number, why: { code: string; cause: string }): void =>
      ended(id, 'waiting', why, at),
    ofReport: (reportId: string): BusinessAckRow[] => ofReport.all(reportId).map(ackRow),
  };
}

export type BusinessAcks = ReturnType<typeof createBusinessAcks>;

function dueAck(row: Row): DueAck {
  return {
    ackId: row.id,
    source: row.source,
    event: row.event,
    done: row.done === 1,
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.mailbox === null ? {} : { mailbox: row.mailbox }),
    at: row.at,
    orders: fromJson<AcknowledgementOrders>(row.orders),
    attempts: row.attempts,
  };
}

function ackRow(row: Row): BusinessAckRow {
  return {
    event: row.event,
    version: row.version,
    done: row.done === 1,
    ...(row.mailbox === null ? {} : { mailbox: row.mailbox }),
    state: row.state,
    attempts: row.attempts,
    ...(row.last_code === null ? {} : { lastCode: row.last_code }),
    ...(row.last_cause === null ? {} : { lastCause: row.last_cause }),
  };
}
