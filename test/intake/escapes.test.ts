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
    ['\\.sp2\\x', '\n\nx'],
    ['\\Z12\\', '\\Z12\\'],
    ['seul \\ et fin', 'seul \\ et fin'],
    ['C:\\temp\\F\\', 'C:\\temp|'],
  ])('reads %s', (raw, text) => {
    expect(read(raw)).toBe(text);
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
