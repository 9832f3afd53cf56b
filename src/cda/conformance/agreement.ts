import { createHash } from 'node:crypto';
import type { Coding } from '../../report/coding.ts';
import { INS_OIDS } from '../../report/ins.ts';
import { parseTimestamp, toFrench, toXds } from '../../report/timestamp.ts';
import { SECOND_INTENTION } from '../second-intention.ts';
import { contentOf } from './attachment-rules.ts';
import { copyOf, results } from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { at, childrenOf, every, pathOf } from './read.ts';
import type { Finding } from './rule.ts';

/**
 * What of the XDS metadata must say the same as the document: a part of the XDS document entry. What the document
 * replaces is not in an entry: an association names it, by the registry's own identifier.
 */
export interface EntryFacts {
  readonly uniqueId: string;
  readonly title: string;
  readonly typeCode: Coding;
  readonly confidentialityCodes: readonly Coding[];
  readonly eventCodes: readonly Coding[];
  readonly facilityType: Coding;
  readonly practiceSetting: Coding;
  readonly creationTime: string;
  readonly languageCode: string;
  readonly patientId: string;
  /** SHA-1, hexadecimal. */
  readonly hash: string;
  readonly size: number;
}

/** What goes with a document, and must say the same. */
export interface Companions {
  /** The PDF that is sent beside the document. */
  readonly pdf?: Uint8Array;
  /** Text of the PDF, as a text extractor gives it; its layout does not matter. */
  readonly pdfText?: string;
  readonly entry?: EntryFacts;
}

interface Disagreement {
  readonly rule: string;
  readonly cause: string;
  readonly node: Node;
}

/**
 * Do the CDA, the PDF and the XDS metadata of one version say the same (MSS/CONF.26; XDS.b)? Each pair that is given is
 * compared: the PDF with the copy inside the document, the patient and every result with its text, the header and the
 * bytes with the metadata.
 * @param cda the bytes that `document` was read from, bare or self-presenting
 * @returns what differs; empty: they agree
 */
export function disagreements(
  document: CdaDocument,
  cda: Uint8Array,
  { pdf, pdfText, entry }: Companions,
): Finding[] {
  return [
    ...(pdf === undefined ? [] : withCopy(document, pdf)).map(finding(PDF_SOURCE)),
    ...(pdfText === undefined ? [] : withPdf(document, pdfText)).map(finding(PDF_SOURCE)),
    ...(entry === undefined ? [] : withEntry(document, cda, entry)).map(
      finding('XDS.b, CI-SIS (métadonnées)'),
    ),
  ];
}

const PDF_SOURCE = 'MSSanté CONF.26 (CDA et PDF)';

const finding =
  (source: string) =>
  ({ rule, cause, node }: Disagreement): Finding => ({ rule, cause, where: pathOf(node), source });

/** A line that says where to look: in the PDF the pages themselves are there. */
const sendsToDocument = (result: Node): boolean =>
  every(result, 'code', 'translation').some(({ attributes }) => attributes.code === SECOND_INTENTION.code);

/** The copy inside an N3, or the PDF that an N1 is: the very file that goes with it (cr-bio §2). */
function withCopy(document: CdaDocument, pdf: Uint8Array): Disagreement[] {
  const node = copyOf(document);
  const copy = node && contentOf(node, document);
  if (copy !== undefined && Buffer.from(copy, 'base64').equals(pdf)) return [];
  const cause = 'le PDF contenu dans le document n’est pas celui qui l’accompagne';
  return [{ rule: 'AGREE-PDF-COPY', node: node ?? document.root, cause }];
}

/**
 * Text without what typography changes: blanks, apostrophes, dashes, case, decimal sign; and without what a PDF cannot
 * print (control characters and marks).
 */
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s\p{C}\ufffd]+/gu, '')
    .replace(/(?<=\d)\.(?=\d)/g, ',')
    .replace(/[’‘]/g, "'")
    .replace(/[–—−]/g, '-')
    .toLowerCase();

/** A long name goes over several lines beside other columns: its beginning finds it, its first word or less if need be. */
const NAME_LENGTHS = [10, 4] as const;
/** Longest way from a name to its value, blanks out. */
const REACH = 600;

function withPdf(document: CdaDocument, pdfText: string): Disagreement[] {
  const text = bare(pdfText);
  const found: Disagreement[] = [];
  const wanted = (rule: string, node: Node | undefined, printed: string, cause: string) => {
    if (node && printed !== '' && !text.includes(bare(printed))) found.push({ rule, node, cause });
  };
  const patient = at(document.root, 'recordTarget', 'patientRole', 'patient');
  const family = patient && every(patient, 'name', 'family')[0];
  wanted('AGREE-PDF-PATIENT', family, family?.text ?? '', 'le PDF ne nomme pas le patient du document');
  const birth = at(patient, 'birthTime');
  const date = parseTimestamp(birth?.attributes.value ?? '', 'Europe/Paris');
  wanted(
    'AGREE-PDF-PATIENT',
    birth,
    date ? toFrench(date) : '',
    'le PDF n’a pas la date de naissance du document',
  );
  const anchors = anchorsOf(document);
  for (const node of results(document).filter((result) => !sendsToDocument(result))) {
    const name = bare(said(at(node, 'code', 'originalText'), anchors));
    for (const value of printedValues(at(node, 'value'), anchors)) {
      if (!NAME_LENGTHS.some((length) => follows(text, name.slice(0, length), bare(value)))) {
        found.push({
          rule: 'AGREE-PDF-RESULT',
          node,
          cause: 'un résultat du document n’est pas dans le PDF',
        });
      }
    }
  }
  return found;
}

