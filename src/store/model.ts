import type { AlertKind } from '../report/alert.ts';
import type { Channel, DispatchDecision } from '../report/delivery.ts';
import type { DispatchFlags } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type {
  Act,
  ActResult,
  DeliveryState,
  DueAck,
  FoundAddresses,
  FrameReceipt,
  FrameReceived,
  InboxMessage,
  InboxState,
  InterpretedItem,
  InterpretedOutcome,
  LeasedDelivery,
  MailboxStart,
  MailPlace,
  MailPlaces,
  MailTaken,
  NewAlert,
  OwedAck,
  OwedAnswer,
  PlanTask,
  ReceivedMail,
  ReleaseRules,
  RenderedVersion,
  RenderTask,
  SideFileClaim,
  SideFileFate,
  UnaddressedQuestion,
  UnaddressedVersion,
  VersionDocuments,
  VersionId,
  WrittenAnswer,
} from './records.ts';
import type {
  AlertFilter,
  AlertRow,
  DeliveryRow,
  JournalEntry,
  MailFilter,
  MailRow,
  PatientDetails,
  QuarantineRow,
  Rehearsal,
  ReportDetails,
  ReportSummary,
} from './rows.ts';

/**
 * The store's words: stage transitions, not rows. Every operation is atomic by itself and durable when its promise
 * resolves (WAL, synchronous=FULL). Times are milliseconds since 1970, from the injected clock.
 */
export interface Store {
  // ---- receive
  /** Keeps the bytes. The same SHA-256 from the same source is one message: the earlier one is returned. */
  receive(message: {
    source: string;
    origin: string;
    bytes: Uint8Array;
  }): Promise<{ inboxId: number; duplicate: boolean }>;
  /**
   * Keeps a frame of a listener, as receive does, and the numbers of its messages. All of them taken before with the same
   * bytes: nothing is kept again. A number taken before with other bytes, or a refusal: the frame is kept in quarantine.
   */
  receiveFrame(frame: FrameReceipt): Promise<FrameReceived>;
  /** What a sender of this source waits for and has not been sent, oldest message first. */
  applicationAcksOwed(source: string, sender: string, limit: number): Promise<readonly OwedAck[]>;
  applicationAckSent(ack: Pick<OwedAck, 'inboxId' | 'number'>): Promise<void>;
  /**
   * Records an input whose bytes stay where they are (too large), or of which no message could be made: a quarantine row
   * that cannot be replayed, with its first bytes where they are given.
   */
  refuse(input: {
    source: string;
    origin: string;
    size: number;
    fault: Fault;
    bytes?: Uint8Array;
  }): Promise<void>;
  /** Messages received and not yet interpreted, oldest first: up to `limit`, fewer when they are large. */
  uninterpreted(limit: number): Promise<readonly InboxMessage[]>;
  /** `waitsUntil`: of a received message that waits for a file beside it. */
  inboxState(inboxId: number): Promise<{ state: InboxState; faults: readonly Fault[]; waitsUntil?: number }>;
  /** Are these bytes here, whole, as a message or a document beside one? Those of a file outside may then go. */
  holdsBytes(sha256: string, size: number): Promise<boolean>;
  /**
   * Keeps a file that lies beside messages, durably, and tells what became of it: the same file asked about again is not
   * another one. Messages that wait for its name are then to be interpreted.
   * @param file key: the name as names are compared; stamp: which file of that name; again: asked about, not put back
   */
  receiveSideFile(file: {
    source: string;
    name: string;
    key: string;
    stamp: string;
    bytes: Uint8Array;
    waitMs: number;
    again: boolean;
  }): Promise<SideFileFate>;
  isSideFileAwaited(source: string, key: string): Promise<boolean>;
  /**
   * Gives a message the files that it names, for good; or makes it wait, until `waitMs` after its first claim: then it gets
   * what there is.
   * @param names each with its key
   */
  claimSideFiles(inboxId: number, names: ReadonlyMap<string, string>, waitMs: number): Promise<SideFileClaim>;

