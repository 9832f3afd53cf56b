import type { Addressees } from '../report/addressees.ts';
import type { AlertKind } from '../report/alert.ts';
import type { BusinessAck } from '../report/business-ack.ts';
import type { Contribution } from '../report/contribution.ts';
import type { Channel, MaskingCode } from '../report/delivery.ts';
import type { DispatchFlags, Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { MailOrders } from '../report/finished.ts';
import type { StatedIdentity, Traits } from '../report/identity.ts';
import type { Consent, PatientUpdate } from '../report/patient-update.ts';
import type { MailboxOrigin } from '../report/people.ts';
import type { ReportVersion, Warning } from '../report/report.ts';
import type { ReturnedMail } from '../report/returned-mail.ts';
import type { Timestamp } from '../report/timestamp.ts';

export type InboxState = 'received' | 'interpreted' | 'quarantined';

/** A message by what identifies it for its sender. */
export interface IdentifiedMessage {
  /** From 1, in its frame. */
  readonly number: number;
  /** MSH-3 and MSH-4. */
  readonly sender: string;
  /** MSH-10. */
  readonly controlId: string;
  /** Of its segments. */
  readonly sha256: string;
  /** MSH as written, one character a byte, when an application acknowledgement is wanted. */
  readonly awaits?: string;
}

export interface FrameReceipt {
  readonly source: string;
  readonly origin: string;
  readonly bytes: Uint8Array;
  /** Those that can be understood. */
  readonly messages: readonly IdentifiedMessage[];
  /** Nothing of the frame can be understood: why. */
  readonly refusal?: Fault;
}

export interface FrameReceived {
  readonly inboxId: number;
  readonly duplicate: boolean;
  /** Messages, by number, whose MSH-10 was taken before with other bytes. */
  readonly reused: readonly number[];
  /** Application acknowledgements that its messages wait for. */
  readonly owed: readonly OwedAck[];
}

/** An application acknowledgement that a sender waits for. */
export interface OwedAck {
  /** The frame that was kept, and the message's number in it. */
  readonly inboxId: number;
  readonly number: number;
  /** MSH-3 and MSH-4 as written. */
  readonly sender: string;
  /** MSH as written, one character a byte. */
  readonly header: string;
}

/** What became of a file beside the messages. Unclaimed: nobody named it in time, which is in quarantine. */
export type SideFileFate =
  | { readonly state: 'waiting'; readonly until: number }
  | { readonly state: 'used'; readonly inboxId: number }
  | { readonly state: 'unclaimed'; readonly fault: Fault };

export type SideFileClaim =
  | { readonly state: 'waiting'; readonly until: number }
  | { readonly state: 'given'; readonly files: ReadonlyMap<string, Uint8Array> };

export interface InboxMessage {
  readonly inboxId: number;
  readonly source: string;
  readonly origin: string;
  readonly bytes: Uint8Array;
}

/** What a partner who wants an answer is to be told of a file. */
export interface OwedAnswer {
  readonly inboxId: number;
  readonly origin: string;
  readonly bytes: Uint8Array;
  readonly receivedAt: number;
  /** Of the parts that were not taken. */
  readonly faults: readonly Fault[];
  readonly refusedWhole: boolean;
}

export interface WrittenAnswer {
  readonly origin: string;
  readonly written: boolean;
}

export type InterpretedItem =
  | {
      readonly kind: 'dossier';
      readonly dossier: Dossier;
      readonly reportId: string;
      readonly setOid: string;
      readonly warnings: readonly Warning[];
      /** How long an examination may wait for another laboratory before a person is told. */
      readonly subcontractedWaitMs?: number;
    }
  /** `waitMs`: how long it may wait for the report of its order before a person is told. */
  | { readonly kind: 'contribution'; readonly contribution: Contribution; readonly waitMs: number }
  | { readonly kind: 'patient'; readonly update: PatientUpdate }
  | { readonly kind: 'rejected'; readonly fault: Fault }
  | { readonly kind: 'ignored'; readonly reason: string };

export type InterpretedOutcome =
  | { readonly kind: 'version'; readonly reportId: string; readonly version: number }
  | { readonly kind: 'unchanged'; readonly reportId: string }
  /** Another laboratory's, kept until the report of its order comes. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'patient' }
  | { readonly kind: 'quarantined'; readonly quarantineId: number }
  | { readonly kind: 'ignored' };

export interface VersionId {
  readonly reportId: string;
  readonly version: number;
}

export interface RenderTask extends VersionId {
  readonly setOid: string;
  readonly dossier: Dossier;
  /** Why, for who has `replaces`: versions between that never left count too; `first` when nobody has any. */
  readonly cause: ReportVersion['cause'];
  /** Latest version that reached a destination (the DMP's first, else another's). */
  readonly replaces?: NonNullable<ReportVersion['replaces']>;
  /** Flags of the source with the biologist's masks laid over. */
  readonly flags: DispatchFlags;
  /** Of a version that came written: the documents of the earlier ones, newest first. */
  readonly earlier?: readonly { readonly documentOid: string; readonly sha256: string }[];
}

