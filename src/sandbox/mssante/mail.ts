/** A mail that carries a report, and its checks (mssante.md §6). */
import PostalMime, { type Email } from 'postal-mime';
import { type Check, Refused } from '../check.ts';
import { type CdaHeader, insOf } from '../document/cda-header.ts';
import type { Mailbox } from './mailboxes.ts';
import type { Xdm } from './xdm.ts';

const REFUSED = '5.6.0';
const PREFIX = 'XDM/1.0/DDM+';
const REPLACES = '[Annule et remplace]';
const LABEL_LENGTH = 40;
const XDM_NAME = /^ihe_xdm\.zip$/i;

interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

export interface Mail {
  readonly email: Email;
  /** Header lines as sent, names in lower case, values unfolded. */
  readonly raw: ReadonlyMap<string, readonly string[]>;
  readonly attachments: readonly Attachment[];
}

export interface MailSubject {
  readonly mail: Mail;
  readonly envelopeFrom: string;
  readonly recipients: readonly { readonly address: string; readonly mailbox: Mailbox }[];
  readonly xdm: Xdm;
}

/** @throws Refused (`mail-mime`) */
export async function readMail(bytes: Uint8Array): Promise<Mail> {
  let email: Email;
  try {
    email = await PostalMime.parse(bytes, { maxNestingDepth: 20, maxHeadersSize: 64 * 1024 });
  } catch {
    throw new Refused('mail-mime', REFUSED, 'the message cannot be read');
  }
  const raw = new Map<string, string[]>();
  for (const { key, line } of email.headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim();
    raw.set(key, [...(raw.get(key) ?? []), value]);
  }
  const attachments = email.attachments.map(({ filename, mimeType, content }) => ({
    name: filename ?? '',
    type: mimeType,
    content: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array),
  }));
  return { email, raw, attachments };
}

/** The one IHE_XDM.zip. @throws Refused (`mail-xdm`) */
export function xdmAttachment({ attachments }: Mail): Buffer {
  const zips = attachments.filter(({ name }) => XDM_NAME.test(name));
  const [zip] = zips;
  if (zip === undefined || zips.length !== 1)
    throw new Refused('mail-xdm', REFUSED, `${zips.length} IHE_XDM.zip instead of one`);
  return zip.content;
}

const header = (mail: Mail, name: string): string | undefined => {
  const values = mail.raw.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
};

/** Checks that need no archive. */
export const MAIL_CHECKS: readonly Check<Pick<MailSubject, 'mail' | 'envelopeFrom' | 'recipients'>>[] = [
  {
    name: 'mail-message-id',
    code: REFUSED,
    run: ({ mail }) =>
      /^<[^<>@\s]+@[^<>@\s]+>$/.test(header(mail, 'message-id') ?? '')
        ? undefined
        : 'one Message-ID of RFC 5322 form is expected',
  },
  {
    name: 'mail-date',
    code: REFUSED,
    run: ({ mail }) =>
      Number.isNaN(Date.parse(header(mail, 'date') ?? '')) ? 'one Date is expected' : undefined,
  },
  {
    name: 'mail-from',
    code: REFUSED,
    run: ({ mail, envelopeFrom }) =>
      sameAddress(mail.email.from?.address, envelopeFrom) ? undefined : 'From is not the envelope sender',
  },
  {
    name: 'mail-to',
    code: REFUSED,
    run: ({ mail, recipients }) => {
      const written = (mail.email.to ?? []).map(({ address }) => address);
      return recipients.every(({ address }) => written.some((one) => sameAddress(one, address)))
        ? undefined
        : 'To is not the envelope recipient';
    },
  },
  {
    name: 'mail-body',
    code: REFUSED,
    run: ({ mail }) => (mail.email.text === undefined ? 'no text/plain body' : undefined),
  },
  {
    name: 'mail-disposition',
    code: REFUSED,
    run: ({ mail, envelopeFrom }) => {
      const wanted = header(mail, 'disposition-notification-to') ?? '';
      return sameAddress(/<([^<>]+)>\s*$/.exec(wanted)?.[1] ?? wanted, envelopeFrom)
        ? undefined
        : 'Disposition-Notification-To is not the envelope sender';
    },
  },
  {
    name: 'x-mss-nil',
    code: REFUSED,
    run: ({ mail }) => ((header(mail, 'x-mss-nil') ?? '') === '' ? 'X-MSS-NIL is missing' : undefined),
  },
  {
    name: 'x-mss-mes',
    code: REFUSED,
    run: ({ mail, recipients }) => {
      const values = mail.raw.get('x-mss-mes');
      if (values === undefined) return undefined;
      if (values.length !== 1 || values[0] !== 'FIN') return 'X-MSS-MES has another value than FIN';
      if (header(mail, 'reply-to') !== undefined) return 'X-MSS-MES: FIN contradicts Reply-To';
      return recipients.every(({ mailbox }) => mailbox.kind === 'patient')
        ? undefined
        : 'X-MSS-MES is for patients only';
    },
  },
];

