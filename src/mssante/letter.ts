import type { Address } from 'postal-mime';
import { headerOf, parseMail } from './mime.ts';

/** What a person is shown of a mail. */
export interface LetterText {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** As it is written; empty when it is not. */
  readonly date: string;
  readonly text: string;
  /** File names and types of what is attached. */
  readonly attachments: readonly string[];
}

/** A letter is a page or two; what is beyond is in the bytes. */
const MAX_TEXT = 20_000;
const MAX_HEADER = 1_000;

/** Reads a mail for a person; undefined when no mail can be made of the bytes. Nothing of it is fit for a terminal as it is. */
export async function readLetter(bytes: Uint8Array): Promise<LetterText | undefined> {
  const mail = await parseMail(bytes);
  return (
    mail && {
      from: mailboxes(mail.from ? [mail.from] : []),
      to: mailboxes(mail.to ?? []),
      subject: (mail.subject ?? '').slice(0, MAX_HEADER),
      date: headerOf(mail, 'date').slice(0, 100),
      text: (mail.text ?? withoutTags(mail.html ?? '')).slice(0, MAX_TEXT),
      attachments: mail.attachments
        .slice(0, 50)
        .map(({ filename, mimeType }) => `${filename ?? mimeType}`.slice(0, 200)),
    }
  );
}

function mailboxes(addresses: readonly Address[]): string {
  return addresses
    .map(({ name, address }) => (name && address ? `${name} <${address}>` : (address ?? name)))
    .join(', ')
    .slice(0, MAX_HEADER);
}

/** Enough to read the words; nothing of it is shown as HTML. */
function withoutTags(html: string): string {
  return html.slice(0, 4 * MAX_TEXT).replace(/<[^<>]{0,2000}>/g, ' ');
}