export interface RenderedVersion {
  readonly documentOid: string;
  readonly cda: Uint8Array;
  /** CDA N1, when the laboratory's profile deposits one. */
  readonly n1?: Uint8Array;
  /** Of an N1 that came written; ours follows from `documentOid`. */
  readonly n1DocumentOid?: string;
  readonly pdf: Uint8Array;
  readonly pdfName: string;
  readonly warnings: readonly Warning[];
  /** What the sender of a finished document wants of its mails. */
  readonly mail?: MailOrders;
  /** What decide needs, small: kept as JSON so that planning again costs no rendering. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The documents of a version, as they leave. */
export interface VersionDocuments {
  readonly cda: Uint8Array;
  readonly n1?: Uint8Array;
  readonly pdf: Uint8Array;
  readonly pdfName: string;
  readonly mail?: MailOrders;
}

/** What decide reads, beside the configuration. */
export interface PlanTask extends VersionId {
  /** To be given back with the plan. */
  readonly revision: number;
  readonly source: string;
  readonly completeness: 'partial' | 'complete';
  readonly facts: Readonly<Record<string, unknown>>;
  readonly flags: DispatchFlags;
  /** A biologist's date for the end of the announcement mask, ISO 8601. */
  readonly maskUntil: string | null;
  /** The report was deposited a month ago: it may not be masked to the patient again. */
  readonly visibleByRight: boolean;
  readonly held: { readonly by: string; readonly reason: string } | undefined;
  /** Rules that a person has lifted for this version. */
  readonly lifted: readonly string[];
  readonly opposition: Readonly<
    Partial<Record<Channel, { readonly by: string; readonly at: number; readonly reason: string }>>
  >;
  readonly consent: Consent | undefined;
  /**
   * The patient's identity as it is now. It may have lost its qualification, or have another INS, since the version was
   * rendered with the one in `facts`: nothing may leave then.
   */
  readonly identity: StatedIdentity;
  /** Traits that the version's own documents bear. */
  readonly borne: Traits;
  /** Matricules INS of the earlier versions that reached somebody. */
  readonly reachedAs: readonly string[];
  /** Those who have this very document already, under an earlier version that differs in masks only. */
  readonly sameDocument: readonly { readonly channel: Channel; readonly recipient: string }[];
  /** Those whom the latest that they got told of the withdrawal. */
  readonly toldOfWithdrawal: readonly { readonly channel: Channel; readonly recipient: string }[];
  /** Recipients that already have an earlier version, by channel: they get the replacement. */
  readonly alreadyHave: readonly { readonly channel: Channel; readonly recipient: string }[];
}

/** Versions of which a professional has no address: of one report, to one recipient, or all; in pages. */
export interface UnaddressedQuestion {
  readonly of?: { readonly reportId: string } | { readonly recipient: string };
  /** Decided since (ms). */
  readonly since: number;
  /** The last of the page before. */
  readonly after?: UnaddressedVersion['place'];
}

export interface UnaddressedVersion extends Pick<PlanTask, 'reportId' | 'version' | 'revision' | 'facts'> {
  readonly addressees: Addressees;
  readonly issuedAt: Timestamp;
  readonly place: { readonly at: number; readonly row: number };
}

/** The same version with the addresses that were found since, and who gave them. */
export interface FoundAddresses extends Pick<UnaddressedVersion, 'facts' | 'addressees'> {
  readonly by: readonly MailboxOrigin['by'][];
}

export interface LeasedDelivery extends VersionId {
  readonly deliveryId: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly confidentiality: readonly MaskingCode[];
  readonly secretConnection: boolean;
  readonly noReply: boolean;
  /** Document that the recipient has, or may have; and those before it, see DeliveryJob. */
  readonly replaces?: string;
  readonly earlier?: readonly string[];
  /** It takes back this version, the latest that the recipient has. */
  readonly withdraws?: number;
  /** A person has lifted TRAITS_RULE for this version. */
  readonly traitsAccepted: boolean;
  readonly attempts: number;
  /** Times that its outcome could not be known. */
  readonly doubts: number;
  /** True: an earlier try may have gone through; look up first. */
  readonly unknown: boolean;
  /** Bytes kept by an earlier try. */
  readonly prepared?: Uint8Array;
}

/** waiting → leased → on-wire → delivered | failed | unknown; held and never wait for planning; store/delivery-states.ts. */
export type DeliveryState =
  | 'waiting'
  | 'held'
  | 'never'
  | 'leased'
  | 'on-wire'
  | 'unknown'
  | 'delivered'
  | 'failed'
  | 'cancelled'
  | 'superseded';

export interface Act {
  readonly by: string;
  readonly reason: string;
}

export interface ReleaseRules {
  /** Rules that a person may lift: the held delivery is planned again without them. */
  readonly liftable: readonly string[];
  /** Rules that end by a new version without the mask. */
  readonly unmask: readonly string[];
  /** Only these channels are freed. Absent: all, the announcement mask last. */
  readonly channels?: readonly Channel[];
}

export type ActResult =
  | {
      readonly done: true;
      readonly version?: number;
      /** Released but for the announcement mask. */
      readonly stillMasked?: true;
      /** The message that a mended copy became. */
      readonly inboxId?: number;
    }
  | { readonly done: false; readonly fault: Fault };

export interface DueAck extends BusinessAck {
  readonly attempts: number;
}

/** Where a mail lies on its server. */
export interface MailPlace {
  /** Which mailbox: its login and folder. */
  readonly mailbox: string;
  readonly uidValidity: string;
  readonly uid: number;
}

/** How far a mailbox is read: all up to a UID, but for those to be asked for again. */
export interface MailPlaces {
  /** Its reading has not begun: no mail received before this moment can be about one of ours. Milliseconds since 1970. */
  readonly since?: number;
  readonly upTo: number;
  /** What they are about was under way. */
  readonly again: readonly number[];
  /** They could not be had: after all others, since asking for one may end the connection. */
  readonly last: readonly number[];
}

/** Where the reading of a mailbox begins. */
export interface MailboxStart {
  readonly mailbox: string;
  readonly uidValidity: string;
  /** All up to this UID are skipped. */
  readonly upTo: number;
  /** How many those are. */
  readonly skipped: number;
  /** They were received before. Milliseconds since 1970. */
  readonly since: number;
}

export interface ReceivedMail {
  /** The mail, or its first bytes when it is too large. */
  readonly bytes: Uint8Array;
  /** Of the whole mail. */
  readonly size: number;
  /** Somebody had read it before it was taken. */
  readonly seen: boolean;
  /** When its server took it, milliseconds since 1970. */
  readonly receivedAt?: number;
  /** It lies in a mailbox that sent nothing of ours: it is linked and shown, and changes no delivery. */
  readonly onlyShown?: boolean;
  readonly read: ReturnedMail;
}

/**
 * What a mail came to. Of a report on a delivery: `delivered`, `delayed`, `relayed`, `undelivered`; of a notification:
 * `read`, `integrated`, `not-integrated`, `dispatched`, `deleted` (unread); `unclear`: it says nothing that can be used.
 */
export type MailEffect =
  | 'delivered'
  | 'delayed'
  | 'relayed'
  | 'undelivered'
  | 'read'
  | 'integrated'
  | 'not-integrated'
  | 'dispatched'
  | 'deleted'
  | 'unclear'
  | 'automatic'
  | 'letter'
  | 'unreadable';

export type MailTaken =
  | {
      readonly kind: 'taken';
      readonly mailId: number;
      readonly effect: MailEffect;
      readonly code?: string;
      /** Only its beginning is kept. */
      readonly isCut: boolean;
      readonly deliveryId?: string;
      readonly reportId?: string;
    }
  /** The same bytes were taken before, or the same mail under others. */
  | { readonly kind: 'known'; readonly mailId: number }
  /** Of the mailbox that people read, and neither about a delivery nor a letter that came since its reading began. */
  | { readonly kind: 'not-ours' }
  /** The delivery that it is about is under way: it is asked for again. */
  | { readonly kind: 'postponed' };

export interface NewAlert {
  readonly kind: AlertKind;
  /** A report's identifier, else `delivery:…`, `inbox:12`, `patient:12`: never a name or a number of a patient. */
  readonly subject: string;
  /** When what it tells of began; now unless given. With kind and subject it names the cause. */
  readonly since?: number;
  /** When a person is to be told; at once unless given. */
  readonly due?: number;
}
