import type { Attachment, Exam } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { PerformingLaboratory, Professional } from '../report/people.ts';
import type { Timestamp } from '../report/timestamp.ts';
import { parseTimestamp } from '../report/timestamp.ts';
import { CdaEntries } from './cda-entries.ts';
import { readPerformer, readProfessional } from './cda-people.ts';
import type { CdaElement } from './cda-tree.ts';
import { at, childrenOf, every, hasTemplate, readCdaTree } from './cda-tree.ts';
import { fault } from './faults.ts';

/** What a subcontractor's CR-Bio N3 says, in the terms of our model. */
export interface SubcontractedReport {
  /** Each names its laboratory as performer, and each result the biologist who answers for it. */
  readonly exams: readonly Exam[];
  readonly laboratory: PerformingLaboratory;
  /** Who signed; a result validated by somebody else names that person. */
  readonly author: Professional | undefined;
  /** PDFs of the second-intention sections: what the subcontractor itself had from another. */
  readonly attachments: readonly Attachment[];
  /** Text of the level-1 comment sections. */
  readonly comments: readonly string[];
  readonly completeness: 'partial' | 'complete';
  readonly document: SubcontractedDocument;
  /** For the caller's check that this is the right patient: nothing here was compared with anything. */
  readonly patient: SubcontractedPatient;
}

export interface SubcontractedDocument {
  /** id, `root` or `root^extension`. */
  readonly id: string;
  readonly version: number;
  readonly issuedAt: Timestamp | undefined;
  /** inFulfillmentOf/order: the number that the laboratory was given with the request. */
  readonly orders: readonly string[];
  /** setId, `root` or `root^extension`: the same in every version. */
  readonly set: string;
}

export interface SubcontractedPatient {
  readonly identifiers: readonly { readonly root: string; readonly extension: string }[];
  readonly birthName?: string;
  readonly firstGiven?: string;
  readonly usedName?: string;
  readonly sex?: string;
  /** CDA TS, as written. */
  readonly birthDate?: string;
  readonly birthPlaceCode?: string;
}

const CHAPTER = '1.3.6.1.4.1.19376.1.3.3.2.1';
const SECOND_INTENTION = '1.2.250.1.213.1.1.2.60';
const COMMENT = '1.2.250.1.213.1.1.2.73';

/**
 * Reads the CR-Bio N3 (2021.01 to 2024.01) of a laboratory that worked for ours. Bounded in size, depth and number of
 * elements; a DOCTYPE is refused.
 * @param bytes UTF-8, bare or self-presenting
 * @param zone IANA zone of times without an offset
 * @returns the results, or why the file is none that can be taken over
 */
export function readSubcontractedCda(bytes: Uint8Array, zone = 'Europe/Paris'): SubcontractedReport | Fault {
  const root = readCdaTree(bytes);
  if (!root) return fault('SUBCONTRACTED_CDA_UNREADABLE');
  const event = at(root, 'documentationOf', 'serviceEvent');
  const laboratory = readPerformer(at(event, 'performer'));
  if (!laboratory) return fault('SUBCONTRACTED_CDA_NO_LABORATORY');
  const author =
    readProfessional(at(root, 'legalAuthenticator', 'assignedEntity')) ??
    readProfessional(at(root, 'author', 'assignedAuthor'));
  const sections = every(root, 'component', 'structuredBody', 'component', 'section');
  const leaves = sections.filter((section) => hasTemplate(section, CHAPTER)).flatMap(leavesOf);
  const entries = new CdaEntries(sections, { laboratory, author, zone });
  const exams = leaves.flatMap((section) => entries.examsOf(section));
  const attachments = sections
    .filter((section) => hasTemplate(section, SECOND_INTENTION))
    .flatMap((section, index) => attachmentOf(section, index, laboratory));
  if (exams.length === 0 && attachments.length === 0) return fault('SUBCONTRACTED_CDA_NO_RESULT');
  return {
    exams,
    laboratory,
    author,
    attachments,
    comments: sections
      .filter((section) => hasTemplate(section, COMMENT))
      .map((section) => at(section, 'text')?.text.trim() ?? '')
      .filter((comment) => comment !== ''),
    completeness: at(event, 'statusCode')?.attributes.code === 'active' ? 'partial' : 'complete',
    document: documentOf(root, zone),
    patient: patientOf(root),
  };
}

function leavesOf(chapter: CdaElement): CdaElement[] {
  const subs = every(chapter, 'component', 'section');
  return subs.length > 0 ? subs : [chapter];
}

function attachmentOf(section: CdaElement, index: number, from: PerformingLaboratory): Attachment[] {
  return every(section, 'entry', 'organizer', 'component', 'observationMedia', 'value')
    .filter(({ attributes }) => attributes.mediaType === 'application/pdf')
    .map((value, part) => ({
      id: `cda-${index + 1}-${part + 1}`,
      title: at(section, 'title')?.text.trim() || 'Document joint',
      mediaType: 'application/pdf',
      base64: value.text.replace(/\s+/g, ''),
      from,
    }));
}

function documentOf(root: CdaElement, zone: string): SubcontractedDocument {
  const named = (element: string): string => {
    const { root: oid = '', extension } = at(root, element)?.attributes ?? {};
    return extension === undefined ? oid : `${oid}^${extension}`;
  };
  const numbers = every(root, 'inFulfillmentOf', 'order', 'id');
  return {
    id: named('id'),
    set: named('setId') || named('id'),
    version: Number(at(root, 'versionNumber')?.attributes.value ?? '1'),
    issuedAt: parseTimestamp(at(root, 'effectiveTime')?.attributes.value ?? '', zone),
    orders: [...new Set(numbers.flatMap(({ attributes }) => attributes.extension ?? []))],
  };
}

function patientOf(root: CdaElement): SubcontractedPatient {
  const role = at(root, 'recordTarget', 'patientRole');
  const patient = at(role, 'patient');
  const name = (part: string, qualifier: string) =>
    every(patient, 'name', part)
      .find(({ attributes }) => attributes.qualifier === qualifier)
      ?.text.trim();
  const facts = {
    birthName: name('family', 'BR'),
    firstGiven: name('given', 'BR'),
    usedName: name('family', 'CL'),
    sex: at(patient, 'administrativeGenderCode')?.attributes.code,
    birthDate: at(patient, 'birthTime')?.attributes.value,
    birthPlaceCode: at(patient, 'birthplace', 'place', 'addr', 'county')?.text.trim(),
  };
  return {
    identifiers: childrenOf(role, 'id').flatMap(({ attributes: { root: oid, extension } }) =>
      oid && extension ? [{ root: oid, extension }] : [],
    ),
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value)),
  };
}
