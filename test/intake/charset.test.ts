import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/intake/charset.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('decode', () => {
  it.each([
    ['8859/1', latin('H\u00c9L\u00c8NE 5 \u00b5mol'), 'HÉLÈNE 5 µmol', 'iso-8859-1'],
    ['8859/15', Buffer.from([0x31, 0xa4]), '1€', 'iso-8859-15'],
    ['UNICODE UTF-8', Buffer.from('Protéine'), 'Protéine', 'utf-8'],
    ['', latin('Prot\u00e9ine'), 'Protéine', 'windows-1252'],
  ])('reads %s as announced', (declared, bytes, text, charset) => {
    expect(decode(bytes, declared, 'windows-1252')).toEqual({ text, charset });
  });

  it('reads € and ’ of windows-1252, which the platform decoder turns into controls', () => {
    const bytes = Buffer.from([0x80, 0x92, 0x9c]);
    expect(decode(bytes, '8859/1', 'iso-8859-1')).toEqual({
      text: '€’œ',
      charset: 'windows-1252',
      doubt: 'misdeclared',
    });
  });

  it('finds UTF-8 behind a label of 8859/1', () => {
    expect(decode(Buffer.from('é'), '8859/1', 'windows-1252')).toEqual({
      text: 'é',
      charset: 'utf-8',
      doubt: 'misdeclared',
    });
  });

  it('falls back when UTF-8 is announced and false', () => {
    expect(decode(latin('\u00e9t\u00e9'), 'UNICODE UTF-8', 'windows-1252')?.text).toBe('été');
  });

  it('tells an unknown charset name', () => {
    expect(decode(latin('\u00e9'), 'KLINGON', 'iso-8859-1')).toMatchObject({ text: 'é', doubt: 'unknown' });
  });

  it.each([
    ['macroman', 'Ionogramme sérique : contrôlé à 5 µmol/L'],
    ['macroman', 'LÉVÊQUE Anaïs, vérifié'],
    ['cp850', 'Ionogramme sérique : contrôlé à 5 µmol/L'],
    ['cp850', 'Résultat vérifié'],
    ['cp850', 'Bilirubine 5 µmol/L'],
    ['cp850', 'DÉPÔT, é'],
  ])('finds %s, which systems of another age wrote: %s', (charset, text) => {
    expect(decode(iconv.encode(text, charset), '', 'windows-1252')).toEqual({
      text,
      charset,
      doubt: 'misdeclared',
    });
  });

  it('takes nothing else for them', () => {
    const text = 'Žižek, l’eau, cœur, 2–3 ‰, “vu”, DvorŽák, etc…, ‚x‘, Œdème, 20 %';
    const plain = text.replace('DvorŽák, ', '');
    expect(decode(iconv.encode(plain, 'windows-1252'), '', 'windows-1252')).toEqual({
      text: plain,
      charset: 'windows-1252',
    });
    // Neither windows-1252 nor French in any other: refused, not guessed.
    expect(decode(iconv.encode(text, 'windows-1252'), '', 'windows-1252')).toBeUndefined();
  });

  it('gives nothing rather than a replacement character', () => {
    expect(decode(Buffer.from([0x41, 0x81, 0xe9]), '', 'windows-1252')).toBeUndefined();
  });
});
