import type { Delimiters } from './escapes.ts';
import { Repetition } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { ObservationGroup } from './message-groups.ts';
import { asksForGerm } from './organism-rows.ts';
import { localCode } from './row-fields.ts';
import { rewritten } from './side-rows.ts';

/**
 * Gives the lines of a text, sent one OBX a line and numbered in OBX-4, one number: they are one result, which a correction
 * replaces whole, were it shorter. Numbers are lines' only where every numbered row of the exam is a text, and those of each
 * analysis follow each other from 1; elsewhere they may be isolates'.
 */
export function withNumberedLines(
  rows: readonly ObservationGroup[],
  delimiters: Delimiters,
): readonly ObservationGroup[] {
  const numbered = rows.filter(({ obx }) => obx.text(4) !== '');
  const texts = new Map<string, ObservationGroup[]>();
  for (const row of numbered) {
    const lines = texts.get(row.obx.text(3));
    if (lines) lines.push(row);
    else texts.set(row.obx.text(3), [row]);
  }
  if (!numbered.every(mayBeLine) || ![...texts.values()].every((lines) => areLines(lines, rows))) return rows;
  const field = (text: string) => [new Repetition([[text]], delimiters)];
  return rows.map((row) => {
    const lines = row.obx.text(4) === '' ? [] : (texts.get(row.obx.text(3)) ?? []);
    const [first] = lines;
    if (!first || lines.length < 2) return row;
    const status = lines.find(({ obx }) => obx.text(11) === 'C')?.obx.text(11) ?? row.obx.text(11);
    const fields = { 4: field(first.obx.text(4)), 11: field(status) };
    return { ...row, obx: rewritten(row.obx, fields, undefined) };
  });
}

function mayBeLine({ obx }: ObservationGroup): boolean {
  const code = localCode(obx.repetitions(3)[0]);
  const isText = obx.text(2) === 'TX' || obx.text(2) === 'FT';
  return isText && obx.document === undefined && !isSusceptibility(obx) && !!code && !asksForGerm(code);
}

/** Numbered from 1, one after the other, of one date, and of one status or corrected in part. */
function areLines(lines: readonly ObservationGroup[], rows: readonly ObservationGroup[]): boolean {
  const [first] = lines;
  if (!first) return false;
  const start = rows.indexOf(first);
  const statuses = new Set(lines.map(({ obx }) => obx.text(11)));
  return (
    lines.every(
      (line, index) =>
        rows[start + index] === line &&
        Number(line.obx.text(4)) === index + 1 &&
        line.obx.text(14) === first.obx.text(14),
    ) &&
    (statuses.size === 1 || [...statuses].every((status) => status === 'F' || status === 'C'))
  );
}
