import type { LocalPatientId, StatedIdentity } from './identity.ts';
import type { Timestamp } from './timestamp.ts';

/** What a message says of a patient: an ADT of PAM.fr, or the PID of an ORU. */
export interface PatientUpdate {
  readonly identity: StatedIdentity;
  /** EVN-1 of an ADT, `A31`; absent: an ORU. */
  readonly event?: string;
  /** MSH-10: tells which of two messages of the same second is the later one. */
  readonly controlId?: string;
  /** PID-3 says `""` for the INS, or is a whole identity that no longer has one. */
  readonly insRemoved?: boolean;
  /** A movement that is kept in the patient's history and changes nothing. */
  readonly recordedOnly?: boolean;
  /** MRG-1 of A40: the number whose reports and consents go to the patient of PID-3. */
  readonly merged?: LocalPatientId;
  readonly consent?: Consent;
  readonly proof?: IdentityProof;
  /** MSH-7 (else EVN-2): statements are ordered by it, not by arrival. */
  readonly at: Timestamp;
}

/** ZFA-9 to -12, of PAM.fr 2.11: the patient's choices on the DMP (inputs.md §9). */
export interface Consent {
  /** Feeding: informed without opposition, informed and opposed, not collected. */
  readonly alimentation: 'INO' | 'IO' | 'NA';
  readonly at?: Timestamp;
  /** Reading by professionals; shown, and of no effect on what is sent. */
  readonly consultation?: 'IC' | 'INC' | 'NA';
  readonly consultationAt?: Timestamp;
}

/** ZFD-5 to -7: how the source got the identity. Shown only. */
export interface IdentityProof {
  /** SM, CV, INSI, CB, RFID, AV. */
  readonly mode?: string;
  /** When the INSi service was asked. */
  readonly insiAt?: Timestamp;
  readonly document?: string;
}
