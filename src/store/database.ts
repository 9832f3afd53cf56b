import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './migrations/index.ts';

/** How long a writer waits for another process (a command beside the daemon) before it gives up. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the data file, creating or migrating it.
 * @throws Error when the file was written by a newer release, or when SQLite cannot open it
 */
export function openDatabase(file: string): Database.Database {
  // Health data: readable by the service's account alone, whatever its umask; SQLite gives its -wal and -shm the same mode.
  closeSync(openSync(file, 'a', 0o600));
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    // FULL: an acknowledged message must survive a power cut; NORMAL may lose the last commits (packages.md §8).
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // Content of deleted rows is health data: overwritten, not left in free pages.
    db.pragma('secure_delete = ON');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database): void {
  const apply = db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > MIGRATIONS.length)
      throw new Error(`data file of schema ${version}, this release knows ${MIGRATIONS.length}`);
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    if (version < MIGRATIONS.length) db.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  // Immediate: two processes that open a new file together migrate it once.
  apply.immediate();
}
