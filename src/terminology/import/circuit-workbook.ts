import type { Fault } from '../../report/fault.ts';
import { type Axis, axisValue } from '../axes.ts';
import { CIRCUIT_COLUMNS } from '../circuit.ts';
import { headerKey } from '../delimited.ts';
import { importUnrecognised } from '../faults.ts';
import { isLoincForm } from '../loinc-code.ts';
import type { SourceFile } from '../source.ts';
import { CIRCUIT_FILE, type Tables } from '../tables.ts';
import { readWorkbook, type Sheet } from '../workbook.ts';
import { FindingLog } from './finding.ts';
import { type ReferenceTable, writeTsv } from './reference-table.ts';

/** What a column of the sheet "Jeu" holds; its header is looked for under these names (accents and case aside). */
const HEADERS = {
  code: ['code', 'codeloinc', 'loinc'],
  label: ['libellefrancaisdereference', 'libellefrancais', 'libelle'],
  componentEn: ['composantanglais', 'composanten'],
  componentFr: ['composantfrancais', 'composantfr', 'composant'],
  synonyms: ['synonymes', 'synonyme'],
  property: ['grandeur'],
  time: ['temps'],
  system: ['milieubiologique', 'milieu'],
  scale: ['echelle'],
  method: ['technique'],
  version: ['version'],
  status: ['statut'],
} as const;

export type CircuitColumn = keyof typeof HEADERS;

/** Without these the file is not recognised. */
const REQUIRED: readonly CircuitColumn[] = ['code', 'label', 'property', 'system', 'scale'];

/** The header is on the first row that has the required columns; one extra row stands above it in the known releases. */
const HEADER_ROWS = 6;

/** @param overrides headers of a release that names its columns otherwise */
export type CircuitHeaders = Readonly<Partial<Record<CircuitColumn, string>>>;

export function isCircuitColumn(name: string): name is CircuitColumn {
  return name in HEADERS;
}

/**
 * Reads the workbook of the Circuit de la biologie (ANS terminology server): the sheet whose name contains "Jeu", and
 * "2.Chapitres LOINC" where the workbook has one. Columns are found by header; a workbook that lacks one is refused.
 */
export async function readCircuitWorkbook(
  file: SourceFile,
  tables: Tables,
  overrides: CircuitHeaders = {},
): Promise<ReferenceTable | Fault[]> {
  const sheets = await readWorkbook(file.bytes, file.name);
  const [first] = sheets;
  if (first && 'cause' in first) return sheets as Fault[];
  const set = (sheets as Sheet[]).find(({ name }) => /jeu/i.test(name));
  if (!set) {
    const names = (sheets as Sheet[]).map(({ name }) => `« ${name} »`).join(', ');
    return [
      importUnrecognised(file.name, `aucune feuille dont le nom contient « Jeu » (feuilles : ${names})`),
    ];
  }
  const head = findHeader(set, overrides);
  if (!head) {
    const wanted = REQUIRED.map((column) => overrides[column] ?? HEADERS[column][0]).join(', ');
    return [importUnrecognised(file.name, `feuille « ${set.name} » sans les colonnes ${wanted}`)];
  }
  const log = new FindingLog(file.name);
  const terms = readTerms(set, head, tables, log);
  if (terms.rows.length === 0)
    return [importUnrecognised(file.name, `feuille « ${set.name} » sans code LOINC`)];
  const chapters = readChapters(sheets as Sheet[]);
  return {
    table: CIRCUIT_FILE,
    text: writeTsv(CIRCUIT_COLUMNS, [...chapters, ...terms.rows]),
    rows: terms.rows.length,
    release: terms.release,
    findings: log.findings,
  };
}

interface Head {
  /** Index of the header's row. */
  readonly row: number;
  readonly places: Readonly<Partial<Record<CircuitColumn, number>>>;
}

