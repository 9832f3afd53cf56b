import type Database from 'better-sqlite3';

/** More than this in one commit would keep the event loop away from sockets for too long. */
const MAX_GROUP = 64;

interface Waiting {
  /** Runs the operation; returns how to settle its promise once the commit is known. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: operations asked for in the same turn of the event loop share one transaction and its fsync, each in a
 * savepoint of its own. A promise resolves after the commit; an operation that throws is undone alone.
 */
export function createCommitQueue(db: Database.Database) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const savepoint = db.prepare('SAVEPOINT operation');
  const keep = db.prepare('RELEASE operation');
  const undo = db.prepare('ROLLBACK TO operation');
  const waiting: Waiting[] = [];
  let scheduled = false;

  const runOne = ({ run, reject }: Waiting): (() => void) => {
    savepoint.run();
    try {
      const settle = run();
      keep.run();
      return settle;
    } catch (error) {
      // A full disk or an I/O error may have ended the whole transaction: then all of the group fails.
      if (!db.inTransaction) throw error;
      undo.run();
      keep.run();
      return () => reject(error);
    }
  };

  const commitGroup = (group: readonly Waiting[]): void => {
    const settled: (() => void)[] = [];
    try {
      begin.run();
      for (const operation of group) settled.push(runOne(operation));
      commit.run();
    } catch (error) {
      if (db.inTransaction) rollback.run();
      for (const { reject } of group) reject(error);
      return;
    }
    for (const settle of settled) settle();
  };

  const flush = (): void => {
    scheduled = false;
    const group = waiting.splice(0, MAX_GROUP);
    if (group.length > 0) commitGroup(group);
    if (waiting.length > 0) schedule();
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  return {
    /** Queues a synchronous operation; resolves to what it returns once it is durable. */
    write<T>(operation: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({
          run: () => {
            const value = operation();
            return () => resolve(value);
          },
          reject,
        });
        schedule();
      });
    },
    /** Commits all that waits, now. */
    drain(): void {
      while (waiting.length > 0) commitGroup(waiting.splice(0, MAX_GROUP));
    },
  };
}

export type CommitQueue = ReturnType<typeof createCommitQueue>;
