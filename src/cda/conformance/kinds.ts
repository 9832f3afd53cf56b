import type { CdaDocument, Node } from './read.ts';
import { childrenOf, every, hasAncestor } from './read.ts';

/**
 * What an element is, told by where it stands and by its code, never by its templateIds: the official rules are keyed
 * on those and say nothing of an element that has lost them.
 */

export const templatesOf = (node: Node): string[] =>
  childrenOf(node, 'templateId').map((template) => template.attributes.root ?? '');

const codeOf = (node: Node): string | undefined => childrenOf(node, 'code')[0]?.attributes.code;

export type SectionKind = 'chapter' | 'comment' | 'second-intention' | 'pdf-copy' | 'screening';

/** Level-1 sections of the body, in order. */
export function topSections({ root }: CdaDocument): Node[] {
  return every(root, 'component', 'structuredBody', 'component', 'section');
}

/** Sections of cervical screening, which we read and never write. */
const SCREENING_CODES = ['42349-1', '11369-6'];

export function kindOf(section: Node): SectionKind {
  const code = codeOf(section);
  if (code === '55108-5') return 'pdf-copy';
  if (code === '101792-0') return 'second-intention';
  if (code === '55112-7') return 'comment';
  return code !== undefined && SCREENING_CODES.includes(code) ? 'screening' : 'chapter';
}

export const sectionsOf = (document: CdaDocument, kind: SectionKind): Node[] =>
  topSections(document).filter((section) => kindOf(section) === kind);

export const subChapters = (document: CdaDocument): Node[] =>
  sectionsOf(document, 'chapter').flatMap((chapter) => every(chapter, 'component', 'section'));

/** Sections that must hold text and one entry. */
export function leafSections(document: CdaDocument): Node[] {
  return sectionsOf(document, 'chapter').flatMap((chapter) => {
    const subs = every(chapter, 'component', 'section');
    return subs.length > 0 ? subs : [chapter];
  });
}

/** Each rule asks again; a large report has thousands of elements. */
const found = new WeakMap<CdaDocument, Map<string, Node[]>>();

/** Elements of the chapters' entries. */
function inChapters(document: CdaDocument, name: string): readonly Node[] {
  const known = found.get(document) ?? new Map<string, Node[]>();
  found.set(document, known);
  const nodes = known.get(name) ?? findInChapters(document, name);
  known.set(name, nodes);
  return nodes;
}

function findInChapters(document: CdaDocument, name: string): Node[] {
  const chapters = new Set(document.named('section').filter(isChapterLevel));
  return document.named(name).filter((node) => hasAncestor(node, (up) => chapters.has(up)));
}

const isChapterLevel = (section: Node): boolean =>
  !['pdf-copy', 'second-intention', 'comment', 'screening'].includes(kindOf(section));

export const labEntries = (document: CdaDocument): Node[] =>
  leafSections(document).flatMap((section) => childrenOf(section, 'entry'));

export const labActs = (document: CdaDocument): Node[] =>
  labEntries(document).flatMap((entry) => childrenOf(entry, 'act'));

const isPrevious = (observation: Node): boolean => observation.parent?.attributes.typeCode === 'REFR';

export const results = (document: CdaDocument): Node[] =>
  inChapters(document, 'observation').filter((observation) => !isPrevious(observation));

export const previousResults = (document: CdaDocument): Node[] =>
  inChapters(document, 'observation').filter(isPrevious);

export const batteries = (document: CdaDocument): Node[] =>
  inChapters(document, 'organizer').filter(({ attributes }) => attributes.classCode === 'BATTERY');

export const isolates = (document: CdaDocument): Node[] =>
  inChapters(document, 'organizer').filter(({ attributes }) => attributes.classCode !== 'BATTERY');

export const specimens = (document: CdaDocument): readonly Node[] => inChapters(document, 'procedure');

/** Acts below the act of the entry: receptions of specimens, and comments. */
const innerActs = (document: CdaDocument): Node[] =>
  inChapters(document, 'act').filter((act) => act.parent?.name !== 'entry');

const isReception = (act: Node): boolean => act.parent?.parent?.name === 'procedure';

export const receptions = (document: CdaDocument): Node[] => innerActs(document).filter(isReception);

export const comments = (document: CdaDocument): Node[] =>
  innerActs(document).filter((act) => !isReception(act));

export const entryPerformers = (document: CdaDocument): Node[] =>
  inChapters(document, 'performer').filter((performer) => performer.parent?.name !== 'procedure');

export const validatorsOfEntries = (document: CdaDocument): Node[] =>
  inChapters(document, 'participant').filter(({ attributes }) => attributes.typeCode === 'AUTHEN');

export const images = (document: CdaDocument): readonly Node[] => inChapters(document, 'observationMedia');

const attachedSections = (document: CdaDocument): Node[] => [
  ...sectionsOf(document, 'second-intention'),
  ...sectionsOf(document, 'pdf-copy'),
];

export const attachedDocuments = (document: CdaDocument): Node[] =>
  attachedSections(document).flatMap((section) => every(section, 'entry', 'organizer'));

export const documentTypes = (document: CdaDocument): Node[] =>
  attachedDocuments(document).flatMap((organizer) => every(organizer, 'component', 'observation'));

/** What holds the PDF of the whole report: its copy in an N3, the body of an N1. */
export const copyOf = (document: CdaDocument): Node | undefined =>
  sectionsOf(document, 'pdf-copy').flatMap((section) =>
    every(section, 'entry', 'organizer', 'component', 'observationMedia', 'value'),
  )[0] ?? every(document.root, 'component', 'nonXMLBody', 'text')[0];
