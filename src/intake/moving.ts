import { renameSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';

/** The file is no longer the one that was read: it stays where it is. */
export class FileChanged extends Error {
  override name = 'FileChanged';
}

/** Asked in the moment of the move: is the file still the one that was read? */
export type SameFile = () => boolean;
const ANY: SameFile = () => true;

/**
 * Moves a file into a folder without ever overwriting: a name already taken gets `-2`, `-3`… Safe against a kill at any
 * moment: the bytes are always whole at one of the two places. Between file systems: copy, fsync, rename, unlink.
 * @returns the name that the file has there
 * @throws FileChanged when the file is another one by then; nothing has moved
 */
export async function moveInto(
  from: string,
  folder: string,
  name: string,
  isSame: SameFile = ANY,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const reserved = await reserve(folder, name);
  await moveOver(from, join(folder, reserved), isSame);
  return reserved;
}

/** The same, with a note beside the file: written first, so that no file lies there unexplained. */
export async function moveWithReason(
  from: string,
  folder: string,
  name: string,
  reason: string,
  isSame: SameFile = ANY,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const reserved = await reserve(folder, name);
  const note = await open(join(folder, `${reserved}.reason.txt`), 'w', 0o640);
  try {
    await note.writeFile(reason, 'utf8');
    await note.sync();
  } finally {
    await note.close();
  }
  try {
    await moveOver(from, join(folder, reserved), isSame);
  } catch (error) {
    await rm(join(folder, `${reserved}.reason.txt`), { force: true });
    throw error;
  }
  return reserved;
}

const MAX_SAME_NAME = 10_000;

/** Takes a free name by creating it, which no other process can then do. */
async function reserve(folder: string, name: string): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let n = 1; n < MAX_SAME_NAME; n++) {
    const candidate = n === 1 ? name : `${stem}-${n}${ext}`;
    try {
      await writeFile(join(folder, candidate), '', { flag: 'wx', mode: 0o640 });
      return candidate;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new Error(`too many files of one name in ${folder}`);
}

/** Replaces a reserved (empty) file by another one. */
async function moveOver(from: string, to: string, isSame: SameFile): Promise<void> {
  try {
    // One after the other with nothing between: what is archived is what was read.
    if (!isSame()) throw new FileChanged();
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') {
      await rm(to, { force: true });
      throw error;
    }
    await copyOver(from, to, isSame);
  }
  await syncFolder(dirname(to));
  await syncFolder(dirname(from));
}

/** The move between file systems; exported because tests have one file system only. */
export async function copyOver(from: string, to: string, isSame: SameFile = ANY): Promise<void> {
  const part = join(dirname(to), `.${parse(to).base}.part`);
  try {
    await copyFile(from, part);
    const copy = await open(part, 'r+');
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
    if (!isSame()) throw new FileChanged();
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    await rm(to, { force: true });
    throw error;
  }
  await syncFolder(dirname(to));
  await unlink(from);
}

/** Makes a rename durable. Some shares cannot sync a folder: they are as durable as they can be. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP'].includes(codeOf(error))) throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
