import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumber } from '../../src/intake/numbers.ts';
import { readRange } from '../../src/intake/ranges.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, resultOf } from './parts.ts';

const valueSent = (type: string, value: string) => resultOf([obx(type, 'A', value)]).value;

describe('numeric values', () => {
  it.each([
    ['5.10', '5.10'],
    ['12,3', '12.3'],
    ['4 450 000', '4450000'],
    ['-0,5', '-0.5'],
    ['0.125', '0.125'],
    ['1.234.567', '1234567'],
  ])('keeps the digits of %s', (sent, lexical) => {
    expect(valueSent('NM', sent)).toEqual({ kind: 'quantity', lexical });
  });

  it('keeps 224.000 as a text and says so, unless the source says what its point is', () => {
    const input = oru(obx('NM', 'PLAQ', '224.000'));
    const doubtful = dossierAndWarnings(input);
    expect(doubtful.dossier.exams[0]?.results[0]?.value).toEqual({ kind: 'text', text: '224.000' });
    expect(doubtful.warnings).toContain('NUMBER_AMBIGUOUS');
    expect(resultOf([obx('NM', 'P', '224.000')], { decimalMark: 'comma' }).value).toMatchObject({
      lexical: '224000',
    });
    expect(resultOf([obx('NM', 'P', '224.000')], { decimalMark: 'point' }).value).toMatchObject({
      lexical: '224.000',
    });
  });

  it('reads a comparator in a NM, with a warning on its type', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(obx('NM', 'A', '<0.5')));
    expect(dossier.exams[0]?.results[0]?.value).toEqual({
      kind: 'quantity',
      lexical: '0.5',
      comparator: '<',
    });
    expect(warnings).toEqual(['OBX_TYPE']);
  });

  it('never changes the value of a number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99999, max: 99999 }),
        fc.stringMatching(/^\d{1,6}$/),
        (whole, decimals) => {
          const read = readNumber(`${whole}.${decimals}`, 'point');
          expect(read).toEqual({ kind: 'number', lexical: `${whole}.${decimals}` });
        },
      ),
    );
  });
});

describe('structured, string, coded and text values', () => {
  it.each([
    ['SN', '<^0.5', { kind: 'quantity', lexical: '0.5', comparator: '<' }],
    ['SN', '>=^100', { kind: 'quantity', lexical: '100', comparator: '>=' }],
    ['SN', '^100^-^200', { kind: 'range', low: '100', high: '200' }],
    ['SN', '^1^:^80', { kind: 'titre', dilution: '80' }],
    ['SN', '<^1^:^80', { kind: 'titre', dilution: '80', comparator: '<' }],
    ['SN', '^2^+', { kind: 'text', text: '2+' }],
    ['SN', '=^8^/^152', { kind: 'text', text: '=8/152' }],
    ['ST', '>= 100', { kind: 'quantity', lexical: '100', comparator: '>=' }],
    ['ST', '1/80', { kind: 'titre', dilution: '80' }],
    ['ST', '1:80', { kind: 'titre', dilution: '80' }],
    ['ST', '08:30', { kind: 'text', text: '08:30' }],
    ['CE', '10^6 UFC/mL', { kind: 'text', text: '10^6 UFC/mL' }],
    ['CE', '> 10^5/mL', { kind: 'text', text: '> 10^5/mL' }],
    ['CE', '10^2 croix', { kind: 'coded', text: '2 croix' }],
    ['CWE', 'LA6576-8^Positif^LN', { kind: 'coded', text: 'Positif' }],
    [
      'CWE',
      'LA6576-8^Positif^LN^10828004^Positif^SCT',
      {
        kind: 'coded',
        text: 'Positif',
        coding: { code: '10828004', system: '2.16.840.1.113883.6.96', display: 'Positif' },
      },
    ],
    ['ST', '3/8', { kind: 'ratio', numerator: '3', denominator: '8' }],
    ['ST', 'Négatif', { kind: 'text', text: 'Négatif' }],
    ['ST', '++', { kind: 'text', text: '++' }],
    ['ST', '2 croix', { kind: 'text', text: '2 croix' }],
    ['ST', 'A & B ^ C', { kind: 'text', text: 'A & B ^ C' }],
    ['CE', 'POS^Positif^L', { kind: 'coded', text: 'Positif' }],
    ['CE', '^Positif', { kind: 'text', text: 'Positif' }],
    [
      'CWE',
      'ECO^E. coli^L^112283007^Escherichia coli^SCT',
      {
        kind: 'coded',
        text: 'E. coli',
        coding: { code: '112283007', system: '2.16.840.1.113883.6.96', display: 'Escherichia coli' },
      },
    ],
    ['TX', 'un~  deux\\.br\\trois', { kind: 'text', text: 'un\n  deux\ntrois', preformatted: true }],
    ['DT', '20260302', { kind: 'text', text: '02/03/2026' }],
    ['TM', '083000', { kind: 'text', text: '08:30' }],
    ['TM', '000330', { kind: 'text', text: '00:03:30' }],
    ['TS', '20260302083015+0100', { kind: 'text', text: '02/03/2026 à 08:30:15' }],
    ['DT', '20260302~20260309', { kind: 'text', text: '02/03/2026\n09/03/2026' }],
    ['TM', '0830~1130', { kind: 'text', text: '08:30\n11:30' }],
    ['SN', '<^0.5~^1^-^2', { kind: 'text', text: '<0.5\n1-2' }],
    ['SN', '^1^-^2^x~^3', { kind: 'text', text: '1-2x\n3' }],
    ['SN', '^1^-^2^x', { kind: 'text', text: '1-2x' }],
    ['NA', '1^2^3', { kind: 'text', text: '1^2^3' }],
    ['', '1^2^3', { kind: 'text', text: '1^2^3' }],
    ['', 'POS^Positif^L', { kind: 'coded', text: 'Positif' }],
  ])('%s %s', (type, sent, value) => {
    expect(valueSent(type, sent)).toEqual(value);
  });

  it('splits a unit glued to a value when OBX-6 is empty, and only then', () => {
    expect(resultOf([obx('ST', 'A', '< 0.12  mg/l')])).toMatchObject({
      value: { kind: 'quantity', lexical: '0.12', comparator: '<' },
      unit: 'mg/l',
    });
    expect(resultOf([obx('ST', 'A', '0.12 mg/l', { 6: 'mg/l' })]).value).toEqual({
      kind: 'text',
      text: '0.12 mg/l',
    });
  });

  it.each([
    ['10^9/L', '10^9/L'],
    ['10\\S\\9/L', '10^9/L'],
    ['10^6 UFC/mL', '10^6 UFC/mL'],
    ['x10^9 /L^L', 'x10^9 /L'],
    ['kg/m^2', 'kg/m^2'],
    ['mL/min/1.73m^2', 'mL/min/1.73m^2'],
    // The code of a unit that is its sender's own says nothing to a reader.
    ['12^mmol/L^L', 'mmol/L'],
    ['MMOLL^mmol/L^99SGL', 'mmol/L'],
    ['g/L^gramme par litre^L', 'g/L'],
    ['umol/L^µmol/L^UCUM', 'umol/L'],
    ['U^U/L ou UI/L^UCUM', 'U'],
    ['^mmol/L', 'mmol/L'],
    ['12', '12'],
  ])('reads the unit %s', (sent, unit) => {
    expect(resultOf([obx('NM', 'GB', '5', { 6: sent })]).unit).toBe(unit);
  });

  it('reads the type from the content when OBX-2 is empty', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(obx('', 'A', '4.2')));
    expect(dossier.exams[0]?.results[0]?.value).toEqual({ kind: 'quantity', lexical: '4.2' });
    expect(warnings).toEqual(['OBX_TYPE']);
  });

  it('keeps any value that it does not understand', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-zéè0-9.,<>=/: +-]{1,40}$/), (sent) => {
        fc.pre(sent.trim() !== '');
        const { value, unit } = resultOf([obx('ST', 'A', sent)]);
        const digits = JSON.stringify([value, unit]).replace(/\D/g, '');
        for (const digit of sent.replace(/\D/g, '').replace(/^0+/, '')) expect(digits).toContain(digit);
        expect(value).toBeDefined();
      }),
    );
  });
});

