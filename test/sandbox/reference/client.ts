/**
 * A reference client of the DMP: a good request of each transaction, and a hook at each step where a test may
 * break exactly one thing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { SandboxDescription } from '../../../src/sandbox/sandbox.ts';
import { assertionTemplate, signAssertion } from './assertion.ts';
import { cda } from './cda.ts';
import { lotTemplate } from './lot-signature.ts';
import {
  ASSOCIATION,
  association,
  ORIGINAL,
  reportEntry,
  signatureEntry,
  slot,
  submissionSet,
  submitObjects,
} from './metadata.ts';
import { type KeyFiles, sign } from './signing.ts';

type Change = (text: string) => string;
const same: Change = (text) => text;

/** What a test may change; each applies to the whole text of one step. */
export interface Hooks {
  readonly patient: string;
  /** uniqueId to deposit under; a fresh one by default. */
  readonly documentId: string;
  readonly masks: readonly string[];
  readonly mimeType: string;
  readonly replaces: { readonly uniqueId: string; readonly entryUuid: string };
  readonly digest: 'sha1' | 'sha256';
  readonly auth: KeyFiles;
  readonly vihfKey: KeyFiles;
  readonly lotKey: KeyFiles;
  readonly cda: Change;
  /** The document as sent, after its hash and digest were taken. */
  readonly sentCda: Change;
  readonly metadata: Change;
  readonly lotTemplate: Change;
  readonly signedLot: Change;
  readonly vihf: Change;
  readonly signedVihf: Change;
  readonly envelope: Change;
  readonly mime: Change;
  readonly contentType: Change;
  readonly path: string;
  readonly messageId: string;
}

export interface DmpAnswer {
  readonly status: number;
  readonly body: string;
  /** Name of the check that refused, from the fault or the error; undefined on success. */
  readonly check: string | undefined;
  readonly code: string | undefined;
}

const OID_ROOT = '1.2.250.1.999.7';
let counter = 0;
export function freshOid(): string {
  counter += 1;
  return `${OID_ROOT}.${Date.now()}.${counter}`;
}

const digits = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(0, 14);
/** A fixed offset, so that local and UTC differ in every zone. */
const localTime = (date: Date): string => `${digits(new Date(date.getTime() + 3_600_000))}+0100`;

export class ReferenceClient {
  readonly sandbox: SandboxDescription;
  readonly issuer: string;

  constructor(sandbox: SandboxDescription) {
    this.sandbox = sandbox;
    this.issuer = `CN=CRBIO SIGN,OU=${sandbox.organisation.id},O=${sandbox.organisation.name},ST=Paris (75),C=FR`;
  }

  patientId(ins: string): string {
    return `${ins}^^^&${this.sandbox.insOid}&ISO^NH`;
  }

