import type { ReferenceRange } from '../report/result.ts';
import { readNumber } from './numbers.ts';
import type { DecimalMark } from './profile.ts';

/** A longer text is a commentary. */
const MAX_PARSED = 100;

const NUMBER = String.raw`[+-]?\d[\d\u00a0\u202f ]*(?:[.,]\d+)*`;
const BETWEEN = new RegExp(
  String.raw`^(?:de |entre )?\s*(${NUMBER})\s*(?:-|–|_|;|(?<=\s)(?:à|et|to)(?=\s))\s*(${NUMBER})(?:\s*[^\d\s].*)?$`,
  'i',
);
const BELOW = new RegExp(
  String.raw`^(<=|≤|=<|<|inf(?:érieur[e]?)?\.?(?: ou égale?)?\s*à|jusqu['’]à)\s*(${NUMBER})(?:\s*[^\d\s].*)?$`,
  'i',
);
const ABOVE = new RegExp(
  String.raw`^(>=|≥|=>|>|sup(?:érieur[e]?)?\.?(?: ou égale?)?\s*à)\s*(${NUMBER})(?:\s*[^\d\s].*)?$`,
  'i',
);

/** A range and whether its bounds were the wrong way round. */
export interface ReadRange {
  readonly range: ReferenceRange;
  readonly reversed: boolean;
}

/**
 * Reads one repetition of OBX-7: `3.9 - 5.8`, `3,9 à 5,8`, `70_105`, `<10 ug/dl`, `inf. à 2`. The text is always kept; bounds
 * are given only when they leave no doubt.
 */
export function readRange(received: string, mark: DecimalMark): ReadRange {
  const text = received.trim();
  if (text.length > MAX_PARSED) return { range: { text }, reversed: false };
  const bound = (raw: string | undefined) => {
    const read = readNumber(raw ?? '', mark);
    return read.kind === 'number' ? read.lexical : undefined;
  };
  const between = BETWEEN.exec(text);
  if (between) {
    const [low, high] = [bound(between[1]), bound(between[2])];
    if (low === undefined || high === undefined) return { range: { text }, reversed: false };
    if (Number(low) > Number(high)) return { range: { text }, reversed: true };
    return { range: { text, low, high }, reversed: false };
  }
  const below = BELOW.exec(text);
  const high = bound(below?.[2]);
  if (below && high !== undefined) {
    return {
      range: { text, high, ...(isInclusive(below[1]) ? {} : { highInclusive: false }) },
      reversed: false,
    };
  }
  const above = ABOVE.exec(text);
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
