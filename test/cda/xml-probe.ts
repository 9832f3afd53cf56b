import type { Document, Element } from '@xmldom/xmldom';
import { DOMParser, ParseError, XMLSerializer } from '@xmldom/xmldom';
import { useNamespaces } from 'xpath';
import { buildCda } from '../../src/cda/document.ts';
import type { Report } from '../../src/report/report.ts';
import { samplePdf } from '../fixtures/pdf.ts';

/** Reads and breaks documents, so that tests ask about the XML that leaves and not about our own structures. */

const query = useNamespaces({ c: 'urn:hl7-org:v3', lab: 'urn:oid:1.3.6.1.4.1.19376.1.3.2' });

export const cdaOf = (report: Report): Uint8Array => buildCda({ report, pdf: samplePdf('Compte rendu') });

export function parse(bytes: Uint8Array): Document {
  return new DOMParser({
    onError: (_level, message) => {
      throw new ParseError(message);
    },
  }).parseFromString(Buffer.from(bytes).toString('utf8'), 'text/xml');
}

export function elements(document: Document | Element, path: string): Element[] {
  return query(path, document as unknown as Node) as unknown as Element[];
}

/** String value of an XPath expression. */
export function textAt(document: Document | Element, path: string): string {
  return String(query(`string(${path})`, document as unknown as Node));
}

/** The document with `element` taken out; the element is put back afterwards. */
export function without(document: Document, element: Element): Uint8Array {
  const { parentNode, nextSibling } = element;
  parentNode?.removeChild(element);
  const bytes = Buffer.from(new XMLSerializer().serializeToString(document), 'utf8');
  parentNode?.insertBefore(element, nextSibling);
  return bytes;
}

/** Where an element stands, without positions: one of each kind is enough to break. */
export function kindOf(element: Element): string {
  const steps: string[] = [];
  for (let here: Element | null = element; here; here = here.parentNode as Element | null) {
    if (here.localName) steps.unshift(here.localName);
  }
  return `${steps.join('/')} ${element.getAttribute('root') ?? ''} ${element.getAttribute('typeCode') ?? ''}`;
}

export function oneOfEachKind(found: readonly Element[]): Element[] {
  return [...new Map(found.map((element) => [kindOf(element), element])).values()];
}
