/** A SubmitObjectsRequest (ebRIM 3.0), as sent to the registry and as METADATA.XML of an XDM archive. */
import type { Element } from '@xmldom/xmldom';
import { Refused } from '../check.ts';
import { attribute, child, children, elements } from '../xml/read.ts';

export const LCM = 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0';
const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';

/** Objects of one submission; a report and its signature are three. */
const MAX_OBJECTS = 200;

const urn = (uuid: string): string => `urn:uuid:${uuid}`;

/** UUIDs that name the attributes of a submission set (IHE ITI TF-3 §4.2). */
export const SUBMISSION_SET = {
  marker: urn('a54d6aa5-d40d-43f9-88c5-b4633d873bdd'),
  author: urn('a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d'),
  contentType: urn('aa543740-bdda-424e-8c96-df4873be8500'),
  patientId: urn('6b5aea1a-874d-4603-a4bc-96a0a7b38446'),
  sourceId: urn('554ac39e-e3fe-47fe-b233-965d2a147832'),
  uniqueId: urn('96fdda7c-d067-4183-912e-bf5ee74998a8'),
} as const;

/** UUIDs that name the attributes of a document entry (IHE ITI TF-3 §4.2). */
export const DOCUMENT_ENTRY = {
  objectType: urn('7edca82f-054d-47f2-a032-9b2a5b5186c1'),
  author: urn('93606bcf-9494-43ec-9b4e-a7748d1a838d'),
  class: urn('41a5887f-8865-4c09-adf7-e362475b143a'),
  type: urn('f0306f51-975f-434e-a61c-c59651d33983'),
  confidentiality: urn('f4f85eac-e6cb-4883-b524-f2705394840f'),
  format: urn('a09d5840-386c-46f2-b5ad-9c3699a4309d'),
  event: urn('2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4'),
  facility: urn('f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1'),
  practice: urn('cccf5598-8b07-4b77-a05e-ae952c785ead'),
  patientId: urn('58a6f841-87b3-4a3e-92fd-a8ffeff98427'),
  uniqueId: urn('2e82c1f6-a085-4c72-9da3-8640a32e42ab'),
} as const;

type Slots = ReadonlyMap<string, readonly string[]>;

interface Classification {
  readonly id: string;
  readonly scheme: string;
  readonly node: string;
  readonly classifiedObject: string;
  readonly value: string;
  readonly name: string;
  readonly slots: Slots;
}

interface ExternalIdentifier {
  readonly id: string;
  readonly scheme: string;
  readonly registryObject: string;
  readonly value: string;
}

export interface RegistryObject {
  readonly id: string;
  readonly mimeType: string;
  readonly objectType: string;
  readonly name: string;
  readonly slots: Slots;
  readonly classifications: readonly Classification[];
  readonly identifiers: readonly ExternalIdentifier[];
}

interface Association {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly slots: Slots;
}

export interface Submission {
  readonly packages: readonly RegistryObject[];
  readonly entries: readonly RegistryObject[];
  readonly associations: readonly Association[];
  /** Every `id` of the submission, repetitions included. */
  readonly ids: readonly string[];
}

/** A coded value of an object. */
export interface CodedValue {
  readonly code: string;
  readonly scheme: string;
  readonly name: string;
}

