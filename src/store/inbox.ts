import { createHash } from 'node:crypto';
import type { Fault } from '../report/fault.ts';
import { type Context, fromJson } from './context.ts';
import type { InboxMessage, InboxState, InterpretedOutcome, QuarantineRow } from './model.ts';

interface InboxRow {
  readonly id: number;
  readonly source: string;
  readonly origin: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: InboxState;
  readonly outcomes: string;
}

interface QuarantineRecord {
  readonly id: number;
  readonly inbox_id: number | null;
  readonly source: string;
  readonly origin: string;
  readonly fault: string;
  readonly at: number;
  readonly replayed_at: number | null;
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
    [number, number],
    { id: number; source: string; origin: string; bytes: Buffer }
  >(UNINTERPRETED);
  const byId = db.prepare<[number], InboxRow>('SELECT * FROM inbox WHERE id = ?');
  const setState = db.prepare('UPDATE inbox SET state = ?, outcomes = ? WHERE id = ?');
  const addQuarantine = db.prepare(
    'INSERT INTO quarantine (inbox_id, source, origin, size, fault, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addBytes = db.prepare('INSERT INTO quarantine_bytes (quarantine_id, bytes) VALUES (?, ?)');
  const faultsOf = db
    .prepare<[number], string>(
      'SELECT fault FROM quarantine WHERE inbox_id = ? AND replayed_at IS NULL ORDER BY id',
    )
    .pluck();
  const quarantined = db.prepare<[number], QuarantineRecord>('SELECT * FROM quarantine WHERE id = ?');
  const open = db.prepare<[number], QuarantineRecord>(
    'SELECT * FROM quarantine WHERE replayed_at IS NULL ORDER BY at DESC, id DESC LIMIT ?',
  );
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
    }: {
      source: string;
      origin: string;
      size: number;
      fault: Fault;
      bytes?: Uint8Array;
    }): void {
      const { lastInsertRowid } = addQuarantine.run(null, source, origin, size, JSON.stringify(fault), now());
      if (bytes) addBytes.run(lastInsertRowid, bytes);
      journal.append({
        actor,
        action: 'quarantined',
        subject: `quarantine:${lastInsertRowid}`,
        details: { source, code: fault.code },
      });
    },

    uninterpreted: (limit: number): InboxMessage[] =>
      received
        .all(now(), limit)
        .map(({ id, source, origin, bytes }) => ({ inboxId: id, source, origin, bytes })),

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

    /** Sets a part of a message aside with its fault. */
    quarantine(inboxId: number, fault: Fault): number {
      const { source, origin, size } = load(inboxId);
      const added = addQuarantine.run(inboxId, source, origin, size, JSON.stringify(fault), now());
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
    setAside(inboxId: number, fault: Fault): void {
      const outcomes: InterpretedOutcome[] = [
        { kind: 'quarantined', quarantineId: this.quarantine(inboxId, fault) },
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

    /** Puts the whole message back: its other parts will be found unchanged. */
    replay(quarantineId: number, inboxId: number): void {
      markReplayed.run(now(), quarantineId, inboxId);
      setState.run('received', '[]', inboxId);
    },
  };
}

export type Inbox = ReturnType<typeof createInbox>;

/** Oldest first; those that wait for a side file only once it has come, or their time is over. */
export const UNINTERPRETED = `
  SELECT inbox.id, source, origin, bytes FROM inbox JOIN inbox_bytes ON inbox_id = inbox.id
  WHERE state = 'received'
    AND NOT EXISTS (SELECT 1 FROM side_wait WHERE side_wait.inbox_id = inbox.id AND awake = 0 AND until_at > ?)
  ORDER BY inbox.id LIMIT ?`;

function rowOf(record: QuarantineRecord): QuarantineRow {
  return {
    quarantineId: record.id,
    ...(record.inbox_id === null ? {} : { inboxId: record.inbox_id }),
    source: record.source,
    origin: record.origin,
    fault: fromJson<Fault>(record.fault),
    at: record.at,
    ...(record.replayed_at === null ? {} : { replayedAt: record.replayed_at }),
  };
}
