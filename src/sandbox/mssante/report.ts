/** Takes a mail apart and runs every check of it, in the order in which one needs the other. */
import { type Ecart, Refused, runChecks, type Verdict } from '../check.ts';
import { readArchive } from './archive.ts';
import { MAIL_CHECKS, type MailSubject, REPORT_CHECKS, readMail, xdmAttachment } from './mail.ts';
import { ARCHIVE_CHECKS, readXdm, XDM_CHECKS } from './xdm.ts';

/** What was found of a mail, as far as it could be read. */
export interface ReportVerdict extends Verdict {
  readonly messageId: string;
  /** id of each CDA. */
  readonly documents: readonly string[];
}

/** @param bytes the mail as received, without the dot-stuffing */
export async function checkReport(
  bytes: Uint8Array,
  envelope: Pick<MailSubject, 'envelopeFrom' | 'recipients'>,
): Promise<ReportVerdict> {
  const passed: string[] = [];
  const ecarts: Ecart[] = [];
  let messageId = '';
  let documents: string[] = [];
  const keep = (verdict: Verdict): void => {
    passed.push(...verdict.passed);
    ecarts.push(...verdict.ecarts);
    if (verdict.refusal !== undefined) throw verdict.refusal;
  };
  try {
    const mail = await readMail(bytes);
    messageId = mail.email.messageId ?? '';
    keep(runChecks(MAIL_CHECKS, { mail, ...envelope }));
    const files = await readArchive(xdmAttachment(mail));
    keep(runChecks(ARCHIVE_CHECKS, files));
    const xdm = readXdm(files);
    documents = xdm.documents.map(
      ({ header: { id } }) => id.root + (id.extension === undefined ? '' : `^${id.extension}`),
    );
    keep(runChecks(XDM_CHECKS, xdm));
    keep(runChecks(REPORT_CHECKS, { mail, xdm, ...envelope }));
    return { passed, ecarts, messageId, documents };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { passed, ecarts, messageId, documents, refusal: error };
  }
}
