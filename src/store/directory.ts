import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DirectoryEntry, DirectoryKind, DirectorySource } from '../report/directory-entry.ts';

/**
 * The national directory as imported, in a file of its own: an import of millions of rows never holds the main data file.
 * A new directory is built beside the one in use and takes its place by a rename; readers see one or the other, whole.
 */

const FILE = 'directory.db';
/** Changes with the tables below: a directory of another version is empty until the next import. */
const SCHEMA_VERSION = 1;

const TABLES = `
CREATE TABLE source (
  kind TEXT PRIMARY KEY,
  file TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  dated TEXT,
  rows INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  imported_at INTEGER NOT NULL
) STRICT;
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id_nat TEXT,
  family TEXT,
  given TEXT,
  title TEXT,
  profession TEXT,
  structure TEXT,
  structure_name TEXT,
  postal_code TEXT,
  town TEXT,
  mailbox TEXT COLLATE NOCASE,
  mailbox_type TEXT,
  paper_only INTEGER NOT NULL
) STRICT`;

/** Made once the rows are in: faster than with each row. */
const INDEXES = `
-- A professional named by a message.
CREATE INDEX entry_id_nat ON entry (id_nat) WHERE id_nat IS NOT NULL;
-- Whose mailbox is this?
CREATE INDEX entry_mailbox ON entry (mailbox) WHERE mailbox IS NOT NULL;
-- Names and towns by their words, without case, accents and hyphens; the text itself stays in the table.
CREATE VIRTUAL TABLE words USING fts5 (
  family, given, structure_name, town,
  content = 'entry', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', detail = column, columnsize = 0
);
INSERT INTO words (words) VALUES ('rebuild')`;

const INSERT = `
INSERT INTO entry (kind, id_nat, family, given, title, profession, structure, structure_name, postal_code, town, mailbox,
  mailbox_type, paper_only) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Rows read for one search before they are sorted and cut: a common name has thousands. */
const MAX_HITS = 5_000;

interface EntryRow {
  readonly kind: DirectoryKind;
  readonly id_nat: string | null;
  readonly family: string | null;
  readonly given: string | null;
  readonly title: string | null;
  readonly profession: string | null;
  readonly structure: string | null;
  readonly structure_name: string | null;
  readonly postal_code: string | null;
  readonly town: string | null;
  readonly mailbox: string | null;
  readonly mailbox_type: string | null;
  readonly paper_only: number;
}

interface SourceRow {
  readonly kind: DirectoryKind;
  readonly file: string;
  readonly size: number;
  readonly mtime_ms: number;
  readonly dated: string | null;
  readonly rows: number;
  readonly skipped: number;
  readonly imported_at: number;
}

/** The directory in use; reads are synchronous and take well under a millisecond but for a search. */
export interface Directory {
  /** Another one after each import; undefined before the first. */
  edition(): string | undefined;
  /** Extractions that it holds; none before the first import. */
  sources(): readonly DirectorySource[];
  /** Everything about a professional. @param idNat PS_IdNat */
  professional(idNat: string): readonly DirectoryEntry[];
  /** Who has this address, whatever its case. */
  mailbox(address: string): readonly DirectoryEntry[];
  /**
   * Entries whose names (family, given, structure) hold every word, and whose town holds every word of `town`.
   * @param words folded ({@link nameWords}); `prefix`: each may be the beginning of one
   * @returns unsorted; at most some thousands
   */
  search(words: readonly string[], town: readonly string[], prefix: boolean): readonly DirectoryEntry[];
  close(): void;
}

/** Opens the directory of a data folder for reading; a directory that an import replaces is noticed at the next question. */
export function openDirectory(folder: string): Directory {
  const file = join(folder, FILE);
  let opened: { readonly db: Database.Database; readonly identity: string } | undefined;

  const current = (): Database.Database | undefined => {
    const identity = identityOf(file);
    if (opened?.identity === identity) return opened?.db;
    opened?.db.close();
    opened = undefined;
    const db = identity === undefined ? undefined : openBuilt(file);
    if (db && identity !== undefined) opened = { db, identity };
    return db;
  };
  const all = (sql: string, ...values: readonly (string | number)[]): DirectoryEntry[] =>
    (
      current()
        ?.prepare<unknown[], EntryRow>(sql)
        .all(...values) ?? []
    ).map(entryOf);

  return {
    edition: () => identityOf(file),
    sources: () =>
      (current()?.prepare<[], SourceRow>('SELECT * FROM source ORDER BY kind').all() ?? []).map(sourceOf),
    professional: (idNat) => all('SELECT * FROM entry WHERE id_nat = ? ORDER BY id', idNat),
    mailbox: (address) => all('SELECT * FROM entry WHERE mailbox = ? ORDER BY id', address),
    search(words, town, prefix) {
      const match = [
        ...words.map((word) => `{family given structure_name} : "${word}"${prefix ? '*' : ''}`),
        ...town.map((word) => `town : "${word}"*`),
      ].join(' AND ');
      if (match === '') return [];
      return all(
        'SELECT entry.* FROM words JOIN entry ON entry.id = words.rowid WHERE words MATCH ? LIMIT ?',
        match,
        MAX_HITS,
      );
    },
    close() {
      opened?.db.close();
      opened = undefined;
    },
  };
}

/** Device, inode and time: what a rename changes. */
function identityOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}:${stat.mtimeMs}`;
}

