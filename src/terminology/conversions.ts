import { Decimal } from 'decimal.js';
import { type Fault, isFaults } from '../report/fault.ts';
import { dimensionOf } from './dimension.ts';
import { tableInvalid } from './faults.ts';
import { readTsv, type SourceFile } from './source.ts';

/** A known way from one LOINC unit to another: second = first × factor + offset. */
interface Conversion {
  readonly loincFrom: string;
  readonly loincTo: string;
  readonly ucumFrom: string;
  readonly ucumTo: string;
  /** Bounds within which a laboratory's own factor is believed. */
  readonly factorMin: Decimal;
  readonly factorMax: Decimal;
  readonly offset: Decimal;
}

export type Conversions = ReadonlyMap<string, Conversion>;

/** A factor further than this from the molar mass is wrong (terminology.md §8). */
const TOLERANCE = new Decimal('0.005');

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Reads unit-conversions.tsv. */
export function parseConversions(file: SourceFile): Conversions | Fault[] {
  const rows = readTsv(file, [
    'loinc_from',
    'ucum_from',
    'loinc_to',
    'ucum_to',
    'factor',
    'offset',
    'factor_min',
    'factor_max',
  ]);
  if (isFaults(rows)) return rows;
  const conversions = new Map<string, Conversion>();
  for (const { line, cells } of rows) {
    const numbers = [cells.factor, cells.offset || '0', cells.factor_min || '0', cells.factor_max || '0'];
    if (numbers.some((text) => !NUMBER.test(text))) {
      return [tableInvalid(file.name, line, "Un facteur de conversion n'est pas un nombre.")];
    }
    const factor = new Decimal(cells.factor);
    conversions.set(keyOf(cells.loinc_from, cells.loinc_to), {
      loincFrom: cells.loinc_from,
      loincTo: cells.loinc_to,
      ucumFrom: cells.ucum_from,
      ucumTo: cells.ucum_to,
      factorMin: new Decimal(cells.factor_min || factor.mul(new Decimal(1).minus(TOLERANCE))),
      factorMax: new Decimal(cells.factor_max || factor.mul(TOLERANCE.plus(1))),
      offset: new Decimal(cells.offset || 0),
    });
  }
  return conversions;
}

function keyOf(from: string, to: string): string {
  return `${from} ${to}`;
}

/**
 * Does a laboratory's factor agree with what is known of the pair, its own units taken into account?
 * @returns undefined when nothing is known of the pair
 */
export function agreesWith(
  conversions: Conversions,
  pair: {
    readonly loinc: string;
    readonly ucum: string;
    readonly loinc2: string;
    readonly ucum2: string;
    readonly factor: string;
    readonly offset: string;
  },
): boolean | undefined {
  const known = conversions.get(keyOf(pair.loinc, pair.loinc2));
  if (!known) return undefined;
  const shift = scale(known.ucumFrom, pair.ucum);
  const shift2 = scale(known.ucumTo, pair.ucum2);
  if (shift === undefined || shift2 === undefined) return undefined;
  // A value in mg/dL is ten to the power of shift2 units of the known one; likewise for the first unit.
  const factor = new Decimal(pair.factor).mul(new Decimal(10).pow(shift2 - shift));
  const offset = new Decimal(pair.offset).mul(new Decimal(10).pow(shift2));
  const offsetAgrees = offset.minus(known.offset).abs().lte(known.offset.abs().mul(TOLERANCE));
  return factor.gte(known.factorMin) && factor.lte(known.factorMax) && offsetAgrees;
}

/** Power of ten from `unit` to `reference`; undefined when they are not the same kind. */
function scale(reference: string, unit: string): number | undefined {
  if (reference === unit) return 0;
  const [a, b] = [dimensionOf(reference), dimensionOf(unit)];
  return a && b ? b.exponent - a.exponent : undefined;
}
