import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Colour, colourOf } from '../../src/pdf/canvas.ts';
import { FontSubset } from '../../src/pdf/font-subset.ts';
import { integerPart } from '../../src/pdf/row.ts';
import { printable, widthOf, wrap } from '../../src/pdf/text.ts';
import { printedFlag, printedIdNat } from '../../src/pdf/wording.ts';
import { printedPhone, printedRange, printedValue } from '../../src/report/printed.ts';
import { loadAssets } from './tools.ts';

const style = { face: new FontSubset(loadAssets().regular, 'F1'), size: 9, colour: '0 0 0' as Colour };

describe('wrapping', () => {
  it('keeps every character that is no space, and no line is too wide', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 20, max: 300 }),
        (raw, width) => {
          const text = printable(raw);
          const lines = wrap(text, style, width);
          expect(lines.join('').replace(/[ \n]/g, '')).toBe(text.replace(/[ \n]/g, ''));
          for (const line of lines) {
            expect([...line].length <= 1 || widthOf(line, style) <= width + 1e-6).toBe(true);
          }
        },
      ),
    );
  });

  it('breaks at spaces, never at no-break spaces, and inside a word only when it must', () => {
    expect(wrap('alpha beta gamma', style, widthOf('alpha beta', style) + 1)).toEqual([
      'alpha beta',
      'gamma',
    ]);
    expect(wrap('a <\u00a05', style, widthOf('a <', style) + 1)).toEqual(['a', '<\u00a05']);
    expect(wrap('mmmmmm', style, widthOf('mmm', style) + 1)).toEqual(['mmm', 'mmm']);
    const long = widthOf('MONTMORENCY-LA', style);
    expect(wrap('MONTMORENCY-LAVAL', style, long)).toEqual(['MONTMORENCY-', 'LAVAL']);
    expect(wrap('Dr\u00a0Anne\u00a0MONTMORENCY', style, long)).toEqual(['Dr\u00a0Anne\u00a0', 'MONTMORENCY']);
    expect(wrap('one\ntwo', style, 500)).toEqual(['one', 'two']);
    expect(wrap('one  \ntwo\u202f', style, 500)).toEqual(['one', 'two\u202f']);
  });
});

it.each([
  ['en ménopause : 54', 'en ménopause'],
  ['phase lutéale ; autre', 'phase lutéale'],
  ['de 12 % environ', 'de 12'],
  ['dit « oui » enfin', 'dit «'],
])('ends no line before a sign that French sets off its word: %s', (text, beginning) => {
  const [first] = wrap(text, style, widthOf(beginning, style) + 1);
  expect(first).not.toBe(beginning);
});

it('measures what it encodes: the same glyph for the same character, first use first', () => {
  const face = new FontSubset(loadAssets().regular, 'F1');
  expect(face.used).toBe(false);
  expect(face.encode('abba')).toBe('<0001000200020001>');
  expect(face.used).toBe(true);
  expect(face.encode('c')).toBe('<0003>');
});

it('writes values in French with the digits received', () => {
  expect(printedValue({ kind: 'quantity', lexical: '0.50', comparator: '<=' })).toBe('≤\u00a00,50');
  expect(printedValue({ kind: 'range', low: '1.5', high: '3' })).toBe('1,5\u00a0à\u00a03');
  expect(printedValue({ kind: 'titre', dilution: '80', comparator: '<' })).toBe('<\u00a01/80');
  expect(printedValue({ kind: 'text', text: 'v1.2' })).toBe('v1.2');
  expect(integerPart('<\u00a01,05')).toBe('<\u00a01');
});

it('writes the comma in a range only when it holds nothing but numbers', () => {
  expect(printedRange({ text: '3.90 - 5.50' })).toBe('3,90 - 5,50');
  expect(printedRange({ text: '< 5.0' })).toBe('< 5,0');
  expect(printedRange({ text: 'cf. méthode 2.1' })).toBe('cf. méthode 2.1');
});

it('writes each flag as a sign and words; none for normal; an unknown one as it is', () => {
  expect(printedFlag(['N'])).toEqual({ text: '', notable: false });
  expect(printedFlag(['HH', 'U'])).toEqual({ text: '▲▲\u00a0très haut, ↑\u00a0en hausse', notable: true });
  // Every code that a document may carry has French words.
  for (const code of [
    'B',
    'W',
    'CAR',
    'EX',
    'EXP',
    'HX',
    'LX',
    'UNE',
    'NCL',
    'SYN-R',
    'SYN-S',
    'E',
    'IE',
    'WR',
  ])
    expect(printedFlag([code]).text).toMatch(/\p{Ll}{4}/u);
  expect(printedFlag(['ZZ'])).toEqual({ text: 'ZZ', notable: true });
});

it('names national identifiers by their kind', () => {
  expect(printedIdNat('1750000001')).toBe('FINESS\u00a0750000001');
  expect(printedIdNat('899700012018')).toBe('RPPS\u00a099700012018');
});

it.each([
  ['+33100000001', '01 00 00 00 01'],
  ['0033 1 00 00 00 01', '01 00 00 00 01'],
  ['01.00.00.00.01', '01 00 00 00 01'],
  ['+33 (0)6 00 00 00 03', '06 00 00 00 03'],
  ['+262262000001', '02 62 00 00 01'],
  ['+3220000001', '+3220000001'],
  ['3639', '3639'],
])('writes telephone numbers the French way: %s', (given, printed) => {
  expect(printedPhone(given).replaceAll('\u00a0', ' ')).toBe(printed);
});

it('reads colours', () => {
  expect(colourOf('#FF0080')).toBe('1 0 0.502');
});