/** A directory of this release; undefined for another's, which the next import replaces. */
function openBuilt(file: string): Database.Database | undefined {
  const db = new Database(file, { readonly: true });
  if (db.pragma('user_version', { simple: true }) === SCHEMA_VERSION) return db;
  db.close();
  return undefined;
}

/** A directory being built; nothing of it is seen before {@link DirectoryBuild.finish}. */
export interface DirectoryBuild {
  add(entry: DirectoryEntry): void;
  /** Says which extraction the entries of a kind are of. */
  source(source: DirectorySource): void;
  /** Takes over what the directory in use has of a kind that is not imported this time. */
  keep(kind: DirectoryKind): void;
  /** Writes the indexes and takes the place of the directory in use, durably. */
  finish(): void;
  /** Gives up: the directory in use stays. Nothing after {@link DirectoryBuild.finish}. */
  close(): void;
}

/**
 * Begins a new directory in a data folder.
 * @returns undefined while another process is building one
 */
export function buildDirectory(folder: string): DirectoryBuild | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockOf(folder);
  if (!lock) return undefined;
  const file = join(folder, FILE);
  const beside = `${file}.new`;
  // What a crash left of an earlier import.
  for (const left of [beside, `${beside}-journal`]) rmSync(left, { force: true });
  closeSync(openSync(beside, 'ax', 0o600));
  const db = new Database(beside);
  // A crash loses the file as a whole, and only then: it is begun again.
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.exec(TABLES);
  const insert = db.prepare(INSERT);
  const addSource = db.prepare('INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  db.exec('BEGIN');
  let open = true;

  return {
    add: (e) => {
      insert.run(
        e.kind,
        e.idNat ?? null,
        e.family ?? null,
        e.given ?? null,
        e.title ?? null,
        e.profession ?? null,
        e.structure ?? null,
        e.structureName ?? null,
        e.postalCode ?? null,
        e.town ?? null,
        e.mailbox ?? null,
        e.mailboxType ?? null,
        e.paperOnly ? 1 : 0,
      );
    },
    source: ({ kind, file: name, size, mtimeMs, dated, rows, skipped, importedAt }) => {
      addSource.run(kind, name, size, mtimeMs, dated ?? null, rows, skipped, importedAt);
    },
    keep(kind) {
      const former = existsSync(file) ? openBuilt(file) : undefined;
      if (!former) return;
      former.close();
      db.exec('COMMIT');
      db.prepare('ATTACH ? AS former').run(file);
      db.exec('BEGIN');
      const columns = INSERT.slice(INSERT.indexOf('(') + 1, INSERT.indexOf(') VALUES'));
      db.prepare(`INSERT INTO entry (${columns}) SELECT ${columns} FROM former.entry WHERE kind = ?`).run(
        kind,
      );
      db.prepare('INSERT INTO source SELECT * FROM former.source WHERE kind = ?').run(kind);
      db.exec('COMMIT; DETACH former; BEGIN');
    },
    finish() {
      db.exec(INDEXES);
      db.exec('COMMIT');
      db.pragma(`user_version = ${SCHEMA_VERSION}`);
      db.close();
      synchronise(beside);
      renameSync(beside, file);
      synchronise(folder);
      open = false;
      lock.close();
    },
    close() {
      if (!open) return;
      open = false;
      db.close();
      lock.close();
      rmSync(beside, { force: true });
    },
  };
}

/** One build at a time, whatever the process; SQLite's lock goes with the process that held it. */
function lockOf(folder: string): Database.Database | undefined {
  const file = join(folder, 'directory.lock');
  closeSync(openSync(file, 'a', 0o600));
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && /^SQLITE_BUSY/.test(error.code)) return undefined;
    throw error;
  }
}

function synchronise(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function entryOf(row: EntryRow): DirectoryEntry {
  return {
    kind: row.kind,
    idNat: row.id_nat ?? undefined,
    family: row.family ?? undefined,
    given: row.given ?? undefined,
    title: row.title ?? undefined,
    profession: row.profession ?? undefined,
    structure: row.structure ?? undefined,
    structureName: row.structure_name ?? undefined,
    postalCode: row.postal_code ?? undefined,
    town: row.town ?? undefined,
    mailbox: row.mailbox ?? undefined,
    mailboxType: row.mailbox_type ?? undefined,
    paperOnly: row.paper_only === 1 || undefined,
  };
}

function sourceOf({ mtime_ms, dated, imported_at, ...row }: SourceRow): DirectorySource {
  return { ...row, mtimeMs: mtime_ms, ...(dated === null ? {} : { dated }), importedAt: imported_at };
}
