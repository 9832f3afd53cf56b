import type { Fault } from '../report/fault.ts';

/** Exit codes of the command line (docs/cli: a contract). */
export const EXIT = {
  done: 0,
  /** Something asked for does not hold: a check failed, an item was refused. */
  refused: 1,
  /** Usage or configuration. */
  usage: 2,
  /** Disk, port, peer. */
  environment: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly lang?: string;
  readonly config?: string;
}

/** Where a command writes; replaced in tests. */
export interface Output {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

export const STANDARD: Output = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

/** The sentence in the language asked for: French unless `--lang en`. */
export function say(options: CommonOptions, french: string, english: string): string {
  return options.lang === 'en' ? english : french;
}

/** A number with its noun, as French counts: `0 envoi`, `1 envoi`, `2 envois`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count > 1 ? many : one}`;
}

/** One JSON object a line, or a table whose columns are as wide as their content. */
export function list<Row extends Record<string, unknown>>(
  output: Output,
  options: CommonOptions,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): void {
  if (options.json) {
    for (const row of rows) output.out(JSON.stringify(row));
    return;
  }
  if (rows.length === 0) {
    output.out(say(options, 'rien à montrer', 'nothing to show'));
    return;
  }
  const cells = [
    columns.map((column) => (options.lang === 'en' ? column.english : column.french)),
    ...rows.map((row) => columns.map((column) => column.value(row))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)));
  for (const row of cells)
    output.out(
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  '),
    );
}

export interface Column<Row> {
  readonly french: string;
  readonly english: string;
  readonly value: (row: Row) => string;
}

/** A fault on stderr: the cause, what to do, the code; with --json one object. */
export function complain(output: Output, options: CommonOptions, fault: Fault, about?: string): void {
  if (options.json) output.err(JSON.stringify({ ...(about ? { about } : {}), ...fault }));
  else
    output.err(
      `${about ? `${about} : ` : ''}${fault.position && !fault.cause.startsWith(fault.position) ? `${fault.position} : ` : ''}${fault.cause} [${fault.code}]\n  → ${fault.hint}`,
    );
}

/** `02/03/2026 08:05`, local time of the machine. */
export function moment(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
