import { type Coding, OID } from '../report/coding.ts';
import type { Fault } from '../report/fault.ts';
import { isInsOid } from '../report/ins.ts';
import type { Identifier, PersonName } from './datatypes.ts';
import { cdaUnreadable, headerInvalid, headerMissing } from './faults.ts';
import { childrenNamed, descend, readXml, type XmlElement } from './xml-reader.ts';

/** The facts of a CDA R2 header that XDS metadata and the VIHF are made from (dmp.md §7). CDA forms, unconverted. */
export interface CdaHeader {
  readonly id: string;
  readonly code: Coding;
  readonly templateIds: readonly string[];
  readonly title: string;
  /** CDA TS. */
  readonly effectiveTime: string;
  readonly confidentiality: Coding;
  readonly languageCode: string;
  readonly patient: HeaderPatient;
  readonly authors: readonly HeaderAuthor[];
  readonly legalAuthenticator: HeaderPerson;
  /** documentationOf/serviceEvent, in order. */
  readonly serviceCodes: readonly Coding[];
  /** effectiveTime of the principal act, the first one with a performer. */
  readonly serviceStart: string;
  readonly serviceStop?: string;
  readonly practiceSetting: Coding;
  readonly facilityType: Coding;
  /** Document named by relatedDocument RPLC. */
  readonly replaces?: string;
}

export interface HeaderPatient {
  readonly ins?: Identifier;
  readonly localId?: Identifier;
  readonly name: PersonName;
  /** Every family and given name of the header, whatever its qualifier. */
  readonly families: readonly string[];
  readonly givens: readonly string[];
  readonly gender: string;
  readonly birthTime?: string;
}

export interface HeaderPerson {
  readonly id: Identifier;
  readonly name: PersonName;
  readonly profession?: Coding;
}

export type HeaderAuthor = (
  | ({ readonly kind: 'person' } & HeaderPerson)
  | { readonly kind: 'device'; readonly id: Identifier; readonly model: string; readonly software: string }
) & {
  readonly role?: string;
  readonly organization?: { readonly name: string; readonly id?: Identifier };
};

/** A header is some 10 KB, and as many may precede it in a self-presenting document. */
const USUAL_HEADER_BYTES = 48 * 1024;
/** Beyond this the bytes are no report of ours. */
const MAX_HEADER_BYTES = 512 * 1024;

const OID_FORM = /^[0-2](?:\.(?:0|[1-9]\d*))+$/;

/**
 * Reads the header of a CDA, bare or self-presenting (inside an `xsl:stylesheet`), UTF-8. The body, base64 included,
 * is never decoded nor parsed: the text is cut at the end of `componentOf`, which is the header's last element.
 * @returns the header, or which element is missing or wrong
 */
export function readCdaHeader(cda: Uint8Array): CdaHeader | Fault {
  const root = headerElement(cda);
  return 'code' in root ? root : interpret(root);
}

function headerElement(cda: Uint8Array): XmlElement | Fault {
  // Most of a report is its body: the header is looked for in a first part, then as far as a header may go.
  const first = headerIn(cda.subarray(0, USUAL_HEADER_BYTES));
  const header = 'cause' in first ? headerIn(cda.subarray(0, MAX_HEADER_BYTES)) : first;
  if ('cause' in header) return header;
  const root = readXml(header.xml, MAX_HEADER_BYTES * 2);
  return 'fault' in root ? cdaUnreadable('XML mal formé') : root;
}

/** The header of a document whose beginning is given, closed. */
function headerIn(part: Uint8Array): { readonly xml: string } | Fault {
  let beginning: string;
  try {
    // `stream`: the cut may fall inside a character.
    beginning = new TextDecoder('utf-8', { fatal: true }).decode(part, { stream: true });
  } catch {
    return cdaUnreadable('encodage autre que UTF-8');
  }
  const start = /<(?:[\w-]+:)?ClinicalDocument[\s>]/.exec(beginning);
  if (!start) return cdaUnreadable('élément ClinicalDocument introuvable');
  if (/<!DOCTYPE/i.test(beginning.slice(0, start.index))) return cdaUnreadable('DOCTYPE interdit');
  const end = /<\/(?:([\w-]+):)?componentOf\s*>/.exec(beginning.slice(start.index));
  if (!end) return cdaUnreadable('componentOf introuvable');
  const close = end[1] === undefined ? '</ClinicalDocument>' : `</${end[1]}:ClinicalDocument>`;
  return { xml: beginning.slice(start.index, start.index + end.index + end[0].length) + close };
}

