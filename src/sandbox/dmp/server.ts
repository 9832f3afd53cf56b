/** The local DMP: HTTPS with mutual authentication, one endpoint a service (dmp.md §2, §3). */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Authority, Credential } from '../authority.ts';
import { chainProblem, type PeerCertificate, readCertificate } from '../certificate.ts';
import { type Ecart, Refused, runChecks } from '../check.ts';
import { type Disruption, type Disruptions, DMP_DISRUPTIONS } from '../disruptions.ts';
import type { Journal } from '../journal.ts';
import type { PatientList } from '../patients.ts';
import { envelope, fault, queryResponse, type RegistryIssue, registryResponse } from './answers.ts';
import { parseContentType, parseMtom } from './mtom.ts';
import type { Registry } from './registry.ts';
import { type Envelope, MessageIds, readEnvelope, SOAP_CHECKS } from './soap.ts';
import { type Prepared, TRANSACTIONS, type Transaction } from './transactions.ts';
import { readVihf, VIHF_CHECKS } from './vihf.ts';
import { VIHF_SIGNATURE_CHECKS } from './vihf-signature.ts';

const PREFIX = '/si-dmp-server/v2/services/';
const MAX_REQUEST = 64 * 1024 * 1024;
const FAULT_ACTION = 'http://www.w3.org/2005/08/addressing/soap/fault';

/** TLS 1.2 suites of the DMP (PDT-579), OpenSSL names. */
const CIPHERS = [
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-SHA384',
].join(':');

export interface DmpParts {
  readonly authority: Authority;
  readonly credential: Credential;
  readonly registry: Registry;
  readonly patients: PatientList;
  readonly journal: Journal;
  readonly disruptions: Disruptions;
  readonly now: () => Date;
}

/** What is known of a request as it goes through the steps; the journal takes it as it stands when it ends. */
interface Progress {
  transaction: string;
  messageId: string;
  passed: string[];
  ecarts: Ecart[];
  subjects: readonly string[];
}

/** Makes the server; the caller listens and closes. */
export function createDmpServer(parts: DmpParts): Server {
  const messageIds = new MessageIds();
  const server = createServer(
    {
      cert: parts.credential.certificate + parts.authority.issuing,
      key: parts.credential.key,
      ca: [parts.authority.root, parts.authority.issuing],
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      honorCipherOrder: true,
    },
    (request, response) => {
      receive(request)
        .then((body) => respond(parts, messageIds, request, response, body))
        .catch((error: unknown) => {
          // A client that went away is its own affair; anything else is a defect of the sandbox, to be seen.
          if (!isReset(error)) console.error(error);
          response.destroy();
        });
    },
  );
  const refuseTls = (detail: string): void =>
    parts.journal.add({
      service: 'dmp',
      transaction: '?',
      outcome: 'refused',
      reason: 'tls-client-certificate',
      detail,
      passed: [],
      ecarts: [],
      subjects: [],
    });
  server.on('tlsClientError', (error) => refuseTls((error as NodeJS.ErrnoException).code ?? error.message));
  server.on('secureConnection', (socket: TLSSocket) => {
    const problem = clientProblem(socket, parts);
    if (problem === undefined) return;
    refuseTls(problem);
    socket.destroy();
  });
  return server;
}

/** The TLS layer has checked chain and dates; the type of certificate and its revocation are left. */
function clientProblem(socket: TLSSocket, parts: DmpParts): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return 'no client certificate';
  if (!readCertificate(certificate).isAuthentication) return 'not of type ORG_AUTH_CLI';
  return chainProblem(certificate, parts.authority, parts.now());
}

function isReset(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['ECONNRESET', 'ABORT_ERR', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
  );
}

/** The request's bytes; more than the limit is undefined. */
async function receive(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= MAX_REQUEST) chunks.push(chunk as Buffer);
    else chunks.length = 0;
  }
  return size <= MAX_REQUEST ? Buffer.concat(chunks) : undefined;
}

