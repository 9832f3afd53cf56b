import type { Fault } from '../report/fault.ts';
import { type Context, fromJson } from './context.ts';
import { type Inbox, MAX_BYTES_AT_ONCE } from './inbox.ts';
import type { InterpretedOutcome, OwedAnswer, WrittenAnswer } from './records.ts';

type Outcome = Pick<OwedAnswer, 'faults' | 'refusedWhole'>;

export const ANSWERS_OWED = `
  SELECT inbox_id, inbox.origin, inbox.received_at, inbox.size, outcome FROM file_answer
  JOIN inbox ON inbox.id = file_answer.inbox_id
  WHERE file_answer.source = ? AND written = 0 AND inbox_id > ? ORDER BY inbox_id LIMIT ?`;

/** What partners are told of their files, each once: what comes of a later replay is the laboratory's affair. */
export function createFileAnswers({ db }: Pick<Context, 'db'>, inbox: Inbox) {
  const owe = db.prepare('INSERT OR IGNORE INTO file_answer (inbox_id, source, outcome) VALUES (?, ?, ?)');
  const owed = db.prepare<
    [string, number, number],
    { inbox_id: number; origin: string; received_at: number; size: number; outcome: string }
  >(ANSWERS_OWED);
  const bytesOf = db.prepare<[number], Buffer>('SELECT bytes FROM inbox_bytes WHERE inbox_id = ?').pluck();
  const write = db.prepare('UPDATE file_answer SET written = 1 WHERE inbox_id = ?');
  const find = db.prepare<[number], { origin: string; written: 0 | 1 }>(
    'SELECT origin, written FROM file_answer JOIN inbox ON inbox.id = inbox_id WHERE inbox_id = ?',
  );

  return {
    owe(inboxId: number, outcomes: readonly InterpretedOutcome[]): void {
      // A person's copy of a file: who sent the original knows what became of that.
      if (inbox.mended(inboxId) !== undefined) return;
      const faults = outcomes.flatMap((outcome): Fault[] => {
        const row = outcome.kind === 'quarantined' ? inbox.find(outcome.quarantineId) : undefined;
        return row ? [row.fault] : [];
      });
      const refusedWhole = outcomes.every(({ kind }) => kind === 'quarantined');
      const outcome: Outcome = { faults, refusedWhole };
      owe.run(inboxId, inbox.load(inboxId).source, JSON.stringify(outcome));
    },

    /** Oldest first, after one of them: as many as their bytes allow, one at least. */
    owed(source: string, limit: number, after: number): OwedAnswer[] {
      const rows = owed.all(source, after, limit);
      let total = 0;
      const within = rows.filter(({ size }, index) => {
        total += size;
        return index === 0 || total <= MAX_BYTES_AT_ONCE;
      });
      return within.map((row) => {
        const bytes = bytesOf.get(row.inbox_id);
        if (!bytes) throw new Error(`bytes of message ${row.inbox_id} are missing from the data file`);
        return {
          ...{ inboxId: row.inbox_id, origin: row.origin, receivedAt: row.received_at, bytes },
          ...fromJson<Outcome>(row.outcome),
        };
      });
    },

    written(inboxId: number): void {
      write.run(inboxId);
    },

    find(inboxId: number): WrittenAnswer | undefined {
      const row = find.get(inboxId);
      return row && { origin: row.origin, written: row.written === 1 };
    },
  };
}

export type FileAnswers = ReturnType<typeof createFileAnswers>;
