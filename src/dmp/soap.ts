import { element, type Markup, text } from '../xds/xml-writer.ts';

/** SOAP 1.2 with WS-Addressing 2005/08 (dmp.md §3). */
export interface SoapRequest {
  readonly action: string;
  /** URL of the service. */
  readonly to: string;
  /** `urn:uuid:…`, fresh for each call. */
  readonly messageId: string;
  /** Signed assertion, spliced byte for byte. */
  readonly vihf: string;
  readonly body: string;
}

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** The envelope; no signature but the assertion's own. */
export function soapEnvelope({ action, to, messageId, vihf, body }: SoapRequest): string {
  const must = { 's:mustUnderstand': 'true' };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    's:Envelope',
    {
      'xmlns:s': 'http://www.w3.org/2003/05/soap-envelope',
      'xmlns:a': 'http://www.w3.org/2005/08/addressing',
    },
    element(
      's:Header',
      {},
      element('a:MessageID', {}, text(messageId)),
      element('a:To', {}, text(to)),
      element(
        'a:ReplyTo',
        must,
        element('a:Address', {}, text('http://www.w3.org/2005/08/addressing/anonymous')),
      ),
      element('a:Action', must, text(action)),
      element('w:Security', { 'xmlns:w': WSSE }, vihf as Markup),
    ),
    element('s:Body', {}, body as Markup),
  )}`;
}
