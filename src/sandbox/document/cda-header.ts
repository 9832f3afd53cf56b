/** What the registry and the mailboxes compare of a CDA header (CDA R2; CI-SIS Structuration minimale). */
import type { Document, Element } from '@xmldom/xmldom';
import { attribute, child, children, descend, elements, textOf } from '../xml/read.ts';

const HL7 = 'urn:hl7-org:v3';
const XSL = 'http://www.w3.org/1999/XSL/Transform';
const WRAPPER = 'urn:asip-sante:ci-sis';
const INS_OID = /^1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)$/;

export interface InstanceIdentifier {
  readonly root: string;
  /** Undefined when the attribute is absent; a document id must have none for the DMP. */
  readonly extension: string | undefined;
}

interface Code {
  readonly code: string;
  readonly codeSystem: string;
  readonly displayName: string;
}

export interface Person {
  readonly ids: readonly InstanceIdentifier[];
  readonly family: string;
  readonly given: string;
}

export interface CdaHeader {
  readonly id: InstanceIdentifier;
  readonly code: Code;
  readonly title: string;
  readonly effectiveTime: string;
  readonly confidentiality: Code;
  readonly languageCode: string;
  readonly patient: {
    readonly ids: readonly InstanceIdentifier[];
    readonly families: readonly string[];
    /** Family name with qualifier BR, when there is one. */
    readonly birthName: string | undefined;
    readonly givens: readonly string[];
    readonly birthGiven: string | undefined;
    readonly sex: string;
    readonly birthTime: string;
  };
  readonly author: Person & {
    readonly code: Code;
    readonly organisation: { readonly ids: readonly InstanceIdentifier[]; readonly name: string };
  };
  readonly legalAuthenticator: Person;
  /** The serviceEvent that has a performer. */
  readonly principal: {
    readonly low: string;
    readonly high: string;
    readonly practiceSetting: Code;
  };
  readonly serviceEventCodes: readonly Code[];
  readonly facility: Code;
  /** relatedDocument RPLC: id of the document replaced. */
  readonly replaces: InstanceIdentifier | undefined;
}

/** The INS among the patient's identifiers. */
export function insOf(header: CdaHeader): { readonly ins: string; readonly oid: string } | undefined {
  const id = header.patient.ids.find(({ root }) => INS_OID.test(root));
  return id === undefined || id.extension === undefined ? undefined : { ins: id.extension, oid: id.root };
}

/**
 * The one ClinicalDocument of a file: its root, or wrapped in a self-presenting stylesheet
 * (xsl:stylesheet / {urn:asip-sante:ci-sis}Contenu / ClinicalDocument).
 */
export function clinicalDocumentOf(file: Document): Element | undefined {
  const root = file.documentElement;
  if (root === null) return undefined;
  if (root.namespaceURI === HL7 && root.localName === 'ClinicalDocument') return root;
  if (root.namespaceURI !== XSL || !['stylesheet', 'transform'].includes(root.localName ?? ''))
    return undefined;
  const wrapped = children(root, WRAPPER, 'Contenu').flatMap((wrapper) =>
    children(wrapper, HL7, 'ClinicalDocument'),
  );
  return wrapped.length === 1 ? wrapped[0] : undefined;
}

/** Reads a header; what is absent is an empty string, so that a comparison with metadata fails on it. */
export function readCdaHeader(document: Element): CdaHeader {
  const role = descend(document, HL7, 'recordTarget', 'patientRole');
  const patient = descend(role, HL7, 'patient');
  const name = descend(patient, HL7, 'name');
  const families = name === undefined ? [] : children(name, HL7, 'family');
  const givens = name === undefined ? [] : children(name, HL7, 'given');
  const author = descend(document, HL7, 'author', 'assignedAuthor');
  const events = children(document, HL7, 'documentationOf').flatMap((of) =>
    children(of, HL7, 'serviceEvent'),
  );
  const principal = events.find((event) => child(event, HL7, 'performer') !== undefined);
  const organisation = descend(author, HL7, 'representedOrganization');
  const related = children(document, HL7, 'relatedDocument').find(
    (one) => attribute(one, 'typeCode') === 'RPLC',
  );
  const replaced = descend(related, HL7, 'parentDocument', 'id');
  const birth = (part: Element): boolean => (attribute(part, 'qualifier') ?? '').split(/\s+/).includes('BR');
  const birthFamily = families.find(birth);
  const birthGiven = givens.find(birth);
  return {
    id: readId(child(document, HL7, 'id')),
    code: readCode(child(document, HL7, 'code')),
    title: textOf(child(document, HL7, 'title')),
    effectiveTime: attribute(child(document, HL7, 'effectiveTime'), 'value') ?? '',
    confidentiality: readCode(child(document, HL7, 'confidentialityCode')),
    languageCode: attribute(child(document, HL7, 'languageCode'), 'code') ?? '',
    patient: {
      ids: readIds(role),
      families: families.map(textOf),
      birthName: birthFamily === undefined ? undefined : textOf(birthFamily),
      givens: givens.map(textOf),
      birthGiven: birthGiven === undefined ? undefined : textOf(birthGiven),
      sex: attribute(descend(patient, HL7, 'administrativeGenderCode'), 'code') ?? '',
      birthTime: attribute(descend(patient, HL7, 'birthTime'), 'value') ?? '',
    },
    author: {
      ...readPerson(author),
      code: readCode(descend(author, HL7, 'code')),
      organisation: { ids: readIds(organisation), name: textOf(descend(organisation, HL7, 'name')) },
    },
    legalAuthenticator: readPerson(descend(document, HL7, 'legalAuthenticator', 'assignedEntity')),
    principal: {
      low: attribute(descend(principal, HL7, 'effectiveTime', 'low'), 'value') ?? '',
      high: attribute(descend(principal, HL7, 'effectiveTime', 'high'), 'value') ?? '',
      practiceSetting: readCode(
        descend(
          principal,
          HL7,
          'performer',
          'assignedEntity',
          'representedOrganization',
          'standardIndustryClassCode',
        ),
      ),
    },
    serviceEventCodes: events.map((event) => readCode(child(event, HL7, 'code'))),
    facility: readCode(
      descend(
        document,
        HL7,
        'componentOf',
        'encompassingEncounter',
        'location',
        'healthCareFacility',
        'code',
      ),
    ),
    replaces: replaced === undefined ? undefined : readId(replaced),
  };
}

/** The bytes of N1 bodies and copies are no header; only whether one document is in the file is counted here. */
export function countClinicalDocuments(file: Document): number {
  const root = file.documentElement;
  if (root === null) return 0;
  let count = 0;
  for (const element of elements(root)) {
    if (element.namespaceURI === HL7 && element.localName === 'ClinicalDocument') count += 1;
  }
  return count;
}

function readPerson(entity: Element | undefined): Person {
  const name = descend(entity, HL7, 'assignedPerson', 'name');
  return {
    ids: readIds(entity),
    family: textOf(descend(name, HL7, 'family')),
    given: textOf(descend(name, HL7, 'given')),
  };
}

function readIds(parent: Element | undefined): InstanceIdentifier[] {
  return parent === undefined ? [] : children(parent, HL7, 'id').map(readId);
}

function readId(element: Element | undefined): InstanceIdentifier {
  return { root: attribute(element, 'root') ?? '', extension: attribute(element, 'extension') };
}

function readCode(element: Element | undefined): Code {
  return {
    code: attribute(element, 'code') ?? '',
    codeSystem: attribute(element, 'codeSystem') ?? '',
    displayName: attribute(element, 'displayName') ?? '',
  };
}
