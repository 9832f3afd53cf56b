import { createHash } from 'node:crypto';
import type { Coding } from '../../report/coding.ts';
import { INS_OIDS } from '../../report/ins.ts';
import { parseTimestamp, toFrench, toXds } from '../../report/timestamp.ts';
import { SECOND_INTENTION } from '../second-intention.ts';
import { results } from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { at, childrenOf, every, pathOf, readDocument } from './read.ts';
import type { Finding } from './rule.ts';

/** What of the XDS metadata must say the same as the document (a part of the XDS document entry). */
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
  readonly replaces?: string;
}

export interface AgreementInput {
  /** The bytes that leave, bare or self-presenting. */
  readonly cda: Uint8Array;
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
 * compared: the patient and every result with the PDF, the header and the bytes with the metadata.
 * @returns what differs; empty: they agree
 */
export function checkAgreement({ cda, pdfText, entry }: AgreementInput): readonly Finding[] {
  const document = readDocument(cda);
  if (typeof document === 'string') {
    return [
      { rule: 'DOCUMENT-READABLE', cause: 'le document n’est pas lisible', where: '', source: 'CDA R2' },
    ];
  }
  return [
    ...(pdfText === undefined ? [] : withPdf(document, pdfText)).map(finding('MSSanté CONF.26 (CDA et PDF)')),
    ...(entry === undefined ? [] : withEntry(document, cda, entry)).map(
      finding('XDS.b, CI-SIS (métadonnées)'),
    ),
  ];
}

const finding =
  (source: string) =>
  ({ rule, cause, node }: Disagreement): Finding => ({ rule, cause, where: pathOf(node), source });

/** A line that says where to look: in the PDF the pages themselves are there. */
const sendsToDocument = (result: Node): boolean =>
  every(result, 'code', 'translation').some(({ attributes }) => attributes.code === SECOND_INTENTION.code);

/** Text without what typography changes: blanks, apostrophes, dashes, case. */
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s\u00ad\u200b]+/g, '')
    .replace(/[’‘]/g, "'")
    .replace(/[–—−]/g, '-')
    .toLowerCase();

/** A long name goes over several lines beside other columns: its beginning finds it. */
const NAME_LENGTH = 10;
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
    const name = bare(said(at(node, 'code', 'originalText'), anchors)).slice(0, NAME_LENGTH);
    for (const value of printedValues(at(node, 'value'), anchors)) {
      if (!follows(text, name, bare(value))) {
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
    if (text.slice(place, place + name.length + REACH).includes(value)) return true;
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

/** Numbers as a French reader sees them; words of a coded or textual value, without what stands between them. */
function printedValues(value: Node | undefined, anchors: ReadonlyMap<string, string>): string[] {
  if (!value) return [];
  const numbers = [value, ...value.children].flatMap(({ attributes }) => attributes.value ?? []);
  if (numbers.length > 0) return numbers.map((lexical) => lexical.replace('.', ','));
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
  const parent = at(root, 'relatedDocument', 'parentDocument', 'id');
  equal(
    'AGREE-XDS-ID',
    parent,
    entry.replaces,
    parent?.attributes.root,
    'l’identifiant du document remplacé',
  );
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