  /** Times that the documents of a message could not be looked at by the antivirus. */
  scanAttempts(inboxId: number): Promise<number>;
  /** No antivirus answers: the message waits until then, and is told of when that lasts. */
  scanPostponed(inboxId: number, until: number): Promise<void>;
  /** It has answered for all documents of a message that waited. */
  scanDone(inboxId: number): Promise<void>;

  // ---- interpret
  /**
   * One commit: patients and consents updated, reports and versions made (see report/versions.ts), refused parts
   * quarantined, waiting deliveries of versions now superseded cancelled, the message marked done.
   */
  interpreted(
    inboxId: number,
    items: readonly InterpretedItem[],
    options?: {
      /** Its sender is to be told what became of it: owed from then on, once. */
      readonly answered?: boolean;
    },
  ): Promise<readonly InterpretedOutcome[]>;

  // ---- answer
  /**
   * What the partner of a source is to be told of its files, oldest first; fewer than the limit when their bytes are many.
   * @param after number of the input after which to look; the first unless given
   */
  answersOwed(source: string, limit: number, after?: number): Promise<readonly OwedAnswer[]>;
  /** The answer's bytes lie where the partner will find them. */
  answerWritten(inboxId: number): Promise<void>;
  answer(inboxId: number): Promise<WrittenAnswer | undefined>;

  // ---- render
  /**
   * Versions to render: interpreted, the report's newest, none of the report's deliveries leased, on the wire, or in a
   * doubt that changes what the version replaces (BLOCKING_DOUBT). Oldest first.
   * @param besides those at hand already: their content, which may be large, is not read again
   */
  unrendered(limit: number, besides?: readonly VersionId[]): Promise<readonly RenderTask[]>;
  rendered(id: VersionId, result: RenderedVersion): Promise<void>;
  /** The version cannot become a document: it is set aside with its faults until a person acts. */
  renderFailed(id: VersionId, faults: readonly Fault[]): Promise<void>;

  // ---- decide
  /** Versions rendered and not planned, or to be planned again after an act or a date. */
  unplanned(limit: number): Promise<readonly PlanTask[]>;
  /**
   * One row for each decision; rows that have left, may have, or that a person gave up are kept as they are. A plan whose
   * circumstances have changed since the question (`revision`) is dropped: the version is asked for again.
   */
  planned(
    task: Pick<PlanTask, 'reportId' | 'version' | 'revision'>,
    decisions: readonly DispatchDecision[],
  ): Promise<void>;
  /**
   * What a date ends: a mask with an end makes a new version without it (actor: the daemon), a delivery held until then is
   * planned again; returns how many reports.
   */
  releaseDue(): Promise<number>;

  /** Newest versions, planned, of which a professional has no address: up to `limit`, the oldest decision first. */
  unaddressed(question: UnaddressedQuestion, limit: number): Promise<readonly UnaddressedVersion[]>;
  /**
   * Its professionals have these addresses after all: it is to be planned again. False, and nothing is done, when it was
   * replaced or is being planned meanwhile.
   */
  addressFound(
    version: Pick<UnaddressedVersion, 'reportId' | 'version' | 'revision'>,
    found: FoundAddresses,
  ): Promise<boolean>;

