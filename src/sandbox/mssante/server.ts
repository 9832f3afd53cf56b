/** The local MSSanté operator: SMTP submission with STARTTLS and a client certificate (mssante.md §2, §9). */
import { randomUUID, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Authority, Credential } from '../authority.ts';
import { chainProblem, readCertificate } from '../certificate.ts';
import type { Disruptions } from '../disruptions.ts';
import type { Journal, SandboxEvent } from '../journal.ts';
import type { PatientList } from '../patients.ts';
import { type Mailbox, type MailStore, mailboxOf, PROFESSIONAL_DOMAIN } from './mailboxes.ts';
import { deliveryNotification } from './notification.ts';
import { checkReport, type ReportVerdict } from './report.ts';

/** 25 Mo on the whole encoded mail (Mon espace santé); the smaller reading of "Mo". */
const MAX_MAIL = 25_000_000;

export interface MssanteParts {
  readonly authority: Authority;
  readonly credential: Credential;
  readonly patients: PatientList;
  readonly store: MailStore;
  readonly journal: Journal;
  readonly disruptions: Disruptions;
  readonly now: () => Date;
}

/** An SMTP reply other than 250. */
class SmtpReply extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

interface DsnAddress {
  readonly address: string;
  readonly dsn?: { readonly notify?: readonly string[] };
}

type Callback = (error?: Error | null, message?: string) => void;

