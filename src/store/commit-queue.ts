import type Database from 'better-sqlite3';

/** More than this in one commit would keep the event loop away from sockets for too long. */
const MAX_GROUP = 64;
/** A disk that stalls once is not to hold back what comes after it. */
const MAX_WAIT_MS = 20;

interface Waiting {
  /** Runs the operation; returns how to settle its promise once the commit is known. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
  readonly urgency: Urgency;
}

/** `prompt`: a peer waits for the answer. `repeatable`: a power cut may undo it, since it would only be done again. */
type Urgency = 'prompt' | 'usual' | 'repeatable';

/**
 * Group commit: operations asked for in the same turn of the event loop share one transaction and its fsync, each in a
 * savepoint of its own. A promise resolves after the commit; an operation that throws is undone alone.
 *
 * A commit keeps the event loop from all else while the disk writes. So the next one waits for as long as the last one
 * took: at the most half of the time goes to the disk, and what is asked meanwhile shares one commit. A single operation
 * after a pause is committed at once, and so is one that a peer waits for, unless the commit before it shows that many
 * of them arrive together and gain from waiting for each other.
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
  let scheduled: { readonly at: number; readonly cancel: () => void } | undefined;
  /** When the event loop has had its share, ms of the monotonic clock. */
  let notBefore = 0;
  let crowded = false;

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
    const wanted = group.every(({ urgency }) => urgency === 'repeatable') ? 'NORMAL' : 'FULL';
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
    scheduled = undefined;
    const group = waiting.splice(0, MAX_GROUP);
    if (group.length > 0) {
      const start = performance.now();
      commitGroup(group);
      const end = performance.now();
      notBefore = end + Math.min(end - start, MAX_WAIT_MS);
      crowded = group.filter(isPrompt).length > 1;
    }
    if (waiting.length > 0) schedule();
  };

  const schedule = (): void => {
    const atOnce = waiting.length >= MAX_GROUP || (!crowded && waiting.some(isPrompt));
    const at = atOnce ? 0 : notBefore;
    if (scheduled && scheduled.at <= at) return;
    scheduled?.cancel();
    const wait = at - performance.now();
    if (wait < 1) {
      const immediate = setImmediate(flush);
      scheduled = { at, cancel: () => clearImmediate(immediate) };
    } else {
      const timer = setTimeout(flush, wait);
      scheduled = { at, cancel: () => clearTimeout(timer) };
    }
  };

  const queued = <T>(operation: () => T, urgency: Urgency): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.push({
        run: () => {
          const value = operation();
          return () => resolve(value);
        },
        reject,
        urgency,
      });
      schedule();
    });

  return {
    /** Queues a synchronous operation; resolves to what it returns once it is durable. */
    write: <T>(operation: () => T): Promise<T> => queued(operation, 'usual'),
    /** The same for an operation whose caller has a peer that waits for the answer. */
    writePrompt: <T>(operation: () => T): Promise<T> => queued(operation, 'prompt'),
    /**
     * The same for an operation that would only be done again, with the same result, if a power cut undid it: resolves
     * once it is committed, which is enough for whatever a killed process leaves behind.
     */
    writeRepeatable: <T>(operation: () => T): Promise<T> => queued(operation, 'repeatable'),
    /** Commits all that waits, now. */
    drain(): void {
      while (waiting.length > 0) commitGroup(waiting.splice(0, MAX_GROUP));
    },
  };
}

const isPrompt = ({ urgency }: Waiting): boolean => urgency === 'prompt';

export type CommitQueue = ReturnType<typeof createCommitQueue>;
