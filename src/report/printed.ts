import type { ReferenceRange } from './result.ts';

/** How facts read on a French report: the same in the PDF, in the narrative and in what a browser shows. */

/** A no-break space, between what must stay on one line. */
const NB = '\u00a0';

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
