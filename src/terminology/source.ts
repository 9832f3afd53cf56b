import iconv from 'iconv-lite';
import type { Fault } from '../report/fault.ts';
import { tableInvalid } from './faults.ts';

/** A file already read: its name is what messages call it. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Largest file read: the complete LOINC table is about 60 MB. */
export const MAX_TABLE_BYTES = 96 * 1024 * 1024;

/** Most rows of one table: LOINC has about 105 000 terms. */
const MAX_ROWS = 250_000;

/**
 * Text of a file: UTF-8 with or without a byte order mark, else windows-1252, which is what a French spreadsheet saves.
 * Line ends become LF.
 */
export function textOf(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 'win1252');
  }
  return text.replace(/\r\n?/g, '\n');
}

export interface TableRow<Column extends string> {
  readonly line: number;
  readonly cells: Readonly<Record<Column, string>>;
}

/**
 * Reads a tab-separated reference table (no quoting; header on line 1; columns are found by name, others are ignored).
 * @returns the rows, or the fault of the first missing column or short line
 */
export function readTsv<Column extends string>(
  file: SourceFile,
  columns: readonly Column[],
): TableRow<Column>[] | Fault[] {
  const lines = textOf(file.bytes).split('\n');
  const header = (lines[0] ?? '').split('\t');
  const places = columns.map((column) => header.indexOf(column));
  const missing = columns.find((_, index) => places[index] === -1);
  if (missing !== undefined) return [tableInvalid(file.name, 1, `La colonne « ${missing} » manque.`)];
  if (lines.length > MAX_ROWS) return [tableInvalid(file.name, MAX_ROWS, 'La table a trop de lignes.')];
  const rows: TableRow<Column>[] = [];
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text === '') continue;
    const fields = text.split('\t');
    if (fields.length !== header.length) {
      const problem = `La ligne a ${fields.length} colonnes, l'en-tête en a ${header.length}.`;
      return [tableInvalid(file.name, index + 1, problem)];
    }
    const cells = {} as Record<Column, string>;
    for (const [rank, column] of columns.entries()) cells[column] = (fields[places[rank] ?? 0] ?? '').trim();
    rows.push({ line: index + 1, cells });
  }
  return rows;
}
