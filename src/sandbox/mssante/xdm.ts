/** The content of an XDM archive and its checks (IHE ITI-32; mssante.md §7 "Checks to code"). */
import { createHash } from 'node:crypto';
import type { Check } from '../check.ts';
import { Refused } from '../check.ts';
import { type CdaHeader, insOf } from '../document/cda-header.ts';
import {
  codedValues,
  DOCUMENT_ENTRY,
  identifier,
  type RegistryObject,
  readSubmission,
  SUBMISSION_SET,
  type Submission,
  slot,
} from '../document/ebrim.ts';
import { readReportFile } from '../document/report-file.ts';
import { NotXml, readXml } from '../xml/read.ts';
import type { ArchiveFiles } from './archive.ts';

const MAX_METADATA = 4 * 1024 * 1024;
const MAX_DOCUMENT = 60 * 1024 * 1024;
const REFUSED = '5.6.0';
const HAS_MEMBER = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';
/** ISO 9660 level 1: eight characters and three, depth of eight. */
const LEVEL_1 = /^[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?$/;
const MAX_PATH_DEPTH = 8;
const METADATA = /^IHE_XDM\/([A-Z0-9_]{1,8})\/METADATA\.XML$/;

interface XdmDocument {
  readonly entry: RegistryObject;
  readonly bytes: Buffer;
  readonly header: CdaHeader;
}

export interface Xdm {
  readonly files: ArchiveFiles;
  /** Path of the folder that holds METADATA.XML, with its final slash. */
  readonly subset: string;
  readonly submission: Submission;
  readonly set: RegistryObject;
  readonly documents: readonly XdmDocument[];
}

/** Names and tree come first: they need no metadata. */
export const ARCHIVE_CHECKS: readonly Check<ArchiveFiles>[] = [
  {
    name: 'xdm-names',
    code: REFUSED,
    run: (files) => {
      const paths = [...files.keys()];
      for (const path of paths) {
        const parts = path.split('/');
        if (parts.length > MAX_PATH_DEPTH || !parts.every((part) => LEVEL_1.test(part)))
          return 'a name is not of ISO 9660 level 1';
      }
      return new Set(paths.map((path) => path.toUpperCase())).size === paths.length
        ? undefined
        : 'two names differ by case only';
    },
  },
  {
    name: 'xdm-tree',
    code: REFUSED,
    run: (files) => {
      const paths = [...files.keys()];
      if (!files.has('INDEX.HTM')) return 'INDEX.HTM is missing';
      if (!files.has('README.TXT')) return 'README.TXT is missing';
      const subsets = paths.filter((path) => METADATA.test(path));
      if (subsets.length !== 1) return 'one submission set is expected in IHE_XDM';
      const stray = paths.find(
        (path) => !path.startsWith('IHE_XDM/') && !['INDEX.HTM', 'README.TXT'].includes(path),
      );
      return stray === undefined ? undefined : 'a file is outside of IHE_XDM';
    },
  },
  {
    name: 'xdm-index',
    code: REFUSED,
    run: (files) => {
      const index = files.get('INDEX.HTM')?.toString('utf8') ?? '';
      return /<html[\s>]/i.test(index) && index.includes('README.TXT')
        ? undefined
        : 'INDEX.HTM is no page with a link to README.TXT';
    },
  },
];

/** @throws Refused (`xdm-metadata`, `xdm-references`, `xdm-document`) */
export function readXdm(files: ArchiveFiles): Xdm {
  const path = [...files.keys()].find((one) => METADATA.test(one)) ?? '';
  const subset = path.slice(0, path.lastIndexOf('/') + 1);
  const submission = readMetadata(files.get(path) ?? Buffer.alloc(0));
  const [set] = submission.packages;
  if (set === undefined || submission.packages.length !== 1)
    throw new Refused('xdm-metadata', REFUSED, 'one RegistryPackage is expected');
  const documents = submission.entries.map((entry): XdmDocument => {
    const uri = slot(entry, 'URI') ?? '';
    // Relative to METADATA.XML; some write the folder too.
    const bytes = files.get(`${subset}${uri}`) ?? files.get(`IHE_XDM/${uri}`);
    if (uri === '' || bytes === undefined)
      throw new Refused('xdm-references', REFUSED, 'a URI names no file');
    return { entry, bytes, header: readDocument(bytes) };
  });
  if (documents.length === 0) throw new Refused('xdm-metadata', REFUSED, 'no document');
  return { files, subset, submission, set, documents };
}

function readMetadata(bytes: Buffer): Submission {
  try {
    const root = readXml(bytes, MAX_METADATA).documentElement;
    if (root === null) throw new NotXml('no root element');
    return readSubmission(root);
  } catch (error) {
    if (error instanceof NotXml) throw new Refused('xdm-metadata', REFUSED, error.message);
    if (error instanceof Refused) throw new Refused('xdm-metadata', REFUSED, error.detail);
    throw error;
  }
}

function readDocument(bytes: Buffer): CdaHeader {
  try {
    const { header } = readReportFile(bytes, MAX_DOCUMENT);
    if (header === undefined) throw new NotXml('no ClinicalDocument');
    return header;
  } catch (error) {
    if (error instanceof NotXml) throw new Refused('xdm-document', REFUSED, error.message);
    throw error;
  }
}

export const XDM_CHECKS: readonly Check<Xdm>[] = [
  {
    name: 'xdm-structure',
    code: REFUSED,
    run: ({ set, documents }) => {
      if (!set.classifications.some((one) => one.node === SUBMISSION_SET.marker))
        return 'no submission set marker';
      if (!/^\d{14}$/.test(slot(set, 'submissionTime') ?? '')) return 'submissionTime';
      if (codedValues(set, SUBMISSION_SET.contentType).length !== 1) return 'contentTypeCode';
      const missing = ['sourceId', 'uniqueId', 'patientId'] as const;
      const absent = missing.find((name) => (identifier(set, SUBMISSION_SET[name]) ?? '') === '');
      if (absent !== undefined) return absent;
      return documents.map(({ entry }) => entryProblem(entry)).find((problem) => problem !== undefined);
    },
  },
  {
    name: 'xdm-references',
    code: REFUSED,
    run: ({ files, subset, documents }) => {
      const named = documents
        .map(({ entry }) => slot(entry, 'URI') ?? '')
        .map((uri) => uri.slice(uri.lastIndexOf('/') + 1));
      if (new Set(named).size !== named.length) return 'a file is named twice';
      const inSubset = [...files.keys()]
        .filter((path) => path.startsWith(subset))
        .map((path) => path.slice(subset.length));
      const stray = inSubset.find(
        (name) => name !== 'METADATA.XML' && !named.includes(name) && !/\.XSL?$/.test(name),
      );
      return stray === undefined ? undefined : 'a file is not named by METADATA.XML';
    },
  },
  {
    name: 'xdm-size',
    code: REFUSED,
    run: ({ documents }) =>
      documents.every(({ entry, bytes }) => slot(entry, 'size') === String(bytes.length))
        ? undefined
        : 'size is not that of the file',
  },
  {
    name: 'xdm-hash',
    code: REFUSED,
    run: ({ documents }) =>
      documents.every(
        ({ entry, bytes }) =>
          slot(entry, 'hash')?.toLowerCase() === createHash('sha1').update(bytes).digest('hex'),
      )
        ? undefined
        : 'hash is not that of the file',
  },
  {
    name: 'xdm-ids',
    code: REFUSED,
    run: ({ submission, set }) => {
      const ids = submission.ids;
      if (ids.includes('') || new Set(ids).size !== ids.length) return 'an id is empty or used twice';
      for (const object of [...submission.packages, ...submission.entries]) {
        const resolves =
          object.classifications.every((one) => one.classifiedObject === object.id) &&
          object.identifiers.every((one) => one.registryObject === object.id);
        if (!resolves) return 'a classification or identifier names another object than its own';
      }
      const known = new Set(ids);
      const loose = submission.associations.find(
        ({ source, target }) => !known.has(source) || !(known.has(target) || target.startsWith('urn:uuid:')),
      );
      if (loose !== undefined) return 'an association end does not resolve';
      const members = submission.associations.filter(
        ({ type, source }) => type === HAS_MEMBER && source === set.id,
      );
      const once = submission.entries.every(
        (entry) => members.filter(({ target }) => target === entry.id).length === 1,
      );
      return once && members.length === submission.entries.length
        ? undefined
        : 'each document needs one HasMember';
    },
  },
  {
    name: 'xdm-unique-id',
    code: REFUSED,
    run: ({ documents }) =>
      documents.every(
        ({ entry, header: { id } }) =>
          [id.root, `${id.root}^${id.extension ?? ''}`].includes(
            identifier(entry, DOCUMENT_ENTRY.uniqueId) ?? '',
          ) &&
          (id.extension === undefined || identifier(entry, DOCUMENT_ENTRY.uniqueId) !== id.root),
      )
        ? undefined
        : 'uniqueId is not the id of the CDA',
  },
  {
    name: 'xdm-patient-id',
    code: REFUSED,
    run: ({ set, documents }) => {
      const patientId = identifier(set, SUBMISSION_SET.patientId) ?? '';
      for (const { entry, header } of documents) {
        if (identifier(entry, DOCUMENT_ENTRY.patientId) !== patientId)
          return 'the patientId of an entry is not that of the set';
        const ins = insOf(header);
        const ids = ins === undefined ? header.patient.ids : [{ root: ins.oid, extension: ins.ins }];
        const fits = ids.some(({ root, extension }) =>
          patientId.startsWith(`${extension ?? ''}^^^&${root}&ISO^`),
        );
        if (!fits) return 'patientId is not the patient of the CDA';
      }
      return undefined;
    },
  },
  {
    name: 'xdm-type-code',
    code: REFUSED,
    run: ({ documents }) =>
      documents.every(({ entry, header: { code } }) => {
        const [value] = codedValues(entry, DOCUMENT_ENTRY.type);
        return value?.code === code.code && value.scheme === code.codeSystem;
      })
        ? undefined
        : 'typeCode is not the code of the CDA',
  },
];

/** Presence of what METADATA.XML says of a document. */
function entryProblem(entry: RegistryObject): string | undefined {
  if (entry.objectType !== DOCUMENT_ENTRY.objectType) return 'objectType';
  if (!['text/xml', 'application/xslt+xml'].includes(entry.mimeType)) return 'mimeType';
  const slots = [
    'hash',
    'size',
    'creationTime',
    'languageCode',
    'legalAuthenticator',
    'serviceStartTime',
    'sourcePatientId',
  ];
  const missingSlot = slots.find((name) => (slot(entry, name) ?? '') === '');
  if (missingSlot !== undefined) return missingSlot;
  const coded = ['class', 'type', 'format', 'confidentiality', 'facility', 'practice', 'author'] as const;
  const missingCode = coded.find((name) => codedValues(entry, DOCUMENT_ENTRY[name]).length === 0);
  if (missingCode !== undefined) return missingCode;
  return (['patientId', 'uniqueId'] as const).find(
    (name) => identifier(entry, DOCUMENT_ENTRY[name]) === undefined,
  );
}
