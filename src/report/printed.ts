import type { Comparator, ReferenceRange, Result, ResultValue } from './result.ts';

/** How facts read on a French report: the same in the PDF, in the narrative and in what a browser shows. */

/** A no-break space, between what must stay on one line. */
const NB = '\u00a0';

const COMPARATORS: Readonly<Record<Comparator, string>> = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' };

/**
 * A value as a French report prints it: decimal comma, the digits as received and nothing between them, since they are
 * compared with the coded value and copied from the page.
 */
export function printedValue(value: ResultValue): string {
  switch (value.kind) {
    case 'quantity':
      return compared(value.comparator, frenchNumber(value.lexical));
    case 'range':
      return `${frenchNumber(value.low)}${NB}à${NB}${frenchNumber(value.high)}`;
    case 'titre':
      return compared(value.comparator, `1/${frenchNumber(value.dilution)}`);
    case 'ratio':
      return `${frenchNumber(value.numerator)}/${frenchNumber(value.denominator)}`;
    case 'coded':
    case 'text':
      return value.text;
  }
}

function compared(comparator: Comparator | undefined, text: string): string {
  return comparator ? `${COMPARATORS[comparator]}${NB}${text}` : text;
}

function frenchNumber(lexical: string): string {
  return lexical.replace('.', ',');
}

/**
 * Why an examination was not done: sources say it in a comment, or as a text in the value's place.
 * @returns nothing where the source said nothing
 */
export function cancellationReasons({
  value,
  comments,
}: Pick<Result, 'value' | 'comments'>): readonly string[] {
  return [...(value?.kind === 'text' ? [value.text] : []), ...comments].filter((text) => text.trim() !== '');
}

/** A range as received; a decimal point becomes a comma only where the text holds nothing but numbers and signs. */
export function printedRange(range: ReferenceRange): string {
  return /^[\d\s.<>≤≥=à–-]+$/.test(range.text) ? range.text.replace(/(\d)\.(\d)/g, '$1,$2') : range.text;
}

/**
 * A telephone number as France writes it, in pairs: `+33100000001` → `01 00 00 00 01`, the overseas departments' codes
 * likewise. A number of another country stays as received.
 */
export function printedPhone(phone: string): string {
  const compact = phone.replace(/[\s.()-]/g, '');
  const national = /^(?:(?:\+|00)(?:33|262|590|594|596)0?|0)(\d{9})$/.exec(compact)?.[1];
  return national === undefined ? phone : `0${national}`.replace(/\d\d(?=\d)/g, `$&${NB}`);
}

/**
 * A place of birth: its name and the INSEE code (COG) that the identity bears, or the code alone, said to be one, where
 * the source gave no name. Undefined where it gave neither.
 */
export function printedBirthPlace(name: string | undefined, code: string | undefined): string | undefined {
  if (!code) return name || undefined;
  return name ? `${name} (${code})` : `code INSEE${NB}${code}`;
}
