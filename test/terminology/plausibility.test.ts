import { describe, expect, it } from 'vitest';
import { fitsProperty } from '../../src/terminology/dimension.ts';
import { parsePlausibleRanges, plausibleRange } from '../../src/terminology/plausibility.ts';
import { isAcceptedUnit } from '../../src/terminology/units.ts';
import { shippedCatalogue } from '../fixtures/terminology/loinc.ts';

const { loinc, plausible, conversions, acceptedUnits } = shippedCatalogue().tables;

const read = (...rows: readonly string[]) =>
  parsePlausibleRanges({
    name: 'plausible-values.tsv',
    bytes: Buffer.from(['loinc\tucum\tlow\thigh', ...rows].join('\n')),
  });

describe('the shipped table of plausible values', () => {
  it.each([...plausible])('has a term and a unit that go together: %s', (code, { ucum }) => {
    const term = loinc.get(code);
    expect(term?.scale).toBe('Qn');
    expect(isAcceptedUnit(ucum, acceptedUnits)).toBe(true);
    expect(fitsProperty(ucum, term?.property ?? '')).not.toBe(false);
  });

  it('says the same of a test in mole and in mass', () => {
    const pairs = [...conversions.values()].filter(
      ({ loincFrom, loincTo }) => plausible.has(loincFrom) && plausible.has(loincTo),
    );
    expect(pairs.length).toBeGreaterThan(10);
    for (const { loincFrom, loincTo, ucumFrom, ucumTo, factorMin, factorMax, offset } of pairs) {
      const [from, to] = [[loincFrom, ucumFrom] as const, [loincTo, ucumTo] as const].map(([code, ucum]) =>
        plausibleRange(plausible, { code, property: '' }, ucum),
      );
      if (!from || !to)
        throw new Error(`${loincFrom} and ${loincTo} are not in the units of their conversion`);
      const factor = factorMin.plus(factorMax).div(2);
      for (const bound of ['low', 'high'] as const) {
        const ratio = from[bound].mul(factor).plus(offset).div(to[bound]).toNumber();
        expect(ratio, `${loincFrom}, ${loincTo}: ${bound}`).toBeGreaterThan(0.5);
        expect(ratio, `${loincFrom}, ${loincTo}: ${bound}`).toBeLessThan(2);
      }
    }
  });
});

describe('a plausible range', () => {
  it('follows the unit by powers of ten, exactly, and goes no further', () => {
    const inGrams = plausibleRange(plausible, { code: '718-7', property: 'MCnc' }, 'g/L');
    expect([inGrams?.low.toString(), inGrams?.high.toString()]).toEqual(['40', '220']);
    expect(plausibleRange(plausible, { code: '718-7', property: 'MCnc' }, 'mmol/L')).toBeUndefined();
    expect(plausibleRange(plausible, { code: '1-8', property: 'MCnc' }, 'g/L')).toBeUndefined();
  });

  it('is two growing numbers, or the table is refused with its line', () => {
    expect(read('718-7\tg/dL\t4\t22')).toBeInstanceOf(Map);
    for (const row of ['718-7\tg/dL\t22\t4', '718-7\tg/dL\t4\t', '718-7\tg/dL\t4\tNaN'])
      expect(read(row)).toMatchObject([{ position: expect.stringContaining('2') }]);
  });
});
