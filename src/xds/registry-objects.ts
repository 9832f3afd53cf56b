import type { Coding } from '../report/coding.ts';
import type { DocumentEntry, SubmissionSet, XdsAuthor } from './model.ts';
import { element, type Markup, text } from './xml-writer.ts';

/** ebRIM 3.0 objects of IHE XDS.b (ITI TF-3 §4.2.3; dmp.md §6.2): ITI-41, ITI-57 and the METADATA.XML of an XDM. */

export const NAMESPACE = {
  lcm: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0',
  rs: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0',
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0',
} as const;

const SUBMISSION_SET = {
  marker: 'urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd',
  author: 'urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  contentType: 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500',
  patientId: 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  sourceId: 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832',
  uniqueId: 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8',
} as const;

const DOCUMENT_ENTRY = {
  objectType: 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
  author: 'urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d',
  classCode: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a',
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
  confidentiality: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  formatCode: 'urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d',
  eventCode: 'urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  facilityType: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSetting: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
  patientId: 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  uniqueId: 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab',
} as const;

const OBJECT_TYPE = 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject';

/** Association types. RPLC is written with another year by some: it is the caller's setting. */
export const ASSOCIATION = {
  hasMember: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
  signs: 'urn:ihe:iti:2007:AssociationType:signs',
  replaces: 'urn:ihe:iti:2007:AssociationType:RPLC',
  updateAvailabilityStatus: 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
} as const;

/** Id of the submission set inside its own message. */
export const SUBMISSION_SET_ID = 'SubmissionSet01';

export interface SubmittedDocument {
  /** Id of the ExtrinsicObject inside the message; `Document/@id` in ITI-41. */
  readonly id: string;
  readonly entry: DocumentEntry;
  /** Path of the file relative to METADATA.XML: XDM only. */
  readonly uri?: string;
}

export interface Association {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly slots?: Readonly<Record<string, string>>;
}

export interface Submission {
  readonly submissionSet: SubmissionSet;
  readonly documents: readonly SubmittedDocument[];
  /** Beside the HasMember of each document, which are written by themselves. */
  readonly associations?: readonly Association[];
}

/**
 * Writes a SubmitObjectsRequest. Ids inside the message are derived from their position, so the same submission
 * always gives the same text.
 * @returns an element without XML declaration, with its own namespace declarations: it can be spliced in a SOAP body
 */
export function submitObjectsRequest(submission: Submission): string {
  const { submissionSet, documents, associations = [] } = submission;
  const original = { SubmissionSetStatus: 'Original' };
  const members = documents.map(({ id }) => ({
    type: ASSOCIATION.hasMember,
    source: SUBMISSION_SET_ID,
    target: id,
    slots: original,
  }));
  return element(
    'lcm:SubmitObjectsRequest',
    { 'xmlns:lcm': NAMESPACE.lcm, 'xmlns:rim': NAMESPACE.rim },
    element(
      'rim:RegistryObjectList',
      {},
      registryPackage(submissionSet),
      ...documents.map(extrinsicObject),
      ...[...members, ...associations].map((association, index) =>
        associationElement(association, `as${index + 1}`),
      ),
    ),
  );
}

function registryPackage(set: SubmissionSet): Markup {
  const id = SUBMISSION_SET_ID;
  const next = counter(id);
  return element(
    'rim:RegistryPackage',
    { id, objectType: `${OBJECT_TYPE}:RegistryPackage` },
    slot('submissionTime', [set.submissionTime]),
    localized('rim:Name', set.title),
    set.comments === undefined ? undefined : localized('rim:Description', set.comments),
    authorClassification(next('c'), id, SUBMISSION_SET.author, set.author),
    codeClassification(next('c'), id, SUBMISSION_SET.contentType, set.contentType),
    element('rim:Classification', {
      id: next('c'),
      classifiedObject: id,
      classificationNode: SUBMISSION_SET.marker,
      objectType: `${OBJECT_TYPE}:Classification`,
    }),
    externalIdentifier(next('e'), id, SUBMISSION_SET.patientId, 'XDSSubmissionSet.patientId', set.patientId),
    externalIdentifier(next('e'), id, SUBMISSION_SET.sourceId, 'XDSSubmissionSet.sourceId', set.sourceId),
    externalIdentifier(next('e'), id, SUBMISSION_SET.uniqueId, 'XDSSubmissionSet.uniqueId', set.uniqueId),
  );
}

