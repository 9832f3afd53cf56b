import { type Coding, OID } from '../report/coding.ts';
import type { Column } from './catalogue-columns.ts';
import type { CatalogueLine } from './catalogue-text.ts';
import type { Finding } from './finding.ts';
import { codeEatenByDate, isLoincForm } from './loinc-code.ts';
import type { Tables } from './tables.ts';
import { emittedUnit, isWithoutUnit, normaliseUnit } from './units.ts';

/** `validated`: a biologist answers for the mapping, the only status that leaves with its LOINC code. */
export const STATUSES = ['validated', 'review', 'unmapped', 'waiting', 'retired'] as const;
export type EntryStatus = (typeof STATUSES)[number];

/** One mapping of the catalogue: a local code for a period. */
export interface CatalogueEntry {
  readonly line: number;
  readonly code: string;
  readonly label: string;
  readonly synonym: string;
  /** Code of the Nomenclature des actes de biologie médicale, or `HN`; empty: not stated. */
  readonly nabm: string;
  /** HL7 table 0487; empty: any specimen. */
  readonly specimen: string;
  /** Does the test give numbers (OBX-2 NM, SN)? undefined: not stated. */
  readonly numeric: boolean | undefined;
  /** Unit as the laboratory prints it; empty: none. */
  readonly printedUnit: string;
  /** UCUM unit to emit; empty: none. */
  readonly ucum: string;
  readonly loinc: string;
  /** National waiting code (code d'attente), for a test that has no LOINC yet. */
  readonly waiting?: Coding;
  /** LOINC of the panel that the test is ordered with. */
  readonly orderLoinc: string;
  readonly second?: SecondUnit;
  /** ANSM TCCR code. */
  readonly method: string;
  /** Within the scope of the laboratory's accreditation. */
  readonly accredited: boolean;
  readonly chapter: string;
  readonly subChapter: string;
  readonly battery: string;
  readonly status: EntryStatus;
  /** Who answers for the mapping; empty: not stated. */
  readonly validatedBy: string;
  /** `YYYYMMDD`, both included; `00000000` and `99999999` when open. */
  readonly validFrom: string;
  readonly validTo: string;
}

/** The second unit of a test: second = first × factor + offset. */
export interface SecondUnit {
  /** Empty: printed beside the first value, not coded. */
  readonly loinc: string;
  readonly printedUnit: string;
  readonly ucum: string;
  /** Decimal numbers as text, point as decimal mark. */
  readonly factor: string;
  readonly offset: string;
  /** Digits after the mark, when the laboratory fixes them; else the significant digits of the first value. */
  readonly decimals?: number;
}

/** A finding whose column is still our own name of it. */
type LineFinding = Omit<Finding, 'column'> & { readonly column: Column | '' };

export interface EntryRead {
  /** Absent when the line cannot even be read as a mapping. */
  readonly entry?: CatalogueEntry;
  readonly findings: readonly LineFinding[];
}

const WAITING_FORM = /^\d{1,10}$/;
const YES = ['1', 'oui', 'o', 'x', 'true', 'yes'];
const NO = ['', '0', 'non', 'n', 'false', 'no'];

const NUMERIC_TYPES = ['NM', 'SN'];
const TEXT_TYPES = ['CE', 'CWE', 'CNE', 'ST', 'TX', 'FT', 'ED'];

