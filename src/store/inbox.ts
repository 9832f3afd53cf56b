import { createHash } from 'node:crypto';
import type { Fault } from '../report/fault.ts';
import { type Context, fromJson } from './context.ts';
import type { InboxMessage, InboxState, InterpretedOutcome } from './records.ts';
import type { QuarantineRow } from './rows.ts';

interface InboxRow {
  readonly id: number;
  readonly source: string;
  readonly origin: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: InboxState;
  readonly outcomes: string;
  /** The quarantined input of which it is a mended copy. */
  readonly mends: number | null;
}

interface QuarantineRecord {
  readonly id: number;
  readonly inbox_id: number | null;
  readonly source: string;
  readonly origin: string;
  readonly fault: string;
  readonly at: number;
  readonly replayed_at: number | null;
  readonly size: number | null;
  /** Of a file beside the messages. */
  readonly sha256: string | null;
  /** How many first bytes are kept of what no message could be made of. */
  readonly head: number | null;
  readonly report_id: string | null;
}

/** The messages as received, and what of them could not be interpreted. */
export function createInbox({ db, now, journal, actor }: Context) {
  const bySha = db
    .prepare<[string, string], number>('SELECT id FROM inbox WHERE source = ? AND sha256 = ?')
    .pluck();
  const elsewhere = db
    .prepare<[string, string], number>('SELECT min(id) FROM inbox WHERE sha256 = ? AND source <> ?')
    .pluck();
  const insert = db.prepare(
    `INSERT INTO inbox (source, origin, sha256, size, state, received_at) VALUES (?, ?, ?, ?, 'received', ?)`,
  );
  const insertBytes = db.prepare('INSERT INTO inbox_bytes (inbox_id, bytes) VALUES (?, ?)');
  const received = db.prepare<
    [number, number, number],
    { id: number; source: string; origin: string; size: number }
  >(UNINTERPRETED);
  const bytesOf = db.prepare<[number], Buffer>('SELECT bytes FROM inbox_bytes WHERE inbox_id = ?').pluck();
  const byId = db.prepare<[number], InboxRow>('SELECT * FROM inbox WHERE id = ?');
  const setState = db.prepare('UPDATE inbox SET state = ?, outcomes = ? WHERE id = ?');
  const addQuarantine = db.prepare(
    `INSERT INTO quarantine (inbox_id, source, origin, size, fault, at, sha256, report_id)
     VALUES (@inboxId, @source, @origin, @size, @fault, @at, @sha256, @reportId)`,
  );
  const addBytes = db.prepare('INSERT INTO quarantine_bytes (quarantine_id, bytes) VALUES (?, ?)');
  const faultsOf = db
    .prepare<[number], string>(
      'SELECT fault FROM quarantine WHERE inbox_id = ? AND replayed_at IS NULL ORDER BY id',
    )
    .pluck();
  const quarantined = db.prepare<[number], QuarantineRecord>(`${RECORD} WHERE id = ?`);
  const open = db.prepare<[number], QuarantineRecord>(
    `${RECORD} WHERE replayed_at IS NULL ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const content = db.prepare<[number], { bytes: Buffer }>(CONTENT);
  const setMends = db.prepare('UPDATE inbox SET mends = ? WHERE id = ?');
  const markReplayed = db.prepare(
    'UPDATE quarantine SET replayed_at = ? WHERE replayed_at IS NULL AND (id = ? OR inbox_id = ?)',
  );

  const load = (id: number): InboxRow => {
    const row = byId.get(id);
    if (!row) throw new Error(`message ${id} is missing from the data file`);
    return row;
  };

  return {
    receive({ source, origin, bytes }: { source: string; origin: string; bytes: Uint8Array }) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const known = bySha.get(source, sha256);
      if (known !== undefined) return { inboxId: known, duplicate: true };
      const inboxId = Number(insert.run(source, origin, sha256, bytes.length, now()).lastInsertRowid);
      insertBytes.run(inboxId, bytes);
      const other = elsewhere.get(sha256, source);
      journal.append({
        actor,
        action: 'received',
        subject: `inbox:${inboxId}`,
        details: { source, size: bytes.length, sha256, ...(other ? { sameAs: `inbox:${other}` } : {}) },
      });
      return { inboxId, duplicate: false };
    },

    refuse({
      source,
      origin,
      size,
      fault,
      bytes,
      sha256,
    }: {
      source: string;
      origin: string;
      size: number;
      fault: Fault;
      bytes?: Uint8Array;
      sha256?: string;
    }): void {
      const { lastInsertRowid } = addQuarantine.run({
        inboxId: null,
        source,
        origin,
        size,
        fault: JSON.stringify(fault),
        at: now(),
        sha256: sha256 ?? null,
        reportId: null,
      });
      if (bytes) addBytes.run(lastInsertRowid, bytes);
      journal.append({
        actor,
        action: 'quarantined',
        subject: `quarantine:${lastInsertRowid}`,
        details: { source, code: fault.code },
      });
    },

    /** As many as their bytes allow, one at least. */
    uninterpreted(limit: number): InboxMessage[] {
      const found: InboxMessage[] = [];
      let total = 0;
      for (const { id, source, origin, size } of received.all(now(), now(), limit)) {
        total += size;
        if (found.length > 0 && total > MAX_BYTES_AT_ONCE) break;
        const bytes = bytesOf.get(id);
        if (!bytes) throw new Error(`bytes of message ${id} are missing from the data file`);
        found.push({ inboxId: id, source, origin, bytes });
      }
      return found;
    },

    load,

    /** Did another source give the same bytes before? */
    isCopy(inboxId: number): boolean {
      const { sha256, source } = load(inboxId);
      const first = elsewhere.get(sha256, source);
      return typeof first === 'number' && first < inboxId;
    },

    state: (inboxId: number): { state: InboxState; faults: Fault[] } => ({
      state: load(inboxId).state,
      faults: faultsOf.all(inboxId).map((fault) => fromJson<Fault>(fault)),
    }),

    /** Sets a part of a message aside with its fault. @param reportId the report that it would have joined */
    quarantine(inboxId: number, fault: Fault, reportId?: string): number {
      const { source, origin, size } = load(inboxId);
      const added = addQuarantine.run({
        inboxId,
        source,
        origin,
        size,
        fault: JSON.stringify(fault),
        at: now(),
        sha256: null,
        reportId: reportId ?? null,
      });
      const quarantineId = Number(added.lastInsertRowid);
      journal.append({
        actor,
        action: 'quarantined',
        subject: `quarantine:${quarantineId}`,
        details: { inbox: inboxId, code: fault.code },
      });
      return quarantineId;
    },

    /** Sets a whole message aside, before it was interpreted. */
    setAside(inboxId: number, fault: Fault, reportId?: string): void {
      const outcomes: InterpretedOutcome[] = [
        { kind: 'quarantined', quarantineId: this.quarantine(inboxId, fault, reportId) },
      ];
      setState.run('quarantined', JSON.stringify(outcomes), inboxId);
    },

    /** Puts a message back that was set aside and came again, now that it can be understood. */
    takeUp(inboxId: number): void {
      if (load(inboxId).state !== 'quarantined') return;
      this.replay(0, inboxId);
      journal.append({
        actor,
        action: 'replayed',
        subject: `inbox:${inboxId}`,
        details: { reason: 'reçu de nouveau' },
      });
    },

    /** Interpreted; quarantined as soon as one part is, so that a person finds the file where faults are looked for. */
    finish(inboxId: number, outcomes: readonly InterpretedOutcome[]): void {
      const refused = outcomes.some((outcome) => outcome.kind === 'quarantined');
      setState.run(refused ? 'quarantined' : 'interpreted', JSON.stringify(outcomes), inboxId);
    },

    find: (quarantineId: number): QuarantineRow | undefined => {
      const record = quarantined.get(quarantineId);
      return record && rowOf(record);
    },
    open: (limit: number): QuarantineRow[] => open.all(limit).map(rowOf),

    /** The bytes of a quarantined input: all of them, or those that were kept. */
    content: (quarantineId: number): Uint8Array | undefined => content.get(quarantineId)?.bytes,

    /**
     * Takes a mended copy of a quarantined input, and settles the input: what was refused of it is in the copy now.
     * @returns undefined when this source gave these very bytes before
     */
    mend(row: QuarantineRow, bytes: Uint8Array): number | undefined {
      const { inboxId, duplicate } = this.receive({ source: row.source, origin: row.origin, bytes });
      if (duplicate) return undefined;
      setMends.run(row.quarantineId, inboxId);
      markReplayed.run(now(), row.quarantineId, row.inboxId ?? null);
      if (row.inboxId !== undefined) setState.run('interpreted', load(row.inboxId).outcomes, row.inboxId);
      return inboxId;
    },

    /** The message that this one is a mended copy of. */
    mended(inboxId: number): number | undefined {
      const { mends } = load(inboxId);
      return mends === null ? undefined : (quarantined.get(mends)?.inbox_id ?? undefined);
    },

    /** Puts the whole message back: its other parts will be found unchanged. */
    replay(quarantineId: number, inboxId: number): void {
      markReplayed.run(now(), quarantineId, inboxId);
      setState.run('received', '[]', inboxId);
    },
  };
}

export type Inbox = ReturnType<typeof createInbox>;

/** Messages in memory at once: a few large ones, or a batch of the usual size. */
export const MAX_BYTES_AT_ONCE = 32 * 1024 * 1024;

const RECORD = `
  SELECT quarantine.*, (SELECT length(bytes) FROM quarantine_bytes WHERE quarantine_id = quarantine.id) AS head
  FROM quarantine`;

export const CONTENT = `
  SELECT coalesce(inbox_bytes.bytes, attachment.bytes, quarantine_bytes.bytes) AS bytes FROM quarantine
  LEFT JOIN inbox_bytes ON inbox_bytes.inbox_id = quarantine.inbox_id
  LEFT JOIN attachment ON attachment.sha256 = quarantine.sha256
  LEFT JOIN quarantine_bytes ON quarantine_bytes.quarantine_id = quarantine.id
  WHERE quarantine.id = ? AND coalesce(inbox_bytes.bytes, attachment.bytes, quarantine_bytes.bytes) IS NOT NULL`;

/**
 * Oldest first; those that wait for a side file only once it has come, or their time is over; those whose documents wait for
 * an antivirus when it is to be asked again.
 */
export const UNINTERPRETED = `
  SELECT id, source, origin, size FROM inbox
  WHERE state = 'received'
    AND NOT EXISTS (SELECT 1 FROM side_wait WHERE side_wait.inbox_id = inbox.id AND awake = 0 AND until_at > ?)
    AND NOT EXISTS (SELECT 1 FROM scan_wait WHERE scan_wait.inbox_id = inbox.id AND next_at > ?)
  ORDER BY id LIMIT ?`;

function rowOf(record: QuarantineRecord): QuarantineRow {
  return {
    quarantineId: record.id,
    ...(record.inbox_id === null ? {} : { inboxId: record.inbox_id }),
    source: record.source,
    origin: record.origin,
    fault: fromJson<Fault>(record.fault),
    at: record.at,
    size: record.size ?? 0,
    kept: keptOf(record),
    ...(record.report_id === null ? {} : { reportId: record.report_id }),
    ...(record.replayed_at === null ? {} : { replayedAt: record.replayed_at }),
  };
}

function keptOf({ inbox_id, sha256, head, size }: QuarantineRecord): QuarantineRow['kept'] {
  if (inbox_id !== null) return 'message';
  if (sha256 !== null) return 'side-file';
  if (head === null) return 'none';
  return head === size ? 'bytes' : 'head';
}
