import { CsvError, parse } from 'csv-parse/sync';
import { textOf } from './source.ts';

/** One record of a CSV file: its cells as they are, blanks included. */
export interface DelimitedRow {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Why a file is no CSV: the line, and French text. */
export interface DelimitedProblem {
  readonly line: number;
  readonly problem: string;
}

interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const SEPARATORS = [';', '\t', ','];

/**
 * Reads CSV as French laboratories and their providers write it: `;`, `,` or tab (whichever the first line holds most),
 * UTF-8 or windows-1252, LF or CRLF, quoted cells, rows of any length. Empty lines are left out.
 * @param maxRecord longest record accepted, in characters
 */
export function readDelimited(bytes: Uint8Array, maxRecord: number): DelimitedRow[] | DelimitedProblem {
  const text = textOf(bytes);
  const first = text.split('\n', 1)[0] ?? '';
  const separator = [...SEPARATORS].sort((a, b) => first.split(b).length - first.split(a).length)[0] ?? ';';
  try {
    const records = parse(text, {
      delimiter: separator,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxRecord,
    }) as unknown as CsvRecord[];
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error;
    const problem = 'Le fichier n’est pas un CSV lisible : guillemet mal placé ou ligne trop longue.';
    return { line: typeof lines === 'number' ? lines : 1, problem };
  }
}

/** A header without case, accents or punctuation: `Code analyse` and `code_analyse` are one. */
export function headerKey(header: string): string {
  return header
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/**
 * Writes CSV for a French spreadsheet: UTF-8 with a byte order mark, `;`, CRLF. A record is one line of the file: line
 * breaks inside a cell become blanks.
 * @param quoted columns written between quotes whatever they hold
 */
export function writeDelimited(
  rows: readonly (readonly string[])[],
  quoted: ReadonlySet<number> = new Set(),
): string {
  const lines = rows.map((row) =>
    row
      .map((cell, index) => {
        const flat = cell.replace(/[\r\n\t]+/g, ' ');
        return quoted.has(index) || /[";,]|^\s|\s$/.test(flat) ? `"${flat.replaceAll('"', '""')}"` : flat;
      })
      .join(';'),
  );
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}
