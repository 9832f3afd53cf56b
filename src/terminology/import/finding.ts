import type { Finding } from '../finding.ts';

/** One remark on one cell of an imported file. */
export interface ImportFinding extends Finding {
  /** Name of the file, as given. */
  readonly file: string;
  /** Nothing can be activated while it stands (SGL.LOI.07: several LOINC codes for one analysis). */
  readonly blocking?: true;
}

/** Writes findings of one file. */
export class FindingLog {
  readonly findings: ImportFinding[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @param code local code; empty when the remark is about the file */
  report(
    at: { readonly line: number; readonly code?: string; readonly column?: string },
    level: Finding['level'],
    rule: string,
    message: string,
  ): void {
    const { line, code, column = '' } = at;
    this.findings.push({ file: this.#file, line, ...(code ? { code } : {}), column, level, rule, message });
  }

  block(
    at: { readonly line: number; readonly code?: string; readonly column?: string },
    level: 'error',
    rule: string,
    message: string,
  ): void {
    this.report(at, level, rule, message);
    const last = this.findings.pop();
    if (last) this.findings.push({ ...last, blocking: true });
  }
}