function interpret(root: XmlElement): CdaHeader | Fault {
  const read = new HeaderReader();
  const id = descend(root, 'id');
  const events = childrenNamed(root, 'documentationOf').flatMap((one) => childrenNamed(one, 'serviceEvent'));
  const principal = events.find((event) => descend(event, 'performer'));
  const times = descend(principal, 'effectiveTime');
  const stop = descend(times, 'high')?.attributes.value;
  const replaced = childrenNamed(root, 'relatedDocument').find(
    (related) => related.attributes.typeCode === 'RPLC',
  );
  const replaces = descend(replaced, 'parentDocument', 'id')?.attributes.root;
  const facility = ['componentOf', 'encompassingEncounter', 'location', 'healthCareFacility', 'code'];
  const setting = ['assignedEntity', 'representedOrganization', 'standardIndustryClassCode'];
  const signatory = descend(root, 'legalAuthenticator', 'assignedEntity');

  const header: CdaHeader = {
    id: read.need('id/@root', id?.attributes.root),
    code: read.coding('code', descend(root, 'code')),
    templateIds: childrenNamed(root, 'templateId').map((template) => template.attributes.root ?? ''),
    title: read.need('title', descend(root, 'title')?.text),
    effectiveTime: read.need('effectiveTime/@value', descend(root, 'effectiveTime')?.attributes.value),
    confidentiality: read.coding('confidentialityCode', descend(root, 'confidentialityCode')),
    languageCode: read.need('languageCode/@code', descend(root, 'languageCode')?.attributes.code),
    patient: read.patient(descend(root, 'recordTarget', 'patientRole')),
    authors: childrenNamed(root, 'author').map((author) => read.author(author)),
    legalAuthenticator: read.person('legalAuthenticator/assignedEntity', signatory),
    serviceCodes: events.flatMap((event) => {
      const code = descend(event, 'code');
      return code?.attributes.code ? [read.coding('serviceEvent/code', code)] : [];
    }),
    serviceStart: read.need(
      'documentationOf/serviceEvent/effectiveTime/low/@value',
      (descend(times, 'low') ?? times)?.attributes.value,
    ),
    ...(stop === undefined ? {} : { serviceStop: stop }),
    practiceSetting: read.coding(setting.join('/'), descend(principal, 'performer', ...setting)),
    facilityType: read.coding(facility.join('/'), descend(root, ...facility)),
    ...(replaces === undefined ? {} : { replaces }),
  };
  if (read.fault) return read.fault;
  if (header.authors.length === 0) return headerMissing('author');
  // XDS and the DMP carry the document's id as one OID: an extension would be lost (dmp.md §7, uniqueId).
  if (id?.attributes.extension !== undefined || !OID_FORM.test(header.id) || header.id.length > 64) {
    return headerInvalid('id', 'un OID de 64 caractères au plus, sans extension');
  }
  return header;
}

/** Reads parts, remembering the first fault: the header is complete or it is refused as a whole. */
class HeaderReader {
  fault: Fault | undefined;

  need(path: string, value: string | undefined): string {
    if (value !== undefined && value !== '') return value;
    this.fault ??= headerMissing(path);
    return '';
  }

  coding(path: string, from: XmlElement | undefined): Coding {
    const code = this.need(`${path}/@code`, from?.attributes.code);
    const system = this.need(`${path}/@codeSystem`, from?.attributes.codeSystem);
    return { code, system, display: from?.attributes.displayName ?? code };
  }

  patient(role: XmlElement | undefined): HeaderPatient {
    const ids = childrenNamed(role, 'id').flatMap((id) => identifierOf(id) ?? []);
    const ins = ids.find((id) => isInsOid(id.root));
    const localId = ids.find((id) => !isInsOid(id.root));
    if (!ins && !localId) this.fault ??= headerMissing('recordTarget/patientRole/id');
    const patient = descend(role, 'patient');
    const birthTime = descend(patient, 'birthTime')?.attributes.value;
    return {
      ...(ins ? { ins } : {}),
      ...(localId ? { localId } : {}),
      name: this.name('recordTarget/patientRole/patient/name', descend(patient, 'name')),
      families: childrenNamed(descend(patient, 'name'), 'family').map((family) => family.text),
      givens: childrenNamed(descend(patient, 'name'), 'given').map((given) => given.text),
      gender: this.need(
        'recordTarget/patientRole/patient/administrativeGenderCode/@code',
        descend(patient, 'administrativeGenderCode')?.attributes.code,
      ),
      ...(birthTime === undefined ? {} : { birthTime }),
    };
  }

  author(author: XmlElement): HeaderAuthor {
    const assigned = descend(author, 'assignedAuthor');
    const device = descend(assigned, 'assignedAuthoringDevice');
    const organization = descend(assigned, 'representedOrganization');
    const organizationId = identifierOf(descend(organization, 'id'));
    const name = descend(organization, 'name')?.text;
    const role = descend(author, 'functionCode')?.attributes.displayName;
    const common = {
      ...(role === undefined ? {} : { role }),
      ...(name ? { organization: { name, ...(organizationId ? { id: organizationId } : {}) } } : {}),
    };
    if (!device) return { kind: 'person', ...this.person('author/assignedAuthor', assigned), ...common };
    return {
      kind: 'device',
      id: this.identifier('author/assignedAuthor/id', assigned),
      model: descend(device, 'manufacturerModelName')?.text ?? '',
      software: descend(device, 'softwareName')?.text ?? '',
      ...common,
    };
  }

  person(path: string, entity: XmlElement | undefined): HeaderPerson {
    const code = descend(entity, 'code');
    return {
      id: this.identifier(`${path}/id`, entity),
      name: this.name(`${path}/assignedPerson/name`, descend(entity, 'assignedPerson', 'name')),
      ...(code?.attributes.code ? { profession: this.coding(`${path}/code`, code) } : {}),
    };
  }

  /** The national identifier when there are several. */
  private identifier(path: string, owner: XmlElement | undefined): Identifier {
    const ids = childrenNamed(owner, 'id').flatMap((id) => identifierOf(id) ?? []);
    const id = ids.find(({ root }) => root === OID.professionals) ?? ids[0];
    if (id) return id;
    this.fault ??= headerMissing(path);
    return { root: '', extension: '' };
  }

  /** The birth name (qualifier BR) when there is one: XDS names the patient by it. */
  private name(path: string, name: XmlElement | undefined): PersonName {
    const pick = (part: string) => {
      const all = childrenNamed(name, part);
      return (all.find((one) => one.attributes.qualifier === 'BR') ?? all[0])?.text;
    };
    const given = pick('given');
    return { family: this.need(`${path}/family`, pick('family')), ...(given ? { given } : {}) };
  }
}

function identifierOf(id: XmlElement | undefined): Identifier | undefined {
  const root = id?.attributes.root;
  const extension = id?.attributes.extension;
  return root && extension ? { root, extension } : undefined;
}
