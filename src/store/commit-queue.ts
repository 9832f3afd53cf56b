import type Database from 'better-sqlite3';

/** More than this in one commit would keep the event loop away from sockets for too long. */
const MAX_GROUP = 64;
/** A disk that stalls once is not to hold back what comes after it. */
const MAX_WAIT_MS = 20;

interface Waiting {
  /** Runs the operation; returns how to settle its promise once the commit is known. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
  readonly repeatable: boolean;
}

/**
 * Group commit: operations asked for in the same turn of the event loop share one transaction and its fsync, each in a
 * savepoint of its own. A promise resolves after the commit; an operation that throws is undone alone.
 *
 * A commit keeps the event loop from all else while the disk writes. So the next one waits for as long as the last one
 * took: at the most half of the time goes to the disk, and what is asked meanwhile shares one commit. A single operation
 * after a pause is committed at once.
 *
 * A group of repeatable operations only is committed without waiting for the disk: in WAL mode a power cut may undo it,
 * never tear it, and whatever is durable later made it durable before.
 */
export function createCommitQueue(db: Database.Database) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const savepoint = db.prepare('SAVEPOINT operation');
  const keep = db.prepare('RELEASE operation');
  const undo = db.prepare('ROLLBACK TO operation');
  let synchronous = 'FULL';
  const waiting: Waiting[] = [];
  let scheduled = false;
  /** When the event loop has had its share, ms of the monotonic clock. */
  let notBefore = 0;

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
    const wanted = group.every(({ repeatable }) => repeatable) ? 'NORMAL' : 'FULL';
    try {
      // SQLite obeys it between transactions only, and while it compiles it: a prepared statement would do nothing.
      if (wanted !== synchronous) db.pragma(`synchronous = ${wanted}`);
      synchronous = wanted;
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
    if (group.length > 0) {
      const start = performance.now();
      commitGroup(group);
      const end = performance.now();
      notBefore = end + Math.min(end - start, MAX_WAIT_MS);
    }
    if (waiting.length > 0) schedule();
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    const wait = waiting.length < MAX_GROUP ? notBefore - performance.now() : 0;
    if (wait < 1) setImmediate(flush);
    else setTimeout(flush, wait);
  };

  const queued = <T>(operation: () => T, repeatable: boolean): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.push({
        run: () => {
          const value = operation();
          return () => resolve(value);
        },
        reject,
        repeatable,
      });
      schedule();
    });

  return {
    /** Queues a synchronous operation; resolves to what it returns once it is durable. */
    write: <T>(operation: () => T): Promise<T> => queued(operation, false),
    /**
     * The same for an operation that would only be done again, with the same result, if a power cut undid it: resolves
     * once it is committed, which is enough for whatever a killed process leaves behind.
     */
    writeRepeatable: <T>(operation: () => T): Promise<T> => queued(operation, true),
    /** Commits all that waits, now. */
    drain(): void {
      while (waiting.length > 0) commitGroup(waiting.splice(0, MAX_GROUP));
    },
  };
}

export type CommitQueue = ReturnType<typeof createCommitQueue>;
