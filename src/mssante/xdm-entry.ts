import type { Coding } from '../report/coding.ts';
import type { DocumentEntry } from '../xds/model.ts';
import { childrenNamed, descend, type XmlElement } from '../xds/xml-reader.ts';

/** What METADATA.XML says of one document (IHE ITI TF-3 §4.2.3.2), as far as it is checked. */
export type ArchivedEntry = Pick<
  DocumentEntry,
  | 'uniqueId'
  | 'title'
  | 'typeCode'
  | 'confidentialityCodes'
  | 'eventCodes'
  | 'facilityType'
  | 'practiceSetting'
  | 'creationTime'
  | 'languageCode'
  | 'patientId'
  | 'hash'
  | 'size'
>;

const UNIQUE_ID = 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab';
const PATIENT_ID = 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427';
const CODES = {
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
  confidentiality: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  event: 'urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  facilityType: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSetting: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
} as const;
const NONE: Coding = { code: '', system: '', display: '' };

/** Reads an ExtrinsicObject; what is missing is empty, so that a comparison finds it. */
export function readEntry(object: XmlElement): ArchivedEntry {
  const codes = (scheme: string) => codings(object, scheme);
  return {
    uniqueId: identifierOf(object, UNIQUE_ID) ?? '',
    title: localized(object),
    typeCode: codes(CODES.typeCode)[0] ?? NONE,
    confidentialityCodes: codes(CODES.confidentiality),
    eventCodes: codes(CODES.event),
    facilityType: codes(CODES.facilityType)[0] ?? NONE,
    practiceSetting: codes(CODES.practiceSetting)[0] ?? NONE,
    creationTime: slotOf(object, 'creationTime') ?? '',
    languageCode: slotOf(object, 'languageCode') ?? '',
    patientId: identifierOf(object, PATIENT_ID) ?? '',
    hash: slotOf(object, 'hash')?.toLowerCase() ?? '',
    size: Number(slotOf(object, 'size') ?? Number.NaN),
  };
}

/** First value of a slot. */
export function slotOf(object: XmlElement, name: string): string | undefined {
  const found = childrenNamed(object, 'Slot').find(({ attributes }) => attributes.name === name);
  return descend(found, 'ValueList', 'Value')?.text;
}

/** Value of an external identifier. */
export function identifierOf(object: XmlElement, scheme: string): string | undefined {
  return childrenNamed(object, 'ExternalIdentifier').find(
    ({ attributes }) => attributes.identificationScheme === scheme,
  )?.attributes.value;
}

function codings(object: XmlElement, scheme: string): Coding[] {
  return childrenNamed(object, 'Classification')
    .filter(({ attributes }) => attributes.classificationScheme === scheme)
    .map((one) => ({
      code: one.attributes.nodeRepresentation ?? '',
      system: slotOf(one, 'codingScheme') ?? '',
      display: localized(one),
    }));
}

const localized = (object: XmlElement): string =>
  descend(object, 'Name', 'LocalizedString')?.attributes.value ?? '';
