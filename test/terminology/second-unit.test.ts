import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReferenceRange } from '../../src/report/result.ts';
import type { SecondUnit } from '../../src/terminology/entry.ts';
import { inSecondUnit } from '../../src/terminology/second-unit.ts';
import { quantity, range, text } from '../fixtures/build.ts';
import { shippedTables } from '../fixtures/terminology/loinc.ts';

const term = shippedTables().loinc.get('2345-7');
if (!term) throw new Error('2345-7 is in no table');
const unit = (factor: string, offset = '0', decimals?: number): SecondUnit => ({
  loinc: '2345-7',
  printedUnit: 'g/L',
  ucum: 'g/L',
  factor,
  offset,
  ...(decimals === undefined ? {} : { decimals }),
});
const GLUCOSE = unit('0.18016');
const convert = (lexical: string, to: SecondUnit, reference?: ReferenceRange) =>
  inSecondUnit(quantity(lexical), reference, to, term);

describe('a result in its second unit', () => {
  it.each([
    ['5.10', '0.919'],
    ['5.1', '0.92'],
    ['5', '0.90'],
    ['10.1', '1.82'],
    ['0.0', '0.0'],
    ['75.0', '13.5'],
  ])('keeps the significant digits of %s mmol/L: %s g/L', (lexical, expected) => {
    expect(convert(lexical, GLUCOSE)?.value).toEqual(quantity(expected));
  });

  it('is exact: no 4.999 for 5', () => {
    expect(convert('50.0', unit('0.1'))?.value).toEqual(quantity('5.00'));
    expect(convert('0.3', unit('3'))?.value).toEqual(quantity('0.90'));
    expect(convert('1.1', unit('1.1'))?.value).toEqual(quantity('1.2'));
  });

  it('converts HbA1c, which is affine, to the configured precision', () => {
    const ifcc = unit('10.929', '-23.5', 0);
    expect(convert('7.0', ifcc)?.value).toEqual(quantity('53'));
    expect(convert('6.5', ifcc)?.value).toEqual(quantity('48'));
  });

  it('converts comparators, ranges and reference bounds by the same factor and precision', () => {
    const reference = { ...range('3,89 à 6,00', '3.89', '6.00'), highInclusive: false };
    const second = inSecondUnit(quantity('2.0', '<'), reference, GLUCOSE, term);
    expect(second?.value).toEqual(quantity('0.36', '<'));
    expect(second?.range).toEqual({ low: '0.70', high: '1.08', highInclusive: false, text: '0,70 à 1,08' });
    expect(inSecondUnit({ kind: 'range', low: '1.0', high: '2.0' }, undefined, GLUCOSE, term)?.value).toEqual(
      {
        kind: 'range',
        low: '0.18',
        high: '0.36',
      },
    );
    expect(convert('5.1', GLUCOSE, range('< 6,00', undefined, '6.00'))?.range?.text).toBe('≤ 1,08');
    expect(convert('5.1', GLUCOSE, range('voir commentaire'))?.range).toBeUndefined();
  });

  it('has nothing to convert in a text or a titre', () => {
    expect(inSecondUnit(text('hémolysé'), undefined, GLUCOSE, term)).toBeUndefined();
    expect(inSecondUnit({ kind: 'titre', dilution: '80' }, undefined, GLUCOSE, term)).toBeUndefined();
    expect(inSecondUnit(undefined, undefined, GLUCOSE, term)).toBeUndefined();
  });

  it('is never further from the exact product than half a unit of its last digit', () => {
    const number = fc
      .tuple(fc.nat(9999), fc.nat({ max: 999 }), fc.nat(3))
      .map(([whole, part, digits]) =>
        digits ? `${whole}.${String(part).padStart(3, '0').slice(0, digits)}` : `${whole}`,
      );
    fc.assert(
      fc.property(number, fc.integer({ min: 1, max: 999999 }), (lexical, millionths) => {
        const factor = new Decimal(millionths).div(1_000_000).toFixed();
        const value = convert(lexical, unit(factor))?.value;
        if (value?.kind !== 'quantity') throw new Error('not a quantity');
        expect(value.lexical).toMatch(/^\d+(\.\d+)?$/);
        const error = new Decimal(value.lexical).minus(new Decimal(lexical).mul(factor)).abs();
        const decimals = value.lexical.split('.')[1]?.length ?? 0;
        expect(error.lte(new Decimal(10).pow(-decimals).div(2))).toBe(true);
      }),
    );
  });
});