function findHeader(sheet: Sheet, overrides: CircuitHeaders): Head | undefined {
  for (const [row, cells] of sheet.rows.slice(0, HEADER_ROWS).entries()) {
    const keys = cells.map(headerKey);
    const places: Partial<Record<CircuitColumn, number>> = {};
    for (const column of Object.keys(HEADERS) as CircuitColumn[]) {
      const own = overrides[column];
      const names: readonly string[] = own === undefined ? HEADERS[column] : [headerKey(own)];
      const place = names.map((name) => keys.indexOf(name)).find((index) => index >= 0);
      if (place !== undefined) places[column] = place;
    }
    if (REQUIRED.every((column) => places[column] !== undefined)) return { row, places };
  }
  return undefined;
}

function readTerms(
  sheet: Sheet,
  { row: headerRow, places }: Head,
  tables: Tables,
  log: FindingLog,
): { rows: string[][]; release: string } {
  const rows: string[][] = [];
  const seen = new Set<string>();
  const unknownTerms = new Set<string>();
  const versions = new Set<string>();
  for (const [index, cells] of sheet.rows.entries()) {
    if (index <= headerRow) continue;
    const text = (column: CircuitColumn) => (cells[places[column] ?? -1] ?? '').trim();
    const code = text('code');
    const line = index + 1;
    if (code === '') continue;
    if (!isLoincForm(code)) {
      log.report(
        { line, column: 'code' },
        'warning',
        'loinc-form',
        `« ${code} » n’a pas la forme d’un code LOINC ; ligne ignorée.`,
      );
      continue;
    }
    if (seen.has(code)) {
      log.report(
        { line, column: 'code' },
        'warning',
        'circuit-twice',
        `le code ${code} figure deux fois ; la première ligne est gardée.`,
      );
      continue;
    }
    seen.add(code);
    versions.add(text('version'));
    const axis = (name: Axis, column: CircuitColumn) => {
      const value = axisValue(tables.axes, name, text(column));
      if (value === '' && text(column) !== '') unknownTerms.add(`${name} « ${text(column)} »`);
      return value;
    };
    rows.push([
      'term',
      code,
      text('label'),
      text('componentEn') || text('componentFr'),
      axis('PROPERTY', 'property'),
      text('time') === '' ? 'Pt' : axis('TIME_ASPCT', 'time') || text('time'),
      axis('SYSTEM', 'system'),
      axis('SCALE_TYP', 'scale'),
      text('method') === '' ? '' : axis('METHOD_TYP', 'method') || text('method'),
      [text('componentFr'), text('synonyms')].filter(Boolean).join(' ; '),
      statusOf(text('status')),
    ]);
  }
  for (const term of unknownTerms) {
    log.report(
      { line: headerRow + 1 },
      'info',
      'axis-unknown',
      `terme ${term} absent de axes-fr.tsv : l’axe n’est pas contrôlé.`,
    );
  }
  return { rows, release: [...versions].sort(byVersion).at(-1) ?? '' };
}

/** LOINC's word for the French status. */
function statusOf(text: string): string {
  if (/obsol|supprim|retir|inacti|d[ée]pr[ée]ci/i.test(text)) return 'DEPRECATED';
  if (/d[ée]conseil/i.test(text)) return 'DISCOURAGED';
  return text === '' ? '' : 'ACTIVE';
}

/** `1.1.9` before `1.1.19`. */
function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'fr', { numeric: true });
}

/** Every code of the sheet of chapters, wherever its columns stand, with the text that follows it. */
function readChapters(sheets: readonly Sheet[]): string[][] {
  const sheet = sheets.find(({ name }) => /chapitres? loinc/i.test(name));
  const found = new Map<string, string>();
  for (const cells of sheet?.rows ?? []) {
    for (const [index, cell] of cells.entries()) {
      const code = cell.trim();
      const label = (cells[index + 1] ?? '').trim();
      if ((isLoincForm(code) || /^\d{6,7}$/.test(code)) && /\p{L}/u.test(label) && !found.has(code)) {
        found.set(code, label);
      }
    }
  }
  return [...found].map(([code, label]) => ['chapter', code, label, '', '', '', '', '', '', '', '']);
}
