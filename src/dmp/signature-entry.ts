import { createHash } from 'node:crypto';
import { maskingCoding } from '../xds/document-entry.ts';
import type { DocumentEntry } from '../xds/model.ts';

/**
 * Metadata of the lot's signature document (dmp.md §6.3). The only entry where masked to professionals and invisible
 * to the patient stand together: it is a technical document.
 * @param signedAt UTC yyyyMMddHHmmss
 */
export function signatureEntry(
  document: DocumentEntry,
  uniqueId: string,
  signedAt: string,
  bytes: Uint8Array,
): DocumentEntry {
  const [author] = document.authors;
  return {
    uniqueId,
    title: 'Source',
    typeCode: { code: 'E1762', system: 'ASTM', display: 'Full Document' },
    classCode: {
      code: 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1',
      system: 'URN',
      display: 'Digital Signature',
    },
    formatCode: {
      code: 'http://www.w3.org/2000/09/xmldsig#',
      system: 'URN',
      display: 'Default Signature Style',
    },
    confidentialityCodes: [
      { code: 'N', system: '2.16.840.1.113883.5.25', display: 'Normal' },
      maskingCoding('MASQUE_PS'),
      maskingCoding('INVISIBLE_PATIENT'),
    ],
    eventCodes: [{ code: '1.2.840.10065.1.12.1.14', system: '1.2.840.10065.1.12', display: 'Source' }],
    facilityType: document.facilityType,
    practiceSetting: document.practiceSetting,
    creationTime: signedAt,
    serviceStartTime: signedAt,
    serviceStopTime: signedAt,
    languageCode: 'art',
    mimeType: 'text/xml',
    authors: author ? [author] : [],
    legalAuthenticator: document.legalAuthenticator,
    patientId: document.patientId,
    sourcePatientId: document.patientId,
    sourcePatientInfo: [],
    hash: createHash('sha1').update(bytes).digest('hex'),
    size: bytes.byteLength,
  };
}
