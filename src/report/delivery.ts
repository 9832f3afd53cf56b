import type { MailOrders } from './finished.ts';

/** The words of delivery, shared by policy/ (who decides), store/ (who remembers) and the channels (who send). */

export type Channel = 'dmp' | 'mssante-pro' | 'mssante-patient';

/** Names of the DMP as a recipient: one deposit a document form, each replaced and deleted with its own. */
export const DMP_N3 = 'DMP';
/** The CDA N1, of laboratories whose profile deposits it beside the N3. */
export const DMP_N1 = 'DMP N1';

/**
 * The rule under which the question that precedes a patient's first deposit (TD0.2) holds it: the DMP knows the patient
 * under other traits. No plan makes this hold; a plan that sends asks the DMP again.
 */
export const TRAITS_RULE = 'traits-dmp';

/** The rule under which the SGL's own orders leave a destination out. */
export const EXCLUDED_RULE = 'destination-exclue';

/** The rule under which a professional without a mailbox gets nothing, until one is learned. */
export const ADDRESS_RULE = 'adresse-absente';

/** Has a person lifted the rule, for every channel or (`rule@channel`) for this one? */
export function isLifted(lifted: readonly string[], rule: string, channel: Channel): boolean {
  return lifted.includes(rule) || lifted.includes(`${rule}@${channel}`);
}

export const CHANNELS: readonly Channel[] = ['dmp', 'mssante-pro', 'mssante-patient'];

/** XDS confidentiality codes beside N (JDV_J58). */
export type MaskingCode = 'MASQUE_PS' | 'INVISIBLE_PATIENT' | 'INVISIBLE_REPRESENTANTS_LEGAUX';

/** One destination's fate. A decision cannot lack its reason. */
export interface DispatchDecision {
  readonly channel: Channel;
  /** Where it goes: `DMP`, a mailbox; for a professional without mailbox, the PS_IdNat or local code. */
  readonly recipient: string;
  readonly decision: 'send' | 'hold' | 'never';
  /** A date that releases by itself (ISO 8601); null: a person must act, or another event. */
  readonly until: string | null;
  /** French, for the biologist. */
  readonly reason: string;
  /** Stable name of the rule that decided. */
  readonly rule: string;
  /** N is implied; these are added in XDS metadata. */
  readonly confidentiality: readonly MaskingCode[];
  /** VIHF of a "connexion secrète". */
  readonly secretConnection?: true;
  /** Mail to a patient who may not reply: X-MSS-MES: FIN. */
  readonly noReply?: true;
  /** The recipient has the report, which is withdrawn: the DMP deletes it, a mailbox is told. */
  readonly withdraws?: true;
}

/** What a destination did with one attempt. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly remoteId?: string; readonly warnings?: readonly string[] }
  /** Certainly not delivered; worth trying again later. */
  | { readonly kind: 'retry'; readonly code: string; readonly cause: string }
  /** May have been delivered: look it up before sending again. */
  | { readonly kind: 'unknown'; readonly code: string; readonly cause: string }
  /** Refused for good: the same bytes would be refused again. */
  | { readonly kind: 'refused'; readonly code: string; readonly cause: string; readonly hint: string }
  /** Nothing was sent: a person must look first. `rule` names the hold, which that person may lift. */
  | {
      readonly kind: 'held';
      readonly rule: string;
      readonly code: string;
      readonly cause: string;
      readonly hint: string;
    }
  /** Nothing can pass on this channel until a person acts (certificate, rights): the lane stops, no try is counted. */
  | { readonly kind: 'blocked'; readonly code: string; readonly cause: string; readonly hint: string };

/** What a look-up after an unknown outcome says. `unknowable`: the protocol has no question for it (SMTP). */
export type Lookup =
  | { readonly kind: 'present'; readonly remoteId?: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknowable' }
  | { readonly kind: 'failed'; readonly outcome: Exclude<Outcome, { kind: 'accepted' | 'held' }> };

/** What a channel needs to deliver one version to one recipient. */
export interface DeliveryJob {
  /** Identifier of the delivery row; ENVID of the mail. */
  readonly deliveryId: string;
  readonly reportId: string;
  readonly version: number;
  readonly channel: Channel;
  readonly recipient: string;
  readonly confidentiality: readonly MaskingCode[];
  readonly secretConnection: boolean;
  readonly noReply: boolean;
  /** uniqueId of the version that this recipient has, or may have, and that this one replaces. */
  readonly replaces?: string;
  /** uniqueIds of the versions before it, newest first, down to one that the recipient surely has: see `replaces`. */
  readonly earlier?: readonly string[];
  /** A person has checked the patient's identity: the DMP's other traits no longer hold the deposit. */
  readonly traitsAccepted?: true;
  /**
   * Nothing is published: the report is taken back from who has it. For the DMP `cda` is the document to delete, as it was
   * deposited; for a mailbox it is what the notice carries.
   */
  readonly withdraws?: true;
  /** What the sender of a finished document wants of the mail. */
  readonly mail?: MailOrders;
  /** Bytes of the CDA (self-presenting) and the PDF, as stored at render. */
  readonly cda: Uint8Array;
  readonly pdf: Uint8Array;
  /** Name that the PDF takes outside (mssante.md §6). */
  readonly pdfName: string;
}

/** Called by a channel at the moments that matter to recovery. */
export interface WireHooks {
  /**
   * To be awaited before the first byte that could make the destination act: commits "on the wire".
   * @param messageId of a mail: what comes back names it
   */
  readonly onWire: (messageId?: string) => Promise<void>;
  /** Named points where the system tests stop the process; no-op otherwise. */
  readonly at: (point: string) => void;
}

/**
 * A channel. `prepare` makes what must be the same at each try (identifiers, signature, MIME bytes) and is stored before
 * the first try; `transmit` sends it; `lookup` asks the destination whether an ambiguous try went through.
 */
export interface ChannelAdapter {
  prepare(job: DeliveryJob): Promise<Uint8Array>;
  transmit(prepared: Uint8Array, job: DeliveryJob, hooks: WireHooks): Promise<Outcome>;
  lookup(prepared: Uint8Array, job: DeliveryJob): Promise<Lookup>;
  close(): Promise<void>;
}
