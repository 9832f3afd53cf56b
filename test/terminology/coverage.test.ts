import { describe, expect, it } from 'vitest';
import { CoverageCount } from '../../src/terminology/coverage.ts';
import { quantity, text } from '../fixtures/build.ts';
import { aDossier, anExam, anIsolate, sent } from '../fixtures/terminology/dossier.ts';
import { shippedCatalogue } from '../fixtures/terminology/loinc.ts';

const catalogue = shippedCatalogue();
const count = (...dossiers: ReturnType<typeof aDossier>[]) => {
  const counting = new CoverageCount(catalogue);
  for (const dossier of dossiers) counting.add(dossier);
  return counting.coverage();
};

describe('coverage', () => {
  it('counts by codes and by volume, and lists what is not coded by frequency with its reason', () => {
    const results = [
      sent('K', quantity('4.0'), 'mmol/L'),
      sent('NEUF', quantity('1'), 'g/L'),
      sent('TSH', quantity('2'), 'g/L'),
    ];
    const again = [sent('K', quantity('4.1'), 'mmol/L'), sent('NEUF', quantity('2'), 'g/L')];
    const covered = count(aDossier([anExam('A', results)]), aDossier([anExam('A', again)], { number: '2' }));
    expect(covered).toMatchObject({ codes: 3, codedCodes: 1, results: 5, codedResults: 2 });
    expect(
      covered.uncoded.map(({ code, results, reasons, unit }) => ({ code, results, reasons, unit })),
    ).toEqual([
      { code: 'NEUF', results: 2, reasons: ['CODE_UNMAPPED'], unit: 'g/L' },
      { code: 'TSH', results: 1, reasons: ['UNIT_MISMATCH'], unit: 'g/L' },
    ]);
  });

  it('counts a result sent twice once, antibiograms too, and nothing that is pending', () => {
    const exam = anExam(
      'A',
      [sent('K', quantity('4.0'), 'mmol/L'), sent('CL', undefined, undefined, { status: 'pending' })],
      {
        isolates: [anIsolate('ESCCOL', 'Escherichia coli', { antibiogram: [sent('ATB_X', text('S'))] })],
      },
    );
    expect(count(aDossier([exam]), aDossier([exam]))).toMatchObject({
      results: 2,
      codes: 2,
      codedResults: 1,
    });
  });

  it('doubts a reference range in another unit than the value', () => {
    const range = (unit: string) => [{ text: `0,70 à 1,10 ${unit}`, low: '0.70', high: '1.10' }];
    const of = (unit: string) =>
      count(aDossier([anExam('A', [sent('GLYC', quantity('5'), 'mmol/L', { ranges: range(unit) })])])).doubts;
    expect(of('g/L')).toEqual([
      expect.objectContaining({ code: 'GLYC', level: 'error', rule: 'range-unit' }),
    ]);
    expect(of('mmol/l')).toEqual([]);
    expect(of('selon âge')).toEqual([]);
  });

  it('doubts values that are ten times off most of the time, not a pathological one', () => {
    const ranges = [{ text: '3,5 à 5,0', low: '3.5', high: '5.0' }];
    const feed = (values: string[]) =>
      count(
        ...values.map((value, index) =>
          aDossier([anExam('A', [sent('K', quantity(value), 'mmol/L', { ranges })])], {
            number: String(index),
          }),
        ),
      ).doubts;
    expect(feed(Array.from({ length: 12 }, () => '160'))).toContainEqual(
      expect.objectContaining({ rule: 'values-implausible', level: 'warning' }),
    );
    expect(feed([...Array.from({ length: 12 }, () => '4.1'), '60'])).toEqual([]);
    expect(feed(['160', '160'])).toEqual([]);
  });

  it('doubts a code whose values are those of another quantity, range or none', () => {
    const feed = (code: string, unit: string, values: readonly string[]) =>
      count(
        ...values.map((value, index) =>
          aDossier([anExam('A', [sent(code, quantity(value), unit)])], { number: String(index) }),
        ),
      ).doubts;
    const twelve = (value: string) => Array.from({ length: 12 }, () => value);
    // Magnesium in mg/L under the code of the molar one: the mistake that reviewers find most.
    expect(feed('MG', 'mmol/L', [...twelve('19.2'), '0.8'])).toEqual([
      {
        code: 'MG',
        level: 'warning',
        rule: 'values-beyond-code',
        message:
          '12 valeurs sur 13 sont hors de ce qui est plausible pour 2601-3 (0,3 à 2 mmol/L) : unité ou code à vérifier.',
      },
    ]);
    expect(feed('MG', 'mmol/L', [...twelve('0.79'), '3.1'])).toEqual([]);
    // An absolute count under the code of a percentage has no table of its own: no part exceeds its whole.
    expect(feed('PNNP', '%', twelve('4200'))).toMatchObject([{ rule: 'values-beyond-code' }]);
    expect(feed('PNNP', '%', twelve('62'))).toEqual([]);
  });
});
