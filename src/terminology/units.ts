import { type Fault, isFaults } from '../report/fault.ts';
import { fitsProperty } from './dimension.ts';
import { readTsv, type SourceFile } from './source.ts';

/** What one printed spelling of a unit means. */
export interface UnitMeaning {
  /** The UCUM code in full, annotations included: what makes two spellings the same unit. */
  readonly ucum: string;
  /**
   * What the document carries: the UCUM code in a form that the official list accepts. `none`: a number without unit
   * (INR). `refused`: no accepted form exists, the unit can only be printed.
   */
  readonly emitted: string;
  /** LOINC property that the spelling goes with; empty when any. */
  readonly property: string;
  /** Why the spelling alone is not enough: `wrong-dimension`, `context-dependent`; else empty. */
  readonly trap: string;
}

export type UnitTable = ReadonlyMap<string, readonly UnitMeaning[]>;

/** Codes that the official terminology check accepts literally (cr-bio.md §7.3). */
export type AcceptedUnits = ReadonlySet<string>;

/** Reads ucum-fr.tsv: the units as French laboratories print them. */
export function parseUnits(file: SourceFile): UnitTable | Fault[] {
  const rows = readTsv(file, ['local_unit', 'ucum', 'emitted', 'loinc_property', 'trap']);
  if (isFaults(rows)) return rows;
  const meanings = rows.map(({ cells }) => ({
    spelling: cells.local_unit,
    meaning: {
      ucum: cells.ucum,
      emitted: cells.emitted,
      property: cells.loinc_property,
      trap: cells.trap,
    },
  }));
  const table = new Map<string, UnitMeaning[]>();
  const add = (key: string, meaning: UnitMeaning) => {
    const known = table.get(key) ?? [];
    if (!known.some((one) => one.ucum === meaning.ucum && one.property === meaning.property)) {
      table.set(key, [...known, meaning]);
    }
  };
  for (const { spelling, meaning } of meanings) add(spellingKey(spelling), meaning);
  // A source may print UCUM itself, unless a laboratory means something else by the same letters (U/L).
  const spelled = new Set(table.keys());
  for (const { meaning } of meanings) {
    const key = spellingKey(meaning.ucum);
    if (!spelled.has(key)) add(key, { ...meaning, trap: '' });
  }
  return table;
}

/** Reads the accepted list, one code a line under the header `code`. */
export function loadAcceptedUnits(file: SourceFile): AcceptedUnits | Fault[] {
  const rows = readTsv(file, ['code']);
  return isFaults(rows) ? rows : new Set(rows.map(({ cells }) => cells.code));
}

/** The official check: the unit, without its short annotations, is empty or in the list. */
export function isAcceptedUnit(unit: string, accepted: AcceptedUnits): boolean {
  const bare = unit.replace(/\{.[a-z]*.\}/g, '');
  return !/\s/.test(unit) && (bare === '' || accepted.has(bare));
}

/**
 * One key for the spellings that differ only by blanks, by the two micro signs, by superscripts, by the decimal mark,
 * by a full stop at the end or by the case of the litre.
 */
function spellingKey(unit: string): string {
  return unit
    .normalize('NFC')
    .replace(/\s+/g, '')
    .replace(/[µμ]/g, 'u')
    .replace(/10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, digits: string) => `10^${digits.normalize('NFKC')}`)
    .replace(/[²³]/g, (digit) => digit.normalize('NFKC'))
    .replace(/(\d),(\d)/g, '$1.$2')
    .replace(/\.$/, '')
    .replace(/(^|\/)([dcmunf]?)l(?=$|[/(])/g, '$1$2L');
}

/** Spellings that mean nothing sure until the LOINC property is known. */
const NEEDS_PROPERTY = new Set(['wrong-dimension', 'context-dependent']);

/**
 * The meaning of a printed unit.
 * @param property LOINC PROPERTY of the test; absent when the test is not mapped: then spellings that mean one thing for
 * an enzyme and another for an antibody stay unknown
 * @returns undefined when the table does not know the spelling, or when what it says is not one thing
 */
export function normaliseUnit(units: UnitTable, unit: string, property?: string): UnitMeaning | undefined {
  const meanings = units.get(spellingKey(unit)) ?? [];
  const possible = property
    ? meanings.filter((one) => one.property === property || fitsProperty(one.ucum, property) !== false)
    : meanings.filter((one) => !NEEDS_PROPERTY.has(one.trap));
  const exact = possible.filter((one) => one.property === property);
  const [first, ...others] = exact.length > 0 ? exact : possible;
  return first && others.every((other) => other.ucum === first.ucum) ? first : undefined;
}

/** The unit to write for a printed one; undefined: none can be written. */
export function emittedUnit(meaning: UnitMeaning | undefined): string | undefined {
  if (!meaning || meaning.emitted === 'none' || meaning.emitted === 'refused') return undefined;
  return meaning.emitted;
}

/** Are two printed spellings the same unit, for a test of this property? */
export function isSameUnit(units: UnitTable, a: string, b: string, property?: string): boolean {
  if (spellingKey(a) === spellingKey(b)) return true;
  const [left, right] = [normaliseUnit(units, a, property), normaliseUnit(units, b, property)];
  return left !== undefined && left.ucum === right?.ucum;
}

/** Spellings of "no unit": a ratio printed as such is the same as a number alone. */
export function isWithoutUnit(units: UnitTable, unit: string): boolean {
  const meaning = normaliseUnit(units, unit);
  return unit.trim() === '' || (meaning !== undefined && /^\{[^}]*\}$/.test(meaning.ucum));
}
