/**
 * A CR-Bio that its sender has already written (CI-SIS volet « Transmission de documents CDA en HL7 v2 »): checked and
 * dispatched as it is, byte for byte, never written again.
 */
export interface FinishedDocuments {
  /** CDA R2 N3 and N1 of the same content, base64 without line breaks; at least one. */
  readonly n3?: string;
  readonly n1?: string;
  /** ORC-1 and OBX-11: NW and F, RO and C, CA and D. */
  readonly request: 'create' | 'replace' | 'delete';
  /** MODIF_CONF_CODE: this replacement says nothing new but who may see the report. */
  readonly onlyMasking: boolean;
  readonly mail: MailOrders;
  /** Absent: the sender asks for no business acknowledgement. */
  readonly acknowledge?: AcknowledgementOrders;
}

/** What the sender wants of the mails. */
export interface MailOrders {
  /** CORPSMAIL_PS, CORPSMAIL_PATIENT. */
  readonly professionals?: string;
  readonly patient?: string;
  /** PRT of role REPLY. */
  readonly replyTo?: string;
}

/** The acknowledgements asked for, and how the message that asks was addressed. */
export interface AcknowledgementOrders {
  /** ACK_RECEPTION: what the DMP and the mail servers took. */
  readonly reception: boolean;
  /** ACK_LECTURE_MSS: which mails were read. */
  readonly reading: boolean;
  /** MSH-10: names the message in the acknowledgement. */
  readonly controlId: string;
  /** MSH-3 and MSH-4, MSH-5 and MSH-6: raw HD, delimiters of the standard. */
  readonly sender: readonly [application: string, facility: string];
  readonly receiver: readonly [application: string, facility: string];
  /** MSH-11. */
  readonly processing: string;
  /** Version of the volet, MSH-21.1. */
  readonly volet: string;
}
