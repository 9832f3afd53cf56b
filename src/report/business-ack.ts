import type { AcknowledgementOrders } from './finished.ts';

/**
 * What the sender of a finished document is told of it (ZAM, CI-SIS volet « Transmission de documents CDA en HL7 v2 »):
 * `Z01` the DMP took it, `Z02` a mail server did, `Z03` somebody read the mail.
 */
export interface BusinessAck {
  /** The same for one outcome, for ever. */
  readonly ackId: string;
  readonly source: string;
  readonly event: 'Z01' | 'Z02' | 'Z03';
  readonly done: boolean;
  /** When it is not done: the destination's code, or ours. */
  readonly error?: string;
  /** Mailbox of the recipient, who is no name of the DMP. */
  readonly mailbox?: string;
  /** When the outcome was known; milliseconds since 1970. */
  readonly at: number;
  /** The message that asked. */
  readonly orders: AcknowledgementOrders;
}