function follows(text: string, name: string, value: string): boolean {
  for (let place = text.indexOf(name); place !== -1; place = text.indexOf(name, place + 1)) {
    if (text.slice(place, place + name.length + REACH + value.length).includes(value)) return true;
  }
  return false;
}

function anchorsOf({ named }: CdaDocument): ReadonlyMap<string, string> {
  const anchors = new Map<string, string>();
  for (const name of ['td', 'content', 'caption', 'paragraph', 'item', 'th']) {
    for (const node of named(name)) {
      if (node.attributes.ID !== undefined) anchors.set(node.attributes.ID, wholeText(node));
    }
  }
  return anchors;
}

const wholeText = (node: Node): string => node.text + node.children.map(wholeText).join('');

function said(originalText: Node | undefined, anchors: ReadonlyMap<string, string>): string {
  const reference = at(originalText, 'reference')?.attributes.value?.slice(1) ?? '';
  return anchors.get(reference) ?? originalText?.text ?? '';
}

/** Numbers; words of a coded or textual value, without what stands between them. */
function printedValues(value: Node | undefined, anchors: ReadonlyMap<string, string>): string[] {
  if (!value) return [];
  const numbers = [value, ...value.children].flatMap(({ attributes }) => attributes.value ?? []);
  if (numbers.length > 0) return numbers;
  return said(at(value, 'originalText'), anchors)
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .slice(0, 3);
}

function withEntry({ root }: CdaDocument, cda: Uint8Array, entry: EntryFacts): Disagreement[] {
  const found: Disagreement[] = [];
  const equal = (rule: string, node: Node | undefined, said: unknown, meant: unknown, what: string) => {
    if (said !== meant)
      found.push({ rule, node: node ?? root, cause: `${what} du document et des métadonnées diffère` });
  };
  const id = at(root, 'id');
  equal('AGREE-XDS-ID', id, entry.uniqueId, id?.attributes.root, 'l’identifiant');
  const bytes = createHash('sha1').update(cda).digest('hex');
  equal(
    'AGREE-XDS-BYTES',
    root,
    `${entry.hash} ${entry.size}`,
    `${bytes} ${cda.byteLength}`,
    'l’empreinte ou la taille',
  );
  const time = parseTimestamp(at(root, 'effectiveTime')?.attributes.value ?? '', 'Europe/Paris');
  equal('AGREE-XDS-HEADER', at(root, 'effectiveTime'), entry.creationTime, time && toXds(time), 'la date');
  equal('AGREE-XDS-HEADER', at(root, 'title'), entry.title, at(root, 'title')?.text, 'le titre');
  equal(
    'AGREE-XDS-HEADER',
    at(root, 'languageCode'),
    entry.languageCode,
    at(root, 'languageCode')?.attributes.code,
    'la langue',
  );
  for (const [path, said, what] of codesOf(entry)) {
    const node = at(root, ...path.split('/'));
    equal('AGREE-XDS-CODE', node, key(said), node && key(codingOf(node)), what);
  }
  const events = every(root, 'documentationOf', 'serviceEvent', 'code').map((node) => key(codingOf(node)));
  equal(
    'AGREE-XDS-CODE',
    at(root, 'documentationOf'),
    entry.eventCodes.map(key).join(),
    [...new Set(events)].join(),
    'la liste des actes',
  );
  const roles = every(root, 'recordTarget', 'patientRole').flatMap((role) => childrenOf(role, 'id'));
  const spaces: readonly string[] = Object.values(INS_OIDS);
  const patient = roles.find(({ attributes }) => spaces.includes(attributes.root ?? '')) ?? roles[0];
  const { extension = '', root: space = '' } = patient?.attributes ?? {};
  const same = entry.patientId.startsWith(`${extension}^^^&${space}&ISO`);
  equal('AGREE-XDS-PATIENT', patient, same, true, 'l’identité du patient');
  return found;
}

const codesOf = (entry: EntryFacts): [path: string, coding: Coding | undefined, what: string][] => [
  ['code', entry.typeCode, 'le type'],
  ['confidentialityCode', entry.confidentialityCodes[0], 'la confidentialité'],
  [
    'componentOf/encompassingEncounter/location/healthCareFacility/code',
    entry.facilityType,
    'le type d’établissement',
  ],
  [
    'documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode',
    entry.practiceSetting,
    'le cadre d’exercice',
  ],
];

const key = (coding: Pick<Coding, 'code' | 'system'> | undefined): string =>
  `${coding?.system}|${coding?.code}`;

const codingOf = ({ attributes }: Node): Pick<Coding, 'code' | 'system'> => ({
  code: attributes.code ?? '',
  system: attributes.codeSystem ?? '',
});