/** Reads one line: form of each cell, units looked up where the file leaves the emitted one empty. */
export function readEntry({ line, cells, blanks }: CatalogueLine, tables: Tables): EntryRead {
  const findings: LineFinding[] = [];
  const report = (column: Column | '', level: Finding['level'], rule: string, message: string) =>
    findings.push({
      line,
      ...(cells.local_code ? { code: cells.local_code } : {}),
      column,
      level,
      rule,
      message,
    });

  if (cells.local_code === '') {
    report('local_code', 'error', 'code-empty', 'Le code local manque.');
    return { findings };
  }
  for (const column of blanks) {
    report(
      column,
      'warning',
      'blank',
      `Espace en début ou en fin de cellule, ignoré (code ${cells.local_code}).`,
    );
  }
  if (cells.local_label === '') report('local_label', 'error', 'label-empty', 'Le libellé manque.');

  const status = (STATUSES as readonly string[]).includes(cells.status)
    ? (cells.status as EntryStatus)
    : 'review';
  if (cells.status !== '' && cells.status !== status) {
    const known = STATUSES.join(', ');
    report('status', 'error', 'status-unknown', `Statut « ${cells.status} » inconnu ; attendu : ${known}.`);
  }
  const numeric = NUMERIC_TYPES.includes(cells.value_type)
    ? true
    : TEXT_TYPES.includes(cells.value_type)
      ? false
      : undefined;
  if (cells.value_type !== '' && numeric === undefined) {
    report('value_type', 'error', 'value-type', `Type de valeur « ${cells.value_type} » inconnu (OBX-2).`);
  }

  const loinc = (column: 'loinc' | 'loinc_2' | 'order_loinc'): string => {
    const text = cells[column];
    if (text === '' || isLoincForm(text)) return text;
    const eaten = codeEatenByDate(text);
    if (eaten.isDate) {
      const likely = eaten.code ? ` ; le code est sans doute ${eaten.code}` : '';
      const message = `« ${text} » est une date : le tableur a transformé le code LOINC${likely}. Mettre la colonne en texte.`;
      report(column, 'error', 'loinc-date', message);
    } else {
      report(column, 'error', 'loinc-form', `« ${text} » n’a pas la forme d’un code LOINC (12345-6).`);
    }
    return '';
  };
  const date = (column: 'valid_from' | 'valid_to', open: string): string => {
    const text = cells[column];
    if (text === '') return open;
    const day = dayOf(text);
    if (!day) report(column, 'error', 'date', `« ${text} » n’est pas une date (jj/mm/aaaa ou aaaa-mm-jj).`);
    return day ?? open;
  };
  const decimal = (column: 'factor_2' | 'offset_2'): string | undefined => {
    const text = cells[column].replace(',', '.');
    if (text === '') return undefined;
    if (/^-?\d{1,12}(\.\d{1,12})?$/.test(text)) return text;
    report(column, 'error', 'number', `« ${cells[column]} » n’est pas un nombre.`);
    return undefined;
  };

  const accredited = cells.accredited.toLowerCase();
  if (![...YES, ...NO].includes(accredited)) {
    report('accredited', 'error', 'accredited', `« ${cells.accredited} » : écrire oui ou non.`);
  }
  const waiting = readWaitingCode(cells, report);

  const entry: CatalogueEntry = {
    line,
    code: cells.local_code,
    label: cells.local_label,
    synonym: cells.synonym,
    nabm: cells.nabm,
    ...(waiting ? { waiting } : {}),
    specimen: cells.specimen_code,
    numeric,
    printedUnit: cells.local_unit,
    ucum: emitted(cells.local_unit, cells.ucum_unit, cells.loinc, tables),
    loinc: loinc('loinc'),
    orderLoinc: loinc('order_loinc'),
    method: cells.method_tccr,
    accredited: YES.includes(accredited),
    chapter: cells.chapter,
    subChapter: cells.sub_chapter,
    battery: cells.battery,
    status,
    validatedBy: cells.validated_by,
    validFrom: date('valid_from', '00000000'),
    validTo: date('valid_to', '99999999'),
  };
  if (entry.validFrom > entry.validTo) {
    report('valid_to', 'error', 'period', 'La fin de validité précède le début.');
  }
  if (cells.loinc_2 === '' && cells.factor_2 === '') return { entry, findings };

  const factor = decimal('factor_2');
  if (factor === undefined || Number(factor) <= 0) {
    report('factor_2', 'error', 'factor', 'La deuxième unité demande un facteur positif.');
  }
  if (cells.decimals_2 !== '' && !/^\d$/.test(cells.decimals_2)) {
    report(
      'decimals_2',
      'error',
      'number',
      `« ${cells.decimals_2} » n’est pas un nombre de décimales (0 à 9).`,
    );
  }
  const second: SecondUnit = {
    loinc: loinc('loinc_2'),
    printedUnit: cells.local_unit_2,
    ucum: emitted(cells.local_unit_2, cells.ucum_unit_2, cells.loinc_2, tables),
    factor: factor ?? '1',
    offset: decimal('offset_2') ?? '0',
    ...(/^\d$/.test(cells.decimals_2) ? { decimals: Number(cells.decimals_2) } : {}),
  };
  return { entry: { ...entry, second }, findings };
}

/** The waiting code travels with its label, and only where there is no LOINC. */
function readWaitingCode(
  cells: CatalogueLine['cells'],
  report: (column: Column, level: Finding['level'], rule: string, message: string) => void,
): Coding | undefined {
  const { waiting_code: code, waiting_label: display } = cells;
  if (code === '') return undefined;
  if (!WAITING_FORM.test(code)) {
    report('waiting_code', 'error', 'waiting-form', `« ${code} » n’a pas la forme d’un code d’attente.`);
    return undefined;
  }
  if (display === '') {
    report('waiting_label', 'error', 'waiting-label', 'Un code d’attente demande son libellé.');
    return undefined;
  }
  return { code, system: OID.waitingCodes, display };
}

/** The unit to emit: the catalogue's own, else what the table of printed units says for that LOINC property. */
function emitted(printed: string, ucum: string, loinc: string, tables: Tables): string {
  if (ucum !== '' || isWithoutUnit(tables.units, printed)) return ucum;
  return emittedUnit(normaliseUnit(tables.units, printed, tables.loinc.get(loinc)?.property)) ?? '';
}

/** `2024-01-31` or `31/01/2024` → `20240131`; undefined for anything else. */
export function dayOf(text: string): string | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const french = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  const [year, month, day] = iso ? iso.slice(1) : french ? [french[3], french[2], french[1]] : [];
  if (!year || !month || !day) return undefined;
  const compact = `${year}${month.padStart(2, '0')}${day.padStart(2, '0')}`;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.toISOString().slice(0, 10).replaceAll('-', '') === compact ? compact : undefined;
}
