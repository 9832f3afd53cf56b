import type { Fault } from '../../report/fault.ts';
import { readDelimited } from '../delimited.ts';
import { importUnrecognised } from '../faults.ts';
import type { SourceFile } from '../source.ts';
import { MAX_IMPORT_ROWS, MAX_RECORD } from './proposal.ts';

/** A CSV whose columns have fixed names. */
export interface Records {
  readonly headers: readonly string[];
  /** Cells by header, trimmed. */
  readonly rows: readonly { readonly line: number; readonly cells: Readonly<Record<string, string>> }[];
}

/** Reads a CSV with a header, or says which of the columns it needs are missing. */
export function readRecords(file: SourceFile, required: readonly string[]): Records | Fault {
  const rows = readDelimited(file.bytes, MAX_RECORD);
  if ('problem' in rows) return importUnrecognised(file.name, `ligne ${rows.line} : ${rows.problem}`);
  const [header, ...records] = rows;
  const headers = header?.cells.map((cell) => cell.trim()) ?? [];
  const missing = required.filter((name) => !headers.includes(name));
  if (missing.length > 0) return importUnrecognised(file.name, `colonnes manquantes : ${missing.join(', ')}`);
  if (records.length > MAX_IMPORT_ROWS)
    return importUnrecognised(file.name, `plus de ${MAX_IMPORT_ROWS} lignes`);
  return {
    headers,
    rows: records.map(({ line, cells }) => ({
      line,
      cells: Object.fromEntries(headers.map((name, index) => [name, (cells[index] ?? '').trim()])),
    })),
  };
}