  /** TD2.1. @returns what was sent, to be sent again or replaced */
  buildDeposit(hooks: Partial<Hooks> = {}): {
    readonly documentId: string;
    readonly send: () => Promise<DmpAnswer>;
    readonly lot: string;
  } {
    const ins = hooks.patient ?? '279035121518989';
    const documentId = hooks.documentId ?? freshOid();
    const now = new Date();
    const created = new Date(now.getTime() - 3_600_000);
    const started = new Date(now.getTime() - 7_200_000);
    const document = (hooks.cda ?? same)(
      cda({
        id: documentId,
        effectiveTime: localTime(created),
        start: localTime(started),
        ins,
        insOid: this.sandbox.insOid,
        ...(hooks.replaces === undefined ? {} : { replaces: hooks.replaces.uniqueId }),
      }),
    );
    const lotId = freshOid();
    const lotKey = hooks.lotKey ?? this.sandbox.certificates.sign;
    const template = lotTemplate(
      { lotId, documentId, document, signingTime: now.toISOString(), digest: hooks.digest ?? 'sha1' },
      lotKey,
    );
    const lot = (hooks.signedLot ?? same)(sign((hooks.lotTemplate ?? same)(template), lotKey));
    const common = { patientId: this.patientId(ins) };
    const report = {
      ...common,
      object: 'Doc01',
      uniqueId: documentId,
      creationTime: digits(created),
      serviceStartTime: digits(started),
      ...fingerprint(document),
      mimeType: hooks.mimeType ?? 'text/xml',
      masks: hooks.masks ?? [],
    };
    const signature = {
      ...report,
      object: 'Signature01',
      uniqueId: freshOid(),
      creationTime: digits(now),
      ...fingerprint(lot),
      masks: ['MASQUE_PS', 'INVISIBLE_PATIENT'],
    };
    const replacement =
      hooks.replaces === undefined
        ? ''
        : association('urn:ihe:iti:2007:AssociationType:RPLC', 'Doc01', hooks.replaces.entryUuid);
    const metadata = submitObjects(
      submissionSet({ ...common, uniqueId: lotId, submissionTime: digits(now) }),
      reportEntry(report),
      signatureEntry(signature),
      association(`${ASSOCIATION}HasMember`, 'SubmissionSet01', 'Doc01', ORIGINAL),
      association(`${ASSOCIATION}HasMember`, 'SubmissionSet01', 'Signature01', ORIGINAL),
      association('urn:ihe:iti:2007:AssociationType:signs', 'Signature01', 'SubmissionSet01', ORIGINAL),
      replacement,
    );
    const include = (cid: string): string =>
      `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:${cid}"/>`;
    const body = `<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007">${(hooks.metadata ?? same)(metadata)}<x:Document id="Doc01">${include('doc1@lab')}</x:Document><x:Document id="Signature01">${include('sig1@lab')}</x:Document></x:ProvideAndRegisterDocumentSetRequest>`;
    const action = 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b';
    const send = (): Promise<DmpAnswer> => {
      const envelope = this.envelope(action, body, ins, hooks);
      const sent = (hooks.sentCda ?? same)(document);
      const binary = 'Content-Transfer-Encoding: binary\r\n';
      const mime = (hooks.mime ?? same)(
        [
          `--b1\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-ID: <root@lab>\r\n\r\n${envelope}`,
          `--b1\r\nContent-Type: text/xml\r\n${binary}Content-ID: <doc1@lab>\r\n\r\n${sent}`,
          `--b1\r\nContent-Type: text/xml\r\n${binary}Content-ID: <sig1@lab>\r\n\r\n${lot}`,
          '--b1--\r\n',
        ].join('\r\n'),
      );
      const contentType = `multipart/related; boundary="b1"; type="application/xop+xml"; start="<root@lab>"; start-info="application/soap+xml"; action="${action}"`;
      return this.post(
        hooks.path ?? 'repository',
        (hooks.contentType ?? same)(contentType),
        mime,
        hooks.auth,
      );
    };
    return { documentId, send, lot };
  }

  deposit(hooks: Partial<Hooks> = {}): Promise<DmpAnswer> {
    return this.buildDeposit(hooks).send();
  }

  /** TD3.1b. @returns also the entryUUIDs found */
  async find(
    uniqueId: string,
    hooks: Partial<Hooks> = {},
  ): Promise<DmpAnswer & { readonly found: string[] }> {
    const query = (hooks.metadata ?? same)(
      `<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><q:ResponseOption returnComposedObjects="true" returnType="ObjectRef"/><rim:AdhocQuery id="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4">${slot('$XDSDocumentEntryUniqueId', `('${uniqueId}')`)}</rim:AdhocQuery></q:AdhocQueryRequest>`,
    );
    const answer = await this.soap('registry', 'urn:ihe:iti:2007:RegistryStoredQuery', query, hooks);
    return {
      ...answer,
      found: [...answer.body.matchAll(/ObjectRef id="([^"]+)"/g)].map(([, id = '']) => id),
    };
  }

