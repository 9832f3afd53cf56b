import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PACKAGE } from '../assets.ts';
import { pathOf, readConfig } from '../config.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import { readSourceFile, readTables } from '../terminology/catalogue-file.ts';
import type { SourceFile } from '../terminology/source.ts';
import type { Tables } from '../terminology/tables.ts';
import { type CommonOptions, complain, type Output } from './output.ts';
import { SAMPLE_CONFIG } from './render.ts';
import { configured, DEFAULT_CONFIG } from './store.ts';

/** Options that say which catalogue a command is about. */
export interface CatalogueOptions extends CommonOptions {
  readonly catalogue?: string;
}

/** A LOINC release's table is about 80 MB. */
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

/** The reference tables that come with the program. */
export const SHIPPED_TABLES = join(PACKAGE, 'loinc');

/**
 * Where the catalogue lies: --catalogue, else the configuration's. A command that only reads may take the sample one.
 * @returns undefined when a fault was told
 */
export function cataloguePath(
  output: Output,
  options: CatalogueOptions,
  access: 'read' | 'write',
): string | undefined {
  if (options.catalogue) return resolve(options.catalogue);
  const named =
    options.config ?? process.env.CRBIO_CONFIG ?? (access === 'write' || existsSync(DEFAULT_CONFIG));
  const config = named ? configured(output, options) : readConfig(SAMPLE_CONFIG);
  if (!config || Array.isArray(config)) return undefined;
  return pathOf(config, config.catalogue);
}

/** The tables that hold for a catalogue; undefined when faults were told. */
export function tablesFor(output: Output, options: CommonOptions, path: string): Tables | undefined {
  const tables = readTables(SHIPPED_TABLES, dirname(path));
  if (!isFaults(tables)) return tables;
  for (const fault of tables) complain(output, options, fault);
  return undefined;
}

/** Reads files named on the command line; undefined when one cannot be read, which was told. */
export function readFiles(
  output: Output,
  options: CommonOptions,
  paths: readonly string[],
): SourceFile[] | undefined {
  const files: SourceFile[] = [];
  for (const path of paths) {
    const file = isFile(path) ? readSourceFile(path, basename(path), MAX_IMPORT_BYTES) : fileMissing(path);
    if (!('bytes' in file)) {
      complain(output, options, file);
      return undefined;
    }
    files.push(file);
  }
  return files;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function fileMissing(path: string): Fault {
  return {
    code: 'FILE_MISSING',
    cause: `Le fichier « ${path} » n’existe pas.`,
    hint: 'Vérifier le chemin donné.',
    position: path,
  };
}

/** The catalogue as it is, for a change; undefined when there is none yet. */
export function presentCatalogue(path: string): SourceFile | undefined {
  return existsSync(path) ? { name: basename(path), bytes: readFileSync(path) } : undefined;
}

/** `2026-03-02` of an instant, in the machine's zone. */
export function dayOf(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
