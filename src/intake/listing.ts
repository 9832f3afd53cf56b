import { Buffer, isUtf8 } from 'node:buffer';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Deeper folders of an export are somebody's mistake, or a loop. */
const MAX_DEPTH = 4;

/** What lies in an export folder. */
export interface Listing {
  /** Everything but folders, links included; below the folder with `/`, as `hopital/a.hl7`. */
  readonly names: readonly string[];
  /** Folders that were listed, the export folder itself first. */
  readonly folders: readonly string[];
  /** Why folders below could not be listed; the others are. */
  readonly unlisted: readonly unknown[];
}

/**
 * Lists an export folder; no file is looked at. A name in another charset than this system's becomes a readable one.
 * @param subFolders also those below, hidden ones and `except` apart; links are not followed
 * @param except folders that are no part of the export: archive and quarantine may lie in it
 * @throws when the export folder itself cannot be listed
 */
export async function listFolder(
  folder: string,
  subFolders: boolean,
  except: readonly string[] = [],
): Promise<Listing> {
  if (!subFolders) {
    const found = await readdir(folder);
    const renamed = await renameForeign(folder, found);
    return { names: renamed ? await readdir(folder) : found, folders: [folder], unlisted: [] };
  }
  const names: string[] = [];
  const folders: string[] = [];
  const unlisted: unknown[] = [];
  const visit = async (at: string, prefix: string, depth: number): Promise<void> => {
    const found = await readdir(at, { withFileTypes: true });
    folders.push(at);
    const renamed = await renameForeign(
      at,
      found.map(({ name }) => name),
    );
    for (const entry of renamed ? await readdir(at, { withFileTypes: true }) : found) {
      const path = join(at, entry.name);
      if (!entry.isDirectory()) names.push(`${prefix}${entry.name}`);
      else if (depth < MAX_DEPTH && !entry.name.startsWith('.') && !except.includes(path))
        await visit(path, `${prefix}${entry.name}/`, depth + 1).catch((error) => unlisted.push(error));
    }
  };
  await visit(folder, '', 0);
  return { names, folders, unlisted };
}

/** The name of a file whose bytes are no UTF-8, as a Windows or older Unix writer meant it. */
const WESTERN = new TextDecoder('windows-1252');
const LOST = '\ufffd';

/**
 * Gives a readable name to the files of a folder whose name is written in another charset than this system's, for which no
 * path can be made; one that is taken already stays as it is.
 * @param names as they were listed
 * @returns whether a name has changed
 */
async function renameForeign(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.some((name) => name.includes(LOST))) return false;
  const taken = new Set(names);
  let changed = false;
  for (const bytes of await readdir(folder, { encoding: 'buffer' })) {
    if (isUtf8(bytes)) continue;
    const name = WESTERN.decode(bytes);
    if (taken.has(name)) continue;
    await rename(Buffer.concat([Buffer.from(`${folder}/`), bytes]), join(folder, name));
    taken.add(name);
    changed = true;
  }
  return changed;
}