function extrinsicObject({ id, entry, uri }: SubmittedDocument): Markup {
  const next = counter(id);
  const code = (scheme: string) => (coding: Coding) => codeClassification(next('c'), id, scheme, coding);
  return element(
    'rim:ExtrinsicObject',
    { id, mimeType: entry.mimeType, objectType: DOCUMENT_ENTRY.objectType },
    slot('creationTime', [entry.creationTime]),
    slot('languageCode', [entry.languageCode]),
    slot('legalAuthenticator', [entry.legalAuthenticator]),
    slot('serviceStartTime', [entry.serviceStartTime]),
    slot('serviceStopTime', entry.serviceStopTime === undefined ? [] : [entry.serviceStopTime]),
    slot('sourcePatientId', [entry.sourcePatientId]),
    slot('sourcePatientInfo', entry.sourcePatientInfo),
    slot('hash', [entry.hash]),
    slot('size', [String(entry.size)]),
    slot('URI', uri === undefined ? [] : [uri]),
    localized('rim:Name', entry.title),
    ...entry.authors.map((author) => authorClassification(next('c'), id, DOCUMENT_ENTRY.author, author)),
    code(DOCUMENT_ENTRY.classCode)(entry.classCode),
    code(DOCUMENT_ENTRY.typeCode)(entry.typeCode),
    code(DOCUMENT_ENTRY.formatCode)(entry.formatCode),
    code(DOCUMENT_ENTRY.facilityType)(entry.facilityType),
    code(DOCUMENT_ENTRY.practiceSetting)(entry.practiceSetting),
    ...entry.confidentialityCodes.map(code(DOCUMENT_ENTRY.confidentiality)),
    ...entry.eventCodes.map(code(DOCUMENT_ENTRY.eventCode)),
    externalIdentifier(
      next('e'),
      id,
      DOCUMENT_ENTRY.patientId,
      'XDSDocumentEntry.patientId',
      entry.patientId,
    ),
    externalIdentifier(next('e'), id, DOCUMENT_ENTRY.uniqueId, 'XDSDocumentEntry.uniqueId', entry.uniqueId),
  );
}

function associationElement({ type, source, target, slots = {} }: Association, id: string): Markup {
  return element(
    'rim:Association',
    {
      id,
      associationType: type,
      sourceObject: source,
      targetObject: target,
      objectType: `${OBJECT_TYPE}:Association`,
    },
    ...Object.entries(slots).map(([name, value]) => slot(name, [value])),
  );
}

/** A slot; one without value is not written, since ebRIM has no empty ValueList. */
function slot(name: string, values: readonly string[]): Markup | undefined {
  if (values.length === 0) return undefined;
  return element(
    'rim:Slot',
    { name },
    element('rim:ValueList', {}, ...values.map((value) => element('rim:Value', {}, text(value)))),
  );
}

function localized(name: 'rim:Name' | 'rim:Description', value: string): Markup {
  return element(
    name,
    {},
    element('rim:LocalizedString', { charset: 'UTF8', 'xml:lang': 'FR', value: oneLine(value) }),
  );
}

function codeClassification(id: string, object: string, scheme: string, coding: Coding): Markup {
  return element(
    'rim:Classification',
    {
      id,
      classificationScheme: scheme,
      classifiedObject: object,
      nodeRepresentation: coding.code,
      objectType: `${OBJECT_TYPE}:Classification`,
    },
    slot('codingScheme', [coding.system]),
    localized('rim:Name', coding.display),
  );
}

function authorClassification(id: string, object: string, scheme: string, author: XdsAuthor): Markup {
  const optional = (value: string | undefined) => (value === undefined ? [] : [value]);
  return element(
    'rim:Classification',
    {
      id,
      classificationScheme: scheme,
      classifiedObject: object,
      nodeRepresentation: '',
      objectType: `${OBJECT_TYPE}:Classification`,
    },
    slot('authorPerson', [author.person]),
    slot('authorRole', optional(author.role)),
    slot('authorSpecialty', optional(author.specialty)),
    slot('authorInstitution', optional(author.institution)),
  );
}

function externalIdentifier(id: string, object: string, scheme: string, name: string, value: string): Markup {
  return element(
    'rim:ExternalIdentifier',
    {
      id,
      registryObject: object,
      identificationScheme: scheme,
      value,
      objectType: `${OBJECT_TYPE}:ExternalIdentifier`,
    },
    localized('rim:Name', name),
  );
}

/** Ids unique in the message: `Doc01-c1`, `Doc01-e12`. */
function counter(owner: string): (kind: string) => string {
  let count = 0;
  return (kind) => `${owner}-${kind}${++count}`;
}

const oneLine = (value: string) => value.replace(/\s+/g, ' ').trim();
