import { OID } from '../report/coding.ts';
import { coded, templateIds } from './datatypes.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** FR-Commentaire-ER: a comment of the narrative, by its ID (cr-bio §7.9). */
export function commentAct(reference: string): XmlElement {
  return el(
    'act',
    { classCode: 'ACT', moodCode: 'EVN' },
    templateIds(TEMPLATES.comment),
    coded('code', { code: '48767-8', system: OID.loinc, display: 'Commentaire' }),
    el('text', {}, el('reference', { value: `#${reference}` })),
    el('statusCode', { code: 'completed' }),
  );
}
