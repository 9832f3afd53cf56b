/** The control endpoint: plain HTTP on loopback, JSON, for the demo and for tests in another process. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Disruptions, parseDisruption } from './disruptions.ts';
import type { Registry } from './dmp/registry.ts';
import type { Journal } from './journal.ts';
import type { MailStore } from './mssante/mailboxes.ts';
import type { PatientList } from './patients.ts';

const MAX_BODY = 64 * 1024;

export interface ControlParts {
  readonly registry: Registry;
  readonly store: MailStore;
  readonly patients: PatientList;
  readonly journal: Journal;
  readonly disruptions: Disruptions;
}

/**
 * - `GET /state`: `{cpu: {user, system} in µs, documents, mails, patients, disruptions}`
 * - `GET /journal`: the events, oldest first
 * - `POST /faults` `{service, kind, times?, transaction?, subject?, code?}`; `DELETE /faults` forgets them
 * - `POST /patients` `{ins, dmp?, mes?}` opens or closes
 */
export function createControlServer(parts: ControlParts): Server {
  return createServer((request, response) => {
    answer(parts, request).then(
      ({ status, body }) => send(response, status, body),
      () => send(response, 400, { problem: 'JSON of an object is expected' }),
    );
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(parts: ControlParts, request: IncomingMessage): Promise<Answer> {
  const path = new URL(request.url ?? '', 'http://localhost').pathname;
  switch (`${request.method} ${path}`) {
    case 'GET /state':
      return {
        status: 200,
        body: {
          cpu: process.cpuUsage(),
          documents: parts.registry.documents(),
          mails: parts.store.mails(),
          patients: parts.patients.all(),
          disruptions: parts.disruptions.pending(),
        },
      };
    case 'GET /journal':
      return { status: 200, body: parts.journal.events() };
    case 'POST /faults': {
      const order = parseDisruption(await readJson(request));
      if ('problem' in order) return { status: 400, body: order };
      parts.disruptions.add(order.disruption, order.times);
      return { status: 201, body: order };
    }
    case 'DELETE /faults':
      parts.disruptions.clear();
      return { status: 200, body: {} };
    case 'POST /patients':
      return changePatient(parts.patients, await readJson(request));
    default:
      return {
        status: 404,
        body: { problem: 'GET /state, GET /journal, POST /faults, DELETE /faults, POST /patients' },
      };
  }
}

function changePatient(patients: PatientList, body: unknown): Answer {
  const { ins, dmp, mes } = body as Record<string, unknown>;
  if (
    (dmp !== undefined && dmp !== 'active' && dmp !== 'closed') ||
    (mes !== undefined && mes !== 'open' && mes !== 'closed')
  ) {
    return { status: 400, body: { problem: 'dmp: active or closed; mes: open or closed' } };
  }
  const known = patients.change(String(ins), {
    ...(dmp === undefined ? {} : { dmp }),
    ...(mes === undefined ? {} : { mes }),
  });
  return known ? { status: 200, body: {} } : { status: 404, body: { problem: 'ins: not listed' } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Error('body too large');
    chunks.push(chunk as Buffer);
  }
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof body !== 'object' || body === null) throw new Error('no object');
  return body;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
