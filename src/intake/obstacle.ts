import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What keeps a whole folder from being taken, not one file: no room, no right to write, a broken disk. */
const OBSTACLES = /^(?:ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EIO|SQLITE_FULL|SQLITE_READONLY|SQLITE_IOERR)/;

/** The code that the system gives to an error (ENOENT, EACCES), or the name of its class. */
export function systemCode(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'UNKNOWN';
}

/** Is this the code of an error that any other piece of work would meet too? */
export function isObstacle(code: string): boolean {
  return OBSTACLES.test(code);
}

/**
 * The code of an error that every other file would meet too; undefined for one that is about this file.
 * @param path of the file in hand: that it cannot be read is its own affair
 * @param archive asked when the error does not say: a folder cannot be made on a read-only disk for "no such folder" (Node 20)
 */
export async function obstacleOf(error: unknown, path: string, archive: string): Promise<string | undefined> {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path: about, syscall } = error as NodeJS.ErrnoException;
  if (about === path && (syscall === 'open' || syscall === 'read')) return undefined;
  return isObstacle(code) ? code : whyNotWritable(archive);
}

/** Can a file be written there? @returns the code of what is in the way */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  const probe = join(folder, '.crbio-essai');
  try {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const file = await open(probe, 'w', 0o640);
    try {
      await file.writeFile('essai');
      await file.sync();
    } finally {
      await file.close();
      await rm(probe, { force: true });
    }
    return undefined;
  } catch (error) {
    return systemCode(error);
  }
}
