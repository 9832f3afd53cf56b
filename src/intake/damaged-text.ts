import type { CharsetName } from './charset.ts';
import { type Delimiters, unescapeText } from './escapes.ts';

/**
 * What a system upstream writes in the place of a character that it could not convert; or a control character inside a
 * number, where it may stand for the decimal mark: without it the number is another one. Vertical tabs and form feeds break lines and pages.
 */
const DAMAGE = /\ufffd|[\d.,](?:(?![\t-\r])\p{Cc})+[\d.,]/u;

/** Segments whose texts a report or a patient's record shows, those of HPRIM Santé last. */
const SHOWN = ['PID', 'MRG', 'PV1', 'ORC', 'OBR', 'OBX', 'NTE', 'SPM', 'PRT', 'P', 'C'];

export const isDamaged = (text: string): boolean => DAMAGE.test(text);

/**
 * Finds a character lost before the message came: it is nowhere published (inputs.md §2), and what it stood for cannot be
 * known here.
 * @param lines segments of a decoded message, their escapes as written: what these stand for is looked at too
 * @returns where, `PID[1]-5`; undefined when nothing that is shown is damaged
 */
export function damagedField(
  lines: readonly string[],
  delimiters: Delimiters,
  charset: CharsetName,
): string | undefined {
  const isLost = (raw: string) =>
    isDamaged(raw) ||
    (delimiters.escape !== '' &&
      raw.includes(delimiters.escape) &&
      isDamaged(unescapeText(raw, delimiters, charset)));
  const ranks = new Map<string, number>();
  for (const line of lines) {
    const [name = ''] = line.split(delimiters.field, 1);
    const rank = (ranks.get(name) ?? 0) + 1;
    ranks.set(name, rank);
    if (!SHOWN.includes(name)) continue;
    const field = line.split(delimiters.field).findIndex(isLost);
    if (field >= 0) return `${name}[${rank}]-${field}`;
  }
  return undefined;
}
