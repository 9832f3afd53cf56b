import { createHash } from 'node:crypto';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import { encode, wrap } from 'nodemailer/lib/qp';

/** One mail that carries one report to one recipient (mssante.md §6). Every value is checked by the caller. */
export interface ReportMail {
  readonly from: { readonly address: string; readonly label: string };
  readonly to: string;
  readonly replyTo?: string;
  /** Printable ASCII, see names.ts. */
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Message-ID of the mail that carried the version replaced. */
  readonly inReplyTo?: string;
  /** Ask for a reading notification (RFC 8098). */
  readonly readReceipt: boolean;
  /** X-MSS headers. */
  readonly mss: {
    readonly nil: string;
    readonly codeCda: string;
    readonly qualifiedIns: boolean;
    readonly noReply: boolean;
  };
  readonly text: string;
  readonly xdm: Uint8Array;
  readonly pdf: Uint8Array;
  /** ASCII, without quote or backslash, see names.ts. */
  readonly pdfName: string;
}

/**
 * A Message-ID that every try of a delivery shares and that tells nothing of the patient: a citizen has one mailbox, so
 * that the document alone names the mail; a professional's address goes in as a digest (mssante.md §9).
 */
export function messageIdOf(mail: {
  readonly documentOid: string;
  readonly kind: 'mssante-pro' | 'mssante-patient';
  readonly recipient: string;
  /** Domain of the sender. */
  readonly domain: string;
  /** The notice of a withdrawal may carry the very document that it withdraws. */
  readonly withdraws?: true;
}): string {
  const who = mail.kind === 'mssante-patient' ? 'pat' : `pro.${digest(mail.recipient.toLowerCase(), 16)}`;
  return `<${mail.documentOid}.${who}${mail.withdraws ? '.retrait' : ''}@${mail.domain}>`;
}

/**
 * Writes the mail: `multipart/mixed` of the text, IHE_XDM.zip and the PDF, CRLF line ends, 7-bit throughout, so that no
 * server has a reason to rewrite it. The same value gives the same bytes.
 * @throws TypeError when a value could break out of its header: a bug of the caller, never sent
 */
export function composeMail(mail: ReportMail): Uint8Array {
  // No line of base64 or quoted-printable can hold "=_", so the boundary cannot occur in a part.
  const boundary = `=_${digest(mail.messageId, 32)}`;
  const headers = [
    header('Date', rfc5322Date(mail.date)),
    `From: ${displayName(mail.from.label)}\r\n <${safe('From', mail.from.address)}>`,
    header('To', mail.to),
    ...optional('Reply-To', mail.replyTo),
    subjectHeader(mail.subject),
    header('Message-ID', mail.messageId),
    ...optional('In-Reply-To', mail.inReplyTo),
    ...optional('References', mail.inReplyTo),
    // Equal to the envelope sender, else software must not answer by itself (RFC 8098 §2.1).
    ...optional('Disposition-Notification-To', mail.readReceipt ? `<${mail.from.address}>` : undefined),
    header('X-MSS-NIL', mail.mss.nil),
    header('X-MSS-CODECDA', mail.mss.codeCda),
    header('X-MSS-INS', mail.mss.qualifiedIns ? 'O' : 'N'),
    ...optional('X-MSS-MES', mail.mss.noReply ? 'FIN' : undefined),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed;\r\n boundary="${boundary}"`,
  ];
  const parts = [
    part(
      ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
      quotedPrintable(mail.text),
    ),
    part(attachment('application/zip', 'IHE_XDM.zip'), base64(mail.xdm)),
    part(attachment('application/pdf', mail.pdfName), base64(mail.pdf)),
  ];
  const body = parts.map((one) => `--${boundary}\r\n${one}`).join('');
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${body}--${boundary}--\r\n`, 'latin1');
}

/** The Message-ID of a mail that {@link composeMail} wrote. */
export function messageIdIn(mail: Uint8Array): string | undefined {
  const beginning = Buffer.from(mail.subarray(0, 8192)).toString('latin1');
  return /^Message-ID: (<[^>\r\n]+>)\r$/m.exec(beginning)?.[1];
}

function part(headers: readonly string[], body: string): string {
  return `${headers.join('\r\n')}\r\n\r\n${body}\r\n`;
}

/** One line for each parameter: continuations (RFC 2231) are not read by every receiver, and a line may have 998 characters. */
function attachment(type: string, name: string): string[] {
  if (/["\\]/.test(name)) throw new TypeError('a file name holds a quote');
  const quoted = `"${safe('filename', name)}"`;
  return [
    `Content-Type: ${type};\r\n name=${quoted}`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment;\r\n filename=${quoted}`,
  ];
}

function header(name: string, value: string): string {
  return `${name}: ${safe(name, value)}`;
}

function optional(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [header(name, value)];
}

/** The last guard against header injection: printable ASCII only. */
function safe(name: string, value: string): string {
  if (!/^[\x20-\x7e]{1,900}$/.test(value)) throw new TypeError(`a value is unfit for the header ${name}`);
  return value;
}

/** Folded at a blank when longer than a line should be (RFC 5322 §2.1.1); the prefix stays on the first line. */
function subjectHeader(subject: string): string {
  const lines: string[] = [];
  let line = 'Subject:';
  for (const word of safe('Subject', subject).split(' ')) {
    if (line.length + 1 + word.length > 78 && line !== 'Subject:') {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\r\n');
}

/** A quoted-string, or encoded-words (RFC 2047) for an accented name. */
function displayName(label: string): string {
  const text = label.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (/^[\x20-\x7e]*$/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`;
  return encodeWord(text, 'Q', 52).replace(/\?= =\?/g, '?=\r\n =?');
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon, 02 Mar 2026 15:12:00 +0000` */
function rfc5322Date(instant: number): string {
  const date = new Date(instant);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time} +0000`;
}

function quotedPrintable(text: string): string {
  return wrap(encode(text.replace(/\r\n?|\n/g, '\r\n')), 76);
}

/** In lines of 76 characters (RFC 2045 §6.8). */
function base64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += 76) lines.push(text.slice(at, at + 76));
  return lines.join('\r\n');
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, length);
}
