import { COLUMNS, type Column } from './catalogue-columns.ts';
import type { CatalogueLine } from './catalogue-text.ts';
import { writeDelimited } from './delimited.ts';

/** A line of the catalogue before it has a place in a file. */
export type CatalogueDraft = Pick<CatalogueLine, 'cells' | 'others'>;

/** Between quotes, so that a spreadsheet that asks takes them for text: 1751-7 is no date. */
const LOINC_COLUMNS: readonly Column[] = ['loinc', 'loinc_2', 'order_loinc'];

/**
 * Writes the catalogue in its native form: every column by its own name, then the columns that this program ignores.
 * The header is line 1, and each draft the next line: draft `i` is line `i + 2`.
 */
export function writeCatalogue(drafts: readonly CatalogueDraft[]): string {
  const others = [...new Set(drafts.flatMap((draft) => Object.keys(draft.others)))];
  const quoted = new Set(LOINC_COLUMNS.map((column) => COLUMNS.indexOf(column)));
  const rows = drafts.map(({ cells, others: own }) => [
    ...COLUMNS.map((column) => cells[column]),
    ...others.map((name) => own[name] ?? ''),
  ]);
  return writeDelimited([[...COLUMNS, ...others], ...rows], quoted);
}

export function emptyCells(): Record<Column, string> {
  return Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Record<Column, string>;
}
