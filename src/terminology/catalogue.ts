import type { Fault } from '../report/fault.ts';
import { checkLines } from './catalogue-checks.ts';
import { type CatalogueLine, type CatalogueText, readCatalogueText } from './catalogue-text.ts';
import { type CatalogueEntry, type EntryRead, readEntry } from './entry.ts';
import { type Finding, faultOf } from './finding.ts';
import { type SourceFile, textOf } from './source.ts';
import type { Tables } from './tables.ts';

/** The laboratory's catalogue, checked, with the tables that it was checked against. Plain data, fit for a worker. */
export interface Catalogue {
  readonly tables: Tables;
  /** By local code; several entries when validity periods, specimens or kinds of value differ. */
  readonly entries: ReadonlyMap<string, readonly CatalogueEntry[]>;
  /** Printed name of each battery code; a code that is absent is printed as it is. */
  readonly batteryLabels: ReadonlyMap<string, string>;
}

/**
 * Checks a catalogue, line by line and as a whole.
 * @param file the catalogue's CSV, as the laboratory keeps it
 * @returns every finding in order of line; no `error` among them means that {@link makeCatalogue} accepts the file
 */
export function checkCatalogue(file: SourceFile, tables: Tables): Finding[] {
  return examine(file, tables).findings;
}

/**
 * Makes the catalogue, or says why not: one fault for each error, with file, line and column.
 * @param batteries CSV `battery;label`, optional
 */
export function makeCatalogue(file: SourceFile, tables: Tables, batteries?: SourceFile): Catalogue | Fault[] {
  const { entries, findings } = examine(file, tables);
  const errors = findings.filter((finding) => finding.level === 'error');
  if (errors.length > 0) return errors.map((finding) => faultOf(finding, file.name));
  const byCode = new Map<string, CatalogueEntry[]>();
  for (const entry of entries) byCode.set(entry.code, [...(byCode.get(entry.code) ?? []), entry]);
  return { tables, entries: byCode, batteryLabels: readBatteryLabels(batteries) };
}

function examine(file: SourceFile, tables: Tables): { entries: CatalogueEntry[]; findings: Finding[] } {
  const text = readCatalogueText(file);
  const reads = text.lines.map((line) => readEntry(line, tables));
  const findings = [...text.findings, ...reads.flatMap((read) => named(read, text))];
  const entries = reads.flatMap((read) => (read.entry ? [read.entry] : []));
  findings.push(...checkLines(entries, tables, columnNames(text)));
  return { entries, findings: findings.sort((a, b) => a.line - b.line) };
}

function columnNames(text: CatalogueText): (column: keyof CatalogueLine['cells']) => string {
  return (column) => text.headers.get(column) ?? column;
}

/** Findings of one line with the columns as the file names them. */
function named(read: EntryRead, text: CatalogueText): Finding[] {
  const nameOf = columnNames(text);
  return read.findings.map(({ column, ...finding }) => ({
    ...finding,
    column: column ? nameOf(column) : '',
  }));
}

function readBatteryLabels(file: SourceFile | undefined): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const line of file ? textOf(file.bytes).split('\n').slice(1) : []) {
    const [code = '', label = ''] = line.split(';');
    if (code.trim() && label.trim()) labels.set(code.trim(), label.trim());
  }
  return labels;
}

/**
 * The entry that holds for a result: of that code, valid that day, of that specimen or kind of value when several are.
 * @param day `YYYYMMDD` of the result
 * @param specimens HL7 0487 codes of the exam's specimens
 */
export function findEntry(
  catalogue: Catalogue,
  code: string,
  day: string,
  specimens: readonly string[],
  numeric: boolean | undefined,
): CatalogueEntry | 'unknown' | 'not-valid' | 'ambiguous' {
  const all = catalogue.entries.get(code);
  if (!all) return 'unknown';
  const valid = all.filter((entry) => entry.validFrom <= day && day <= entry.validTo);
  if (valid.length === 0) return 'not-valid';
  const bySpecimen = prefer(
    valid,
    (entry) => entry.specimen !== '' && specimens.includes(entry.specimen),
    (entry) => entry.specimen === '',
  );
  const byValue =
    numeric === undefined ? bySpecimen : prefer(bySpecimen, (entry) => entry.numeric === numeric);
  const [only, ...others] = byValue;
  return only && others.length === 0 ? only : 'ambiguous';
}

/** Those that the first fitting wish keeps; all of them when none keeps any, or when there is no choice to make. */
function prefer(
  entries: readonly CatalogueEntry[],
  ...wishes: ((entry: CatalogueEntry) => boolean)[]
): readonly CatalogueEntry[] {
  if (entries.length < 2) return entries;
  for (const wish of wishes) {
    const kept = entries.filter(wish);
    if (kept.length > 0) return kept;
  }
  return entries;
}