/** Makes the server; the caller listens and closes. */
export function createMssanteServer(parts: MssanteParts): SMTPServer {
  /** The socket of each session, to break it on order. */
  const sockets = new Map<string, Socket>();
  const refuse = (reason: string, detail: string, subjects: readonly string[] = []): void =>
    note(parts, { outcome: 'refused', reason, detail, subjects });

  const server = new SMTPServer({
    name: 'operateur.sandbox-mssante.invalid',
    banner: 'bac à sable'.normalize('NFD').replace(/\p{M}/gu, ''),
    cert: parts.credential.certificate + parts.authority.issuing,
    key: parts.credential.key,
    ca: [parts.authority.root, parts.authority.issuing],
    requestCert: true,
    // Checked in onSecure, so that the client is told, as Postfix tells it.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    size: MAX_MAIL,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    authOptional: true,
    authMethods: ['PLAIN'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onSecure: (socket, session, callback) => {
      const problem = clientProblem(socket as TLSSocket, parts);
      if (problem !== undefined) {
        refuse('smtp-client-certificate', problem);
        callback(new SmtpReply(421, '4.7.1 No client certificate presented'));
        return;
      }
      sockets.set(session.id, socket);
      callback();
    },
    onAuth: (auth, _session, callback) => {
      // How an operator ties a certificate to a mailbox is not known: the certificate is what counts.
      callback(null, { user: auth.username ?? '' });
    },
    onMailFrom: (address, session, callback) => {
      if (!session.secure) {
        refuse('smtp-starttls', 'MAIL before STARTTLS');
        callback(new SmtpReply(530, '5.7.0 Must issue a STARTTLS command first'));
      } else if (!address.address.toLowerCase().endsWith(`@${PROFESSIONAL_DOMAIN}`)) {
        refuse('smtp-sender', 'the sender has no mailbox here');
        callback(new SmtpReply(553, '5.7.1 Sender address rejected: not owned by the certificate'));
      } else {
        callback();
      }
    },
    onRcptTo: ({ address }, _session, callback) => {
      const disruption = parts.disruptions.take('mssante', 'SMTP', [address], ['rcpt-temporary']);
      if (disruption !== undefined) {
        const code = /^4\d\d$/.test(disruption.code ?? '') ? Number(disruption.code) : 450;
        note(parts, { outcome: 'disrupted', reason: disruption.kind, subjects: [address] });
        callback(new SmtpReply(code, '4.2.1 Mailbox temporarily unavailable'));
      } else if (mailboxOf(address, parts.patients) === undefined) {
        refuse('smtp-mailbox', 'unknown mailbox', [address]);
        callback(new SmtpReply(550, '5.1.1 Mailbox unknown'));
      } else {
        callback();
      }
    },
    onData: (stream, session, callback) => {
      receive(stream)
        .then((bytes) => accept(parts, bytes, stream, session, sockets.get(session.id), callback))
        .catch((error: unknown) => {
          // The client died before its final dot: nobody is left to answer.
          if ((error as NodeJS.ErrnoException).code === 'ECONNECTION')
            refuse('smtp-connection', 'ECONNECTION');
          else console.error(error);
          callback(new SmtpReply(451, '4.3.0 Internal error'));
        });
    },
    onClose: (session) => {
      sockets.delete(session.id);
    },
  });
  // Without a listener, a client that breaks the handshake would end the process.
  server.on('error', (error) =>
    refuse('smtp-connection', (error as NodeJS.ErrnoException).code ?? error.message),
  );
  return server;
}

function clientProblem(socket: TLSSocket, parts: MssanteParts): string | undefined {
  const raw = socket.getPeerCertificate().raw as Buffer | undefined;
  if (raw === undefined) return 'no client certificate';
  const certificate = new X509Certificate(raw);
  if (!readCertificate(certificate).isAuthentication) return 'not of type ORG_AUTH_CLI';
  return chainProblem(certificate, parts.authority, parts.now());
}

async function receive(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function accept(
  parts: MssanteParts,
  bytes: Buffer,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  socket: Socket | undefined,
  callback: Callback,
): Promise<void> {
  const sender = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
  const addresses = session.envelope.rcptTo as readonly DsnAddress[];
  const subjects = addresses.map(({ address }) => address);
  if (stream.sizeExceeded) {
    note(parts, { outcome: 'refused', reason: 'mail-size', code: '5.3.4', subjects });
    callback(new SmtpReply(552, '5.3.4 Message size exceeds 25 Mo'));
    return;
  }
  const recipients = addresses.flatMap(({ address }) => {
    const mailbox = mailboxOf(address, parts.patients);
    return mailbox === undefined ? [] : [{ address, mailbox }];
  });
  const verdict = await checkReport(bytes, { envelopeFrom: sender, recipients });
  const { refusal } = verdict;
  if (refusal !== undefined) {
    note(parts, {
      ...about(verdict),
      outcome: 'refused',
      reason: refusal.check,
      code: refusal.code,
      detail: refusal.detail,
      subjects,
    });
    callback(new SmtpReply(554, `5.6.0 ${refusal.message}`));
    return;
  }
  const disruption = parts.disruptions.take('mssante', 'SMTP', subjects, [
    'close-before-store',
    'close-after-store',
  ]);
  if (disruption?.kind !== 'close-before-store') {
    store(parts, bytes, sender, recipients, verdict);
    notify(parts, sender, recipients, addresses, envelopeId(session), verdict);
  }
  if (disruption !== undefined) {
    note(parts, { ...about(verdict), outcome: 'disrupted', reason: disruption.kind, subjects });
    socket?.destroy();
    return;
  }
  note(parts, { ...about(verdict), outcome: 'accepted', subjects });
  callback(null, '2.0.0 Ok: queued');
}

interface Recipient {
  readonly address: string;
  readonly mailbox: Mailbox;
}

function store(
  parts: MssanteParts,
  bytes: Buffer,
  from: string,
  recipients: readonly Recipient[],
  verdict: ReportVerdict,
): void {
  const open = recipients.filter(({ mailbox }) => !isClosed(mailbox)).map(({ address }) => address);
  if (open.length > 0)
    parts.store.add(bytes, {
      from,
      to: open,
      kind: 'report',
      ...about(verdict),
      documents: verdict.documents,
    });
}

/** A closed mailbox always bounces; a delivery is told when the sender asked for it. */
function notify(
  parts: MssanteParts,
  sender: string,
  recipients: readonly Recipient[],
  addresses: readonly DsnAddress[],
  envelope: string | undefined,
  verdict: ReportVerdict,
): void {
  for (const { address, mailbox } of recipients) {
    const closed = isClosed(mailbox);
    const asked = addresses.find((one) => one.address === address)?.dsn?.notify?.includes('SUCCESS') === true;
    if (!closed && !asked) continue;
    const token = randomUUID();
    const bytes = deliveryNotification({
      sender,
      recipient: address,
      envelopeId: envelope,
      originalMessageId: verdict.messageId,
      action: closed ? 'failed' : 'delivered',
      time: parts.now(),
      token,
    });
    parts.store.add(bytes, {
      from: '',
      to: [sender],
      kind: closed ? 'bounce' : 'delivery',
      messageId: `<${token}@${PROFESSIONAL_DOMAIN}>`,
      documents: verdict.documents,
      passed: [],
      ecarts: [],
    });
  }
}

function isClosed(mailbox: Mailbox): boolean {
  return mailbox.kind === 'patient' && mailbox.patient.mes === 'closed';
}

function envelopeId(session: SMTPServerSession): string | undefined {
  return (session.envelope as { dsn?: { envid?: string | null } }).dsn?.envid ?? undefined;
}

function about({
  messageId,
  passed,
  ecarts,
}: ReportVerdict): Pick<SandboxEvent, 'passed' | 'ecarts'> & { messageId: string } {
  return { messageId, passed, ecarts };
}

function note(
  parts: MssanteParts,
  event: Pick<SandboxEvent, 'outcome' | 'subjects'> & Partial<Omit<SandboxEvent, 'service' | 'transaction'>>,
): void {
  parts.journal.add({ service: 'mssante', transaction: 'SMTP', passed: [], ecarts: [], ...event });
}
