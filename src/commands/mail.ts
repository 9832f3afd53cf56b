import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Config } from '../config.ts';
import { readLetter } from '../mssante/letter.ts';
import type { Store } from '../store/model.ts';
import type { MailRow } from '../store/rows.ts';
import {
  type CommonOptions,
  complain,
  EXIT,
  type ExitCode,
  list,
  moment,
  type Output,
  say,
} from './output.ts';
import { withStore } from './store.ts';
import { visible } from './visible-text.ts';
import { MAIL_WORDS } from './words.ts';

export interface MailListOptions extends CommonOptions {
  readonly report?: string;
}

/** `crbio mail list`: what came back to the laboratory's mailboxes. */
export function listMails(output: Output, options: MailListOptions): Promise<ExitCode> {
  return withStore(output, options, async (store, config) => {
    const found = await store.mails(options.report === undefined ? {} : { reportId: options.report });
    const rows = withoutPatients(config, found);
    list(output, options, rows as (MailRow & Record<string, unknown>)[], [
      { french: 'n°', english: 'id', value: (row) => String(row.mailId) },
      { french: 'relevé', english: 'taken', value: (row) => moment(row.at) },
      { french: 'dit', english: 'says', value: (row) => saying(options, row) },
      { french: 'à propos de', english: 'about', value: (row) => about(row) },
      { french: 'de', english: 'from', value: (row) => visible(row.sender ?? '') },
    ]);
    return EXIT.done;
  });
}

/** A patient's address holds an INS: it is shown by `mail show` alone, which the journal keeps. */
export function withoutPatients({ mssante }: Config, mails: readonly MailRow[]): MailRow[] {
  const domain = mssante?.patientDomain.toLowerCase();
  const isPatient = ({ channel, sender = '' }: MailRow) =>
    channel === 'mssante-patient' || sender.split('@').at(-1) === domain;
  return mails.map((mail) =>
    mail.sender !== undefined && isPatient(mail) ? { ...mail, sender: 'patient' } : mail,
  );
}

/** `lu`, `non distribué [MSSANTE_…]`. */
function saying(options: CommonOptions, { effect, code, kept, size }: MailRow): string {
  const words = options.lang === 'en' ? effect : MAIL_WORDS[effect];
  const cut = kept < size ? ` (${say(options, 'début seul', 'beginning only')})` : '';
  return `${words}${code ? ` [${code}]` : ''}${cut}`;
}

const about = ({ reportId, version }: MailRow) => (reportId ? `${reportId} v${version}` : '');

/** What came back about a delivery, in a line of its report. */
export function mailLine(options: CommonOptions, mail: MailRow): string {
  const words = options.lang === 'en' ? mail.effect : MAIL_WORDS[mail.effect];
  const code = mail.code ? ` [${mail.code}]` : '';
  return `  v${mail.version} ${words} ${say(options, 'le', 'on')} ${moment(mail.at)}${code}  (${mail.deliveryId}, crbio mail show ${mail.mailId})`;
}

export interface MailShowOptions extends CommonOptions {
  readonly out?: string;
}

/** `crbio mail show ID`: the words of a mail, made harmless for a terminal; the journal keeps who read it. */
export function showMail(output: Output, options: MailShowOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const row = /^\d{1,15}$/.test(id) ? await store.mail(Number(id)) : undefined;
    const content = row && (await store.mailContent(row.mailId));
    if (!row || !content) {
      complain(output, options, {
        code: 'MAIL_UNKNOWN',
        cause: `aucun courriel relevé ne porte le numéro ${visible(id)}`,
        hint: 'crbio mail list donne les numéros',
      });
      return EXIT.refused;
    }
    await noteView(store, row, options.out === undefined ? 'text' : 'file');
    if (options.out !== undefined) {
      // Patients' data: for this account alone, and never over another file.
      writeFileSync(options.out, content, { flag: 'wx', mode: 0o600 });
      return EXIT.done;
    }
    const letter = await readLetter(content);
    if (options.json) {
      output.out(JSON.stringify({ ...row, ...(letter ? { letter } : {}) }));
      return EXIT.done;
    }
    output.out(
      `${row.mailId} — ${moment(row.at)} : ${saying(options, row)}${row.reportId ? ` — ${about(row)}` : ''}`,
    );
    if (!letter) {
      output.out(say(options, 'illisible : --out donne les octets', 'unreadable: --out gives the bytes'));
      return EXIT.done;
    }
    for (const [name, value] of [
      [say(options, 'De', 'From'), letter.from],
      [say(options, 'À', 'To'), letter.to],
      [say(options, 'Date', 'Date'), letter.date],
      [say(options, 'Objet', 'Subject'), letter.subject],
      ...letter.attachments.map((file) => [say(options, 'Joint', 'Attached'), file] as const),
    ] as const)
      output.out(`${name} : ${visible(value)}`);
    output.out('');
    for (const line of letter.text.split(/\r\n?|\n/)) output.out(visible(line));
    return EXIT.done;
  });
}

/** Who read what somebody wrote to the laboratory. */
function noteView(store: Store, { mailId }: MailRow, how: 'text' | 'file'): Promise<void> {
  return store.note({
    actor: userInfo().username,
    action: 'mail-viewed',
    subject: `mail:${mailId}`,
    details: { how },
  });
}
