import { attachedDocuments, images } from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { every } from './read.ts';
import type { Rule } from './rule.ts';

/** What the base64 of a document or an image must be. */
export const ATTACHMENT_RULES: readonly Rule[] = [
  {
    id: 'PDF-CONTENT',
    source: 'modèles ANS (FR-Document-attache)',
    *check(document) {
      for (const organizer of attachedDocuments(document)) {
        for (const node of every(organizer, 'component', 'observationMedia', 'value')) {
          const cause = brokenPdf(node, document);
          if (cause !== undefined) yield { node, cause };
        }
      }
    },
  },
  {
    id: 'IMAGE-CONTENT',
    source: 'modèles de contenus CDA (FR-Image-illustrative)',
    *check(document) {
      for (const node of images(document).flatMap((image) => every(image, 'value'))) {
        const signature = SIGNATURES[node.attributes.mediaType ?? ''];
        const content = contentOf(node, document);
        if (!signature) yield { node, cause: 'une image doit être PNG, JPEG ou GIF' };
        else if (content === undefined || !isBase64(content))
          yield { node, cause: 'la base 64 d’une image est abîmée' };
        else if (!beginning(content).startsWith(signature)) {
          yield { node, cause: 'une image n’est pas du type qu’elle annonce' };
        }
      }
    },
  },
];

const SIGNATURES: Readonly<Record<string, string>> = {
  'image/png': '\x89PNG',
  'image/jpeg': '\xff\xd8\xff',
  'image/gif': 'GIF8',
};

/** Why an element that should hold a document in base64 does not; undefined: it does. */
export function brokenPdf(node: Node, document: CdaDocument): string | undefined {
  const { mediaType, representation } = node.attributes;
  if (representation !== 'B64' || mediaType === undefined) {
    return 'un document attaché doit être en base 64, avec son type';
  }
  const content = contentOf(node, document);
  if (content === undefined) return 'un document attaché est vide ou n’est pas de la base 64';
  if (!isBase64(content)) return 'la base 64 d’un document attaché est abîmée';
  if (mediaType === 'application/pdf' && !beginning(content).startsWith('%PDF-')) {
    return 'un document attaché se dit PDF et n’en est pas un';
  }
  return undefined;
}

/** The reader cut the base64 out and left its index. */
export function contentOf(node: Node, { base64 }: CdaDocument): string | undefined {
  return base64[Number(node.text.trim() || 'NaN')];
}

/** The alphabet was checked when the content was cut out; here the length and the padding. */
function isBase64(content: string): boolean {
  const compact = /\s/.test(content) ? content.replace(/\s+/g, '') : content;
  const padding = compact.indexOf('=');
  return compact.length % 4 === 0 && (padding === -1 || padding >= compact.length - 2);
}

const beginning = (content: string): string =>
  Buffer.from(content.trimStart().slice(0, 16), 'base64').toString('latin1');
