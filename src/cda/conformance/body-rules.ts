import { TEMPLATES } from '../templates.ts';
import { kindOf, labActs, labEntries, leafSections, sectionsOf, subChapters, topSections } from './kinds.ts';
import type { CdaDocument } from './read.ts';
import { at, childrenOf, every } from './read.ts';
import type { Rule } from './rule.ts';

const VOLET = 'volet CR-BIO 2024.01 (corps)';
const LOINC = '2.16.840.1.113883.6.1';

/** Does the document say that it follows the newest volet? One that says nothing is held to it. */
const isNewest = ({ root }: CdaDocument): boolean => {
  const declared = childrenOf(root, 'templateId').find(
    ({ attributes }) => attributes.root === TEMPLATES.crBio,
  );
  return declared === undefined || declared.attributes.extension === '2024.01';
};

export const BODY_RULES: readonly Rule[] = [
  {
    id: 'BODY-CHAPTER',
    source: VOLET,
    *check(document) {
      if (sectionsOf(document, 'chapter').length === 0) {
        yield { node: document.root, cause: 'le compte rendu n’a aucun chapitre' };
      }
    },
  },
  {
    id: 'BODY-PDF-COPY',
    source: VOLET,
    *check(document) {
      const copies = sectionsOf(document, 'pdf-copy');
      // Optional in 2023.01, unknown to 2021.01.
      if (copies.length > 1 || (copies.length === 0 && isNewest(document)))
        yield { node: document.root, cause: 'le compte rendu doit avoir une copie PDF, et une seule' };
      for (const node of copies) {
        if (at(node, 'title')?.text !== 'Copie du document') {
          yield { node, cause: 'le titre de la copie PDF doit être « Copie du document »' };
        }
        const last = topSections(document).at(-1);
        if (node !== last) yield { node, cause: 'la copie PDF doit être la dernière section' };
      }
    },
  },
  {
    id: 'CHAPTER-FORM',
    source: 'IHE PaLM (XD-LAB), volet CR-BIO',
    *check(document) {
      for (const node of sectionsOf(document, 'chapter')) {
        const mixed = childrenOf(node, 'text').length + childrenOf(node, 'entry').length > 0;
        if (every(node, 'component', 'section').length > 0 && mixed) {
          yield {
            node,
            cause: 'un chapitre a soit du texte et une entrée, soit des sous-chapitres, jamais les deux',
          };
        }
      }
    },
  },
  {
    id: 'LEAF-FORM',
    source: 'IHE PaLM (XD-LAB), volet CR-BIO',
    *check(document) {
      for (const node of leafSections(document)) {
        if (childrenOf(node, 'text').length !== 1)
          yield { node, cause: 'un chapitre de résultats doit avoir un texte lisible' };
        if (childrenOf(node, 'entry').length !== 1)
          yield { node, cause: 'un chapitre de résultats doit avoir une entrée, et une seule' };
      }
    },
  },
  {
    id: 'SUBCHAPTER-CODE',
    source: 'IHE PaLM (XD-LAB)',
    *check(document) {
      for (const sub of subChapters(document)) {
        const code = at(sub, 'code');
        if (kindOf(sub) !== 'chapter')
          yield { node: sub, cause: 'un chapitre ne peut contenir que des sous-chapitres' };
        if (code?.attributes.code !== undefined && code.attributes.codeSystem !== LOINC) {
          yield { node: code, cause: 'le code d’un sous-chapitre doit être un code LOINC' };
        }
      }
    },
  },
  {
    id: 'ENTRY-FORM',
    source: VOLET,
    *check(document) {
      for (const node of labEntries(document)) {
        if (node.attributes.typeCode !== 'DRIV')
          yield { node, cause: 'l’entrée d’un chapitre doit être de type DRIV' };
        if (childrenOf(node, 'act').length !== 1)
          yield { node, cause: 'l’entrée d’un chapitre doit contenir un acte' };
      }
    },
  },
  {
    id: 'ACT-FORM',
    source: VOLET,
    *check(document) {
      for (const node of labActs(document)) {
        const code = at(node, 'code');
        if (code?.attributes.code !== undefined && code.attributes.codeSystem !== LOINC) {
          yield { node: code, cause: 'le code de l’acte d’un chapitre doit être un code LOINC' };
        }
        const parts = childrenOf(node, 'entryRelationship');
        if (!parts.some(({ attributes }) => attributes.typeCode === 'COMP')) {
          yield { node, cause: 'l’acte d’un chapitre n’a aucun résultat, batterie ni prélèvement' };
        }
        const time = at(node, 'effectiveTime');
        if (time && (!at(time, 'low') || !at(time, 'high'))) {
          yield { node: time, cause: 'la date d’un acte doit avoir un début et une fin' };
        }
      }
    },
  },
];
