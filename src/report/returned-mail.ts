import type { Fault } from './fault.ts';

/** What comes back to the mailbox that sends reports: read by mssante/, remembered and acted on by store/. */

/** What a server did for one recipient (RFC 3464 §2.3.3). `relayed` and `expanded` promise nothing. */
export type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

export interface RecipientReport {
  /** As we wrote it and as the last server knows it; lower case. */
  readonly addresses: readonly string[];
  readonly action: DeliveryAction;
  /** Of a failure: what it means for the delivery. */
  readonly fault?: Fault;
}

/** What was done with the mail at its end (RFC 8098 §3.2.6). */
export type Disposition = 'displayed' | 'processed' | 'dispatched' | 'deleted';

/**
 * What a mail says. A `letter` is a person's: nothing acts on it. `automatic`: out of office and the like. `unreadable`:
 * no mail could be made of the bytes.
 */
export type ReturnedContent =
  | { readonly kind: 'delivery-report'; readonly recipients: readonly RecipientReport[] }
  | {
      readonly kind: 'disposition';
      /** Absent: a word that no standard knows. */
      readonly disposition?: Disposition;
      /** Who disposed of it; lower case. */
      readonly reader?: string;
      /** It could not be integrated: the code, 900 to 906 or a local one. */
      readonly error?: string;
    }
  /** The error mail of a receiving platform that was asked for no notification. */
  | { readonly kind: 'refusal'; readonly error: string }
  | { readonly kind: 'automatic' }
  | { readonly kind: 'letter' }
  | { readonly kind: 'unreadable' };

export interface ReturnedMail {
  /** Of the mail itself, lower case, with its angle brackets. */
  readonly messageId?: string;
  /** Address of From, lower case. */
  readonly sender?: string;
  /** Message-IDs of the mails that it may be about, the surest first; lower case, with their angle brackets. */
  readonly about: readonly string[];
  /** ENVID of the submission that a delivery report answers. */
  readonly envelopeId?: string;
  readonly content: ReturnedContent;
}

/** A name as mails are compared by: servers change its case, and some write a blank before the bracket. */
export function messageIdKey(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}
