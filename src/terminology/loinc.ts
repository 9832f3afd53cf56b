import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import { readTsv, type SourceFile } from './source.ts';

/** One LOINC term, as the loaded table knows it. Empty axes are axes that the table does not state. */
export interface LoincTerm {
  readonly code: string;
  /** French label of the circuit de la biologie when known, else the long common name. */
  readonly display: string;
  /** Is `display` a French label? */
  readonly french: boolean;
  /** Every name that the tables give it, to search in: long common name, French label, synonyms. */
  readonly names: string;
  readonly component: string;
  /** PROPERTY: MCnc, SCnc, CCnc… */
  readonly property: string;
  /** TIME_ASPCT: Pt, 24H… */
  readonly time: string;
  readonly system: string;
  /** SCALE_TYP: Qn, Ord, OrdQn, Nom, Nar, `-` (panel). */
  readonly scale: string;
  readonly method: string;
  /** EXAMPLE_UCUM_UNITS, split. */
  readonly exampleUnits: readonly string[];
  /** A panel or an order: never the code of a result. */
  readonly panel: boolean;
  /** ACTIVE, TRIAL, DISCOURAGED, DEPRECATED; empty: not stated. */
  readonly status: string;
}

export type LoincTable = ReadonlyMap<string, LoincTerm>;

/** Retired code → codes that LOINC proposes instead (MapTo table). */
export type RetiredCodes = ReadonlyMap<string, readonly string[]>;

/** Columns of the LOINC table that this program reads; `X_LABEL_FR` is not LOINC's. */
export const LOINC_COLUMNS = [
  'LOINC_NUM',
  'COMPONENT',
  'PROPERTY',
  'TIME_ASPCT',
  'SYSTEM',
  'SCALE_TYP',
  'METHOD_TYP',
  'CLASS',
  'LONG_COMMON_NAME',
  'ORDER_OBS',
  'EXAMPLE_UCUM_UNITS',
  'STATUS',
  'X_LABEL_FR',
] as const;

/** Reads loinc-fr-biology.tsv; its columns are LOINC's own, `X_LABEL_FR` apart. */
export function parseLoincTable(file: SourceFile): LoincTable | Fault[] {
  const rows = readTsv(file, LOINC_COLUMNS);
  if (isFaults(rows)) return rows;
  return new Map(
    rows.map(({ cells }) => [
      cells.LOINC_NUM,
      {
        code: cells.LOINC_NUM,
        display: cells.X_LABEL_FR || cells.LONG_COMMON_NAME,
        french: cells.X_LABEL_FR !== '',
        names: [cells.LONG_COMMON_NAME, cells.X_LABEL_FR].filter(Boolean).join(' ; '),
        component: cells.COMPONENT,
        property: cells.PROPERTY,
        time: cells.TIME_ASPCT,
        system: cells.SYSTEM,
        scale: cells.SCALE_TYP,
        method: cells.METHOD_TYP,
        exampleUnits: cells.EXAMPLE_UCUM_UNITS.split(';').filter(Boolean),
        panel:
          cells.ORDER_OBS === 'Order' ||
          cells.PROPERTY === '-' ||
          cells.SCALE_TYP === '-' ||
          cells.CLASS.startsWith('PANEL') ||
          / panel\b/i.test(cells.LONG_COMMON_NAME),
        status: cells.STATUS,
      },
    ]),
  );
}

/** Reads loinc-map-to.tsv, the MapTo table of a LOINC release. */
export function parseRetiredCodes(file: SourceFile): RetiredCodes | Fault[] {
  const rows = readTsv(file, ['LOINC', 'MAP_TO']);
  if (isFaults(rows)) return rows;
  const retired = new Map<string, string[]>();
  for (const { cells } of rows) {
    const targets = retired.get(cells.LOINC);
    if (targets) targets.push(cells.MAP_TO);
    else retired.set(cells.LOINC, [cells.MAP_TO]);
  }
  return retired;
}

export function codingOf(term: LoincTerm): Coding {
  return { code: term.code, system: OID.loinc, display: term.display };
}
