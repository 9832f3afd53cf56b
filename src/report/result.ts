import type { Coding } from './coding.ts';
import type { PerformingLaboratory, Professional } from './people.ts';
import type { Timestamp } from './timestamp.ts';

/** `<`, `≤`, `>`, `≥`. */
export type Comparator = '<' | '<=' | '>' | '>=';

/**
 * A result's value. Numbers keep the digits as received (`lexical`, decimal point, no thousands separator): they are
 * never rounded nor re-formatted.
 */
export type ResultValue =
  | { readonly kind: 'quantity'; readonly lexical: string; readonly comparator?: Comparator }
  | { readonly kind: 'range'; readonly low: string; readonly high: string }
  /** A dilution: 1/80 is dilution 80. */
  | { readonly kind: 'titre'; readonly dilution: string; readonly comparator?: Comparator }
  /** A quotient that is not a dilution, numerator/denominator. */
  | { readonly kind: 'ratio'; readonly numerator: string; readonly denominator: string }
  | { readonly kind: 'coded'; readonly text: string; readonly coding?: Coding }
  /** Free text; line breaks are kept. `preformatted`: its columns matter (OBX TX, FT). */
  | { readonly kind: 'text'; readonly text: string; readonly preformatted?: true };

/**
 * OBX-11 and HPRIM statuses, reduced to what a report can hold. `preliminary` rows are published in a partial report
 * only; unverified rows (R) never become a Result.
 */
export type ResultStatus = 'final' | 'corrected' | 'preliminary' | 'pending' | 'cancelled';

/** OBX-8, HL7 ObservationInterpretation codes: N, L, H, LL, HH, A, AA, POS, NEG, S, I, R… */
export type InterpretationCode = string;

export interface ReferenceRange {
  /** As received, always printed. */
  readonly text: string;
  readonly low?: string;
  readonly high?: string;
  /** Is the bound itself inside the range? Default true. */
  readonly lowInclusive?: boolean;
  readonly highInclusive?: boolean;
}

/** An antériorité: same code, same unit. */
export interface PreviousValue {
  readonly value: ResultValue;
  readonly observedAt: Timestamp;
}

/** The name a laboratory gives a test, an exam or a battery. */
export interface LocalCode {
  readonly code: string;
  readonly label: string;
}

/** One result as the source sends it; see {@link CodedResult} for what the catalogue adds. */
export interface Result {
  /** Stable through versions: OBX-3 code, OBX-4 and the exam. */
  readonly key: string;
  readonly local: LocalCode;
  /** LOINC sent by the source itself (the OBX-3 triplet whose system is LN): a hint, never emitted unchecked. */
  readonly sentLoinc?: string;
  readonly status: ResultStatus;
  /** Absent only when `status` is pending or cancelled, or the row `confirms`. */
  readonly value?: ResultValue;
  /** Final without its value (OBX-11 U): the one said before; settled before anything is made of it (confirmations.ts). */
  readonly confirms?: true;
  /** Unit as the source sends it (OBX-6), printed when the catalogue has none. */
  readonly unit?: string;
  /** The first is the one that applies to the patient; all are printed. */
  readonly ranges: readonly ReferenceRange[];
  readonly interpretations: readonly InterpretationCode[];
  readonly previous: readonly PreviousValue[];
  /** What a corrected or cancelled result said before, when that was released, and who validated the correction. */
  readonly corrects?: {
    readonly value: ResultValue;
    /** When it is not the result's. */
    readonly unit?: string;
    readonly at?: Timestamp;
    readonly by?: Professional;
  };
  readonly observedAt?: Timestamp;
  readonly analysedAt?: Timestamp;
  /** Text of the technique (OBX-17). */
  readonly method?: string;
  readonly comments: readonly string[];
  readonly validator?: Professional;
  /** Validated by a system without later human review (SGL.DOC.09): the report says so. */
  readonly automaticValidation?: true;
  /** Present when another laboratory did it (OBX-23 ≠ ours). */
  readonly performer?: PerformingLaboratory;
  /** As that laboratory released it itself: its biologist answers for it, and its LOINC is taken over. */
  readonly releasedByPerformer?: true;
}

/** What the catalogue says of a local code. */
export interface ResultCoding {
  /** Absent: no validated mapping, the result leaves uncoded with its local code (cr-bio.md §7.4). */
  readonly loinc?: Coding;
  /** National waiting code (code d'attente), when the catalogue gives one and there is no LOINC. */
  readonly waiting?: Coding;
  /** Unit as the laboratory prints it. */
  readonly printedUnit?: string;
  /** UCUM unit that goes into the CDA; absent: none is emitted. */
  readonly ucum?: string;
  /** ANSM TCCR technique. */
  readonly method?: Coding;
  /** The examination is covered by the laboratory's accreditation (Cofrac GEN REF 11). */
  readonly accredited?: true;
  /** The same result in its second unit, converted with the digits of `value`. */
  readonly second?: SecondValue;
}

/** A result in its second unit. Without `loinc` it is printed beside the first and not coded (per-test setting). */
export interface SecondValue {
  readonly loinc?: Coding;
  readonly ucum: string;
  readonly printedUnit: string;
  readonly value: ResultValue;
  readonly range?: ReferenceRange;
}

export interface CodedResult extends Result {
  readonly coding: ResultCoding;
}
