import type { Address, Email } from 'postal-mime';
import { messageIdKey, type ReturnedContent, type ReturnedMail } from '../report/returned-mail.ts';
import { type DeliveryReport, failureOf, readDeliveryReport } from './delivery-report.ts';
import {
  type DispositionReport,
  OTHER_ERROR,
  readDispositionReport,
  refusalIn,
} from './disposition-report.ts';
import { headerOf, parseMail } from './mime.ts';
import { readFields } from './report-fields.ts';

/** Of a mail's words, to look for patterns in. */
const MAX_WORDS = 4_000;
const MAX_ABOUT = 50;

/** What says in words what no code says; tried on a few thousand characters. */
export interface ReturnPatterns {
  /** Subjects of notices of non-delivery that are no report (mssante.md §3). */
  readonly undelivered: readonly RegExp[];
  /** A mailbox of Mon espace santé that is closed, or that nobody opened. */
  readonly closed: readonly RegExp[];
}

/**
 * Reads a mail that came back: delivery report (RFC 3464), disposition notification (RFC 8098, both dialects), error mail
 * of a receiving platform, else a letter. Never throws, whatever the bytes.
 * @param bytes the mail, or as much of its beginning as there is
 */
export async function readReturnedMail(bytes: Uint8Array, patterns: ReturnPatterns): Promise<ReturnedMail> {
  const email = await parseMail(bytes);
  if (!email) return { about: [], content: { kind: 'unreadable' } };
  const sender = addressIn(email.from)?.toLowerCase();
  const own = idsIn(email.messageId)[0];
  const { content, envelopeId, surest } = readContent(email, bytes, patterns);
  const isLetter = content.kind === 'letter' || content.kind === 'automatic';
  const answered = idsIn(email.inReplyTo);
  const embedded = embeddedIds(email);
  const named = [...surest, ...embedded];
  // What a machine reports may be about another mail of our thread, which we never sent: References say nothing then, and
  // In-Reply-To only where the report names no mail itself.
  const reportedOn = named.length > 0 || envelopeId !== undefined ? named : answered;
  const about = isLetter ? [...answered, ...idsIn(email.references).reverse(), ...embedded] : reportedOn;
  return {
    ...(own ? { messageId: own } : {}),
    ...(sender ? { sender } : {}),
    about: [...new Set(about)].filter((id) => id !== own).slice(0, MAX_ABOUT),
    ...(envelopeId ? { envelopeId } : {}),
    content,
  };
}

interface Read {
  readonly content: ReturnedContent;
  readonly envelopeId?: string;
  /** What the report itself names. */
  readonly surest: readonly string[];
}

function readContent(email: Email, bytes: Uint8Array, { undelivered, closed }: ReturnPatterns): Read {
  const words = (email.text ?? email.html ?? '').slice(0, MAX_WORDS);
  const subject = (email.subject ?? '').slice(0, 500);
  if (isReport(email, 'delivery-status')) {
    const report = readDeliveryReport(machinePart(email, 'delivery-status', bytes), words, closed);
    if (report.recipients.length > 0) return deliveryRead(report);
  }
  if (isReport(email, 'disposition-notification')) {
    const report = readDispositionReport(machinePart(email, 'disposition-notification', bytes));
    if (report) return dispositionRead(report, subject);
  }
  const error = refusalIn(subject);
  if (error !== undefined) return { content: { kind: 'refusal', error }, surest: [] };
  if (!isAutomatic(email)) return { content: { kind: 'letter' }, surest: [] };
  if (!undelivered.some((pattern) => pattern.test(subject)))
    return { content: { kind: 'automatic' }, surest: [] };
  // A notice that no machine was meant to read: whom it is about follows from the mail that it returns.
  const fault = failureOf({ status: undefined, diagnostic: firstReply(words), words, closed });
  const recipients = [{ addresses: [], action: 'failed', fault } as const];
  return { content: { kind: 'delivery-report', recipients }, surest: [] };
}

function deliveryRead({ envelopeId, recipients }: DeliveryReport): Read {
  return {
    content: { kind: 'delivery-report', recipients },
    ...(envelopeId ? { envelopeId } : {}),
    surest: [],
  };
}

