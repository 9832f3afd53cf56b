import type { Coding } from '../report/coding.ts';

/** XDS author: XCN person, XON institution, specialty CE and role text (dmp.md §7). */
export interface XdsAuthor {
  readonly person: string;
  readonly institution?: string;
  readonly specialty?: string;
  readonly role?: string;
}

/** Metadata of one document, derived from its CDA header and the dispatch decision (IHE ITI TF-3 §4.2.3.2). */
export interface DocumentEntry {
  /** Pure OID: CDA id/@root. */
  readonly uniqueId: string;
  readonly title: string;
  readonly typeCode: Coding;
  readonly classCode: Coding;
  readonly formatCode: Coding;
  /** N first, then the masking codes. */
  readonly confidentialityCodes: readonly Coding[];
  readonly eventCodes: readonly Coding[];
  readonly facilityType: Coding;
  readonly practiceSetting: Coding;
  /** UTC yyyyMMddHHmmss. */
  readonly creationTime: string;
  readonly serviceStartTime: string;
  readonly serviceStopTime?: string;
  readonly languageCode: string;
  readonly mimeType: string;
  readonly authors: readonly XdsAuthor[];
  /** XCN. */
  readonly legalAuthenticator: string;
  /** CX: `{INS}^^^&{oid}&ISO^NH`; for an unqualified identity sent by mail, the local identifier. */
  readonly patientId: string;
  readonly sourcePatientId: string;
  readonly sourcePatientInfo: readonly string[];
  /** SHA-1 hex of the document's bytes. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** CDA relatedDocument RPLC: uniqueId of the document replaced. */
  readonly replaces?: string;
}

export interface SubmissionSet {
  readonly uniqueId: string;
  readonly sourceId: string;
  readonly patientId: string;
  readonly author: XdsAuthor;
  readonly contentType: Coding;
  /** UTC yyyyMMddHHmmss. */
  readonly submissionTime: string;
  readonly title: string;
  readonly comments?: string;
}
