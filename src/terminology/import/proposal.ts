import type { Column } from '../catalogue-columns.ts';
import type { ImportFinding } from './finding.ts';

/** Where a proposal stands in the imported files. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

/** What one line of an imported file wants of the catalogue. */
export type Proposal = TestProposal | BatteryProposal | ChapterProposal;

export interface TestProposal {
  readonly kind: 'test';
  readonly at: Origin;
  readonly code: string;
  /** HL7 0487; when given, only the lines of that specimen are meant. */
  readonly specimen?: string;
  /** Cells that the line sets. */
  readonly cells: Readonly<Partial<Record<Column, string>>>;
  /** Cells that it fills where the catalogue has nothing. */
  readonly defaults: Readonly<Partial<Record<Column, string>>>;
}

/** An exam (a battery of the catalogue, or a test ordered by itself) gets the LOINC of its order. */
export interface BatteryProposal {
  readonly kind: 'battery';
  readonly at: Origin;
  readonly code: string;
  readonly orderLoinc: string;
}

/** A chapter of the laboratory is one of the circuit's; all tests under it follow. */
export interface ChapterProposal {
  readonly kind: 'chapter';
  readonly at: Origin;
  /** As the catalogue has it; a sub-chapter of its own, or empty: the whole chapter. */
  readonly chapter: string;
  readonly subChapter: string;
  readonly toChapter: string;
  readonly toSubChapter: string;
}

/** A file read: what it proposes, and what is wrong with it. */
export interface ImportReading {
  readonly proposals: readonly Proposal[];
  readonly findings: readonly ImportFinding[];
  /** Lines with content, header apart. */
  readonly rows: number;
}

/** Longest record of an imported file, in characters. */
export const MAX_RECORD = 100_000;

/** Most lines of an imported file. */
export const MAX_IMPORT_ROWS = 250_000;
