import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a program ended. `missing`: it is not installed; `stopped`: it took too long or said too much. */
export type CommandResult =
  | { readonly kind: 'ended'; readonly status: number; readonly stdout: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'stopped' };

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a program without a shell, in bounded time, with an environment that gives the same output everywhere. */
export function run(program: string, parameters: readonly string[], folder: string): Promise<CommandResult> {
  const options = {
    cwd: folder,
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: folder, TMPDIR: folder },
  } as const;
  return new Promise((resolve) => {
    execFile(program, parameters, options, (error, stdout) => {
      if (!error) resolve({ kind: 'ended', status: 0, stdout });
      else if (error.code === 'ENOENT') resolve({ kind: 'missing' });
      else if (typeof error.code === 'number') resolve({ kind: 'ended', status: error.code, stdout });
      else resolve({ kind: 'stopped' });
    });
  });
}

/** A disk with less room than this may be why a program failed: it does not tell that from a PDF that it cannot read. */
export const ROOM_BYTES = 64 * 1024 * 1024;

/**
 * A folder that only this process may read (mode 0700), gone when the work ends, however it ends.
 * @param work what it refuses is believed only where the disk had room
 * @throws Error with the code ENOSPC when it had not, or with the system's when the folder cannot be written
 */
export async function inPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'crbio-pdf-'));
  try {
    const result = await work(folder);
    if (isFault(result) && (await roomIn(folder)) < ROOM_BYTES)
      throw Object.assign(new Error('no room for the work on a PDF'), { code: 'ENOSPC' });
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function isFault(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'cause' in result;
}
