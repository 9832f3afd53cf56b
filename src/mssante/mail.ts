import type { DeliveryJob } from '../report/delivery.ts';
import type { Fault } from '../report/fault.ts';
import { type CdaHeader, readCdaHeader } from '../xds/cda-header.ts';
import { describeHeader } from '../xds/document-entry.ts';
import { isAllowedDomain, parseMailbox, patientAddress, sameAddress } from './addresses.ts';
import {
  channelMismatch,
  mailTooLarge,
  patientAddressDiffers,
  patientNotQualified,
  recipientDomain,
  recipientForm,
} from './faults.ts';
import { composeMail, messageIdOf } from './message.ts';
import { mailSubject, namingFacts, REPLACEMENT_TAG, safePdfName } from './names.ts';
import type { MailKind, MssanteSettings } from './settings.ts';
import { buildXdm, submissionSetOid } from './xdm.ts';

/** A report ready to leave. */
export interface ReadyMail {
  readonly bytes: Uint8Array;
  readonly messageId: string;
}

/**
 * Makes what must be the same at each try of a delivery. Pure but for the time passed in, so that a worker thread can do
 * it.
 * @param clock.now milliseconds since 1970: Date of the mail and submission time
 * @returns the MIME bytes; none when the job may not leave, in which case `transmit` says why (the fault is not kept, so
 *   that mending the configuration is enough)
 */
export async function prepareMail(
  settings: MssanteSettings,
  job: DeliveryJob,
  clock: { readonly now: number },
): Promise<Uint8Array> {
  const mail = await writeMail(settings, job, clock);
  return 'fault' in mail ? new Uint8Array(0) : mail.bytes;
}

/**
 * Writes the mail of one delivery: XDM archive, MIME message, identifiers.
 * @returns the mail, or why this job may not leave
 */
export async function writeMail(
  settings: MssanteSettings,
  job: DeliveryJob,
  { now }: { readonly now: number },
): Promise<ReadyMail | { readonly fault: Fault }> {
  const checked = checkJob(settings, job);
  if ('fault' in checked) return checked;
  const { kind, header } = checked;
  const entry = describeHeader(header, job.cda, { confidentiality: job.confidentiality });
  if ('cause' in entry) return { fault: entry };

  const toPatient = kind === 'mssante-patient';
  const noReply = toPatient && (job.noReply || settings.patientsMayNotReply);
  const replyTo = replyToOf(settings, job, toPatient);
  const identify = (documentOid: string, withdraws?: true) =>
    messageIdOf({
      documentOid,
      kind,
      ...(withdraws ? { withdraws } : {}),
      recipient: job.recipient,
      domain: parseMailbox(settings.from.address)?.domain ?? '',
    });
  const messageId = identify(header.id, job.withdraws);
  const xdm = await buildXdm({
    cda: job.cda,
    entry,
    submission: {
      uniqueId: submissionSetOid(messageId),
      sourceId: settings.sourceOid,
      time: new Date(now).toISOString().replace(/[-:T]/g, '').slice(0, 14),
    },
    sender: { name: settings.from.label, contact: settings.contact },
    software: settings.software,
  });
  const bytes = composeMail({
    from: settings.from,
    to: job.recipient,
    // FIN forbids the answer that a Reply-To would invite.
    ...(replyTo === undefined || noReply ? {} : { replyTo }),
    subject: mailSubject(namingFacts(header), {
      // No tag is published for a withdrawal: the body says it.
      tag: job.withdraws || job.replaces === undefined ? undefined : REPLACEMENT_TAG,
    }),
    date: now,
    messageId,
    ...(job.replaces === undefined ? {} : { inReplyTo: identify(job.replaces) }),
    readReceipt: settings.receipts.reading,
    mss: {
      nil: settings.nil,
      codeCda: entry.typeCode.code,
      qualifiedIns: hasQualifiedIns(header),
      noReply,
    },
    text: bodyText(settings, {
      opening: openingOf(settings, kind, job),
      replyTo: noReply ? undefined : replyTo,
    }),
    xdm,
    pdf: job.pdf,
    pdfName: safePdfName(job.pdfName),
  });
  return bytes.byteLength > settings.maxMailBytes ? { fault: mailTooLarge() } : { bytes, messageId };
}