function dispositionRead({ originalMessageId, ...report }: DispositionReport, subject: string): Read {
  // The older dialect may say the code in the subject alone; a notification of success has no such subject.
  const told = refusalIn(subject);
  const error =
    report.error === undefined || report.error === OTHER_ERROR ? (told ?? report.error) : report.error;
  return {
    content: { kind: 'disposition', ...report, ...(error === undefined ? {} : { error }) },
    surest: idsIn(originalMessageId),
  };
}

/** Is the mail itself a report of this type, and not one that somebody attached to a letter? */
function isReport(email: Email, type: string): boolean {
  const value = headerOf(email, 'content-type').toLowerCase();
  return /^multipart\/report\b/.test(value) && (value.includes(type) || !value.includes('report-type'));
}

/** The fields of the report. Where the MIME structure is broken, the lines that look like them. */
function machinePart(email: Email, type: string, bytes: Uint8Array): string {
  const part = email.attachments.find(
    ({ mimeType }) => mimeType === `message/${type}` || mimeType === `message/global-${type}`,
  );
  const text = part ? textOf(part.content) : '';
  if (/^[A-Za-z-]+\s*:/m.test(text)) return text;
  return looseFields(Buffer.from(bytes.subarray(0, LOOSE_BYTES)).toString('latin1'), type);
}

/** Where the fields of a report stand, documents far behind. */
const LOOSE_BYTES = 64 * 1024;
const FIRST_FIELD = {
  'disposition-notification':
    /^(?:Reporting-UA|MDN-Gateway|Original-Recipient|Final-Recipient|Original-Message-ID|Disposition)\s*:/im,
  'delivery-status': /^(?:Reporting-MTA|Original-Envelope-Id|Final-Recipient|Action)\s*:/im,
} as const;

/** A part without its own headers, or whose fields were written as its headers: from its first field to the next part. */
function looseFields(text: string, type: string): string {
  const body = text.slice(Math.max(0, text.search(/\r?\n\r?\n/)));
  const first = FIRST_FIELD[type as keyof typeof FIRST_FIELD];
  const start = body.search(first);
  if (start < 0) return '';
  const rest = body.slice(start);
  const end = rest.search(/^--\S/m);
  return end < 0 ? rest : rest.slice(0, end);
}

/** Message-ID of the mail that is returned, whole (message/rfc822) or its headers alone (text/rfc822-headers). */
function embeddedIds({ attachments }: Email): string[] {
  return attachments
    .filter(({ mimeType }) => /^(?:message\/(?:rfc822|global)|text\/rfc822-headers)$/.test(mimeType))
    .slice(0, 5)
    .flatMap(({ content }) => {
      const text = textOf(content).replace(/^\s+/, '');
      const [headers] = readFields(text.slice(0, 32 * 1024));
      return idsIn(headers?.get('message-id'));
    });
}

/** Written by a program (RFC 3834), or with nobody to answer to. */
function isAutomatic(email: Email): boolean {
  const submitted = headerOf(email, 'auto-submitted').toLowerCase();
  return (
    (submitted !== '' && !/^no\b/.test(submitted)) ||
    /^<\s*>$/.test(headerOf(email, 'return-path')) ||
    /^(?:bulk|junk|list|auto_reply)\b/i.test(headerOf(email, 'precedence')) ||
    /^(?:mailer-daemon|postmaster)@/i.test(addressIn(email.from) ?? '')
  );
}

function addressIn(address: Address | undefined): string | undefined {
  const found = address?.address ?? address?.group?.[0]?.address;
  return found ? found.slice(0, 320) : undefined;
}

function idsIn(text: string | undefined): string[] {
  return [...(text ?? '').slice(0, 32 * 1024).matchAll(/<[^<>]{1,500}@[^<>]{1,500}>/g)].map(([id]) =>
    messageIdKey(id),
  );
}

/** `550 5.1.1 …` in the words of a notice. */
function firstReply(words: string): string {
  return /\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b[^\n]{0,200}/.exec(words)?.[0] ?? '';
}

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : Buffer.from(content as Uint8Array).toString('utf8');
}