/** @throws Refused (`metadata-structure`) when it is no submission */
export function readSubmission(request: Element): Submission {
  if (request.namespaceURI !== LCM || request.localName !== 'SubmitObjectsRequest') {
    throw malformed('no SubmitObjectsRequest');
  }
  const list = child(request, RIM, 'RegistryObjectList');
  if (list === undefined) throw malformed('no RegistryObjectList');
  const objects = children(list);
  if (objects.length > MAX_OBJECTS) throw malformed(`more than ${MAX_OBJECTS} objects`);
  const foreign = objects.find(
    (object) =>
      object.namespaceURI !== RIM ||
      !['RegistryPackage', 'ExtrinsicObject', 'Association', 'Classification', 'ObjectRef'].includes(
        object.localName ?? '',
      ),
  );
  if (foreign !== undefined) throw malformed(`${foreign.localName} is no registry object`);
  const loose = children(list, RIM, 'Classification').map(readClassification);
  const read = (object: Element): RegistryObject => readObject(object, loose);
  return {
    packages: children(list, RIM, 'RegistryPackage').map(read),
    entries: children(list, RIM, 'ExtrinsicObject').map(read),
    associations: children(list, RIM, 'Association').map((association) => ({
      id: attribute(association, 'id') ?? '',
      type: attribute(association, 'associationType') ?? '',
      source: attribute(association, 'sourceObject') ?? '',
      target: attribute(association, 'targetObject') ?? '',
      slots: readSlots(association),
    })),
    ids: [...elements(list)]
      .filter((element) => element.localName !== 'ObjectRef')
      .flatMap((element) => attribute(element, 'id') ?? []),
  };
}

/** Single value of a slot; undefined when absent or repeated. */
export function slot(object: { readonly slots: Slots }, name: string): string | undefined {
  const values = object.slots.get(name);
  return values?.length === 1 ? values[0] : undefined;
}

export function identifier(object: RegistryObject, scheme: string): string | undefined {
  const found = object.identifiers.filter((one) => one.scheme === scheme);
  return found.length === 1 ? found[0]?.value : undefined;
}

/** Coded values that an object has under a classification scheme, in order. */
export function codedValues(object: RegistryObject, scheme: string): CodedValue[] {
  return object.classifications
    .filter((one) => one.scheme === scheme)
    .map((one) => ({ code: one.value, scheme: slot(one, 'codingScheme') ?? '', name: one.name }));
}

/** Slots of each author classification. */
export function authors(object: RegistryObject, scheme: string): Slots[] {
  return object.classifications.filter((one) => one.scheme === scheme).map((one) => one.slots);
}

function readObject(object: Element, loose: readonly Classification[]): RegistryObject {
  const id = attribute(object, 'id') ?? '';
  return {
    id,
    mimeType: attribute(object, 'mimeType') ?? '',
    objectType: attribute(object, 'objectType') ?? '',
    name: localized(object),
    slots: readSlots(object),
    classifications: [
      ...children(object, RIM, 'Classification').map(readClassification),
      ...loose.filter((one) => one.classifiedObject === id),
    ],
    identifiers: children(object, RIM, 'ExternalIdentifier').map((one) => ({
      id: attribute(one, 'id') ?? '',
      scheme: attribute(one, 'identificationScheme') ?? '',
      registryObject: attribute(one, 'registryObject') ?? '',
      value: attribute(one, 'value') ?? '',
    })),
  };
}

function readClassification(element: Element): Classification {
  return {
    id: attribute(element, 'id') ?? '',
    scheme: attribute(element, 'classificationScheme') ?? '',
    node: attribute(element, 'classificationNode') ?? '',
    classifiedObject: attribute(element, 'classifiedObject') ?? '',
    value: attribute(element, 'nodeRepresentation') ?? '',
    name: localized(element),
    slots: readSlots(element),
  };
}

function readSlots(object: Element): Map<string, string[]> {
  const slots = new Map<string, string[]>();
  for (const element of children(object, RIM, 'Slot')) {
    const name = attribute(element, 'name') ?? '';
    if (slots.has(name)) throw malformed(`slot ${name} is repeated`);
    const list = child(element, RIM, 'ValueList');
    slots.set(
      name,
      list === undefined ? [] : children(list, RIM, 'Value').map((value) => value.textContent ?? ''),
    );
  }
  return slots;
}

function localized(object: Element): string {
  const name = child(object, RIM, 'Name');
  const string = name === undefined ? undefined : child(name, RIM, 'LocalizedString');
  return attribute(string, 'value') ?? '';
}

function malformed(detail: string): Refused {
  return new Refused('metadata-structure', 'XDSRegistryMetadataError', detail);
}
