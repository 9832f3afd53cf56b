import { TEMPLATES } from '../templates.ts';
import { brokenPdf } from './attachment-rules.ts';
import { templatesOf } from './kinds.ts';
import type { CdaDocument } from './read.ts';
import { at, every } from './read.ts';
import type { Rule } from './rule.ts';

const SOURCE = 'structuration minimale (documents non structurés) ; XDS-SD';

export const isN1 = ({ root }: CdaDocument): boolean => at(root, 'component', 'nonXMLBody') !== undefined;

/** A CDA R2 N1: a header with three templateIds and a PDF (cr-bio §8.2). */
export const N1_RULES: readonly Rule[] = [
  {
    id: 'N1-TEMPLATE',
    source: SOURCE,
    *check({ root }) {
      const declared = templatesOf(root);
      const same =
        declared.length === TEMPLATES.n1.length && TEMPLATES.n1.every((one) => declared.includes(one));
      if (!same) yield { node: root, cause: 'un document N1 a trois templateId, et eux seuls' };
    },
  },
  {
    id: 'N1-PDF',
    source: SOURCE,
    *check(document) {
      for (const node of every(document.root, 'component', 'nonXMLBody', 'text')) {
        const cause = brokenPdf(node, document);
        if (cause !== undefined) yield { node, cause };
        else if (node.attributes.mediaType !== 'application/pdf')
          yield { node, cause: 'un document N1 contient un PDF' };
      }
    },
  },
];
