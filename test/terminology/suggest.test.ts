import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isFaults } from '../../src/report/fault.ts';
import { parseWords } from '../../src/terminology/label-similarity.ts';
import { Suggester, type TestToMap } from '../../src/terminology/suggest.ts';
import { LOINC_FOLDER, shippedCatalogue } from '../fixtures/terminology/loinc.ts';

const catalogue = shippedCatalogue();
const words = parseWords({ name: 'words', bytes: readFileSync(`${LOINC_FOLDER}words-fr-en.tsv`) });
if (isFaults(words)) throw new Error(JSON.stringify(words));
const suggester = new Suggester(catalogue.tables, words);
const test = (
  label: string,
  unit: string,
  specimen: string,
  numeric: boolean | undefined = true,
): TestToMap => ({ code: 'X', label, unit, specimen, numeric });
const first = (...given: Parameters<typeof test>) => suggester.suggest(test(...given), 5)[0]?.loinc;

describe('suggest', () => {
  it.each([
    ['Potassium', 'mmol/L', 'PLAS', '2823-3'],
    ['Kaliémie', 'mmol/L', 'SER', '2823-3'],
    ['Créatinine', 'µmol/L', 'PLAS', '14682-9'],
    ['Créatinine', 'mg/L', 'PLAS', '2160-0'],
    ['Ferritine', 'µg/L', 'SER', '2276-4'],
    ['Leucocytes', 'G/L', 'BLD', '6690-2'],
    ['Polynucléaires neutrophiles', '%', 'BLD', '26511-6'],
  ])(
    'ranks for %s in %s (%s) the term of that quantity and specimen first',
    (label, unit, specimen, loinc) => {
      expect(first(label, unit, specimen)).toBe(loinc);
    },
  );

  it('never proposes a term that unit, kind of value or retirement exclude', () => {
    const { loinc, retired } = catalogue.tables;
    for (const [label, unit] of [
      ['Glucose', 'mmol/L'],
      ['Magnésium', 'mmol/L'],
      ['Leucocytes', 'G/L'],
    ] as const) {
      for (const { loinc: code } of suggester.suggest(test(label, unit, 'PLAS'), 50)) {
        const term = loinc.get(code);
        expect(['SCnc', 'NCnc', '', 'SRto', 'Num']).toContain(term?.property);
        expect(['Qn', 'OrdQn', '']).toContain(term?.scale);
        expect(retired.has(code) || term?.panel).toBe(false);
      }
    }
  });

  it('shows why: parts that add up, and what to look at', () => {
    const found = suggester.suggest(test('Sodium', 'mmol/L', 'UR'), 20);
    for (const { score, parts } of found) {
      expect(score).toBe(Object.values(parts).reduce((sum, part) => sum + part, 0));
    }
    expect(found[0]).toMatchObject({ loinc: '2955-3', parts: { specimen: 15 }, remarks: [] });
    const serum = found.find(({ loinc }) => loinc === '2951-2');
    expect(serum).toMatchObject({
      parts: { specimen: 0 },
      remarks: ['milieu Ser/Plas contre échantillon UR'],
    });
  });

  it('gives the same answer twice, and none for a label that says nothing', () => {
    const ask = test('Cholestérol HDL', 'mmol/L', 'SER');
    expect(suggester.suggest(ask, 10)).toEqual(suggester.suggest(ask, 10));
    expect(suggester.suggest(test('', '', ''), 10)).toEqual([]);
    expect(suggester.suggest(test('zzqxw', 'g/L', 'SER'), 10)).toEqual([]);
  });

  it('finds most codes of a catalogue that biologists coded', () => {
    const entries = [...catalogue.entries.values()].flat().filter(({ status }) => status === 'validated');
    const ranks = entries.map(({ code, label, printedUnit, specimen, numeric, loinc }) =>
      suggester
        .suggest({ code, label, unit: printedUnit, specimen, numeric }, 5)
        .findIndex((one) => one.loinc === loinc),
    );
    expect(ranks.filter((rank) => rank === 0).length / entries.length).toBeGreaterThan(0.55);
    expect(ranks.filter((rank) => rank >= 0).length / entries.length).toBeGreaterThan(0.85);
  });
});
