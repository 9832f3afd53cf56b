import type { ImportFinding } from './finding.ts';

/** A reference table made from a file that the laboratory downloaded under its licence. */
export interface ReferenceTable {
  /** Name of the table beside the catalogue. */
  readonly table: string;
  /** Tab-separated, header on line 1. */
  readonly text: string;
  readonly rows: number;
  /** As the file says it; empty when it does not. */
  readonly release: string;
  readonly findings: readonly ImportFinding[];
}

/** A tab-separated table; a tab or a line break inside a cell becomes a blank. */
export function writeTsv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => cells.map((cell) => cell.replace(/\s+/g, ' ').trim()).join('\t');
  return `${[header, ...rows].map(line).join('\n')}\n`;
}
