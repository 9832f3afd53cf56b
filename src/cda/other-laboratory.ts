import type { Laboratory } from '../report/laboratory.ts';
import type { PerformingLaboratory } from '../report/people.ts';
import { printedName } from '../report/people.ts';
import { printedPhone } from '../report/printed.ts';
import type { Timestamp } from '../report/timestamp.ts';
import {
  address,
  addressLines,
  coded,
  organizationId,
  person,
  professionalId,
  telecoms,
  templateIds,
  time,
} from './datatypes.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** The performer named by a part of the report, when it is not the laboratory that publishes. */
export function otherThan(
  laboratory: Laboratory,
  performer: PerformingLaboratory | undefined,
): PerformingLaboratory | undefined {
  return performer?.idNat !== undefined && performer.idNat === laboratory.idNat ? undefined : performer;
}

/** FR-Laboratoire-executant: another laboratory did this part of the work (cr-bio §7.7). */
export function performer(
  other: PerformingLaboratory,
  at: Timestamp | undefined,
  laboratory: Laboratory,
): XmlElement {
  return el(
    'performer',
    { typeCode: 'PRF' },
    templateIds(TEMPLATES.performer),
    time('time', at),
    el(
      'assignedEntity',
      {},
      other.director ? professionalId(other.director) : el('id', { nullFlavor: 'UNK' }),
      address(other.address, 'NAV'),
      telecoms({ phone: other.phone }, 'WP', 'NAV'),
      other.director ? person('assignedPerson', other.director) : undefined,
      el(
        'representedOrganization',
        {},
        organizationId(other),
        el('name', {}, other.name),
        telecoms({ phone: other.phone }, 'WP', 'NAV'),
        address(other.address, 'NAV'),
        // Its own is never known; a subcontractor is a laboratory of the same kind far more often than not.
        coded('standardIndustryClassCode', laboratory.practiceSetting),
      ),
    ),
  );
}

/** `Laboratoire X, 19 allée des Lilas, 75020 PARIS (directeur : Dr …)`: what the report must say (CSP D.6211-3). */
export function printedLaboratory(other: PerformingLaboratory): string {
  const where = other.address ? addressLines(other.address) : [];
  const director = other.director ? ` (responsable : ${printedName(other.director)})` : '';
  const phone = other.phone ? [`tél. ${printedPhone(other.phone)}`] : [];
  return `${[other.name, ...where, ...phone].join(', ')}${director}`;
}
