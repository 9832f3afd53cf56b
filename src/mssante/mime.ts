import PostalMime, { type Email } from 'postal-mime';

/**
 * How much of a mail is taken apart: what a report says, and the headers of the mail that it returns, precede the documents
 * that it may return with it (mssante.md §8). Lines count too, since each costs as much as a hundred bytes.
 */
const READ_BYTES = 256 * 1024;
const READ_LINES = 4_000;
const LIMITS = { maxNestingDepth: 20, maxHeadersSize: 128 * 1024 };

/** One of them at least is in any mail that a program or a person wrote. */
const NEEDED = ['from', 'subject', 'message-id', 'date', 'content-type'];

/** The parts of a mail, as far as its beginning holds them; a mail within it is an attachment. Undefined: it is none. */
export async function parseMail(bytes: Uint8Array): Promise<Email | undefined> {
  try {
    const email = await PostalMime.parse(beginningOf(bytes), { ...LIMITS, forceRfc822Attachments: true });
    return NEEDED.some((name) => headerOf(email, name) !== '') ? email : undefined;
  } catch {
    return undefined;
  }
}

/** Of a header written several times, the first. */
export function headerOf({ headers }: Email, name: string): string {
  return headers.find(({ key }) => key === name)?.value.trim() ?? '';
}

function beginningOf(bytes: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, READ_BYTES);
  let lines = 0;
  for (let at = 0; at < end; at += 1) {
    if (bytes[at] !== LINE_FEED) continue;
    lines += 1;
    if (lines === READ_LINES) return bytes.subarray(0, at + 1);
  }
  return bytes.subarray(0, end);
}

const LINE_FEED = 0x0a;
