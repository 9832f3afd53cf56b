import type { Outcome } from '../report/delivery.ts';
import type { HeaderPatient } from '../xds/cda-header.ts';
import { cx } from '../xds/datatypes.ts';
import type { XmlElement } from '../xds/xml-reader.ts';
import { type RegistryAnswer, readRegistryAnswer, readSoapAnswer } from './answers.ts';
import { decisiveError, isKnownCode, outcomeOfCode, outcomeOfStatus } from './error-classes.ts';
import { insMissing } from './faults.ts';
import { entryUuidIn, FIND_DOCUMENT, findDocument } from './find-document.ts';
import { type MtomPart, mtomBody, soapBody } from './mtom.ts';
import {
  PATIENT_EXISTENCE,
  type PatientExistence,
  patientExistenceQuery,
  readPatientExistence,
} from './patient-existence.ts';
import { redactorOf } from './redact.ts';
import type { DmpSettings } from './settings.ts';
import type { Signer } from './signer.ts';
import { soapEnvelope } from './soap.ts';
import type { VihfSubject } from './subject.ts';
import type { Exchange, Transport } from './transport.ts';
import { signVihf } from './vihf.ts';

/** In whose name and for which patient a call is made. */
export interface CallContext {
  readonly subject: VihfSubject;
  readonly patient: HeaderPatient;
  readonly secret: boolean;
  /** Milliseconds: the VIHF is never dated before it. */
  readonly notBefore?: number;
}

/** What came of a transaction that did not succeed. No transaction asks for a person by itself. */
export type Refusal = Exclude<Outcome, { kind: 'accepted' | 'held' }>;

/** The DMP's transactions, one call each: a fresh VIHF and MessageID, one exchange, its answer read. */
export interface DmpClient {
  /** TD0.2. */
  testExistence(context: CallContext): Promise<PatientExistence | Refusal>;
  /** TD3.1b: the entryUUID of a document, undefined when the DMP has none of that uniqueId. */
  find(uniqueId: string, context: CallContext): Promise<{ readonly entryUuid?: string } | Refusal>;
  /** TD2.1, TD3.3c: a change of the registry. */
  submit(
    transaction: { readonly service: string; readonly action: string },
    body: string,
    parts: readonly MtomPart[],
    context: CallContext,
  ): Promise<Exclude<Outcome, { kind: 'held' }>>;
}

export interface ClientDependencies {
  readonly transport: Transport;
  readonly signer: Signer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly uuid: () => string;
}

type Transaction = { readonly service: string; readonly action: string };

export function createDmpClient(settings: DmpSettings, dependencies: ClientDependencies): DmpClient {
  const { transport, signer, now, uuid } = dependencies;

  async function call(
    { service, action }: Transaction,
    body: string,
    parts: readonly MtomPart[] | undefined,
    context: CallContext,
  ): Promise<{ readonly body: XmlElement } | Refusal> {
    const ins = context.patient.ins;
    if (!ins) return { kind: 'refused', ...insMissing() };
    const messageUuid = uuid();
    const messageId = `urn:uuid:${messageUuid}`;
    const vihf = signVihf(settings, signer, {
      id: `_${uuid()}`,
      at: Math.max(now(), context.notBefore ?? 0),
      subject: context.subject,
      patientId: cx(ins),
      secret: context.secret,
    });
    const envelope = soapEnvelope({ action, to: `${settings.url}/${service}`, messageId, vihf, body });
    const exchange = await transport.post(
      service,
      parts ? mtomBody(envelope, action, parts, `MIME-${messageUuid}`) : soapBody(envelope, action),
    );
    return readExchange(exchange, messageId, context);
  }

  return {
    async testExistence(context) {
      const { ins } = context.patient;
      if (!ins) return { kind: 'refused', ...insMissing() };
      const query = patientExistenceQuery(settings, ins, now(), { message: uuid(), query: uuid() });
      const answer = await call(PATIENT_EXISTENCE, query, undefined, context);
      if ('kind' in answer) return answer;
      const existence = readPatientExistence(answer.body, context.patient);
      if (!existence) return unreadable();
      return 'code' in existence ? outcomeOfCode(existence.code, '', redactorOf(context.patient)) : existence;
    },

    async find(uniqueId, context) {
      const answer = await call(FIND_DOCUMENT, findDocument(uniqueId), undefined, context);
      if ('kind' in answer) return answer;
      const registry = readRegistryAnswer(answer.body);
      if (!registry) return unreadable();
      if (!registry.success) return failureOf(registry, context);
      const entryUuid = entryUuidIn(answer.body);
      return entryUuid === undefined ? {} : { entryUuid };
    },

    async submit(transaction, body, parts, context) {
      const answer = await call(transaction, body, parts.length > 0 ? parts : undefined, context);
      if ('kind' in answer) return answer;
      const registry = readRegistryAnswer(answer.body);
      if (!registry) return unreadable();
      if (!registry.success) return failureOf(registry, context);
      const warnings = registry.errors.map(({ code }) => code);
      return { kind: 'accepted', ...(warnings.length > 0 ? { warnings } : {}) };
    },
  };
}

function readExchange(
  exchange: Exchange,
  messageId: string,
  context: CallContext,
): { readonly body: XmlElement } | Refusal {
  switch (exchange.kind) {
    case 'not-sent':
      return exchange.tls
        ? {
            kind: 'blocked',
            code: 'DMP_TLS',
            cause: `La connexion sécurisée au DMP est refusée (${exchange.code}).`,
            hint: 'Vérifier le certificat ORG_AUTH_CLI, sa date, et les autorités configurées (« crbio check »).',
          }
        : {
            kind: 'retry',
            code: 'DMP_UNREACHABLE',
            cause: `Le DMP est injoignable (${exchange.code}) : rien n'a été envoyé.`,
          };
    case 'no-answer':
      return {
        kind: 'unknown',
        code: 'DMP_NO_ANSWER',
        cause: `Le DMP n'a pas répondu entièrement (${exchange.code}) : l'envoi a pu aboutir.`,
      };
    case 'answer': {
      const read = readSoapAnswer(exchange.answer, messageId);
      if (read.kind === 'body') return { body: read.body };
      if (read.kind === 'unreadable') return outcomeOfStatus(read.status, read.why);
      // The DMP's own trouble, of a kind that no rule knows: it may have acted.
      if (read.side === 'Receiver' && !isKnownCode(read.code, read.reason)) {
        return {
          kind: 'unknown',
          code: read.code || 'DMP_FAULT',
          cause: 'Le DMP signale une erreur interne.',
        };
      }
      return outcomeOfCode(read.code, read.reason, redactorOf(context.patient));
    }
  }
}

function failureOf(registry: RegistryAnswer, context: CallContext): Refusal {
  const errors = registry.errors.filter(({ severity }) => severity === 'Error');
  const error = decisiveError(errors.length > 0 ? errors : registry.errors);
  return outcomeOfCode(error?.code ?? '', error?.context ?? '', redactorOf(context.patient));
}

const unreadable = (): Refusal => outcomeOfStatus(200, "la réponse n'est pas celle attendue");
