import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestAuthority } from './authority.ts';

export interface Received {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly messageId: string;
}

/** Answers one request: a SOAP body, or an act on the socket. */
export type Script = (request: Received, response: ServerResponse, socket: Socket) => void;

/** A server that does what each test tells it, by service; what it received is kept in order. */
export class FakeDmp {
  readonly received: Received[] = [];
  readonly scripts: Record<string, Script[]> = { repository: [], registry: [], patients: [] };
  url = '';
  private readonly server: Server;

  constructor(authority: TestAuthority) {
    this.server = createServer(
      {
        cert: authority.server.certificate,
        key: authority.server.key,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => this.handle(request, response),
    );
    this.server.on('tlsClientError', () => undefined);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/services`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const received = {
        path: request.url ?? '',
        contentType: request.headers['content-type'] ?? '',
        body,
        messageId: /<a:MessageID>([^<]*)</.exec(body.toString('latin1'))?.[1] ?? '',
      };
      this.received.push(received);
      const service = received.path.split('/').at(-1) ?? '';
      const script = this.scripts[service]?.shift();
      if (script) script(received, response, request.socket);
      else response.writeHead(418).end();
    });
  }
}

const envelope = (relatesTo: string, body: string) =>
  `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header><RelatesTo xmlns="http://www.w3.org/2005/08/addressing">${relatesTo}</RelatesTo></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;

export const soap =
  (body: string, status = 200): Script =>
  (request, response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/soap+xml' })
      .end(envelope(request.messageId, body));

const STATUS = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType';

export const success = soap(
  `<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="${STATUS}:Success"/>`,
);

export const failure = (code: string, context = '', status = 200): Script =>
  soap(
    `<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="${STATUS}:Failure"><rs:RegistryErrorList><rs:RegistryError errorCode="${code}" codeContext="${context}" severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/></rs:RegistryErrorList></rs:RegistryResponse>`,
    status,
  );

export const fault = (side: 'Sender' | 'Receiver', code: string, reason = ''): Script =>
  soap(
    `<soap:Fault><soap:Code><soap:Value>soap:${side}</soap:Value>${code === '' ? '' : `<soap:Subcode><soap:Value>dmp:${code}</soap:Value></soap:Subcode>`}</soap:Code><soap:Reason><soap:Text xml:lang="fr">${reason}</soap:Text></soap:Reason></soap:Fault>`,
    500,
  );

export const found = (...uuids: readonly string[]): Script =>
  soap(
    `<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" status="${STATUS}:Success"><rim:RegistryObjectList xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">${uuids.map((id) => `<rim:ObjectRef id="${id}"/>`).join('')}</rim:RegistryObjectList></q:AdhocQueryResponse>`,
  );

export interface PatientAnswer {
  readonly statusCode?: string;
  readonly family?: string;
  readonly given?: string;
  readonly birthTime?: string;
  readonly gender?: string;
  readonly ins?: string;
  readonly response?: string;
}

export const patient = (answer: PatientAnswer = {}): Script => {
  const {
    statusCode = 'active',
    family = 'Martin Duval',
    given = 'Zoe',
    birthTime = '19790328',
    gender = 'F',
    ins = '279035121518989',
    response = 'OK',
  } = answer;
  const subject =
    response === 'NF'
      ? ''
      : `<subject><registrationEvent><statusCode code="completed"/><subject1><patient><id root="1.2.250.1.213.1.4.2" extension="1197"/><id root="1.2.250.1.213.1.4.10" extension="${ins}"/><statusCode code="${statusCode}"/><patientPerson><name><given>${given}</given><family qualifier="SP">${family}</family></name><administrativeGenderCode code="${gender}"/><birthTime value="${birthTime}"/></patientPerson></patient></subject1></registrationEvent></subject>`;
  return soap(
    `<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AA"/><controlActProcess>${subject}<queryAck><queryResponseCode code="${response}"/></queryAck></controlActProcess></PRPA_IN201308UV02>`,
  );
};
