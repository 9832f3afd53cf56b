import type { BusinessAck } from '../report/business-ack.ts';
import type { Channel, MaskingCode } from '../report/delivery.ts';
import type { Fault } from '../report/fault.ts';
import type { StatedIdentity } from '../report/identity.ts';
import type { Consent, IdentityProof } from '../report/patient-update.ts';
import type { ReportVersion, Warning } from '../report/report.ts';
import type { ReturnedContent } from '../report/returned-mail.ts';
import type { DeliveryState, MailEffect, NewAlert, VersionId } from './records.ts';

/** What the store shows persons: the answers of the commands that list and show. */

export interface ReportSummary {
  readonly reportId: string;
  readonly source: string;
  readonly dossier: string;
  readonly version: number;
  readonly completeness: 'partial' | 'complete';
  readonly state: 'interpreted' | 'rendered' | 'planned' | 'blocked';
  readonly held: boolean;
  readonly createdAt: number;
  readonly deliveries: readonly DeliveryRow[];
}

export interface ReportDetails extends ReportSummary {
  /** As oppose() and patient() take it. */
  readonly patient: string;
  readonly acknowledgements: readonly BusinessAckRow[];
  readonly versions: readonly {
    readonly version: number;
    readonly cause: ReportVersion['cause'];
    readonly documentOid?: string;
    readonly createdAt: number;
    readonly state: string;
    readonly warnings: readonly Warning[];
    readonly faults: readonly Fault[];
    readonly origin?: string;
    readonly sha256?: string;
  }[];
}

/** What the sender of a finished document is told. */
export interface BusinessAckRow {
  readonly event: BusinessAck['event'];
  readonly version: number;
  readonly done: boolean;
  readonly mailbox?: string;
  readonly state: 'waiting' | 'sent' | 'refused';
  readonly attempts: number;
  readonly lastCode?: string;
  readonly lastCause?: string;
}

export interface DeliveryRow extends VersionId {
  readonly deliveryId: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly state: DeliveryState;
  readonly until: string | null;
  readonly reason: string;
  readonly rule: string;
  readonly confidentiality: readonly MaskingCode[];
  readonly attempts: number;
  readonly nextAt?: number;
  readonly remoteId?: string;
  readonly lastCode?: string;
  readonly lastCause?: string;
  /** French: what to do, of a failed delivery. */
  readonly lastHint?: string;
  /** What the destination remarked while accepting. */
  readonly warnings: readonly string[];
  readonly possibleDuplicate: boolean;
  readonly updatedAt: number;
}

export interface MailFilter {
  /** Those about this report, oldest first; else the newest. */
  readonly reportId?: string;
  readonly limit?: number;
}

/** A mail that came back. */
export interface MailRow {
  readonly mailId: number;
  readonly mailbox: string;
  readonly kind: ReturnedContent['kind'];
  readonly effect: MailEffect;
  readonly code?: string;
  readonly sender?: string;
  readonly deliveryId?: string;
  /** Of that delivery. */
  readonly channel?: DeliveryRow['channel'];
  readonly reportId?: string;
  readonly version?: number;
  /** Bytes of the whole mail, and how many of the first are kept. */
  readonly size: number;
  readonly kept: number;
  readonly at: number;
}

export interface QuarantineRow {
  readonly quarantineId: number;
  readonly inboxId?: number;
  readonly source: string;
  readonly origin: string;
  readonly fault: Fault;
  readonly at: number;
  /** Bytes of the input. */
  readonly size: number;
  /**
   * What is kept: a message, which can be replayed; a file beside messages; bytes of which no message could be made, all
   * or the first; nothing (the file itself lies in the quarantine folder).
   */
  readonly kept: 'message' | 'side-file' | 'bytes' | 'head' | 'none';
  /** The report that it would have joined. */
  readonly reportId?: string;
  readonly replayedAt?: number;
}

/** What a replay would come to. */
export type Rehearsal =
  | { readonly done: false; readonly fault: Fault }
  | {
      readonly done: true;
      readonly outcomes: readonly RehearsedOutcome[];
      /** Patients that are not known yet. */
      readonly newPatients: number;
    };

export type RehearsedOutcome =
  | {
      readonly kind: 'version';
      readonly reportId: string;
      readonly dossier: string;
      readonly version: number;
      readonly completeness: 'partial' | 'complete';
      readonly cause: ReportVersion['cause'];
      readonly warnings: readonly Warning[];
    }
  | { readonly kind: 'unchanged'; readonly reportId: string; readonly dossier: string }
  | { readonly kind: 'patient' }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'ignored'; readonly reason: string };

export interface PatientDetails {
  /** Number of the laboratory, or `authority|number`. */
  readonly patient: string;
  /** The number that has what was this one's (A40); what follows is that patient's, the history this number's. */
  readonly mergedInto?: string;
  /** The one that applies: see store/patient-identity.ts. */
  readonly identity: StatedIdentity;
  readonly consent: Consent | undefined;
  readonly oppositions: readonly {
    readonly channel: Channel;
    readonly by: string;
    readonly reason: string;
    readonly at: number;
    readonly liftedAt?: number;
  }[];
  /** What messages said under this number, oldest first. */
  readonly history: readonly PatientEvent[];
}

/** One message's word on a patient. */
export interface PatientEvent {
  /** MSH-7. */
  readonly at: number;
  /** EVN-1, `A31`; empty: an ORU. */
  readonly event: string;
  readonly inboxId?: number;
  /** The identity that applied from then on; absent: a movement that is only recorded. */
  readonly identity?: StatedIdentity;
  readonly consent?: Consent;
  readonly proof?: IdentityProof;
  /** A40: the number that went to this one, or the one that this went to. */
  readonly merged?: string;
  readonly mergedInto?: string;
}

export interface AlertFilter {
  readonly subject?: string;
  readonly all?: boolean;
  readonly limit?: number;
}

export interface AlertRow extends Required<NewAlert> {
  readonly alertId: number;
  readonly toldAt?: number;
  readonly closedAt?: number;
  /** A person, or the daemon when the cause ended. */
  readonly closedBy?: string;
  readonly closedReason?: string;
}

export interface JournalEntry {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}