/** Checks of the mail against the documents of its archive. */
export const REPORT_CHECKS: readonly Check<MailSubject>[] = [
  {
    name: 'x-mss-codecda',
    code: REFUSED,
    run: ({ mail, xdm }) => {
      const codes = xdm.documents.map(({ header: { code } }) => code.code).join(',');
      return header(mail, 'x-mss-codecda')?.replace(/\s/g, '') === codes
        ? undefined
        : 'X-MSS-CODECDA is not the codes of the documents';
    },
  },
  {
    name: 'x-mss-ins',
    code: REFUSED,
    run: ({ mail, xdm }) => {
      const qualified = xdm.documents.every((document) => hasQualifiedIns(document.header));
      return header(mail, 'x-mss-ins') === (qualified ? 'O' : 'N')
        ? undefined
        : 'X-MSS-INS is not what the traits of the CDA say';
    },
  },
  {
    name: 'mail-one-patient',
    code: REFUSED,
    run: ({ xdm }) => {
      const patients = new Set(xdm.documents.map(({ header: { patient } }) => JSON.stringify(patient.ids)));
      return patients.size === 1 ? undefined : 'documents of several patients';
    },
  },
  {
    name: 'mail-patient',
    code: REFUSED,
    run: ({ recipients, xdm }) => {
      for (const { mailbox } of recipients) {
        if (mailbox.kind !== 'patient') continue;
        const others = xdm.documents.some((document) => insOf(document.header)?.ins !== mailbox.patient.ins);
        if (others) return 'the mailbox is not that of the patient of the document';
        if (!xdm.documents.every((document) => hasQualifiedIns(document.header)))
          return 'the INS is not qualified';
      }
      return undefined;
    },
  },
  {
    name: 'mail-subject',
    code: REFUSED,
    run: ({ mail, xdm }) => subjectProblem(mail, xdm),
  },
  {
    name: 'mail-pdf-count',
    code: REFUSED,
    run: ({ mail, xdm }) => {
      const files = pdfs(mail);
      if (files.length !== xdm.documents.length) return 'there are not as many PDF as CDA';
      return files.every(({ content }) => content.subarray(0, 5).toString('latin1') === '%PDF-')
        ? undefined
        : 'an attachment is no PDF';
    },
  },
  {
    name: 'mail-pdf-name',
    code: REFUSED,
    run: ({ mail, xdm }) => {
      const names = pdfs(mail).map(({ name }) => name);
      const named = xdm.documents.every((document) => names.some((name) => isPdfName(name, document.header)));
      return named ? undefined : 'a PDF is not named <AAAAMMJJ>_<type>_<NOM>_<prénom>[_<dossier>].pdf';
    },
  },
  {
    name: 'mail-pdf-a',
    code: REFUSED,
    run: ({ mail }, ecart) => {
      if (!pdfs(mail).every(({ content }) => /pdfaid:part/.test(content.toString('latin1'))))
        ecart('a PDF does not say that it is PDF/A');
      return undefined;
    },
  },
  {
    name: 'mail-attachments',
    code: REFUSED,
    run: ({ mail }) => {
      const stray = mail.attachments.length - pdfs(mail).length - 1;
      return stray === 0 ? undefined : 'another attachment than the archive and the PDF';
    },
  },
];

