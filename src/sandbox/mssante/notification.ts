/** Delivery status notifications that the operator writes to a sender (RFC 3464; mssante.md §8). */

export interface DeliveryOutcome {
  readonly sender: string;
  readonly recipient: string;
  /** ENVID of the submission. */
  readonly envelopeId: string | undefined;
  readonly originalMessageId: string;
  readonly action: 'failed' | 'delivered';
  readonly time: Date;
  /** Makes this mail's own Message-ID and boundary. */
  readonly token: string;
}

const OPERATOR = 'mailer-daemon@sandbox-mssante.invalid';

/** Subjects: Mon espace santé's own for a closed mailbox, Postfix's for a delivery. */
const TEXTS = {
  failed: {
    subject: 'Message non distribué',
    status: '5.2.1',
    diagnostic: 'smtp; 550 5.2.1 Messagerie fermée',
    body: 'La messagerie Mon espace santé du destinataire est fermée. Le message n’a pas été distribué.',
  },
  delivered: {
    subject: 'Successful Mail Delivery Report',
    status: '2.0.0',
    diagnostic: 'smtp; 250 2.0.0 Ok',
    body: 'Le message a été remis à la boîte du destinataire.',
  },
} as const;

/** The whole notification, ready to be put in the sender's mailbox. */
export function deliveryNotification(outcome: DeliveryOutcome): Buffer {
  const { subject, status, diagnostic, body } = TEXTS[outcome.action];
  const boundary = `dsn-${outcome.token}`;
  const lines = [
    'Return-Path: <>',
    `From: MAILER-DAEMON <${OPERATOR}>`,
    `To: <${outcome.sender}>`,
    `Subject: ${encodedWord(subject)}`,
    `Date: ${outcome.time.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${outcome.token}@sandbox-mssante.invalid>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    body,
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; sandbox-mssante.invalid',
    ...(outcome.envelopeId === undefined ? [] : [`Original-Envelope-Id: ${outcome.envelopeId}`]),
    '',
    `Final-Recipient: rfc822; ${outcome.recipient}`,
    `Action: ${outcome.action}`,
    `Status: ${status}`,
    `Diagnostic-Code: ${diagnostic}`,
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${outcome.originalMessageId}`,
    '',
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
}

/** RFC 2047, only when needed. */
function encodedWord(text: string): string {
  const ascii = [...text].every((character) => (character.codePointAt(0) ?? 0) < 0x80);
  return ascii ? text : `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
