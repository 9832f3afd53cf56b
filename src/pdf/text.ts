import type { TextStyle } from './canvas.ts';

/** Longest text that a page is asked to show in one piece; what exceeds is cut and said. */
const MAX_TEXT = 200_000;
/** Printable Latin letters and signs, soft hyphen excepted: nothing to change, and nearly every text is so. */
const PLAIN = /^[ -~\u00a0-\u00ac\u00ae-\u024f]*$/;
const CUT = ' […]';

/**
 * Makes a text of the report fit to set: composed accents, known line breaks, tabs as blanks; control and bidirectional
 * marks become U+FFFD, so that no text can hide or turn another.
 */
export function printable(text: string): string {
  if (PLAIN.test(text) && text.length <= MAX_TEXT) return text;
  const bounded = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) + CUT : text;
  return (
    bounded
      .replace(/\p{Cs}/gu, '\ufffd')
      .normalize('NFC')
      .replace(/\r\n?|\u2028|\u2029/g, '\n')
      .replace(/\t/g, '    ')
      // Soft hyphens and zero-width marks show nothing and would break a search.
      .replace(/\u00ad|\u200b|\u200c|\u200d|\u2060|\ufeff/g, '')
      .replace(/(?!\n)[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
  );
}

/** Width of a text in points. */
export function widthOf(text: string, style: TextStyle): number {
  return style.face.width(text, style.size);
}

/** A space where French lets no line end: before a sign that stands off its word, after an opening quotation mark. */
const BREAKABLE = /(?<!«) (?![:;!?»%](?: |$))/;

/**
 * Breaks a text into lines no wider than `width` points: at line breaks, at spaces (never at no-break spaces, nor where
 * French typography has one), and inside a word only when the word alone is too wide. Spaces at the end of a line go.
 */
export function wrap(text: string, style: TextStyle, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, style, width));
}

function wrapParagraph(paragraph: string, style: TextStyle, width: number): string[] {
  if (widthOf(paragraph, style) <= width) return [paragraph.replace(/ +$/, '')];
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const space = widthOf(' ', style);
  for (const word of paragraph.split(BREAKABLE)) {
    const length = widthOf(word, style);
    if (line !== '' && used + space + length <= width) {
      line += ` ${word}`;
      used += space + length;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = length <= width ? [word] : breakWord(word, style, width);
    line = pieces.pop() ?? '';
    used = widthOf(line, style);
    lines.push(...pieces);
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** At its spaces and after its hyphens and strokes as far as its line holds some, else anywhere. */
function breakWord(word: string, style: TextStyle, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of word) {
    const advance = widthOf(character, style);
    if (piece !== '' && used + advance > width) {
      const end = lastBreak(piece);
      pieces.push(piece.slice(0, end).replace(/ +$/, ''));
      piece = piece.slice(end);
      used = widthOf(piece, style);
    }
    piece += character;
    used += advance;
  }
  pieces.push(piece);
  return pieces;
}

/** Where a piece of a word that fills its line is best broken: never so early that half of the line stays white. */
function lastBreak(piece: string): number {
  const end = Math.max(...['-', '/', ' ', '\u00a0'].map((sign) => piece.lastIndexOf(sign))) + 1;
  return end > piece.length / 3 ? end : piece.length;
}
