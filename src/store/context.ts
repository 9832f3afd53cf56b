import type Database from 'better-sqlite3';
import type { Journal } from './journal.ts';

/** What every part of the store works with. Its functions are synchronous and run inside the caller's transaction. */
export interface Context {
  readonly db: Database.Database;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly journal: Journal;
  /** Who acts when no person does. */
  readonly actor: string;
}

/** JSON for a column that may hold nothing. */
export function asJson(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Text that this store itself wrote as JSON of that type. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