  /** TD3.3c. */
  delete(entryUuid: string, hooks: Partial<Hooks> = {}): Promise<DmpAnswer> {
    const ins = hooks.patient ?? '279035121518989';
    const approved = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';
    const body = (hooks.metadata ?? same)(
      submitObjects(
        submissionSet({
          patientId: this.patientId(ins),
          uniqueId: freshOid(),
          submissionTime: digits(new Date()),
        }),
        association(
          'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
          'SubmissionSet01',
          entryUuid,
          slot('OriginalStatus', approved) + slot('NewStatus', 'urn:asip:ci-sis:2010:StatusType:Deleted'),
        ),
      ),
    );
    return this.soap('registry', 'urn:ihe:iti:2010:UpdateDocumentSet', body, hooks);
  }

  /** TD0.2. */
  exists(ins: string, hooks: Partial<Hooks> = {}): Promise<DmpAnswer> {
    const body = (hooks.metadata ?? same)(
      `<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0"><controlActProcess classCode="CACT" moodCode="EVN"><reasonCode code="TEST_EXST" codeSystem="1.2.250.1.213.1.1.4.11"/><queryByParameter><statusCode code="new"/><parameterList><dataSource xsi:nil="true"/><patientIdentifier><value root="${this.sandbox.insOid}" extension="${ins}"/><semanticsText>Patient.id</semanticsText></patientIdentifier></parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>`,
    );
    return this.soap('patients', 'urn:hl7-org:v3:PRPA_IN201307UV02', body, { ...hooks, patient: ins });
  }

  soap(service: string, action: string, body: string, hooks: Partial<Hooks> = {}): Promise<DmpAnswer> {
    const envelope = this.envelope(action, body, hooks.patient ?? '279035121518989', hooks);
    return this.post(
      hooks.path ?? service,
      `application/soap+xml; charset=UTF-8; action="${action}"`,
      envelope,
      hooks.auth,
    );
  }

  assertion(ins: string, hooks: Partial<Hooks> = {}): string {
    const template = assertionTemplate(
      {
        id: `_${randomUUID()}`,
        issuer: this.issuer,
        structure: this.sandbox.organisation.id,
        resourceId: this.patientId(ins),
        issueInstant: new Date().toISOString(),
      },
      hooks.digest,
    );
    return (hooks.signedVihf ?? same)(
      signAssertion((hooks.vihf ?? same)(template), hooks.vihfKey ?? this.sandbox.certificates.sign),
    );
  }

  private envelope(action: string, body: string, ins: string, hooks: Partial<Hooks>): string {
    const messageId = hooks.messageId ?? `urn:uuid:${randomUUID()}`;
    return (hooks.envelope ?? same)(
      `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:MessageID>${messageId}</a:MessageID><a:To/><a:ReplyTo s:mustUnderstand="true"><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:Action s:mustUnderstand="true">${action}</a:Action><w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">${this.assertion(ins, hooks)}</w:Security></s:Header><s:Body>${body}</s:Body></s:Envelope>`,
    );
  }

  /** @throws the socket's error when the connection breaks */
  post(
    service: string,
    contentType: string,
    body: string,
    auth: KeyFiles = this.sandbox.certificates.auth,
  ): Promise<DmpAnswer> {
    return new Promise((done, fail) => {
      const call = request(
        `${this.sandbox.dmp.url}/${service}`,
        {
          method: 'POST',
          headers: { 'Content-Type': contentType },
          ca: readFileSync(this.sandbox.certificates.ca),
          cert: readFileSync(auth.certificate),
          key: readFileSync(auth.key),
          agent: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('end', () =>
            done(readAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
          );
        },
      );
      call.on('error', fail);
      call.end(body);
    });
  }
}

function fingerprint(text: string): { hash: string; size: number } {
  return { hash: createHash('sha1').update(text).digest('hex'), size: Buffer.byteLength(text) };
}

function readAnswer(status: number, body: string): DmpAnswer {
  const reason = /(?:codeContext="|<s:Text[^>]*>)([a-z0-9-]+):/.exec(body)?.[1];
  const code = /errorCode="([^"]+)"/.exec(body)?.[1] ?? /<s:Subcode><s:Value[^>]*>([^<]+)</.exec(body)?.[1];
  return { status, body, check: reason, code };
}
