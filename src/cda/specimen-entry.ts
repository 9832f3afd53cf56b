import { OID } from '../report/coding.ts';
import type { Specimen } from '../report/dossier.ts';
import type { Laboratory } from '../report/laboratory.ts';
import { toCda } from '../report/timestamp.ts';
import { coded, id, templateIds } from './datatypes.ts';
import { TEMPLATES } from './templates.ts';
import { specimenTypeCoding } from './value-sets/specimen-types.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** OID of IHE's laboratory status codes; the "1.3.5" is IHE's own spelling, any other is refused (cr-bio §7.6). */
const RECEPTION_CODES = '1.3.5.1.4.1.19376.1.5.3.2';

/** FR-Prelevement, with the reception of the specimen when its time is known. */
export function specimenProcedure(specimen: Specimen, laboratory: Laboratory): XmlElement {
  const { collectedAt, receivedAt } = specimen;
  return el(
    'procedure',
    { classCode: 'PROC', moodCode: 'EVN' },
    templateIds(TEMPLATES.specimen),
    coded('code', { code: '33882-2', system: OID.loinc, display: 'Prélèvement' }),
    collectedAt
      ? el('effectiveTime', {}, el('high', { value: toCda(collectedAt) }))
      : el('effectiveTime', { nullFlavor: 'UNK' }),
    el(
      'participant',
      { typeCode: 'PRD' },
      el(
        'participantRole',
        { classCode: 'SPEC' },
        specimen.id === undefined
          ? el('id', { nullFlavor: 'UNK' })
          : id(laboratory.oids.specimens, specimen.id),
        el('playingEntity', {}, nature(specimen)),
      ),
    ),
    receivedAt &&
      el(
        'entryRelationship',
        { typeCode: 'COMP' },
        el(
          'act',
          { classCode: 'ACT', moodCode: 'EVN' },
          templateIds(TEMPLATES.reception),
          coded('code', { code: 'SPRECEIVE', system: RECEPTION_CODES, display: 'Échantillon reçu' }),
          el('effectiveTime', { value: toCda(receivedAt) }),
        ),
      ),
  );
}

/** A nature outside the value set is refused: it is read in the narrative. */
function nature({ type }: Specimen): XmlElement {
  const coding = type === undefined ? undefined : specimenTypeCoding(type);
  return coding ? coded('code', coding) : el('code', { nullFlavor: 'UNK' });
}
