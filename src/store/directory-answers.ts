import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DirectoryEntry } from '../report/directory-entry.ts';

/** What the directory's API answered about a professional; no entry: it knows nobody of that number. */
export interface KeptAnswer {
  readonly idNat: string;
  readonly entries: readonly DirectoryEntry[];
  /** Milliseconds. */
  readonly at: number;
}

export interface DirectoryAnswers {
  find(idNat: string): KeptAnswer | undefined;
  /** Takes the place of the earlier answer. */
  keep(answer: KeptAnswer): void;
  close(): void;
}

/** A cache, in a file of its own: lost, it is asked again; an import of extractions does not touch it. */
export function openDirectoryAnswers(folder: string): DirectoryAnswers {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'directory-answers.db');
  closeSync(openSync(file, 'a', 0o600));
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(
    'CREATE TABLE IF NOT EXISTS answer (id_nat TEXT PRIMARY KEY, entries TEXT NOT NULL, at INTEGER NOT NULL) STRICT',
  );
  const find = db.prepare<[string], { entries: string; at: number }>(
    'SELECT entries, at FROM answer WHERE id_nat = ?',
  );
  const keep = db.prepare('INSERT OR REPLACE INTO answer (id_nat, entries, at) VALUES (?, ?, ?)');
  return {
    find(idNat) {
      const row = find.get(idNat);
      return row && { idNat, entries: JSON.parse(row.entries) as DirectoryEntry[], at: row.at };
    },
    keep: ({ idNat, entries, at }) => {
      keep.run(idNat, JSON.stringify(entries), at);
    },
    close: () => db.close(),
  };
}
