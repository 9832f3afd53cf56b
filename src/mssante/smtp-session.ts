import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { WireHooks } from '../report/delivery.ts';
import type { MssanteSettings } from './settings.ts';
import { type Reply, readReply, type SmtpFailure, type SmtpStep } from './smtp-failure.ts';

/** One mail to one recipient: a refused recipient then concerns nobody else. */
export interface Submission {
  readonly from: string;
  readonly to: string;
  /** ENVID of delivery reports, at most 100 printable characters. */
  readonly envelopeId: string;
  readonly bytes: Uint8Array;
}

export type SubmissionResult =
  | { readonly kind: 'accepted'; readonly reply: Reply | undefined }
  | { readonly kind: 'failed'; readonly failure: SmtpFailure };

export type SmtpSettings = Pick<
  MssanteSettings,
  | 'host'
  | 'port'
  | 'servername'
  | 'clientCertificate'
  | 'clientKey'
  | 'authorities'
  | 'revocationLists'
  | 'authentication'
  | 'receipts'
  | 'timeouts'
  | 'maxIdleConnections'
  | 'ciphers'
>;

/** Small enough that the pause before the dot comes when nearly all is written. */
const CHUNK = 64 * 1024;

/** One connection. Failures are values; after any of them it is not used again. */
export class SmtpSession {
  mails = 0;
  readonly #settings: SmtpSettings;
  readonly #connection: SMTPConnection;
  readonly #failed: Promise<SubmissionResult>;
  #fail: (result: SubmissionResult) => void = () => {};
  #opening: Promise<SubmissionResult | undefined> | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #onGone: (() => void) | undefined;
  /** The EHLO over TLS was answered. */
  #greeted = false;
  #resting = false;
  #dotSent = false;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    this.#connection = new SMTPConnection(connectionOptions(settings));
    this.#failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#connection.on('connect', () => {
      this.#greeted = true;
    });
    this.#connection.on('error', (error: unknown) => this.#fail(this.#failure(error)));
    this.#connection.on('end', () => {
      this.#onGone?.();
      // Later: the reply that ended the session, when there is one, is handed over just after this event.
      setImmediate(() => this.#fail(this.#failure(new Error('connection ended'))));
    });
  }

  /** Connects and authenticates, once. @returns undefined when the connection may be used */
  ready(): Promise<SubmissionResult | undefined> {
    this.#opening ??= Promise.race([this.#failed, this.#open()]);
    return this.#opening;
  }

  async #open(): Promise<SubmissionResult | undefined> {
    const connected = await new Promise<SubmissionResult | undefined>((resolve) => {
      this.#connection.connect((error) => resolve(error ? this.#failure(error) : undefined));
    });
    if (connected) return connected;
    const { authentication } = this.#settings;
    if (authentication.mode === 'none') return undefined;
    const login =
      authentication.mode === 'PLAIN'
        ? { method: 'PLAIN', user: authentication.user, pass: authentication.password }
        : { method: 'EXTERNAL', user: authentication.identity ?? '' };
    return new Promise((resolve) => {
      this.#connection.login(login, (error) => resolve(error ? this.#failure(error) : undefined));
    });
  }

  async send(submission: Submission, hooks: WireHooks): Promise<SubmissionResult> {
    this.#dotSent = false;
    this.mails++;
    let committing: Promise<void> | undefined;
    let heldBack: { readonly reason: unknown } | undefined;
    const pause = async () => {
      committing = hooks.onWire();
      try {
        await committing;
      } catch (reason) {
        heldBack = { reason };
        throw new Error('held back before the final dot');
      }
      if (this.#connection.destroyed) throw new Error('the connection died before the final dot');
      hooks.at('smtp:before-dot');
      this.#dotSent = true;
    };
    const message = Readable.from(chunksThenPause(submission.bytes, pause), { objectMode: false });
    const sent = new Promise<SubmissionResult>((resolve) => {
      this.#connection.send(envelopeOf(submission, this.#settings), message, (error, info) => {
        if (error) resolve(this.#failure(error));
        // A server that answers before the dot has broken the protocol: what it did cannot be known.
        else if (!this.#dotSent) resolve(this.#failure(new Error('reply before the dot'), true));
        else resolve({ kind: 'accepted', reply: info ? readReply(info.response) : undefined });
      });
    });
    const result = await Promise.race([sent, this.#failed]);
    // A commit under way must end before its outcome is recorded, or the two would cross.
    await committing?.catch(() => {});
    if (heldBack) throw heldBack.reason;
    if (result.kind === 'accepted') hooks.at('smtp:after-reply');
    return result;
  }

  /** Waits for the next mail; `gone` is called when the server leaves or nothing comes in time. */
  rest(forMs: number, gone: () => void): void {
    this.#resting = true;
    this.#dotSent = false;
    this.#onGone = gone;
    this.#idleTimer = setTimeout(gone, forMs);
    // A waiting connection does not keep the process alive.
    this.#idleTimer.unref();
  }

  wake(): void {
    clearTimeout(this.#idleTimer);
    this.#resting = false;
    this.#onGone = undefined;
  }

  close(): void {
    const polite = this.#resting && !this.#connection.destroyed;
    this.wake();
    if (polite) this.#connection.quit();
    this.#connection.close();
  }

  #stepOf(command: string | undefined): SmtpStep {
    const step = stepOf(command);
    const inTls = this.#connection.upgrading === true || this.#connection.secure;
    return step === 'session' && inTls && !this.#greeted ? 'handshake' : step;
  }

  #failure(error: unknown, dotSent = this.#dotSent): SubmissionResult {
    const { code, originalCode, command, response } = error as {
      readonly code?: string;
      readonly originalCode?: string;
      readonly command?: string;
      readonly response?: string;
    };
    const reply = response === undefined ? undefined : readReply(response);
    const tooLarge = code === 'EMESSAGE' && command === 'MAIL FROM' && !reply;
    const cause = tooLarge ? 'TOO_LARGE' : (originalCode ?? code);
    return {
      kind: 'failed',
      failure: {
        step: this.#stepOf(command),
        dotSent,
        ...(reply ? { reply } : {}),
        ...(cause === undefined ? {} : { cause }),
      },
    };
  }
}

function connectionOptions(settings: SmtpSettings) {
  const { timeouts, servername } = settings;
  return {
    host: settings.host,
    port: settings.port,
    secure: false,
    requireTLS: true,
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.connect,
    socketTimeout: timeouts.silence,
    ...(servername === undefined ? {} : { servername }),
    tls: {
      cert: settings.clientCertificate,
      key: settings.clientKey,
      ca: settings.authorities,
      minVersion: 'TLSv1.2' as const,
      ciphers: settings.ciphers,
      rejectUnauthorized: true,
      ...(servername === undefined ? {} : { servername }),
      ...(settings.revocationLists === undefined ? {} : { crl: settings.revocationLists }),
    },
    customAuth: { EXTERNAL: authenticateExternal },
  };
}

/** RFC 4422 appendix A, with the initial response of RFC 4954: `=` stands for an empty one. */
async function authenticateExternal(context: {
  readonly auth: { readonly user?: string | undefined };
  sendCommand(command: string): Promise<{ readonly status: number }>;
}): Promise<void> {
  const identity = context.auth.user ? Buffer.from(context.auth.user, 'utf8').toString('base64') : '=';
  const { status } = await context.sendCommand(`AUTH EXTERNAL ${identity}`);
  if (status !== 235) throw new Error('EXTERNAL refused');
}

function envelopeOf(submission: Submission, { receipts }: SmtpSettings) {
  const dsn = {
    ret: 'HDRS',
    envid: submission.envelopeId,
    notify: ['SUCCESS', 'FAILURE', 'DELAY'],
    orcpt: `rfc822;${submission.to}`,
  };
  return {
    from: submission.from,
    to: [submission.to],
    size: submission.bytes.byteLength,
    ...(receipts.delivery ? { dsn } : {}),
  };
}

async function* chunksThenPause(bytes: Uint8Array, pause: () => Promise<void>): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK) {
    const length = Math.min(CHUNK, bytes.byteLength - start);
    yield Buffer.from(bytes.buffer, bytes.byteOffset + start, length);
  }
  await pause();
}

function stepOf(command: string | undefined): SmtpStep {
  switch (command?.split(' ')[0]) {
    case 'AUTH':
      return 'authentication';
    case 'MAIL':
      return 'sender';
    case 'RCPT':
      return 'recipient';
    case 'DATA':
      return 'message';
    case 'STARTTLS':
      return 'starttls';
    default:
      return 'session';
  }
}
