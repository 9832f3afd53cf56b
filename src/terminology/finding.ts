import type { Fault } from '../report/fault.ts';

/** `error`: the catalogue cannot be used. `warning`: usable, a person should look. `info`: for the import report. */
export type FindingLevel = 'error' | 'warning' | 'info';

/** One remark on one cell of the catalogue; what `crbio catalogue check` prints and what stops a start. */
export interface Finding {
  /** Line of the file, from 1; the header is line 1. */
  readonly line: number;
  /** Local code that the remark is about; absent when it is about the file. */
  readonly code?: string;
  /** Column as the file names it; empty when the remark is about the whole line. */
  readonly column: string;
  readonly level: FindingLevel;
  /** Stable name of the rule, e.g. `loinc-check-digit`. */
  readonly rule: string;
  /** French, for the biologist who keeps the catalogue. */
  readonly message: string;
}

/** An error of the catalogue as the fault that stops the start, with file, line and column. */
export function faultOf(finding: Finding, file: string): Fault {
  const column = finding.column ? `, colonne « ${finding.column} »` : '';
  return {
    code: 'CATALOGUE_INVALID',
    cause: finding.message,
    hint: 'Corriger cette ligne du catalogue, puis relancer « crbio catalogue check » avant de redémarrer.',
    position: `${file}, ligne ${finding.line}${column}`,
  };
}