/**
 * May this job leave by mail, to this address? Asked when the mail is made; what a mail that is made says of its patient
 * does not change, so that before each try {@link checkRecipient} is enough.
 */
export function checkJob(
  settings: MssanteSettings,
  job: Pick<DeliveryJob, 'channel' | 'recipient' | 'cda'>,
): { readonly kind: MailKind; readonly header: CdaHeader } | { readonly fault: Fault } {
  const recipient = checkRecipient(settings, job);
  if ('fault' in recipient) return recipient;
  const header = readCdaHeader(job.cda);
  if ('cause' in header) return { fault: header };
  if (recipient.kind === 'mssante-patient') {
    const { ins } = header.patient;
    if (!ins || !hasQualifiedIns(header)) return { fault: patientNotQualified() };
    if (!sameAddress(job.recipient, patientAddress(ins, settings.patientDomain)))
      return { fault: patientAddressDiffers() };
  }
  return { kind: recipient.kind, header };
}

/** Is this address one that the channel may write to? Asked again before each try: the allow-list may have changed. */
export function checkRecipient(
  settings: MssanteSettings,
  { channel, recipient }: Pick<DeliveryJob, 'channel' | 'recipient'>,
): { readonly kind: MailKind } | { readonly fault: Fault } {
  if (channel === 'dmp') throw new TypeError('a deposit in the DMP is no mail');
  const mailbox = parseMailbox(recipient);
  if (!mailbox) return { fault: recipientForm() };
  const isCitizen = sameAddress(mailbox.domain, settings.patientDomain);
  if (channel === 'mssante-patient')
    return isCitizen ? { kind: channel } : { fault: patientAddressDiffers() };
  if (isCitizen) return { fault: channelMismatch() };
  if (!isAllowedDomain(mailbox.domain, settings.domains)) return { fault: recipientDomain() };
  return { kind: channel };
}

/** X-MSS-INS: matricule, OID, birth name, first name, birth date and sex are all in the document (ECO.2.4.2). */
function hasQualifiedIns({ patient }: CdaHeader): boolean {
  return (
    patient.ins !== undefined &&
    patient.name.given !== undefined &&
    /^\d{8}/.test(patient.birthTime ?? '') &&
    (patient.gender === 'M' || patient.gender === 'F')
  );
}

/** The sender's own text where it gave one, but for a withdrawal, whose words must not depend on it. */
function openingOf(
  settings: MssanteSettings,
  kind: MailKind,
  { withdraws, replaces, mail }: DeliveryJob,
): string {
  const texts = settings.texts[kind];
  if (withdraws) return texts.withdrawal;
  const given = kind === 'mssante-patient' ? mail?.patient : mail?.professionals;
  return given ?? (replaces === undefined ? texts.first : texts.replacement);
}

/** The sender's wish, when it is a mailbox of the trust space; else the laboratory's. */
function replyToOf(settings: MssanteSettings, { mail }: DeliveryJob, toPatient: boolean): string | undefined {
  const wished = parseMailbox(mail?.replyTo ?? '');
  if (mail?.replyTo && wished && isAllowedDomain(wished.domain, settings.domains)) return mail.replyTo;
  return toPatient ? settings.replyTo.patients : settings.replyTo.professionals;
}

/** The audience's text, then the sentence of SGL.MSS.11: made by software, and whom to write to. */
function bodyText(
  settings: MssanteSettings,
  { opening, replyTo }: { readonly opening: string; readonly replyTo: string | undefined },
): string {
  const closing =
    replyTo === undefined
      ? `Ce message a été généré automatiquement, merci de ne pas y répondre. Pour contacter le laboratoire : ${settings.contact}.`
      : `Ce message a été généré automatiquement. Pour contacter le laboratoire, répondez-y ou écrivez à ${replyTo}.`;
  return `${opening.trim()}\n\n${settings.from.label}\n\n${closing}\n`;
}
