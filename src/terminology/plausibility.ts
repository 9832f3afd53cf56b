import { Decimal } from 'decimal.js';
import { type Fault, isFaults } from '../report/fault.ts';
import { dimensionOf, sameKind } from './dimension.ts';
import { tableInvalid } from './faults.ts';
import type { LoincTerm } from './loinc.ts';
import { readTsv, type SourceFile } from './source.ts';

/**
 * Between which values most results of a test lie, whatever the laboratory and its patients: wide enough for any disease,
 * too narrow for another unit or another quantity (terminology.md §10, check 13).
 */
export interface PlausibleRange {
  readonly ucum: string;
  readonly low: Decimal;
  readonly high: Decimal;
}

/** By LOINC code. */
export type PlausibleRanges = ReadonlyMap<string, PlausibleRange>;

const NUMBER = /^\d{1,12}(\.\d{1,12})?$/;

/** Reads plausible-values.tsv. */
export function parsePlausibleRanges(file: SourceFile): PlausibleRanges | Fault[] {
  const rows = readTsv(file, ['loinc', 'ucum', 'low', 'high']);
  if (isFaults(rows)) return rows;
  const ranges = new Map<string, PlausibleRange>();
  for (const { line, cells } of rows) {
    const { loinc, ucum, low, high } = cells;
    if (!NUMBER.test(low) || !NUMBER.test(high) || new Decimal(low).gte(high)) {
      return [tableInvalid(file.name, line, 'Les valeurs plausibles ne sont pas deux nombres croissants.')];
    }
    ranges.set(loinc, { ucum, low: new Decimal(low), high: new Decimal(high) });
  }
  return ranges;
}

/** Properties that are a part of a whole: never above 100 %. */
const FRACTIONS = ['NFr', 'MFr', 'SFr', 'VFr', 'CFr'];

/**
 * What is plausible of a term, in a unit.
 * @param ucum the unit that the result is emitted in
 * @returns undefined when nothing is known of the term, or of the way to that unit
 */
export function plausibleRange(
  ranges: PlausibleRanges,
  term: Pick<LoincTerm, 'code' | 'property'>,
  ucum: string,
): PlausibleRange | undefined {
  const known = ranges.get(term.code);
  if (known?.ucum === ucum) return known;
  if (!known) {
    const isFraction = ucum === '%' && FRACTIONS.includes(term.property);
    return isFraction ? { ucum, low: new Decimal(0), high: new Decimal(100) } : undefined;
  }
  const [from, to] = [dimensionOf(known.ucum), dimensionOf(ucum)];
  if (!from || !to || !sameKind(from, to)) return undefined;
  const factor = new Decimal(10).pow(from.exponent - to.exponent);
  return { ucum, low: known.low.mul(factor), high: known.high.mul(factor) };
}
