import type { Coding } from './coding.ts';
import type {
  Attachment,
  DispatchFlags,
  Isolate,
  Recipient,
  ResultImage,
  Specimen,
  Susceptibility,
} from './dossier.ts';
import type { Identity } from './identity.ts';
import type { Laboratory } from './laboratory.ts';
import type { PerformingLaboratory, Professional } from './people.ts';
import type { CodedResult, LocalCode, ResultCoding } from './result.ts';
import type { Timestamp } from './timestamp.ts';

/** One version of one report, complete: what cda/, pdf/ and policy/ read. Built from a Dossier and the catalogue. */
export interface Report {
  readonly version: ReportVersion;
  readonly laboratory: Laboratory;
  readonly patient: Identity;
  readonly source: string;
  /** Number of the request in the SGL. */
  readonly dossier: string;
  readonly processing: 'P' | 'T' | 'D';
  readonly patientClass?: string;
  readonly visitNumber?: string;
  readonly location?: string;
  readonly prescriber?: Professional;
  readonly recipients: readonly Recipient[];
  readonly prescriptionNumber?: string;
  readonly prescribedAt?: Timestamp;
  readonly clinicalInformation?: string;
  readonly collectedAt?: Timestamp;
  readonly receivedAt?: Timestamp;
  /** Who validated, in order of appearance. Empty: the report is held (CSP D.6211-3). */
  readonly validators: readonly Validator[];
  readonly chapters: readonly Chapter[];
  readonly attachments: readonly Attachment[];
  /** The SGL's own PDF, to be used instead of ours. */
  readonly sourcePdf?: Attachment;
  readonly comments: readonly string[];
  readonly nonHuman: boolean;
  readonly flags: DispatchFlags;
}

export interface Validator {
  readonly professional: Professional;
  readonly at: Timestamp;
}

export interface ReportVersion {
  /** `source-hash`, the report's identifier everywhere (decisions.md, identifiers). */
  readonly reportId: string;
  readonly number: number;
  /** OID of the version set: laboratory root . hash. */
  readonly setOid: string;
  /** OID of this document: setOid . number. */
  readonly documentOid: string;
  /** Document that this one replaces, when one was issued. */
  readonly replaces?: {
    readonly documentOid: string;
    readonly number: number;
    /** When it was issued, where known: printed after "annule et remplace". */
    readonly effectiveTime?: Timestamp;
  };
  readonly completeness: 'partial' | 'complete';
  /** Why this version exists; `withdrawal`: says that the previous one must be disregarded. */
  readonly cause: 'first' | 'correction' | 'completion' | 'masking' | 'identity' | 'withdrawal';
  readonly effectiveTime: Timestamp;
}

export interface Chapter {
  readonly code: Coding;
  readonly title: string;
  /** Either sub-chapters or content, never both (cr-bio.md §5). */
  readonly body:
    | { readonly kind: 'leaf'; readonly content: Content }
    | { readonly kind: 'parent'; readonly subChapters: readonly SubChapter[] };
}

export interface SubChapter {
  readonly code: Coding;
  readonly title: string;
  readonly content: Content;
}

export interface Content {
  readonly specimens: readonly Specimen[];
  readonly batteries: readonly Battery[];
  readonly comments: readonly string[];
  /** Present when another laboratory did the whole of it. */
  readonly performer?: PerformingLaboratory;
}

/** A panel, or a single exam; isolates belong to the culture that found them. */
export interface Battery {
  readonly local: LocalCode;
  /** LOINC of the panel, when the catalogue knows one. */
  readonly loinc?: Coding;
  readonly results: readonly CodedResult[];
  readonly isolates: readonly CodedIsolate[];
  readonly images?: readonly ResultImage[];
  readonly comments: readonly string[];
  readonly performer?: PerformingLaboratory;
}

export interface CodedIsolate extends Isolate {
  readonly antibiogram: readonly CodedSusceptibility[];
  readonly countCoding?: ResultCoding;
}

export interface CodedSusceptibility extends Susceptibility {
  readonly coding: ResultCoding;
}

/** Something a person should know, found on the way; it never stops the report. */
export interface Warning {
  /** Stable code, e.g. `CODE_UNMAPPED`; docs/errors.md lists them. */
  readonly code: string;
  /** French, names the code or field, holds no value of the patient. */
  readonly text: string;
}
