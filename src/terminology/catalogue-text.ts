import { COLUMNS, type Column, columnOf, REQUIRED } from './catalogue-columns.ts';
import { type DelimitedRow, readDelimited } from './delimited.ts';
import type { Finding, FindingLevel } from './finding.ts';
import type { SourceFile } from './source.ts';

/** One line of the catalogue as text: cells trimmed, `''` where the file has nothing. */
export interface CatalogueLine {
  readonly line: number;
  readonly cells: Readonly<Record<Column, string>>;
  /** Columns whose cell began or ended with a blank: an import that compares codes as text would miss them. */
  readonly blanks: readonly Column[];
  /** Columns that this program ignores, by their header: kept when the file is written again. */
  readonly others: Readonly<Record<string, string>>;
}

/** The file read, before any rule about its content. */
export interface CatalogueText {
  readonly lines: readonly CatalogueLine[];
  readonly findings: readonly Finding[];
  /** How the file itself names each column, for messages. */
  readonly headers: ReadonlyMap<Column, string>;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_LINES = 50_000;
const MAX_CELL = 1000;

/**
 * Reads the catalogue's CSV: `;`, `,` or tab (whichever the header holds most), UTF-8 or windows-1252, LF or CRLF,
 * quoted cells, headers by name or alias.
 */
export function readCatalogueText(file: SourceFile): CatalogueText {
  if (file.bytes.byteLength > MAX_BYTES) {
    return unreadable(1, 'file-size', `Le catalogue dépasse ${MAX_BYTES / 1024 / 1024} Mio.`);
  }
  const rows = readDelimited(file.bytes, MAX_CELL * (COLUMNS.length + 10));
  if ('problem' in rows) return unreadable(rows.line, 'csv', rows.problem);
  const [header, ...records] = rows;
  if (!header) return unreadable(1, 'csv', 'Le catalogue est vide.');
  return readRows(header.cells, records);
}

function unreadable(line: number, rule: string, message: string): CatalogueText {
  return { lines: [], headers: new Map(), findings: [{ line, column: '', level: 'error', rule, message }] };
}

function readRows(header: readonly string[], records: readonly DelimitedRow[]): CatalogueText {
  const findings: Finding[] = [];
  const report = (line: number, column: string, level: FindingLevel, rule: string, message: string) =>
    findings.push({ line, column, level, rule, message });
  const columns = header.map(columnOf);
  const headers = new Map<Column, string>();
  for (const [index, column] of columns.entries()) {
    const name = (header[index] ?? '').trim();
    if (!column) {
      if (name !== '') report(1, name, 'warning', 'column-unknown', `La colonne « ${name} » est ignorée.`);
    } else if (headers.has(column)) {
      report(1, name, 'error', 'column-twice', `La colonne « ${name} » figure deux fois (${column}).`);
    } else headers.set(column, name);
  }
  for (const column of REQUIRED) {
    if (headers.has(column)) continue;
    const level = column === 'status' ? 'warning' : 'error';
    const message =
      column === 'status'
        ? 'La colonne « status » manque : aucune ligne ne vaut validée, rien ne part en LOINC.'
        : `La colonne « ${column} » manque.`;
    report(1, column, level, 'column-missing', message);
  }
  if (records.length > MAX_LINES) {
    report(MAX_LINES, '', 'error', 'file-size', `Le catalogue a plus de ${MAX_LINES} lignes.`);
  }
  const lines: CatalogueLine[] = [];
  for (const { cells: record, line } of records.slice(0, MAX_LINES)) {
    if (record.every((cell) => cell.trim() === '')) continue;
    if (record.length > header.length && record.slice(header.length).some((cell) => cell.trim() !== '')) {
      report(
        line,
        '',
        'error',
        'cell-count',
        `La ligne a ${record.length} cellules, l’en-tête en a ${header.length}.`,
      );
    }
    const cells = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Record<Column, string>;
    const blanks: Column[] = [];
    const others: Record<string, string> = {};
    for (const [index, column] of columns.entries()) {
      const raw = record[index] ?? '';
      if (!column) {
        const name = (header[index] ?? '').trim();
        if (name !== '' && raw !== '') others[name] = raw;
        continue;
      }
      if (raw.length > MAX_CELL)
        report(line, headers.get(column) ?? column, 'error', 'cell-size', 'Cellule trop longue.');
      cells[column] = raw.trim();
      if (raw !== raw.trim()) blanks.push(column);
    }
    lines.push({ line, cells, blanks, others });
  }
  return { lines, findings, headers };
}