  // ---- deliver
  /** Leases up to `limit` deliveries of a channel that are due; a report's versions go to a recipient in order. */
  lease(channel: Channel, limit: number, leaseMs: number): Promise<readonly LeasedDelivery[]>;
  /** Keeps what must be the same at each try. */
  prepared(deliveryId: string, bytes: Uint8Array): Promise<void>;
  /**
   * Commits "on the wire". False when the delivery was withdrawn meanwhile (hold, opposition, new version): do not send;
   * the lease is then over.
   */
  onWire(deliveryId: string, messageId?: string): Promise<boolean>;
  delivered(
    deliveryId: string,
    remoteId: string | undefined,
    details?: { possibleDuplicate?: boolean; warnings?: readonly string[] },
  ): Promise<void>;
  /**
   * Back to waiting (state was leased or on the wire and surely not delivered); back to unknown when an earlier try is
   * still in doubt.
   */
  retryAt(deliveryId: string, at: number, why: { code: string; cause: string }): Promise<void>;
  /** Outcome unknown: to be looked up at `at`. */
  outcomeUnknown(deliveryId: string, at: number, why: { code: string; cause: string }): Promise<void>;
  failed(deliveryId: string, fault: Fault): Promise<void>;
  /** Not sent (state was leased): held under `rule` until a person lifts it, asks for another try, or a plan is made anew. */
  withheld(deliveryId: string, rule: string, fault: Fault): Promise<void>;
  /** Deliveries given up in doubt, to be looked up where the channel can be asked. */
  doubts(channel: Channel, limit: number): Promise<readonly LeasedDelivery[]>;
  /** Looked up after a doubt: the destination does not have it, or will never say. */
  notFound(deliveryId: string): Promise<void>;
  /** A doubt given up that could not be looked up: to be asked again at `at`. */
  stillInDoubt(deliveryId: string, at: number): Promise<void>;
  /** Gives back a lease without counting a try (a lane that stopped, a clean stop); nothing when it was withdrawn. */
  unlease(deliveryId: string): Promise<void>;
  /**
   * At start: leased → waiting, on the wire → unknown. Returns how many of each.
   * @param mailWaitMs before a mail in doubt is sent again: its delivery report may come first
   */
  recover(mailWaitMs?: number): Promise<{ unleased: number; unknown: number }>;
  /** When the next waiting or unknown delivery of a channel is due, or a lease ends; undefined when none. */
  nextDue(channel: Channel): Promise<number | undefined>;

  // ---- acknowledge
  /** What a source's sender is to be told now, longest due first. */
  acksDue(source: string, limit: number): Promise<readonly DueAck[]>;
  ackSent(ackId: string): Promise<void>;
  /** Refused for good: shown to a person. */
  ackRefused(ackId: string, why: { code: string; cause: string }): Promise<void>;
  /** Not taken, or nobody knows: the same goes again at `at`. */
  ackLater(ackId: string, at: number, why: { code: string; cause: string }): Promise<void>;

  // ---- return
  /** How far a mailbox is read under this UIDVALIDITY. */
  mailPlaces(mailbox: string, uidValidity: string): Promise<MailPlaces>;
  /** Its reading begins here; the journal says how many mails are skipped. */
  mailboxStarted(start: MailboxStart): Promise<void>;
  /**
   * Keeps a mail, with what it changes: the delivery that it is about, what its sender is told, what a person is to look at.
   * The same bytes are one mail, wherever they lie; of the same Message-ID, what it says of a delivery counts once.
   */
  mailTaken(place: MailPlace, mail: ReceivedMail): Promise<MailTaken>;
  /** The server does not give a mail, or the connection was lost over it. Resolves to whether it is given up: a person is told then. */
  mailRefused(place: MailPlace): Promise<boolean>;
  /** The server no longer has it: the journal says so, and it is not asked for again. */
  mailGone(place: MailPlace): Promise<void>;

  // ---- acts of a person; each writes the journal
  hold(reportId: string, act: Act): Promise<ActResult>;
  /**
   * Releases what a person may release: the deliveries held by a rule in `liftable` are planned again with that rule lifted
   * on their channel. Rules in `unmask` (see policy/) make a new version without INVISIBLE_PATIENT, when channels are named
   * or when nothing else is to be released. A report held as a whole is released of that only: what its
   * rules then say is decided again. A version that could not be rendered is rendered again.
   */
  release(reportId: string, act: Act, rules: ReleaseRules): Promise<ActResult>;
  /**
   * Changes masks: a new version of the same content (dmp.md §1). Flags set here win over the source's, until the source
   * gives a restrictive order that it had not given before.
   * @param until ISO 8601 date that ends the masks of the change by itself (of the announcement mask when the change
   *   masks nothing); a date alone is midnight UTC
   */
  mask(reportId: string, change: DispatchFlags, until: string | null, act: Act): Promise<ActResult>;
  /**
   * Takes the report back from whoever has it: a new version says that it is withdrawn, and the source's messages publish
   * it no more until a person releases it.
   */
  withdraw(reportId: string, act: Act): Promise<ActResult>;
  /** @param patient number of the laboratory, or `authority|number` */
  oppose(patient: string, channels: readonly Channel[], opposed: boolean, act: Act): Promise<ActResult>;
  retryDelivery(deliveryId: string, act: Act): Promise<ActResult>;
  cancelDelivery(deliveryId: string, act: Act): Promise<ActResult>;
  /** Puts a quarantined input back to be interpreted. */
  replay(quarantineId: number, act: Act): Promise<ActResult>;
  /**
   * Takes a scan of another laboratory, in quarantine because nothing in it proves whose it is, for the document of this
   * report, whose order it gives: a person has looked.
   */
  acceptScan(quarantineId: number, reportId: string, act: Act): Promise<ActResult>;
  /** Takes a copy that a person mended as a message of its own, linked to the quarantined input, which is kept and settled. */
  mend(quarantineId: number, bytes: Uint8Array, act: Act): Promise<ActResult>;
  /**
   * What a replay, or a mended copy, would come to: all of it is done, told, and undone.
   * @param items what the message, or the copy, reads as
   */
  rehearse(quarantineId: number, items: readonly InterpretedItem[], mended?: Uint8Array): Promise<Rehearsal>;

