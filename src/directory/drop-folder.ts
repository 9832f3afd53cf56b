import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectorySource } from '../report/directory-entry.ts';

/** A file of the drop folder that may be imported. */
export interface DroppedFile {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Names under which our extractions are published, on the directory's site and on data.gouv.fr. */
const EXTRACTION = /(?:personne[-_]activite|correspondance[-_]mssante|ps[-_]libreacces(?:[-_]\d+)?\.zip).*$/i;
/** A file still growing was written to less than this ago. */
const STABLE_MS = 10_000;

/**
 * The extractions of a folder that are whole and new, the oldest first. Nothing is moved nor deleted: the folder is the
 * administrator's, who fetches and clears the extractions.
 * @param known what the directory in use was made of
 * @param tried files that were refused: they are not tried again until they change ({@link identityOf})
 * @param now milliseconds
 * @throws the system's error when the folder cannot be read
 */
export function newExtractions(
  folder: string,
  known: readonly DirectorySource[],
  tried: ReadonlySet<string>,
  now: number,
): DroppedFile[] {
  const imported = new Set(known.map(({ file, size, mtimeMs }) => identityOf({ name: file, size, mtimeMs })));
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && EXTRACTION.test(entry.name) && /\.(?:txt|zip)$/i.test(entry.name))
    .flatMap(({ name }) => {
      const path = join(folder, name);
      // Rotated away since the listing.
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? [{ path, name, size: stat.size, mtimeMs: stat.mtimeMs }] : [];
    })
    .filter(({ size, mtimeMs }) => size > 0 && now - mtimeMs >= STABLE_MS)
    .filter((file) => !imported.has(identityOf(file)) && !tried.has(identityOf(file)))
    .sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1));
}

/** Name, size and time: a file replaced by another of the same name is another. */
export const identityOf = ({ name, size, mtimeMs }: Omit<DroppedFile, 'path'>) =>
  `${name}|${size}|${mtimeMs}`;
