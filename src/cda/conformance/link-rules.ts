import { comments, documentTypes, results } from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { at } from './read.ts';
import type { Breach, Rule } from './rule.ts';

const SOURCE = 'CDA R2 §4.3.5 ; modèles de contenus CDA (texte lisible)';

/** Elements of the narrative that can carry an ID, and observationMedia. */
const ANCHORS = [
  'content',
  'td',
  'th',
  'tr',
  'caption',
  'paragraph',
  'list',
  'item',
  'table',
  'tbody',
  'thead',
  'observationMedia',
  'linkHtml',
  'renderMultiMedia',
  'footnote',
  'section',
  'regionOfInterest',
];

function anchorsOf({ named }: CdaDocument): Node[] {
  return ANCHORS.flatMap(named).filter(({ attributes }) => attributes.ID !== undefined);
}

function idsOf(document: CdaDocument): Set<string> {
  return new Set(anchorsOf(document).map(({ attributes }) => attributes.ID ?? ''));
}

/** Elements that must point at what a person reads. */
const LINKED: readonly (readonly [
  what: string,
  nodes: (document: CdaDocument) => Node[],
  path: readonly string[],
])[] = [
  ['un résultat', results, ['code', 'originalText', 'reference']],
  ['un commentaire', comments, ['text', 'reference']],
  ['le type d’un document attaché', documentTypes, ['text', 'reference']],
];

export const LINK_RULES: readonly Rule[] = [
  {
    id: 'ID-UNIQUE',
    source: 'CDA R2, xs:ID',
    *check(document) {
      const seen = new Set<string>();
      for (const node of anchorsOf(document)) {
        const id = node.attributes.ID ?? '';
        if (seen.has(id)) yield { node, cause: 'un identifiant du texte lisible est employé deux fois' };
        seen.add(id);
      }
    },
  },
  {
    id: 'LINK-RESOLVES',
    source: SOURCE,
    *check(document) {
      const ids = idsOf(document);
      for (const node of document.named('reference')) {
        const { value } = node.attributes;
        if (value === undefined || !value.startsWith('#') || !ids.has(value.slice(1))) {
          yield { node, cause: 'un lien vers le texte lisible ne mène nulle part' };
        }
      }
    },
  },
  {
    id: 'MEDIA-RESOLVES',
    source: SOURCE,
    *check(document) {
      const media = new Set(document.named('observationMedia').map(({ attributes }) => attributes.ID));
      for (const node of document.named('renderMultiMedia')) {
        if (!media.has(node.attributes.referencedObject)) {
          yield { node, cause: 'le texte lisible montre un document ou une image qui n’existe pas' };
        }
      }
    },
  },
  {
    id: 'MEDIA-SHOWN',
    source: SOURCE,
    *check(document) {
      const shown = new Set(
        document.named('renderMultiMedia').map(({ attributes }) => attributes.referencedObject),
      );
      for (const node of document.named('observationMedia')) {
        if (!shown.has(node.attributes.ID)) {
          yield { node, cause: 'un document attaché n’est pas montré par le texte lisible' };
        }
      }
    },
  },
  {
    id: 'LINK-PRESENT',
    source: SOURCE,
    check: (document) => LINKED.flatMap(([what, nodes, path]) => missing(what, nodes(document), path)),
  },
  {
    id: 'TEXT-LINK-TARGET',
    source: SOURCE,
    *check(document) {
      for (const node of document.named('originalText')) {
        if (at(node, 'reference') === undefined && node.text.trim() === '') {
          yield { node, cause: 'un texte d’origine est vide et ne renvoie à rien' };
        }
      }
    },
  },
];

function missing(what: string, nodes: readonly Node[], path: readonly string[]): Breach[] {
  return nodes
    .filter((node) => at(node, ...path) === undefined)
    .map((node) => ({ node, cause: `${what} ne renvoie pas au texte lisible (${path.join('/')})` }));
}
