import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readExtraction } from '../directory/extraction.ts';
import { ExtractionFailure, fault } from '../directory/faults.ts';
import { type ExtractionText, extractionsOf } from '../directory/files.ts';
import type { DirectoryKind, DirectorySource } from '../report/directory-entry.ts';
import type { Fault } from '../report/fault.ts';
import { buildDirectory, type DirectoryBuild, openDirectory } from '../store/directory.ts';

export interface DirectoryImport {
  /** Extractions, one of each kind at most: texts or published archives. */
  readonly files: readonly string[];
  /** Data folder. */
  readonly folder: string;
  /** Milliseconds. */
  readonly now: number;
  /** Takes an extraction that is older, or has less than half the rows, of the one in use. */
  readonly force: boolean;
}

/** An extraction with fewer rows than this share of the former's was cut before it came here. */
const SMALLEST_SHARE = 0.5;
const KINDS: readonly DirectoryKind[] = ['activity', 'mailbox'];

/**
 * Imports extractions of the national directory: all of them or nothing. The directory in use serves until the new one is
 * whole, and stays when anything is wrong.
 * @returns what was imported
 */
export async function importDirectory(task: DirectoryImport): Promise<readonly DirectorySource[] | Fault> {
  const former = formerSources(task.folder);
  const build = buildDirectory(task.folder);
  if (!build) {
    return {
      code: 'DIRECTORY_BUSY',
      cause: 'un autre import de l’annuaire est en cours',
      hint: 'attendre qu’il finisse (crbio directory status)',
    };
  }
  try {
    const imported: DirectorySource[] = [];
    for (const path of task.files) {
      for await (const text of extractionsOf(path)) {
        const source = await importOne(build, text, path, task.now);
        const refused = refusal(
          source,
          text.name,
          imported,
          task.force ? undefined : former.get(source.kind),
        );
        if (refused) return refused;
        build.source(source);
        imported.push(source);
      }
    }
    for (const kind of KINDS) if (!imported.some((source) => source.kind === kind)) build.keep(kind);
    build.finish();
    return imported;
  } catch (error) {
    if (error instanceof ExtractionFailure) return error.fault;
    throw error;
  } finally {
    build.close();
  }
}

function formerSources(folder: string): ReadonlyMap<DirectoryKind, DirectorySource> {
  const directory = openDirectory(folder);
  try {
    return new Map(directory.sources().map((source) => [source.kind, source]));
  } finally {
    directory.close();
  }
}

async function importOne(
  build: DirectoryBuild,
  { name, dated, pieces }: ExtractionText,
  path: string,
  now: number,
): Promise<DirectorySource> {
  const count = await readExtraction(pieces, name, build.add);
  const { size, mtimeMs } = statSync(path);
  return { ...count, file: basename(path), size, mtimeMs, ...(dated ? { dated } : {}), importedAt: now };
}

function refusal(
  source: DirectorySource,
  name: string,
  imported: readonly DirectorySource[],
  former: DirectorySource | undefined,
): Fault | undefined {
  if (imported.some(({ kind }) => kind === source.kind)) return fault('DIRECTORY_SAME_KIND', name);
  if (!former) return undefined;
  if (source.dated && former.dated && source.dated < former.dated) return fault('DIRECTORY_OLDER', name);
  return source.rows < former.rows * SMALLEST_SHARE ? fault('DIRECTORY_SMALLER', name) : undefined;
}
