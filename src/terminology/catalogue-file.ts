import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Fault, isFaults } from '../report/fault.ts';
import { type Catalogue, checkCatalogue, makeCatalogue } from './catalogue.ts';
import { fileTooLarge, tableMissing } from './faults.ts';
import type { Finding } from './finding.ts';
import { MAX_TABLE_BYTES, type SourceFile } from './source.ts';
import { CIRCUIT_FILE, parseTables, TABLE_FILES, type TableName, type Tables } from './tables.ts';

/**
 * Reads the laboratory's catalogue and the reference tables from disk, at start and on reload.
 * @param path the catalogue's CSV
 * @param directory folder laid out as loinc/ (loinc/README.md); a table beside the catalogue goes before it
 * @returns the catalogue, or one fault for each error, with file, line and column: the start stops there
 */
export function loadCatalogue(path: string, directory: string): Catalogue | Fault[] {
  const tables = readTables(directory, dirname(path));
  if (isFaults(tables)) return tables;
  const file = readSourceFile(path, path);
  if (!('bytes' in file)) return [file];
  const batteries = readSourceFile(tablePath('batteries.csv', directory, dirname(path)), 'batteries.csv');
  return makeCatalogue(file, tables, 'bytes' in batteries ? batteries : undefined);
}

/** Everything there is to say about a catalogue, for `crbio catalogue check`; faults when a file cannot be read. */
export function checkCatalogueFile(path: string, directory: string): Finding[] | Fault[] {
  const tables = readTables(directory, dirname(path));
  if (isFaults(tables)) return tables;
  const file = readSourceFile(path, path);
  return 'bytes' in file ? checkCatalogue(file, tables) : [file];
}

/**
 * Reads the reference tables alone.
 * @param own folder of the laboratory's catalogue: a table that lies there is read instead of the shipped one
 * @param instead a table that is not on disk yet, under the name of its file: read instead of that file
 */
export function readTables(directory: string, own = directory, instead?: SourceFile): Tables | Fault[] {
  const faults: Fault[] = [];
  const read = (name: string): SourceFile | undefined => {
    const file = name === instead?.name ? instead : readSourceFile(tablePath(name, directory, own), name);
    if ('bytes' in file) return file;
    faults.push(file);
    return undefined;
  };
  const files = {} as Record<TableName, SourceFile>;
  for (const name of Object.keys(TABLE_FILES) as TableName[]) {
    const file = read(TABLE_FILES[name]);
    if (file) files[name] = file;
  }
  const hasCircuit = instead?.name === CIRCUIT_FILE || existsSync(tablePath(CIRCUIT_FILE, directory, own));
  const circuit = hasCircuit ? read(CIRCUIT_FILE) : undefined;
  return faults.length > 0 ? faults : parseTables(files, circuit);
}

function tablePath(name: string, directory: string, own: string): string {
  const path = join(own, name);
  return existsSync(path) ? path : join(directory, name);
}

/**
 * @param name what messages call the file
 * @param limit largest file read, in bytes
 */
export function readSourceFile(path: string, name: string, limit = MAX_TABLE_BYTES): SourceFile | Fault {
  try {
    return statSync(path).size > limit ? fileTooLarge(name, limit) : { name, bytes: readFileSync(path) };
  } catch {
    return tableMissing(name);
  }
}
