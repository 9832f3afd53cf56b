import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Gives this process, its worker threads, the programs that it starts and SQLite a temporary folder inside the data
 * folder, empty and readable by this user only: pages of reports pass through it, and personal data must not lie
 * elsewhere. To be called once the data folder is this daemon's alone, and before the workers start.
 * @returns its path
 */
export function usePrivateTemporary(data: string): string {
  const folder = join(resolve(data), 'tmp');
  // What a killed daemon had left.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  process.env.TMPDIR = folder;
  return folder;
}
