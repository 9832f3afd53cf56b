import { CsvError, parse } from 'csv-parse/sync';
import type { Fault } from '../../report/fault.ts';
import { importUnrecognised } from '../faults.ts';
import { LOINC_COLUMNS } from '../loinc.ts';
import { isLoincForm } from '../loinc-code.ts';
import { type SourceFile, textOf } from '../source.ts';
import { TABLE_FILES, type Tables } from '../tables.ts';
import { type ReferenceTable, writeTsv } from './reference-table.ts';

type Row = Readonly<Record<string, string>>;

/** LOINC's own CLASSTYPE: 1 laboratory, 2 clinical, 3 claims attachments, 4 surveys. */
const LABORATORY = '1';

/** Longest record of Loinc.csv: RELATEDNAMES2 and the definitions reach some thousands of characters. */
const MAX_RECORD = 200_000;

/**
 * Reads a file of a LOINC release, under the licence that the laboratory accepted: `Loinc.csv` (the table) or
 * `MapTo.csv` (retired codes), told apart by their headers. Of the table, laboratory terms are kept.
 * @param tables the tables in use: their French labels are kept
 */
export function readLoincRelease(file: SourceFile, tables: Tables): ReferenceTable | Fault[] {
  const kept: string[][] = [];
  let kind: 'table' | 'map' | undefined;
  let release = '';
  const keep = (row: Row): void => {
    if (kind === 'map') kept.push([row.LOINC ?? '', row.MAP_TO ?? '', row.COMMENT ?? '']);
    else if ((row.CLASSTYPE ?? LABORATORY) === LABORATORY && isLoincForm(row.LOINC_NUM ?? '')) {
      kept.push(LOINC_COLUMNS.map((column) => row[column] ?? ''));
      const version = row.VersionLastChanged ?? '';
      if (version.localeCompare(release, 'fr', { numeric: true }) > 0) release = version;
    }
  };
  try {
    parse(textOf(file.bytes), {
      columns: (header: string[]) => {
        const has = (...names: string[]) => names.every((name) => header.includes(name));
        if (has('LOINC', 'MAP_TO')) kind = 'map';
        else if (has(...LOINC_COLUMNS.filter((column) => column !== 'X_LABEL_FR'))) kind = 'table';
        return header;
      },
      // Records are reduced as they are read: a whole release would not fit.
      on_record: (row: Row) => {
        if (kind) keep(row);
        return null;
      },
      skip_empty_lines: true,
      max_record_size: MAX_RECORD,
      relax_column_count: true,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return [importUnrecognised(file.name, 'ce n’est pas un CSV lisible')];
  }
  if (!kind || kept.length === 0) {
    const columns = 'LOINC_NUM, COMPONENT, PROPERTY… (Loinc.csv) ou LOINC, MAP_TO (MapTo.csv)';
    return [importUnrecognised(file.name, `ses colonnes ne sont pas ${columns}, ou il est vide`)];
  }
  if (kind === 'map') {
    const text = writeTsv(['LOINC', 'MAP_TO', 'COMMENT'], kept);
    return { table: TABLE_FILES.retired, text, rows: kept.length, release, findings: [] };
  }
  const label = LOINC_COLUMNS.indexOf('X_LABEL_FR');
  const rows = kept.map((row) => {
    const known = tables.loinc.get(row[0] ?? '');
    return known?.french ? row.with(label, known.display) : row;
  });
  return {
    table: TABLE_FILES.loinc,
    text: writeTsv(LOINC_COLUMNS, rows),
    rows: rows.length,
    release,
    findings: [],
  };
}
