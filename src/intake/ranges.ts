import type { ReferenceRange } from '../report/result.ts';
import { readNumber } from './numbers.ts';
import type { DecimalMark } from './profile.ts';

/** A longer text is a commentary. */
const MAX_PARSED = 100;

const NUMBER = String.raw`[+-]?\d[\d\u00a0\u202f ]*(?:[.,]\d+)*`;
/** What is written after the bounds: a unit, for whom they hold; or other bounds. */
const REST = String.raw`(?:\s*(?<rest>[^\d\s].*))?`;
const BETWEEN = new RegExp(
  String.raw`^(?:de |entre )?\s*(${NUMBER})\s*(?:-|–|_|;|(?<=\s)(?:à|et|to)(?=\s))\s*(${NUMBER})${REST}$`,
  'i',
);
const BELOW = new RegExp(
  String.raw`^(<=|≤|=<|<|inf(?:érieur[e]?)?\.?(?: ou égale?)?\s*à|jusqu['’]à)\s*(${NUMBER})${REST}$`,
  'i',
);
const ABOVE = new RegExp(
  String.raw`^(>=|≥|=>|>|sup(?:érieur[e]?)?\.?(?: ou égale?)?\s*à)\s*(${NUMBER})${REST}$`,
  'i',
);

/** A range and whether its bounds were the wrong way round. */
export interface ReadRange {
  readonly range: ReferenceRange;
  readonly reversed: boolean;
}

/** Digits of a unit: `10^9/L`, `/mm3`, `/1,73 m²`, `g/24 h`. */
const DIGITS_OF_UNIT =
  /^[x×]?\s?10\s?[*^]?\s?\d{1,2}(?=\s?\/)|m[23](?!\d)|\/\s?(?:1[.,]73|24|100|1000)(?=\s?\p{L})/giu;

/** Other bounds, of other people or in another unit, may follow those read: `13-17 (H) 12-16 (F)`. */
const saysMore = (rest: string): boolean => /\d/.test(rest.replace(DIGITS_OF_UNIT, ''));

/** `mg/L` after the bounds of a result in g/L. */
function isOfAnotherUnit(rest: string, unit: string | undefined): boolean {
  const folded = (text: string) =>
    text.toLowerCase().replace(/[µμ]/g, 'u').replace(/²/g, '2').replace(/\s/g, '');
  const written = /^[^\s()/]*\s?\/\s?[^\s(),;]+/.exec(rest)?.[0];
  return unit !== undefined && written !== undefined && !folded(unit).startsWith(folded(written));
}

/**
 * Reads one repetition of OBX-7: `3.9 - 5.8`, `3,9 à 5,8`, `70_105`, `<10 ug/dl`, `inf. à 2`. The text is always kept; bounds
 * are given only when they leave no doubt.
 * @param unit of the result, when it has one
 */
export function readRange(received: string, mark: DecimalMark, unit?: string): ReadRange {
  const text = received.trim();
  if (text.length > MAX_PARSED) return { range: { text }, reversed: false };
  const bound = (raw: string | undefined) => {
    const read = readNumber(raw ?? '', mark);
    return read.kind === 'number' ? read.lexical : undefined;
  };
  const between = BETWEEN.exec(text);
  const below = BELOW.exec(text);
  const above = ABOVE.exec(text);
  const rest = (between ?? below ?? above)?.groups?.rest ?? '';
  if (saysMore(rest) || isOfAnotherUnit(rest, unit)) return { range: { text }, reversed: false };
  if (between) {
    const [low, high] = [bound(between[1]), bound(between[2])];
    if (low === undefined || high === undefined) return { range: { text }, reversed: false };
    if (Number(low) > Number(high)) return { range: { text }, reversed: true };
    return { range: { text, low, high }, reversed: false };
  }
  const high = bound(below?.[2]);
  if (below && high !== undefined) {
    return {
      range: { text, high, ...(isInclusive(below[1]) ? {} : { highInclusive: false }) },
      reversed: false,
    };
  }
  const low = bound(above?.[2]);
  if (above && low !== undefined) {
    return {
      range: { text, low, ...(isInclusive(above[1]) ? {} : { lowInclusive: false }) },
      reversed: false,
    };
  }
  return { range: { text }, reversed: false };
}

function isInclusive(words: string | undefined): boolean {
  return /=|≤|≥|égale?|jusqu/i.test(words ?? '');
}
