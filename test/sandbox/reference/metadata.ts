/** ebXML of a submission, written out line by line from the tables of IHE and of the DMP. */
import { LABEL, TITLE } from './cda.ts';

export interface EntryFacts {
  readonly object: string;
  readonly uniqueId: string;
  readonly patientId: string;
  readonly creationTime: string;
  readonly serviceStartTime: string;
  readonly hash: string;
  readonly size: number;
  readonly mimeType: string;
  readonly masks: readonly string[];
  /** XDM only. */
  readonly uri?: string;
}

const XCN = '810000000001^MARTIN^Anne^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS';
const XON = 'LABORATOIRE DES TILLEULS^^^^^&amp;1.2.250.1.71.4.2.2&amp;ISO^IDNST^^^1750000001';
const SPECIALTY = 'G15_21/G^Pharmacien biologiste^1.2.250.1.213.1.1.4.5';

let counter = 0;
function id(): string {
  counter += 1;
  return `i${counter}`;
}

export const slot = (name: string, ...values: string[]): string =>
  `<rim:Slot name="${name}"><rim:ValueList>${values.map((value) => `<rim:Value>${value}</rim:Value>`).join('')}</rim:ValueList></rim:Slot>`;

const named = (value: string): string =>
  `<rim:Name><rim:LocalizedString charset="UTF8" xml:lang="FR" value="${value}"/></rim:Name>`;

const coded = (object: string, uuid: string, code: string, scheme: string, label: string): string =>
  `<rim:Classification id="${id()}" classificationScheme="urn:uuid:${uuid}" classifiedObject="${object}" nodeRepresentation="${code}">${slot('codingScheme', scheme)}${named(label)}</rim:Classification>`;

const author = (object: string, uuid: string): string =>
  `<rim:Classification id="${id()}" classificationScheme="urn:uuid:${uuid}" classifiedObject="${object}" nodeRepresentation="">${slot('authorPerson', XCN)}${slot('authorSpecialty', SPECIALTY)}${slot('authorInstitution', XON)}</rim:Classification>`;

const external = (object: string, uuid: string, value: string, name: string): string =>
  `<rim:ExternalIdentifier id="${id()}" registryObject="${object}" identificationScheme="urn:uuid:${uuid}" value="${value}">${named(name)}</rim:ExternalIdentifier>`;

const escaped = (cx: string): string => cx.replaceAll('&', '&amp;');

function entryEnd(facts: EntryFacts): string {
  return (
    external(
      facts.object,
      '58a6f841-87b3-4a3e-92fd-a8ffeff98427',
      escaped(facts.patientId),
      'XDSDocumentEntry.patientId',
    ) +
    external(
      facts.object,
      '2e82c1f6-a085-4c72-9da3-8640a32e42ab',
      facts.uniqueId,
      'XDSDocumentEntry.uniqueId',
    )
  );
}

const MASK_LABELS = '1.2.250.1.213.1.1.4.13';

function confidentialities(facts: EntryFacts): string {
  const uuid = 'f4f85eac-e6cb-4883-b524-f2705394840f';
  const masks = facts.masks.map((mask) => coded(facts.object, uuid, mask, MASK_LABELS, mask)).join('');
  return coded(facts.object, uuid, 'N', '2.16.840.1.113883.5.25', 'Normal') + masks;
}

const PLACE = (object: string): string =>
  coded(object, 'f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1', 'SA25', '1.2.250.1.71.4.2.4', 'Laboratoire') +
  coded(
    object,
    'cccf5598-8b07-4b77-a05e-ae952c785ead',
    'AMBULATOIRE',
    '1.2.250.1.213.1.1.4.9',
    'Ambulatoire',
  );

