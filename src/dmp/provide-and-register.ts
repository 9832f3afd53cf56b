import type { DeliveryJob } from '../report/delivery.ts';
import { ASSOCIATION, SUBMISSION_SET_ID, submitObjectsRequest } from '../xds/registry-objects.ts';
import { element, type Markup } from '../xds/xml-writer.ts';
import { DOCUMENT_ID, documentOf, type Lot, SIGNATURE_ID } from './lot.ts';
import type { MtomPart } from './mtom.ts';

/** TD2.1: IHE ITI-41 Provide and Register Document Set-b (dmp.md §6). */
export const PROVIDE_AND_REGISTER = {
  service: 'repository',
  action: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
} as const;

/**
 * The body of a deposit (TD2.1a) or replacement (TD2.1b), and its two parts.
 * @param replaces entryUUID of the document replaced, just looked up; undefined for a first deposit
 * @param replacementAssociation the RPLC URN in use
 */
export function provideAndRegister(
  lot: Lot,
  cda: DeliveryJob['cda'],
  replacementAssociation: string,
  replaces?: string,
): { readonly body: string; readonly parts: readonly MtomPart[] } {
  const signs = {
    type: ASSOCIATION.signs,
    source: SIGNATURE_ID,
    target: SUBMISSION_SET_ID,
    slots: { SubmissionSetStatus: 'Original' },
  };
  const replacement =
    replaces === undefined ? [] : [{ type: replacementAssociation, source: DOCUMENT_ID, target: replaces }];
  const request = submitObjectsRequest({ ...lot.submission, associations: [signs, ...replacement] });
  const parts = [
    { document: DOCUMENT_ID, id: 'doc1@crbio', contentType: documentOf(lot).mimeType, bytes: cda },
    {
      document: SIGNATURE_ID,
      id: 'sig1@crbio',
      contentType: 'text/xml',
      bytes: Buffer.from(lot.signatureXml, 'utf8'),
    },
  ];
  const body = element(
    'xds:ProvideAndRegisterDocumentSetRequest',
    { 'xmlns:xds': 'urn:ihe:iti:xds-b:2007' },
    request as Markup,
    ...parts.map(({ document, id }) =>
      element(
        'xds:Document',
        { id: document },
        element('xop:Include', {
          'xmlns:xop': 'http://www.w3.org/2004/08/xop/include',
          href: `cid:${id}`,
        }),
      ),
    ),
  );
  return { body, parts };
}
