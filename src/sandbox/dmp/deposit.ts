/** A TD2.1 request taken apart: what the checks of metadata, document and lot signature look at (dmp.md §6). */
import type { Document, Element } from '@xmldom/xmldom';
import type { Authority } from '../authority.ts';
import { Refused } from '../check.ts';
import type { CdaHeader } from '../document/cda-header.ts';
import { LCM, type RegistryObject, readSubmission, type Submission } from '../document/ebrim.ts';
import { type ReportFile, readReportFile } from '../document/report-file.ts';
import type { PatientList } from '../patients.ts';
import { attribute, child, children, NotXml, readXml } from '../xml/read.ts';
import type { Registry } from './registry.ts';
import type { Vihf } from './vihf.ts';

const XDSB = 'urn:ihe:iti:xds-b:2007';
const XOP = 'http://www.w3.org/2004/08/xop/include';
const MAX_DOCUMENT = 60 * 1024 * 1024;
/** Of the signature entry (dmp.md §6.3). */
export const SIGNATURE_CLASS = 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1';

export interface DepositedDocument {
  readonly entry: RegistryObject;
  readonly bytes: Buffer;
}

export interface Deposit {
  readonly submission: Submission;
  /** The submission set. */
  readonly set: RegistryObject;
  /** The report. */
  readonly report: DepositedDocument & { readonly header: CdaHeader } & Pick<ReportFile, 'digests'>;
  /** The signature of the lot. */
  readonly signature: DepositedDocument & { readonly file: Document };
  readonly vihf: Vihf;
  readonly registry: Registry;
  readonly patients: PatientList;
  readonly authority: Authority;
  readonly now: Date;
}

interface Request {
  readonly body: Element;
  /** MTOM parts by Content-ID. */
  readonly parts: ReadonlyMap<string, Buffer>;
}

/**
 * Joins entries, Document elements and MTOM parts.
 * @throws Refused (`provide-request`, `cid`, `metadata-structure`, `cda`)
 */
export function readDeposit(
  { body, parts }: Request,
  around: Pick<Deposit, 'vihf' | 'registry' | 'patients' | 'authority' | 'now'>,
): Deposit {
  if (body.namespaceURI !== XDSB || body.localName !== 'ProvideAndRegisterDocumentSetRequest') {
    throw new Refused('provide-request', 'XDSRepositoryError', 'no ProvideAndRegisterDocumentSetRequest');
  }
  const request = child(body, LCM, 'SubmitObjectsRequest');
  if (request === undefined) throw structure('no SubmitObjectsRequest');
  const contents = readContents(body, parts);
  const submission = readSubmission(request);
  const [set] = submission.packages;
  if (set === undefined || submission.packages.length !== 1)
    throw structure('one RegistryPackage is expected');

  const documents = submission.entries.map((entry) => {
    const bytes = contents.get(entry.id);
    if (bytes === undefined)
      throw new Refused('document-present', 'XDSMissingDocument', 'an ExtrinsicObject has no Document');
    return { entry, bytes };
  });
  const orphan = [...contents.keys()].find((id) => !submission.entries.some((entry) => entry.id === id));
  if (orphan !== undefined) {
    throw new Refused('document-entry', 'XDSMissingDocumentMetadata', 'a Document has no ExtrinsicObject');
  }
  const isSignature = (entry: RegistryObject): boolean =>
    entry.classifications.some((one) => one.value === SIGNATURE_CLASS);
  const reports = documents.filter(({ entry }) => !isSignature(entry));
  const signatures = documents.filter(({ entry }) => isSignature(entry));
  const [report] = reports;
  const [signature] = signatures;
  if (report === undefined || reports.length !== 1)
    throw structure(`${reports.length} documents instead of one in the lot`);
  if (signature === undefined || signatures.length !== 1) {
    throw new Refused(
      'lot-entry',
      'XDSRepositoryMetadataError',
      `${signatures.length} signature documents instead of one`,
    );
  }
  const { header, digests } = reading('cda', () => readReportFile(report.bytes, MAX_DOCUMENT));
  if (header === undefined) {
    throw new Refused('cda', 'XDSRepositoryError', 'not one ClinicalDocument, alone or self-presenting');
  }
  return {
    ...around,
    submission,
    set,
    report: { ...report, header, digests },
    signature: {
      ...signature,
      file: reading('lot-signature', () => readXml(signature.bytes, MAX_DOCUMENT)),
    },
  };
}

/** Bytes of each Document element, by its id. Every cid must be present, and none unused. */
function readContents(body: Element, parts: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  const used = new Set<string>();
  for (const element of children(body, XDSB, 'Document')) {
    const include = child(element, XOP, 'Include');
    const href = attribute(include, 'href') ?? '';
    if (!href.startsWith('cid:'))
      throw new Refused('cid', 'XDSRepositoryError', 'a Document has no xop:Include of a cid');
    const cid = decoded(href.slice('cid:'.length));
    const bytes = parts.get(cid);
    if (bytes === undefined) throw new Refused('cid', 'XDSMissingDocument', 'a cid names no part');
    if (used.has(cid)) throw new Refused('cid', 'XDSRepositoryError', 'a part is used twice');
    used.add(cid);
    const id = attribute(element, 'id') ?? '';
    if (contents.has(id)) throw new Refused('ids-unique', 'XDSRepositoryError', 'two Documents have one id');
    contents.set(id, bytes);
  }
  if (used.size !== parts.size) throw new Refused('cid', 'XDSRepositoryError', 'a part is not used');
  return contents;
}

function decoded(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

/** @throws Refused by the check when it is not XML */
function reading<T>(check: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotXml) throw new Refused(check, 'XDSRepositoryError', error.message);
    throw error;
  }
}

function structure(detail: string): Refused {
  return new Refused('metadata-structure', 'XDSRepositoryMetadataError', detail);
}