function respond(
  parts: DmpParts,
  messageIds: MessageIds,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | undefined,
): void {
  const progress: Progress = { transaction: '?', messageId: '', passed: [], ecarts: [], subjects: [] };
  const note = (
    outcome: 'accepted' | 'refused' | 'disrupted',
    more: { reason?: string; code?: string; detail?: string } = {},
  ): void => parts.journal.add({ service: 'dmp', ...progress, outcome, ...more });
  const reply = (status: number, action: string, content: string, relatesTo = progress.messageId): void => {
    response.writeHead(status, { 'Content-Type': `application/soap+xml; charset=UTF-8; action="${action}"` });
    response.end(envelope(action, `urn:uuid:${randomUUID()}`, relatesTo, content));
  };

  let transaction: Transaction | undefined;
  let prepared: Prepared;
  try {
    const { envelope: received, parts: attachments, httpAction } = readRequest(request, body);
    progress.messageId = received.messageId;
    transaction = transactionOf(request, received);
    progress.transaction = transaction.name;
    keep(progress, runChecks(SOAP_CHECKS, { envelope: received, messageIds, httpAction }));
    const now = parts.now();
    const [assertion] = received.assertions;
    if (assertion === undefined) throw new Refused('one-assertion', 'wsse:InvalidSecurity', 'no assertion');
    const vihf = readVihf(assertion);
    const subject = { vihf, peer: peerOf(request), now, authority: parts.authority };
    keep(progress, runChecks(VIHF_CHECKS, subject));
    keep(progress, runChecks(VIHF_SIGNATURE_CHECKS, subject));
    prepared = prepare(
      transaction,
      { ...parts, body: received.body, parts: attachments, vihf, now, uuid: randomUUID },
      progress,
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    note('refused', { reason: error.check, code: error.code, detail: error.detail });
    if (transaction !== undefined && error.code.startsWith('XDS')) {
      reply(200, transaction.responseAction, failure(transaction, error.code, error.message));
    } else {
      reply(500, FAULT_ACTION, fault(error.code, error.message));
    }
    return;
  }

  const disruption = parts.disruptions.take('dmp', progress.transaction, progress.subjects, DMP_DISRUPTIONS);
  const { refusal } = prepared.verdict;
  if (disruption !== undefined) {
    const commits = disruption.kind.endsWith('-commit')
      ? disruption.kind.includes('after')
      : ['warning', 'wrong-relates-to'].includes(disruption.kind);
    if (commits && refusal === undefined) prepared.commit();
    note('disrupted', { reason: disruption.kind });
    disrupt(disruption, transaction, prepared, response, reply);
    return;
  }
  if (refusal !== undefined) {
    note('refused', { reason: refusal.check, code: refusal.code, detail: refusal.detail });
    if (refusal.code === '' || refusal.code === 'DMPInvalidCertificate')
      reply(500, FAULT_ACTION, fault(refusal.code, refusal.message));
    else reply(200, transaction.responseAction, failure(transaction, refusal.code, refusal.message));
    return;
  }
  prepared.commit();
  note('accepted');
  reply(200, transaction.responseAction, prepared.answer([]));
}

function readRequest(
  request: IncomingMessage,
  body: Buffer | undefined,
): { envelope: Envelope; parts: ReadonlyMap<string, Buffer>; httpAction: string | undefined } {
  if (body === undefined) throw new Refused('request-size', '', `more than ${MAX_REQUEST} bytes`);
  if (request.method !== 'POST') throw new Refused('soap', '', 'only POST is served');
  const contentType = request.headers['content-type'] ?? '';
  const { type, parameters } = parseContentType(contentType);
  if (type === 'multipart/related') {
    const { root, parts, action } = parseMtom(contentType, body);
    return { envelope: readEnvelope(root), parts, httpAction: action };
  }
  if (type !== 'application/soap+xml')
    throw new Refused('soap', '', 'Content-Type is not application/soap+xml');
  return { envelope: readEnvelope(body), parts: new Map(), httpAction: parameters.get('action') };
}

/** The Action must be one that this path serves and that indirect authentication may use. */
function transactionOf(request: IncomingMessage, { action }: Envelope): Transaction {
  const path = new URL(request.url ?? '', 'https://localhost').pathname;
  const service = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
  const transaction = TRANSACTIONS.find((one) => one.action === action);
  if (transaction === undefined)
    throw new Refused('rights', '', 'this transaction is not allowed in indirect authentication');
  if (transaction.service !== service)
    throw new Refused('action-path', '', 'the Action is not of this service');
  const isMtom = parseContentType(request.headers['content-type'] ?? '').type === 'multipart/related';
  if (transaction.mtom !== isMtom)
    throw new Refused('mtom', '', transaction.mtom ? 'MTOM is required' : 'MTOM is not expected');
  return transaction;
}

function peerOf(request: IncomingMessage): PeerCertificate {
  const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
  if (certificate === undefined) throw new Refused('tls-client-certificate', '', 'no client certificate');
  return readCertificate(certificate);
}

function prepare(
  transaction: Transaction,
  input: Parameters<Transaction['prepare']>[0],
  progress: Progress,
): Prepared {
  const prepared = transaction.prepare(input);
  progress.transaction = prepared.transaction;
  progress.subjects = prepared.subjects;
  progress.passed.push(...prepared.verdict.passed);
  progress.ecarts.push(...prepared.verdict.ecarts);
  return prepared;
}

function keep(progress: Progress, verdict: ReturnType<typeof runChecks>): void {
  progress.passed.push(...verdict.passed);
  progress.ecarts.push(...verdict.ecarts);
  if (verdict.refusal !== undefined) throw verdict.refusal;
}

function failure(transaction: Transaction, code: string, context: string): string {
  const issue: RegistryIssue = { code, context, severity: 'Error' };
  return transaction.name === 'TD3.1b' ? queryResponse([], [issue]) : registryResponse([issue]);
}

/** Of an answer that is late: long for a client, short of its time limit. */
const LATE_MS = 3_000;

function disrupt(
  { kind, code }: Disruption,
  transaction: Transaction,
  prepared: Prepared,
  response: ServerResponse,
  reply: (status: number, action: string, content: string, relatesTo?: string) => void,
): void {
  const html =
    '<!DOCTYPE html><html><head><title>Service indisponible</title></head><body><p>Maintenance</p></body></html>';
  switch (kind) {
    case 'timeout-after-commit':
      return;
    case 'late-after-commit':
      setTimeout(() => reply(200, transaction.responseAction, prepared.answer([])), LATE_MS);
      return;
    case 'unavailable':
      response.writeHead(503, { 'Content-Type': 'text/html; charset=UTF-8' });
      response.end(html);
      return;
    case 'html':
      response.writeHead(200, { 'Content-Type': 'text/html; charset=UTF-8' });
      response.end(html);
      return;
    case 'fault':
      reply(500, FAULT_ACTION, fault(code ?? '', 'breakdown on order'));
      return;
    case 'failure':
      reply(
        200,
        transaction.responseAction,
        failure(transaction, code ?? 'XDSRegistryError', 'breakdown on order'),
      );
      return;
    case 'warning':
      reply(
        200,
        transaction.responseAction,
        prepared.answer([
          { code: code ?? 'XDSRegistryError', context: 'breakdown on order', severity: 'Warning' },
        ]),
      );
      return;
    case 'wrong-relates-to':
      reply(200, transaction.responseAction, prepared.answer([]), `urn:uuid:${randomUUID()}`);
      return;
    case 'truncated-after-commit': {
      const whole = Buffer.from(prepared.answer([]));
      response.writeHead(200, {
        'Content-Type': 'application/soap+xml; charset=UTF-8',
        'Content-Length': whole.length,
      });
      response.write(whole.subarray(0, whole.length >> 1), () => response.socket?.destroy());
      return;
    }
    default:
      response.socket?.destroy();
  }
}
