import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delimiters, printable, unescapeText } from '../../src/intake/escapes.ts';

const HL7: Delimiters = { field: '|', component: '^', repetition: '~', escape: '\\', subComponent: '&' };
const read = (raw: string) => unescapeText(raw, HL7, 'utf-8');

describe('unescapeText', () => {
  it.each([
    ['a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f', 'a|b^c&d~e\\f'],
    ['10\\S\\9/L', '10^9/L'],
    ['un\\.br\\deux', 'un\ndeux'],
    ['\\H\\alerte\\N\\', 'alerte'],
    ['\\XC3A9\\', 'é'],
    ['a\\X0D0A\\b', 'a\nb'],
    ['a\\X0D\\\\X0A\\b', 'a\nb'],
    ['\\XC2\\\\XB5\\mol/L', 'µmol/L'],
    ['L\\XC9\\V\\XCA\\QUE', 'LÉVÊQUE'],
    ['\\X81\\', '\\X81\\'],
    ['\\.sp2\\x', '\n\nx'],
    ['\\Z12\\', '\\Z12\\'],
    ['seul \\ et fin', 'seul \\ et fin'],
    ['C:\\temp\\F\\', 'C:\\temp|'],
  ])('reads %s', (raw, text) => {
    expect(read(raw)).toBe(text);
  });

  it('reads bytes in the charset of the message, when they are no UTF-8', () => {
    expect(unescapeText('\\XA4\\ et \\XE282AC\\', HL7, 'iso-8859-15')).toBe('€ et €');
  });

  it('leaves bytes that say nothing in time that grows with their number', () => {
    const raw = '\\X81\\'.repeat(100_000);
    expect(read(raw)).toBe(raw);
  });

  it('uses the message’s own delimiters', () => {
    expect(unescapeText('a!F!b', { ...HL7, field: '#', escape: '!' }, 'utf-8')).toBe('a#b');
  });

  it('gives back any text that was escaped', () => {
    const signs: Readonly<Record<string, string>> = { '|': 'F', '^': 'S', '&': 'T', '~': 'R', '\\': 'E' };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(read(text.replace(/[|^&~\\]/g, (sign) => `\\${signs[sign]}\\`))).toBe(text);
      }),
    );
  });

  it('takes any text without failing', () => {
    const pieces = fc.string({ unit: fc.constantFrom('\\', 'X', '.', 'b', 'r', 'F', '4', '1', ' ') });
    fc.assert(fc.property(pieces, (raw) => typeof read(raw) === 'string'));
  });
});

describe('printable', () => {
  it('drops controls and lone surrogates, keeps tabs, line feeds and pairs', () => {
    expect(printable('a\u0001b\t\n\u0085c\ud800d😀')).toBe('ab\t\ncd😀');
  });
});