/** INS, and the traits that go with a qualified one: birth name, birth given name, birth date, sex. */
function hasQualifiedIns(cda: CdaHeader): boolean {
  const { birthName, birthGiven, birthTime, sex } = cda.patient;
  return (
    insOf(cda) !== undefined &&
    [birthName, birthGiven].every((part) => (part ?? '') !== '') &&
    /^\d{8}/.test(birthTime) &&
    /^[FM]$/.test(sex)
  );
}

function pdfs(mail: Mail): Attachment[] {
  return mail.attachments.filter(({ name, type }) => type === 'application/pdf' || /\.pdf$/i.test(name));
}

/** `XDM/1.0/DDM+<libellé> <NOM> <prénom>[ <JJ/MM/AAAA>]`, its prefix unencoded on the wire. */
function subjectProblem(mail: Mail, xdm: Xdm): string | undefined {
  if (!(header(mail, 'subject') ?? '').startsWith(PREFIX))
    return `the subject does not begin with ${PREFIX} as it is`;
  const text = (mail.email.subject ?? '').slice(PREFIX.length).replace(REPLACES, '').trim();
  const [first] = xdm.documents;
  if (first === undefined) return 'no document';
  const { patient, code } = first.header;
  const label =
    xdm.documents.length === 1
      ? [...code.displayName].slice(0, LABEL_LENGTH).join('').trim()
      : `${xdm.documents.length} documents`;
  const date = /^(\d{4})(\d\d)(\d\d)/.exec(patient.birthTime);
  const suffixes = ['', date === null ? '' : ` ${date[3]}/${date[2]}/${date[1]}`];
  const expected = namesOf(first.header).flatMap(([family, given]) =>
    suffixes.map((suffix) => `${label} ${family} ${given}${suffix}`),
  );
  if (!expected.some((one) => plain(one) === plain(text)))
    return 'the subject is not libellé, NOM, prénom, date of the CDA';
  const name = text.slice(label.length);
  return plain(name, false) === name.trim() ? undefined : 'names in the subject have accents';
}

/** Family and given names that a subject or a file name may show: those of birth first. */
function namesOf({ patient }: CdaHeader): [string, string][] {
  const families = patient.birthName === undefined ? patient.families : [patient.birthName];
  const givens = [patient.birthGiven, ...patient.givens].filter((given) => given !== undefined);
  return families.flatMap((family) =>
    [...givens, givens[0]?.split(/\s/)[0]].flatMap((given): [string, string][] =>
      given === undefined ? [] : [[family, given]],
    ),
  );
}

function isPdfName(name: string, cda: CdaHeader): boolean {
  const label = [...cda.code.displayName].slice(0, LABEL_LENGTH).join('').trim();
  const date = cda.principal.low.slice(0, 8);
  if (!/\.pdf$/i.test(name)) return false;
  const [written = '', type = '', family = '', given = '', ...dossier] = name
    .replace(/\.pdf$/i, '')
    .split('_');
  return (
    written === date &&
    letters(type) === letters(label) &&
    dossier.length <= 1 &&
    namesOf(cda).some(
      ([wantedFamily, wantedGiven]) =>
        letters(family) === letters(wantedFamily) && letters(given) === letters(wantedGiven),
    )
  );
}

function plain(text: string, upper = true): string {
  const stripped = text.normalize('NFD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim();
  return upper ? stripped.toUpperCase() : stripped;
}

/** Letters and digits only: what a file system or a mail system replaced does not count. */
function letters(text: string): string {
  return plain(text).replace(/[^A-Z0-9]/g, '');
}

function sameAddress(left: string | undefined, right: string): boolean {
  return left !== undefined && left.trim().toLowerCase() === right.toLowerCase();
}
