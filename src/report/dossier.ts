import type { FinishedDocuments } from './finished.ts';
import type { StatedIdentity } from './identity.ts';
import type { Organization, PerformingLaboratory, Professional } from './people.ts';
import type { LocalCode, Result } from './result.ts';
import type { Timestamp } from './timestamp.ts';

/** HL7 v2 MSH-11. */
export type ProcessingId = 'P' | 'T' | 'D';

/** Y/N orders of the source about who may see the report (table MetaDMPMSS); absent: the source says nothing. */
export interface DispatchFlags {
  readonly masquePs?: boolean;
  readonly invisiblePatient?: boolean;
  readonly invisibleRepLegaux?: boolean;
  readonly connexionSecrete?: boolean;
  readonly destDmp?: boolean;
  readonly destMssantePs?: boolean;
  readonly destMssantePat?: boolean;
  /** NTE-4 FIN: the patient may not reply to the mail (header X-MSS-MES). */
  readonly patientMayNotReply?: boolean;
}

export interface Specimen {
  /** Tube or sample number. */
  readonly id?: string;
  /** HL7 table 0487 code. */
  readonly type?: string;
  readonly typeText?: string;
  readonly site?: string;
  readonly collectedAt?: Timestamp;
  readonly receivedAt?: Timestamp;
  readonly collector?: Professional;
  /** SPM-21 or SPM-24 text: why the specimen does not conform. */
  readonly nonConformity?: string;
}

/** One row of an antibiogramme. */
export interface Susceptibility extends Result {}

/** An organism found by a culture, with its count and its antibiogramme. */
export interface Isolate {
  /** OBX-4 of the organism row. */
  readonly id: string;
  readonly organism: LocalCode;
  /** SNOMED CT code of the organism, when the source or the laboratory's table gives one. */
  readonly snomed?: string;
  readonly ncbi?: string;
  readonly count?: Result;
  readonly antibiogram: readonly Susceptibility[];
  readonly comments: readonly string[];
}

/** A picture that belongs to the results: an electrophoresis curve, a caryotype, a microscopy field. */
export interface ResultImage {
  /** Unique in its exam. */
  readonly id: string;
  /** Printed under the picture. */
  readonly title: string;
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/gif';
  /** Base64 without line breaks. */
  readonly base64: string;
}

/** A document that came with the results: a subcontractor's PDF. */
export interface Attachment {
  readonly id: string;
  readonly title: string;
  readonly mediaType: 'application/pdf';
  /** Base64 without line breaks. */
  readonly base64: string;
  readonly from?: PerformingLaboratory;
}

/** An exam or panel: one OBR of the source. */
export interface Exam {
  /** OBR-3, the laboratory's own number. */
  readonly order: string;
  readonly local: LocalCode;
  /** OBR-24, table 0074: a hint for the chapter of tests that the catalogue does not know. */
  readonly section?: string;
  readonly results: readonly Result[];
  readonly isolates: readonly Isolate[];
  readonly specimens: readonly Specimen[];
  readonly images?: readonly ResultImage[];
  readonly comments: readonly string[];
  readonly performer?: PerformingLaboratory;
  /** Keys of results that the source takes back: deleted (OBX-11 = D), or posted on the wrong patient (W). */
  readonly deleted: readonly string[];
  /**
   * Rows that nobody has verified (OBX-11 P, R), each with its value where it may be confirmed later (U). Known of what a
   * message states; no report has them.
   */
  readonly withheld?: readonly WithheldRow[];
  /** OBR-22: when the exam got the status it is sent with; tells a late original from its correction. */
  readonly reportedAt?: Timestamp;
  /** Its orders that are cancelled (ORC-1, OBR-25 X), each by what begins the keys of its rows: itself, an antibiogramme. */
  readonly cancelled?: readonly string[];
  /** Takes back an order (ORC-1), or what is of another patient (W): as new as its message, whatever its OBR-22. */
  readonly revokes?: true;
  /** Its orders of which more is to come (OBR-25) than its rows tell, each by what begins the keys of its rows. */
  readonly unfinished?: readonly string[];
}

/** A row that is not shown. */
export interface WithheldRow {
  /** That of its result. */
  readonly key: string;
  /** Preliminary; absent: no later word can confirm it. */
  readonly result?: Result;
}

export interface Recipient {
  readonly role: 'prescriber' | 'copy';
  readonly professional: Professional;
}

/** All that one message says of one lab request of one patient: what the pipeline publishes as one report. */
export interface Dossier {
  /** Name of the source profile that it came through. */
  readonly source: string;
  /** Number of the request in the SGL; with `source`, the key of the report. */
  readonly number: string;
  readonly processing: ProcessingId;
  readonly patient: StatedIdentity;
  /** PV1-2 patient class: I, E, O, R… */
  readonly patientClass?: string;
  readonly visitNumber?: string;
  /** PV1-3: ward, service, when in hospital. */
  readonly location?: string;
  readonly prescriber?: Professional;
  readonly recipients: readonly Recipient[];
  /** Placer number of the prescription. */
  readonly prescriptionNumber?: string;
  readonly prescribedAt?: Timestamp;
  readonly clinicalInformation?: string;
  readonly exams: readonly Exam[];
  readonly attachments: readonly Attachment[];
  /** The SGL's own PDF of the whole report, taken instead of ours where the source's setting says so. */
  readonly sourcePdf?: Attachment;
  readonly comments: readonly string[];
  readonly flags: DispatchFlags;
  /** Specimen is not of a human (food, water, animal): no CR-Bio can carry it. */
  readonly nonHuman?: boolean;
  /**
   * W or a full cancellation, or an act of the laboratory: the report must be withdrawn everywhere. `not-performed`: every
   * row that this message lists could not be obtained (X); that withdraws only what was said before (merging settles it).
   */
  readonly withdrawn?: 'wrong-patient' | 'cancelled' | 'not-performed' | 'by-laboratory';
  /** `partial` while one row is pending or preliminary. */
  readonly completeness: 'partial' | 'complete';
  /** The report came written: its documents leave as they are, and `exams` is empty. */
  readonly finished?: FinishedDocuments;
  /** Latest of OBR-22, OBX-19, MSH-7: the document's effectiveTime. */
  readonly issuedAt: Timestamp;
  /** MSH-7, else EVN-2: orders updates of one patient. */
  readonly messageAt: Timestamp;
  /** The laboratory named by the message (MSH-4), when it names one. */
  readonly sendingFacility?: Organization;
}
