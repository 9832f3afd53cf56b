import type { Attachment, Exam, ProcessingId } from './dossier.ts';
import type { LocalPatientId, Sex } from './identity.ts';
import type { Ins } from './ins.ts';
import type { PerformingLaboratory } from './people.ts';
import type { Warning } from './report.ts';
import type { Timestamp } from './timestamp.ts';

/**
 * What a laboratory that worked for ours says of one of our orders (inputs.md §8). It becomes part of the report of that
 * order, and nothing else: it states no identity, no recipient, no mask.
 */
export interface Contribution {
  /** Name of the source profile that it came through. */
  readonly source: string;
  /**
   * What names it among all that came through the source: the set of its CDA, the order of its messages, the order of its
   * PDF. A later one of the same name replaces or completes it.
   */
  readonly stream: string;
  /** Numbers of ours that it gives; it belongs to the report that has one of them. */
  readonly orders: readonly string[];
  /** Sources whose reports it may belong to; empty: any. */
  readonly clients: readonly string[];
  /** MSH-11, where there is one. */
  readonly processing?: ProcessingId;
  readonly patient: ContributionPatient;
  readonly laboratory: PerformingLaboratory;
  /** Put before its own codes, so that none is taken for one of ours. */
  readonly codePrefix: string;
  readonly exams: readonly Exam[];
  readonly attachments: readonly Attachment[];
  readonly comments: readonly string[];
  readonly completeness: 'partial' | 'complete';
  /** It says all there is: what it no longer lists is gone. A message lists only what it is about. */
  readonly whole: boolean;
  /** What it said was another patient's. */
  readonly withdrawn: boolean;
  /** Absent: a document alone, whose own time nobody knows. */
  readonly issuedAt?: Timestamp;
  /** Orders what is said in one stream: MSH-7, effectiveTime; absent: the order of arrival does. */
  readonly messageAt?: Timestamp;
  readonly warnings: readonly Warning[];
}

/** By what the patient of a contribution is compared with the patient of the report. */
export type ContributionPatient =
  | {
      readonly kind: 'stated';
      /** Numbers, each with its authority. */
      readonly numbers: readonly LocalPatientId[];
      readonly ins?: Ins;
      readonly sex: Sex;
      /** `YYYYMMDD`, or its beginning. */
      readonly birthDate?: string;
    }
  /** A document alone, of which only its text is known. */
  | { readonly kind: 'printed'; readonly text: string };
