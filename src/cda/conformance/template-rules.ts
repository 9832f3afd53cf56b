import { TEMPLATES } from '../templates.ts';
import {
  attachedDocuments,
  batteries,
  comments,
  documentTypes,
  entryPerformers,
  images,
  isolates,
  labEntries,
  receptions,
  results,
  sectionsOf,
  specimens,
  subChapters,
  templatesOf,
  validatorsOfEntries,
} from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { childrenOf, every } from './read.ts';
import type { Rule } from './rule.ts';

/** Each kind of element, the templateIds it must declare, and the French name of the kind. */
const DECLARATIONS: readonly (readonly [
  id: string,
  what: string,
  templates: readonly string[],
  nodes: (document: CdaDocument) => readonly Node[],
])[] = [
  ['HEADER-TEMPLATE', 'l’en-tête', [...TEMPLATES.document, TEMPLATES.crBio], ({ root }) => [root]],
  [
    'RECIPIENT-TEMPLATE',
    'un destinataire en copie',
    TEMPLATES.intendedRecipient,
    ({ root }) => every(root, 'informationRecipient', 'intendedRecipient'),
  ],
  [
    'AUTHENTICATOR-TEMPLATE',
    'un validateur',
    TEMPLATES.authenticator,
    ({ root }) => childrenOf(root, 'authenticator'),
  ],
  [
    'PRESCRIBER-TEMPLATE',
    'le prescripteur',
    TEMPLATES.prescriber,
    ({ root }) => childrenOf(root, 'participant').filter(({ attributes }) => attributes.typeCode === 'REF'),
  ],
  [
    'PERFORMER-TEMPLATE',
    'le laboratoire exécutant',
    TEMPLATES.performer,
    (document) => [
      ...every(document.root, 'documentationOf', 'serviceEvent', 'performer'),
      ...entryPerformers(document),
    ],
  ],
  ['CHAPTER-TEMPLATE', 'un chapitre', TEMPLATES.chapter, (document) => sectionsOf(document, 'chapter')],
  ['SUBCHAPTER-TEMPLATE', 'un sous-chapitre', TEMPLATES.subChapter, subChapters],
  [
    'COMMENT-SECTION-TEMPLATE',
    'une section de commentaire',
    TEMPLATES.commentSection,
    (document) => sectionsOf(document, 'comment'),
  ],
  [
    'SECOND-INTENTION-TEMPLATE',
    'une section de seconde intention',
    TEMPLATES.secondIntention,
    (document) => sectionsOf(document, 'second-intention'),
  ],
  ['PDF-COPY-TEMPLATE', 'la copie PDF', TEMPLATES.pdfCopy, (document) => sectionsOf(document, 'pdf-copy')],
  ['ENTRY-TEMPLATE', 'l’entrée d’un chapitre', TEMPLATES.entry, labEntries],
  ['RESULT-TEMPLATE', 'un résultat', TEMPLATES.result, results],
  ['BATTERY-TEMPLATE', 'une batterie', TEMPLATES.battery, batteries],
  ['ISOLATE-TEMPLATE', 'un isolat', TEMPLATES.isolate, isolates],
  ['SPECIMEN-TEMPLATE', 'un prélèvement', TEMPLATES.specimen, specimens],
  ['RECEPTION-TEMPLATE', 'une réception d’échantillon', TEMPLATES.reception, receptions],
  ['COMMENT-TEMPLATE', 'un commentaire', TEMPLATES.comment, comments],
  ['VALIDATOR-TEMPLATE', 'le validateur d’un résultat', TEMPLATES.validator, validatorsOfEntries],
  ['IMAGE-TEMPLATE', 'une image', TEMPLATES.image, images],
  ['ATTACHED-TEMPLATE', 'un document attaché', TEMPLATES.attachedDocument, attachedDocuments],
  ['DOCUMENT-TYPE-TEMPLATE', 'le type d’un document attaché', TEMPLATES.documentType, documentTypes],
];

/** The official rules pass over an element without its templateIds; these do not. */
export const TEMPLATE_RULES: readonly Rule[] = DECLARATIONS.map(([id, what, templates, nodes]) => ({
  id,
  source: 'volet CR-BIO 2024.01, modèles de contenus CDA ; IHE PaLM (XD-LAB)',
  *check(document) {
    for (const node of nodes(document)) {
      const declared = templatesOf(node);
      for (const template of templates) {
        if (!declared.includes(template)) {
          yield { node, cause: `il manque à ${what} le templateId ${template}` };
        }
      }
    }
  },
}));
