import type { Segment } from './hl7.ts';

/** Notes in a row are the lines of one comment. */
export function noteText(notes: readonly Segment[]): string[] {
  const text = notes.map((note) => `${fieldText(note, 3)}${restOf(note)}`).join('\n');
  return text.trim() === '' ? [] : [text.trimEnd().replace(/^\n+/, '')];
}

const fieldText = (note: Segment, field: number): string =>
  note
    .everyRepetition(field)
    .map((repetition) => repetition.whole().trimEnd())
    .join('\n');

/** NTE-4 to NTE-9 where a blank begins NTE-4, which is a code: signs `|` that nobody escaped cut the comment. */
function restOf(note: Segment): string {
  const rest = [4, 5, 6, 7, 8, 9].map((field) => fieldText(note, field));
  const last = rest.findLastIndex((text) => text !== '');
  return rest[0]?.startsWith(' ')
    ? rest
        .slice(0, last + 1)
        .map((text) => ` |${text}`)
        .join('')
    : '';
}