export function reportEntry(facts: EntryFacts): string {
  const { object } = facts;
  return `<rim:ExtrinsicObject id="${object}" mimeType="${facts.mimeType}" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">${
    (facts.uri === undefined ? '' : slot('URI', facts.uri)) +
    slot('creationTime', facts.creationTime) +
    slot('languageCode', 'fr-FR') +
    slot('legalAuthenticator', XCN) +
    slot('serviceStartTime', facts.serviceStartTime) +
    slot('sourcePatientId', 'P0001^^^&amp;1.2.250.1.999.1.2&amp;ISO^PI') +
    slot('sourcePatientInfo', 'PID-5|PAT-TROIS^DOMINIQUE^^^^^L', 'PID-7|19790328', 'PID-8|F') +
    slot('hash', facts.hash) +
    slot('size', String(facts.size)) +
    named(TITLE) +
    author(object, '93606bcf-9494-43ec-9b4e-a7748d1a838d') +
    coded(object, '41a5887f-8865-4c09-adf7-e362475b143a', '10', '1.2.250.1.213.1.1.4.1', 'Compte rendu') +
    coded(object, 'f0306f51-975f-434e-a61c-c59651d33983', '11502-2', '2.16.840.1.113883.6.1', LABEL) +
    confidentialities(facts) +
    coded(
      object,
      'a09d5840-386c-46f2-b5ad-9c3699a4309d',
      'urn:ihe:lab:xd-lab:2008',
      '1.3.6.1.4.1.19376.1.2.3',
      'CR-BIO',
    ) +
    coded(object, '2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4', '18719-5', '2.16.840.1.113883.6.1', 'Biochimie') +
    PLACE(object) +
    entryEnd(facts)
  }</rim:ExtrinsicObject>`;
}

export function signatureEntry(facts: EntryFacts): string {
  const { object } = facts;
  return `<rim:ExtrinsicObject id="${object}" mimeType="text/xml" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">${
    slot('creationTime', facts.creationTime) +
    slot('languageCode', 'art') +
    slot('legalAuthenticator', XCN) +
    slot('serviceStartTime', facts.creationTime) +
    slot('serviceStopTime', facts.creationTime) +
    slot('sourcePatientId', escaped(facts.patientId)) +
    slot('hash', facts.hash) +
    slot('size', String(facts.size)) +
    named('Source') +
    author(object, '93606bcf-9494-43ec-9b4e-a7748d1a838d') +
    coded(
      object,
      '41a5887f-8865-4c09-adf7-e362475b143a',
      'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1',
      'URN',
      'Digital Signature',
    ) +
    coded(object, 'f0306f51-975f-434e-a61c-c59651d33983', 'E1762', 'ASTM', 'Full Document') +
    confidentialities(facts) +
    coded(
      object,
      'a09d5840-386c-46f2-b5ad-9c3699a4309d',
      'http://www.w3.org/2000/09/xmldsig#',
      'URN',
      'Default Signature Style',
    ) +
    coded(
      object,
      '2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
      '1.2.840.10065.1.12.1.14',
      '1.2.840.10065.1.12',
      'Source',
    ) +
    PLACE(object) +
    entryEnd(facts)
  }</rim:ExtrinsicObject>`;
}

export interface SetFacts {
  readonly uniqueId: string;
  readonly patientId: string;
  readonly submissionTime: string;
}

export function submissionSet({ uniqueId, patientId, submissionTime }: SetFacts): string {
  const object = 'SubmissionSet01';
  return `<rim:RegistryPackage id="${object}">${
    slot('submissionTime', submissionTime) +
    named(TITLE) +
    author(object, 'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d') +
    coded(object, 'aa543740-bdda-424e-8c96-df4873be8500', '26', '1.2.250.1.213.2.2', 'Analyses') +
    `<rim:Classification id="${id()}" classifiedObject="${object}" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>` +
    external(
      object,
      '6b5aea1a-874d-4603-a4bc-96a0a7b38446',
      escaped(patientId),
      'XDSSubmissionSet.patientId',
    ) +
    external(object, '554ac39e-e3fe-47fe-b233-965d2a147832', '1.2.250.1.999.1', 'XDSSubmissionSet.sourceId') +
    external(object, '96fdda7c-d067-4183-912e-bf5ee74998a8', uniqueId, 'XDSSubmissionSet.uniqueId')
  }</rim:RegistryPackage>`;
}

export const ASSOCIATION = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:';
export const ORIGINAL = slot('SubmissionSetStatus', 'Original');

export function association(type: string, source: string, target: string, slots = ''): string {
  return `<rim:Association id="${id()}" associationType="${type}" sourceObject="${source}" targetObject="${target}">${slots}</rim:Association>`;
}

export function submitObjects(...objects: readonly string[]): string {
  return `<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><rim:RegistryObjectList>${objects.join('')}</rim:RegistryObjectList></lcm:SubmitObjectsRequest>`;
}
