/** The SOAP 1.2 envelope and its WS-Addressing header (dmp.md §3). */
import type { Element } from '@xmldom/xmldom';
import type { Check } from '../check.ts';
import { Refused } from '../check.ts';
import { child, children, descend, NotXml, readXml, textOf } from '../xml/read.ts';

export const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
export const WSA = 'http://www.w3.org/2005/08/addressing';
export const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';

const MAX_ENVELOPE = 4 * 1024 * 1024;
const REMEMBERED_IDS = 100_000;

export interface Envelope {
  readonly messageId: string;
  readonly action: string;
  readonly assertions: readonly Element[];
  readonly body: Element;
}

/** @throws Refused (`soap`) */
export function readEnvelope(bytes: Uint8Array): Envelope {
  let root: Element | null;
  try {
    root = readXml(bytes, MAX_ENVELOPE).documentElement;
  } catch (error) {
    if (error instanceof NotXml) throw new Refused('soap', '', error.message);
    throw error;
  }
  if (root === null || root.namespaceURI !== SOAP || root.localName !== 'Envelope') {
    throw new Refused('soap', '', 'no SOAP 1.2 Envelope');
  }
  const header = child(root, SOAP, 'Header');
  const body = descend(root, SOAP, 'Body');
  const content = body === undefined ? [] : children(body);
  const [request] = content;
  if (header === undefined || request === undefined || content.length !== 1) {
    throw new Refused('soap', '', 'a Header and a Body of one element are expected');
  }
  const actions = children(header, WSA, 'Action');
  const ids = children(header, WSA, 'MessageID');
  if (actions.length !== 1 || ids.length !== 1)
    throw new Refused('soap', '', 'one Action and one MessageID are expected');
  return {
    messageId: textOf(ids[0]),
    action: textOf(actions[0]),
    assertions: children(header, WSSE, 'Security').flatMap((security) =>
      children(security, SAML, 'Assertion'),
    ),
    body: request,
  };
}

/** MessageIDs already received; each is good for one request. */
export class MessageIds {
  readonly #seen = new Set<string>();

  /** @returns false when it was seen before */
  take(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED_IDS) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return true;
  }
}

interface Addressed {
  readonly envelope: Envelope;
  readonly messageIds: MessageIds;
  /** `action` parameter of the Content-Type. */
  readonly httpAction: string | undefined;
}

export const SOAP_CHECKS: readonly Check<Addressed>[] = [
  {
    name: 'message-id',
    code: '',
    run: ({ envelope, messageIds }, ecart) => {
      if (envelope.messageId === '') return 'MessageID is empty';
      if (!/^(?:urn:uuid:|uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(envelope.messageId)) {
        ecart('MessageID is no UUID');
      }
      return messageIds.take(envelope.messageId) ? undefined : 'MessageID was already received';
    },
  },
  {
    name: 'http-action',
    code: '',
    run: ({ envelope, httpAction }, ecart) => {
      if (httpAction === undefined) ecart('Content-Type has no action parameter');
      else if (httpAction !== envelope.action)
        return 'the action of Content-Type is not the Action of the envelope';
      return undefined;
    },
  },
  {
    name: 'one-assertion',
    code: 'wsse:InvalidSecurity',
    run: ({ envelope }) =>
      envelope.assertions.length === 1
        ? undefined
        : `${envelope.assertions.length} assertions instead of one`,
  },
];
