import { nameWords } from './names.ts';
import type { Timestamp } from './timestamp.ts';

/** Finding a patient in the text of a printed document. */

/** Words that are looked for together: a name of four parts, a date, a number in groups. */
const MOST_WORDS = 12;

const MONTHS = [
  ...['JANVIER', 'FEVRIER', 'MARS', 'AVRIL', 'MAI', 'JUIN'],
  ...['JUILLET', 'AOUT', 'SEPTEMBRE', 'OCTOBRE', 'NOVEMBRE', 'DECEMBRE'],
] as const;

/** A name or number as its words written together. */
export const compact = (text: string): string => nameWords(text).join('');

/** Do neighbouring words, whole ones, spell this? `PAT-TROIS`, `PAT TROIS` and `PATTROIS` are one name. */
export function says(words: readonly string[], wanted: string): boolean {
  return wanted !== '' && runs(words, wanted.length).some((run) => run === wanted);
}

/** Neighbouring words written together, where they make this many characters. */
export function runs(words: readonly string[], length: number): string[] {
  const found: string[] = [];
  for (let start = 0; start < words.length; start++) {
    let run = '';
    for (let next = start; next < words.length && next - start < MOST_WORDS && run.length < length; next++) {
      run += words[next];
    }
    if (run.length === length) found.push(run);
  }
  return found;
}

/** A birth date as French software prints it; a partial one as its parts. */
export function dateForms({ local }: Timestamp): string[] {
  const [year, month, day] = [local.slice(0, 4), local.slice(4, 6), local.slice(6, 8)];
  if (month === '') return [year];
  const name = MONTHS[Number(month) - 1] ?? '';
  if (day === '') return [`${month}${year}`, `${year}${month}`, `${name}${year}`];
  const short = String(Number(day));
  const named = [day, short, ...(short === '1' ? ['1ER'] : [])].map((text) => `${text}${name}${year}`);
  return [`${day}${month}${year}`, `${year}${month}${day}`, ...named];
}
