import type { DecimalMark } from './profile.ts';

/** A number as text, decimal point, digits as received; or why there is none. */
export type NumberReading =
  | { readonly kind: 'number'; readonly lexical: string }
  /** Thousands or decimals: the text does not say. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'none' };

/** Longer than any laboratory number. */
const MAX_DIGITS = 50;

const NONE: NumberReading = { kind: 'none' };

/**
 * Reads a number as French laboratories write it: `12.3`, `12,3`, `4 450 000`, `+5`, `.5`. Digits are neither dropped nor
 * rounded.
 * @param mark what this source means by a point before three digits
 */
export function readNumber(text: string, mark: DecimalMark): NumberReading {
  if (text.length > MAX_DIGITS) return NONE;
  // Plain, no-break and narrow no-break spaces separate thousands.
  const compact = text.trim().replace(/(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g, '');
  const match = /^([+-]?)(\d*)(?:([.,])(\d*))?$/.exec(compact);
  if (!match) return thousands(compact, mark);
  const [, sign = '', whole = '', point, decimals = ''] = match;
  if (whole === '' && decimals === '') return NONE;
  if (point === '.' && decimals.length === 3 && /^[1-9]\d{0,2}$/.test(whole) && mark !== 'point') {
    return mark === 'comma' ? number(sign, whole + decimals, '') : { kind: 'ambiguous' };
  }
  return number(sign, whole, decimals);
}

/** `1.234.567`: more than one group leaves no doubt. */
function thousands(text: string, mark: DecimalMark): NumberReading {
  const match = /^([+-]?)([1-9]\d{0,2}(?:\.\d{3}){2,})(?:,(\d+))?$/.exec(text);
  if (match) return number(match[1] ?? '', (match[2] ?? '').replaceAll('.', ''), match[3] ?? '');
  const mixed = /^([+-]?)([1-9]\d{0,2}\.\d{3}),(\d+)$/.exec(text);
  if (mixed && mark !== 'point')
    return number(mixed[1] ?? '', (mixed[2] ?? '').replace('.', ''), mixed[3] ?? '');
  return NONE;
}

function number(sign: string, whole: string, decimals: string): NumberReading {
  const lexical = `${sign === '-' ? '-' : ''}${whole || '0'}${decimals ? `.${decimals}` : ''}`;
  return { kind: 'number', lexical };
}
