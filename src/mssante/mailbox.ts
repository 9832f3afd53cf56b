import { ImapFlow, type SearchObject } from 'imapflow';
import type { Fault } from '../report/fault.ts';
import { classify } from './answers.ts';
import { mailboxFolder } from './faults.ts';
import type { SmtpFailure } from './smtp-failure.ts';

/** A mailbox that is read over IMAP (RFC 9051), by the operator's certificate and a login (mssante.md §2). */
export interface MailboxSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls`: never in clear; `tls` from the first byte. */
  readonly security: 'starttls' | 'tls';
  /** Name that the server's certificate must bear, when it is not `host`. */
  readonly servername?: string;
  /** PEM: leaf first, intermediates after. */
  readonly clientCertificate: string;
  readonly clientKey: string;
  /** PEM of the only accepted authorities. */
  readonly authorities: string;
  /** OpenSSL list of suites. */
  readonly ciphers: string;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  /** True: nothing in it is changed, since people read it. */
  readonly readOnly: boolean;
  /** Largest mail taken whole; of a longer one, the beginning. */
  readonly maxBytes: number;
}

export interface FetchedMail {
  /** The mail, or as many of its first bytes as are taken. */
  readonly bytes: Uint8Array;
  /** Of the whole mail. */
  readonly size: number;
  /** Somebody had seen it already. */
  readonly seen: boolean;
  /** When the server took it, milliseconds since 1970; absent where it does not say. */
  readonly receivedAt?: number;
}

/** An open folder. Its methods reject with MailboxLost when the connection is lost: it is not used again then. */
export interface MailboxSession {
  /** UIDs count within it alone. */
  readonly uidValidity: string;
  /** UIDs above `upTo`, ascending. */
  above(upTo: number): Promise<number[]>;
  /** The UID up to which all were received before that day, and how many they are. */
  olderThan(day: Date): Promise<{ readonly upTo: number; readonly count: number }>;
  /** Without marking it seen; undefined: it is no longer there. @throws MailRefused: this mail alone cannot be given */
  fetch(uid: number): Promise<FetchedMail | undefined>;
  markSeen(uid: number): Promise<void>;
  /** At once, whatever is under way. */
  abort(): void;
  close(): Promise<void>;
}

/** The server gives the mailbox, and not this mail. */
export class MailRefused extends Error {}

/** The connection was lost, or the server refused to go on. */
export class MailboxLost extends Error {
  readonly failure: MailboxFailure;

  constructor(error: unknown) {
    super('mailbox lost', { cause: error });
    this.failure = mailboxFailure(error);
  }
}

/** A failure to open, or a lost connection. `blocked`: no delay mends it. */
export interface MailboxFailure {
  readonly blocked: boolean;
  readonly fault: Fault;
}

/** Servers that were seen to take a minute for one mail (mssante.md §2). */
const SILENCE_MS = 180_000;
const CONNECT_MS = 30_000;
const MARGIN_BYTES = 1024 * 1024;

/**
 * Opens the folder.
 * @param signal ends the connection, at whatever moment
 * @returns the session, or why there is none; never rejects
 */
export async function openMailbox(
  settings: MailboxSettings,
  signal?: AbortSignal,
): Promise<MailboxSession | MailboxFailure> {
  const client = clientOf(settings);
  const closing = new AbortController();
  const link: Link = { client, closing: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal };
  let opened = false;
  try {
    await asked(link, client.connect());
    opened = true;
    const folder = client.mailboxOpen(settings.folder, { readOnly: settings.readOnly });
    const { uidValidity } = await asked(link, folder);
    return sessionOf(link, () => closing.abort(), String(uidValidity), settings);
  } catch (error) {
    client.close();
    const { cause, failure } = error as MailboxLost;
    return opened && isRefusal(cause) ? { blocked: true, fault: mailboxFolder() } : failure;
  }
}

interface Link {
  readonly client: ImapFlow;
  readonly closing: AbortSignal;
}

/**
 * Waits for an answer. The library leaves what was asked of a connection that is being made unanswered when it is closed,
 * and answers what is asked of a closed one with nothing.
 * @throws MailboxLost
 */
async function asked<T>({ client, closing }: Link, answer: Promise<T>): Promise<T> {
  let close = () => {};
  const closed = new Promise<never>((_, reject) => {
    close = () => {
      client.close();
      reject(new Error('closed by us'));
    };
    if (closing.aborted) close();
    else closing.addEventListener('abort', close, { once: true });
  });
  try {
    const value = await Promise.race([answer, closed]);
    if (!client.usable) throw new Error('closed by the server');
    return value;
  } catch (error) {
    throw new MailboxLost(error);
  } finally {
    closing.removeEventListener('abort', close);
  }
}

function clientOf(settings: MailboxSettings): ImapFlow {
  const { host, port, security, servername, user, password } = settings;
  const client = new ImapFlow({
    host,
    port,
    secure: security === 'tls',
    ...(security === 'starttls' ? { doSTARTTLS: true } : {}),
    ...(servername === undefined ? {} : { servername }),
    tls: {
      cert: settings.clientCertificate,
      key: settings.clientKey,
      ca: settings.authorities,
      ciphers: settings.ciphers,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(servername === undefined ? {} : { servername }),
    },
    auth: { user, pass: password },
    clientInfo: { name: 'crbio' },
    // Its log quotes what servers say.
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxLiteralSize: settings.maxBytes + MARGIN_BYTES,
    maxResponseSize: settings.maxBytes + 2 * MARGIN_BYTES,
    maxLineLength: MARGIN_BYTES,
  });
  // Told by the call under way as well; without a listener it would end the process.
  client.on('error', () => {});
  return client;
}

function sessionOf(
  link: Link,
  abort: () => void,
  uidValidity: string,
  { maxBytes }: MailboxSettings,
): MailboxSession {
  const { client } = link;
  /** A server that is short of something answers OK and gives nothing: only a search tells that from a mail that is gone. */
  const isThere = async (uid: number): Promise<boolean> => {
    const found = await asked(link, client.search({ uid: String(uid) }, { uid: true }));
    return !found || found.includes(uid);
  };
  /** @returns UIDs, ascending */
  const searched = async (query: SearchObject): Promise<number[]> => {
    const found = await asked(link, client.search(query, { uid: true }));
    if (!found) throw new MailboxLost(new Error('the search was refused'));
    return found.sort((one, other) => one - other);
  };
  return {
    uidValidity,
    async above(upTo) {
      // `n:*` names the last mail even when its UID is below n.
      return (await searched({ uid: `${upTo + 1}:*` })).filter((uid) => uid > upTo);
    },
    async olderThan(day) {
      const all = await searched({ all: true });
      // Asked after: what comes in between is among these.
      const [firstSince] = await searched({ since: day });
      const older = firstSince === undefined ? all : all.filter((uid) => uid < firstSince);
      return { upTo: older.at(-1) ?? 0, count: older.length };
    },
    async fetch(uid) {
      const source = { start: 0, maxLength: maxBytes };
      const query = { uid: true, flags: true, size: true, internalDate: true, source };
      try {
        const mail = (await asked(link, client.fetchOne(String(uid), query, { uid: true }))) || undefined;
        if (!mail && !(await isThere(uid))) return undefined;
        if (!mail?.source) throw new MailRefused();
        const size = mail.size ?? mail.source.length;
        const receivedAt = new Date(mail.internalDate ?? Number.NaN).getTime();
        return {
          bytes: mail.source,
          size,
          seen: mail.flags?.has('\\Seen') ?? false,
          ...(Number.isNaN(receivedAt) ? {} : { receivedAt }),
        };
      } catch (error) {
        if (error instanceof MailboxLost && isRefusal(error.cause)) throw new MailRefused();
        throw error;
      }
    },
    async markSeen(uid) {
      await asked(link, client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }));
    },
    abort,
    async close() {
      try {
        await asked(link, client.logout());
      } catch {
        client.close();
      }
    },
  };
}

interface ImapError {
  readonly code?: string;
  readonly message?: string;
  readonly authenticationFailed?: boolean;
  readonly responseStatus?: string;
}

/** A tagged NO or BAD: the connection goes on. */
function isRefusal(error: unknown): boolean {
  const { responseStatus } = error as ImapError;
  return responseStatus === 'NO' || responseStatus === 'BAD';
}

/** What a failed connection means: the classes of the SMTP side, whose causes are the same (answers.ts). */
export function mailboxFailure(error: unknown): MailboxFailure {
  const { code, cause, hint } = { hint: LATER, ...classify(failureOf(error as ImapError)) };
  return { blocked: BLOCKING.includes(code), fault: { code, cause, hint } };
}

const LATER =
  'Rien à faire si cela passe ; sinon vérifier le réseau et le serveur IMAP (crbio check --reach).';

const BLOCKING = [
  'MSSANTE_CLIENT_CERTIFICATE',
  'MSSANTE_SERVER_CERTIFICATE',
  'MSSANTE_TLS',
  'MSSANTE_NO_STARTTLS',
  'MSSANTE_AUTHENTICATION',
];

function failureOf({ code, message = '', authenticationFailed, ...rest }: ImapError): SmtpFailure {
  const text = (rest as { readonly response?: unknown }).response;
  if (authenticationFailed) {
    // Dovecot says there that the certificate is missing.
    const reply = { status: 535, text: typeof text === 'string' ? text : '' };
    return { step: 'authentication', dotSent: false, reply };
  }
  // The library has no code for it.
  if (/does not support STARTTLS/.test(message))
    return { step: 'starttls', dotSent: false, reply: { status: 502, text: '' } };
  return { step: 'session', dotSent: false, ...(code ? { cause: code } : {}) };
}