describe('reference ranges', () => {
  it.each([
    ['3.9 - 5.8', { low: '3.9', high: '5.8' }],
    ['3,9 à 5,8', { low: '3.9', high: '5.8' }],
    ['4.3 to 6.2', { low: '4.3', high: '6.2' }],
    ['70_105', { low: '70', high: '105' }],
    ['-2 - 2', { low: '-2', high: '2' }],
    ['13-18 g/dL', { low: '13', high: '18' }],
    ['<10 ug/dl', { high: '10', highInclusive: false }],
    ['<= 5,5', { high: '5.5' }],
    ['inf. à 2', { high: '2', highInclusive: false }],
    ['> 1.20', { low: '1.20', lowInclusive: false }],
    ['13.0 à 17.0 (homme adulte)', { low: '13.0', high: '17.0' }],
    ['4-10 x10^9/L', { low: '4', high: '10' }],
    ['60-120 mL/min/1.73m2', { low: '60', high: '120' }],
    ['4000-10000 /mm3', { low: '4000', high: '10000' }],
    ['< 0,15 g/24 h', { high: '0.15', highInclusive: false }],
    // Which bounds are the patient's, the text alone tells.
    ['13-17 (H) 12-16 (F)', {}],
    ['12-16 / 13-17', {}],
    ['<5 (adulte) ; <2 (enfant)', {}],
    ['< 0.35 : négatif ; 0.35 à 0.70 : faible', {}],
    ['12 - 16 soit 7,4 - 9,9 mmol/L', {}],
    ['10 - 40 (< 60 ans)', {}],
    ['> 30 suffisant, 20-30 insuffisant', {}],
    ['Négatif', {}],
    ['', {}],
  ])('%s', (text, bounds) => {
    expect(readRange(text, 'unknown')).toEqual({ range: { text, ...bounds }, reversed: false });
  });

  it('codes no bounds in another unit than the result’s', () => {
    const ranges = (unit: string, range: string) =>
      resultOf([obx('NM', 'A', '1', { 6: unit, 7: range })]).ranges;
    expect(ranges('g/L', '< 10 mg/L')).toEqual([{ text: '< 10 mg/L' }]);
    expect(ranges('ng/mL', '3.5-5.1 pmol/L (12-18 ans)')).toEqual([{ text: '3.5-5.1 pmol/L (12-18 ans)' }]);
    expect(ranges('µmol/L', '45 - 84 umol/l')[0]).toMatchObject({ low: '45', high: '84' });
  });

  it('keeps reversed bounds as a text', () => {
    expect(readRange('7 - 5.7', 'unknown')).toEqual({ range: { text: '7 - 5.7' }, reversed: true });
  });

  it('takes long texts in no time', () => {
    const long = `${'1'.repeat(100_000)} -`;
    expect(readRange(long, 'point').range.low).toBeUndefined();
    expect(readNumber('9'.repeat(100_000), 'point').kind).toBe('none');
  });
});
