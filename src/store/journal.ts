import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { canonicalJson } from '../report/canonical.ts';
import type { JournalEntry } from './rows.ts';

/** Before the first entry. */
const GENESIS = '0'.repeat(64);
/** Entries checked between two turns of the event loop. */
const VERIFY_CHUNK = 1_000;

interface JournalRow {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: string;
  readonly hash: string;
}

export interface JournalNote {
  readonly actor: string;
  readonly action: string;
  /** Identifier of a report, else of what it is about: `inbox:12`, `patient:12`, a channel. */
  readonly subject: string;
  /** Identifiers, codes, counts; never a patient's data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The audit journal: append-only (triggers refuse anything else), each entry chained to the one before by SHA-256, so that
 * an entry altered, removed or put in between is found. A journal cut at its end is not: keep its last hash elsewhere.
 */
export function createJournal(db: Database.Database, now: () => number) {
  const last = db.prepare<[], Pick<JournalRow, 'seq' | 'hash'>>(
    'SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1',
  );
  const insert = db.prepare(
    'INSERT INTO journal (seq, at, actor, action, subject, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const bySubject = db.prepare<[string, number], JournalRow>(
    'SELECT * FROM journal WHERE subject = ? ORDER BY seq LIMIT ?',
  );
  const newest = db.prepare<[number], JournalRow>(
    'SELECT * FROM (SELECT * FROM journal ORDER BY seq DESC LIMIT ?) ORDER BY seq',
  );
  const after = db.prepare<[number, number], JournalRow>(
    'SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?',
  );

  return {
    /** Appends, in the transaction of the operation that it tells of. */
    append({ actor, action, subject, details = {} }: JournalNote): void {
      const { seq: before, hash: previous } = last.get() ?? { seq: 0, hash: GENESIS };
      const entry = { seq: before + 1, at: now(), actor, action, subject, details: canonicalJson(details) };
      insert.run(entry.seq, entry.at, actor, action, subject, entry.details, chain(previous, entry));
    },
    /** Oldest first; the newest `limit` when no subject is given. */
    entries(subject: string | undefined, limit: number): JournalEntry[] {
      return (subject === undefined ? newest.all(limit) : bySubject.all(subject, limit)).map(entryOf);
    },
    async verify(): Promise<{ entries: number; brokenAt: number | undefined }> {
      let previous = GENESIS;
      let seq = 0;
      for (;;) {
        const rows = after.all(seq, VERIFY_CHUNK);
        for (const row of rows) {
          if (row.seq !== seq + 1 || row.hash !== chain(previous, row))
            return { entries: seq, brokenAt: seq + 1 };
          previous = row.hash;
          seq = row.seq;
        }
        if (rows.length < VERIFY_CHUNK) return { entries: seq, brokenAt: undefined };
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

export type Journal = ReturnType<typeof createJournal>;

function chain(
  previous: string,
  { seq, at, actor, action, subject, details }: Omit<JournalRow, 'hash'>,
): string {
  const entry = canonicalJson({ seq, at, actor, action, subject, details });
  return createHash('sha256').update(previous).update(entry, 'utf8').digest('hex');
}

function entryOf({ seq, at, actor, action, subject, details }: JournalRow): JournalEntry {
  return { seq, at, actor, action, subject, details: JSON.parse(details) as Record<string, unknown> };
}