  // ---- questions
  /**
   * Newest first, each with the deliveries of its newest version.
   * @param filter state: of the newest version, or `held`: the report or one of those deliveries is
   */
  reports(filter?: { state?: string; limit?: number }): Promise<readonly ReportSummary[]>;
  /** With the deliveries of every version. */
  report(reportId: string): Promise<ReportDetails | undefined>;
  documents(id: VersionId): Promise<VersionDocuments | undefined>;
  deliveries(filter?: {
    states?: readonly DeliveryState[];
    reportId?: string;
    limit?: number;
  }): Promise<readonly DeliveryRow[]>;
  quarantine(filter?: { limit?: number; id?: number }): Promise<readonly QuarantineRow[]>;
  /** The bytes of a quarantined input, as far as they are kept; undefined when none are. */
  quarantineContent(quarantineId: number): Promise<Uint8Array | undefined>;
  /** What a message that names these files would find now; nothing is taken. */
  sideFilesAtHand(
    inboxId: number,
    names: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, Uint8Array>>;
  mails(filter?: MailFilter): Promise<readonly MailRow[]>;
  mail(mailId: number): Promise<MailRow | undefined>;
  /** The bytes of a mail, as far as they are kept. */
  mailContent(mailId: number): Promise<Uint8Array | undefined>;
  patient(patient: string): Promise<PatientDetails | undefined>;
  journal(filter?: { reportId?: string; limit?: number }): Promise<readonly JournalEntry[]>;
  /** Checks the hash chain; the sequence number of the first broken entry, or undefined. */
  verifyJournal(): Promise<{ entries: number; brokenAt: number | undefined }>;
  note(entry: {
    actor: string;
    action: string;
    subject: string;
    details?: Readonly<Record<string, unknown>>;
  }): Promise<void>;

  // ---- alerts: what persons have to be told (report/alert.ts)
  /**
   * Once for each cause: nothing while the same kind is open for the subject, nor after a person closed it for the same
   * `since`. Resolves to whether it is new.
   */
  raiseAlert(alert: NewAlert): Promise<boolean>;
  /** Its cause has ended by itself: closes it, if it is open. */
  settleAlert(kind: AlertKind, subject: string): Promise<boolean>;
  closeAlert(alertId: number, act: Act): Promise<ActResult>;
  /** Due and not yet told, longest due first. */
  alertsDue(limit: number): Promise<readonly AlertRow[]>;
  alertTold(alertId: number): Promise<void>;
  /** Open and due, the latest due first; with `all` also those to come and those closed. */
  alerts(filter?: AlertFilter): Promise<readonly AlertRow[]>;

  /**
   * Takes the data file for one daemon; refused while another's process lives. Ends with close().
   * @param pid this process unless told
   */
  claim(pid?: number): { readonly ok: true } | { readonly ok: false; readonly pid: number };
  /** Changes when another process has written (SQLite data_version): the daemon's cue to look for work. */
  changeCounter(): number;
  close(): Promise<void>;
}
