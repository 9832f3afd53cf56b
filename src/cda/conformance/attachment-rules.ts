import { attachedDocuments } from './kinds.ts';
import { every } from './read.ts';
import type { Rule } from './rule.ts';

/** What the base64 of a document must be. */
export const ATTACHMENT_RULES: readonly Rule[] = [
  {
    id: 'PDF-CONTENT',
    source: 'modèles ANS (FR-Document-attache)',
    *check(document) {
      for (const organizer of attachedDocuments(document)) {
        for (const node of every(organizer, 'component', 'observationMedia', 'value')) {
          const { mediaType, representation } = node.attributes;
          if (representation !== 'B64' || mediaType === undefined) {
            yield { node, cause: 'un document attaché doit être en base 64, avec son type' };
            continue;
          }
          const content = document.base64[Number(node.text.trim() || 'NaN')];
          if (content === undefined)
            yield { node, cause: 'un document attaché est vide ou n’est pas de la base 64' };
          else if (!isBase64(content)) yield { node, cause: 'la base 64 d’un document attaché est abîmée' };
          else if (mediaType === 'application/pdf' && !isPdf(content)) {
            yield { node, cause: 'un document attaché se dit PDF et n’en est pas un' };
          }
        }
      }
    },
  },
];

/** The alphabet was checked when the content was cut out; here the length and the padding. */
function isBase64(content: string): boolean {
  const compact = /\s/.test(content) ? content.replace(/\s+/g, '') : content;
  const padding = compact.indexOf('=');
  return compact.length % 4 === 0 && (padding === -1 || padding >= compact.length - 2);
}

function isPdf(content: string): boolean {
  return Buffer.from(content.trimStart().slice(0, 16), 'base64').toString('latin1').startsWith('%PDF-');
}
