import { Decimal } from 'decimal.js';
import type { ReferenceRange, ResultCoding, ResultValue } from '../report/result.ts';
import type { SecondUnit } from './entry.ts';
import type { LoincTerm } from './loinc.ts';
import { codingOf } from './loinc.ts';

/** Enough digits that no product of a result and a factor is rounded before its time. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

/** A result of one digit keeps two in the second unit: 5 mmol/L is 0.90 g/L, not 0.9. */
const MIN_SIGNIFICANT = 2;

/**
 * The same result in the test's second unit: value, comparator and reference range through one factor, in decimal
 * arithmetic (terminology.md §8).
 * @param term LOINC of the second unit; absent: the second value is printed and not coded
 * @returns undefined when the value is not a number or a range of numbers
 */
export function inSecondUnit(
  value: ResultValue | undefined,
  range: ReferenceRange | undefined,
  unit: SecondUnit,
  term?: LoincTerm,
): ResultCoding['second'] | undefined {
  if (value?.kind !== 'quantity' && value?.kind !== 'range') return undefined;
  const [first, ...bounds] = (value.kind === 'quantity' ? [value.lexical] : [value.low, value.high]).map(
    (lexical) => ({ lexical, converted: convert(lexical, unit) }),
  );
  if (!first?.converted || bounds.some((bound) => !bound.converted)) return undefined;
  const decimals = unit.decimals ?? decimalsFor(first.lexical, first.converted);
  const write = (lexical: string) => convert(lexical, unit)?.toFixed(decimals) ?? lexical;
  const converted: ResultValue =
    value.kind === 'quantity'
      ? { ...value, lexical: write(value.lexical) }
      : { ...value, low: write(value.low), high: write(value.high) };
  const secondRange = range && convertRange(range, unit, write);
  return {
    ...(term ? { loinc: codingOf(term) } : {}),
    ucum: unit.ucum,
    printedUnit: unit.printedUnit || unit.ucum,
    value: converted,
    ...(secondRange ? { range: secondRange } : {}),
  };
}

function convert(lexical: string, unit: SecondUnit): Decimal | undefined {
  if (!/^[+-]?\d+(\.\d+)?$/.test(lexical)) return undefined;
  return new Exact(lexical).mul(unit.factor).plus(unit.offset);
}

/** Digits after the mark that keep as many significant digits as the laboratory gave. */
function decimalsFor(lexical: string, converted: Decimal): number {
  const digits = lexical.replace(/^[+-]?0*\.?0*/, '').replace('.', '').length;
  const significant = Math.max(digits, MIN_SIGNIFICANT);
  if (converted.isZero()) return significant - 1;
  const rounded = converted.toSignificantDigits(significant, Decimal.ROUND_HALF_UP);
  return Math.max(0, significant - 1 - rounded.e);
}

/** Undefined when the range has no bound that is a number. */
function convertRange(
  range: ReferenceRange,
  unit: SecondUnit,
  write: (lexical: string) => string,
): ReferenceRange | undefined {
  const low = range.low !== undefined && convert(range.low, unit) ? write(range.low) : undefined;
  const high = range.high !== undefined && convert(range.high, unit) ? write(range.high) : undefined;
  if (low === undefined && high === undefined) return undefined;
  return {
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    ...(range.lowInclusive === undefined ? {} : { lowInclusive: range.lowInclusive }),
    ...(range.highInclusive === undefined ? {} : { highInclusive: range.highInclusive }),
    text: rangeText(low, high, range),
  };
}

function rangeText(low: string | undefined, high: string | undefined, range: ReferenceRange): string {
  const [from, to] = [low?.replace('.', ','), high?.replace('.', ',')];
  if (from !== undefined && to !== undefined) return `${from} à ${to}`;
  if (from !== undefined) return `${range.lowInclusive === false ? '>' : '≥'} ${from}`;
  return `${range.highInclusive === false ? '<' : '≤'} ${to}`;
}
