import type { Segment } from './hl7.ts';

/** Notes in a row are the lines of one comment. */
export function noteText(notes: readonly Segment[]): string[] {
  const text = notes
    .map((note) =>
      note
        .everyRepetition(3)
        .map((repetition) => repetition.whole().trimEnd())
        .join('\n'),
    )
    .join('\n');
  return text.trim() === '' ? [] : [text.trimEnd().replace(/^\n+/, '')];
}
