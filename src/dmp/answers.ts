import { descend, find, findAll, readXml, type XmlElement } from '../xds/xml-reader.ts';
import { rootPart } from './mtom.ts';

/** An HTTP answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What an HTTP answer says, judged by its body first: a SOAP Fault often comes with a status 500. */
export type SoapAnswer =
  | { readonly kind: 'body'; readonly body: XmlElement }
  | {
      readonly kind: 'fault';
      readonly side: 'Sender' | 'Receiver';
      /** DMP code of the Subcode; empty when there is none. */
      readonly code: string;
      readonly reason: string;
    }
  | { readonly kind: 'unreadable'; readonly status: number; readonly why: string };

/**
 * Reads a SOAP answer.
 * @param messageId of our request: an answer that relates to another is none of ours
 */
export function readSoapAnswer(answer: HttpAnswer, messageId: string): SoapAnswer {
  const unreadable = (why: string): SoapAnswer => ({ kind: 'unreadable', status: answer.status, why });
  const root = rootPart(answer.contentType, answer.body);
  if (!root) return unreadable('multipart incomplet');
  const envelope = readXml(root.toString('utf8').replace(/^\uFEFF/, ''), root.byteLength);
  if ('fault' in envelope || envelope.name !== 'Envelope') return unreadable("la réponse n'est pas du SOAP");
  const relatesTo = descend(envelope, 'Header', 'RelatesTo')?.text;
  if (relatesTo !== undefined && relatesTo !== messageId) return unreadable('réponse à une autre demande');
  const body = descend(envelope, 'Body');
  if (!body) return unreadable('SOAP sans corps');
  const fault = descend(body, 'Fault');
  return fault ? readFault(fault) : { kind: 'body', body };
}

/** SOAP 1.2, and the 1.1 form that a gateway may answer with. */
function readFault(fault: XmlElement): SoapAnswer {
  const value = descend(fault, 'Code', 'Value')?.text ?? descend(fault, 'faultcode')?.text ?? '';
  const subcode = descend(fault, 'Code', 'Subcode', 'Value')?.text ?? '';
  const reason = descend(fault, 'Reason', 'Text')?.text ?? descend(fault, 'faultstring')?.text ?? '';
  return {
    kind: 'fault',
    side: /Receiver|Server/.test(value) ? 'Receiver' : 'Sender',
    code: subcode.replace(/^[^:]*:/, ''),
    reason,
  };
}

export interface RegistryError {
  readonly code: string;
  readonly context: string;
  readonly severity: 'Error' | 'Warning';
}

export interface RegistryAnswer {
  readonly success: boolean;
  readonly errors: readonly RegistryError[];
}

/** Reads RegistryResponse or AdhocQueryResponse (ebRS 3.0); undefined when the body has neither. */
export function readRegistryAnswer(body: XmlElement): RegistryAnswer | undefined {
  const response = find(body, 'RegistryResponse') ?? find(body, 'AdhocQueryResponse');
  const status = response?.attributes.status;
  if (!response || status === undefined) return undefined;
  return {
    success: status.endsWith(':Success'),
    errors: findAll(response, 'RegistryError').map(({ attributes, text }) => ({
      code: attributes.errorCode ?? '',
      context: attributes.codeContext ?? text,
      severity: attributes.severity?.endsWith(':Warning') ? 'Warning' : 'Error',
    })),
  };
}
