import iconv from 'iconv-lite';
import type { CharsetName } from './charset.ts';
import type { Delimiters } from './escapes.ts';

/**
 * A text of ours in the sender's charset, its delimiters escaped, or left out where the sender announces no escape sign.
 * @returns one character a byte
 */
export function writtenText(text: string, charset: CharsetName, delimiters: Delimiters): string {
  const { field, component, subComponent, repetition, escape: sign } = delimiters;
  const letters = new Map([
    [field, 'F'],
    [component, 'S'],
    [subComponent, 'T'],
    [repetition, 'R'],
    [sign, 'E'],
  ]);
  const plain = text.replace(/[’‘]/g, "'").replace(/…/g, '...').replace(/\s+/g, ' ');
  const writable = charset === 'ascii' ? plain.normalize('NFD').replace(/[^\x20-\x7e]/g, '') : plain;
  const escaped = [...writable]
    .map((character) => {
      const letter = letters.get(character);
      if (letter === undefined) return character;
      return sign === '' ? ' ' : `${sign}${letter}${sign}`;
    })
    .join('');
  return iconv.encode(escaped, charset).toString('latin1');
}
