import type { Coding } from '../report/coding.ts';
import type { Specimen } from '../report/dossier.ts';
import type { Laboratory } from '../report/laboratory.ts';
import type { Professional } from '../report/people.ts';
import type { Report, Validator } from '../report/report.ts';
import type { Timestamp } from '../report/timestamp.ts';
import { latest, toCda } from '../report/timestamp.ts';
import { ACCREDITATION_ROOTS, accreditationOf } from './accreditation.ts';
import { leaves } from './chapters.ts';
import {
  address,
  coded,
  organizationId,
  person,
  professionalId,
  telecoms,
  templateIds,
  time,
} from './datatypes.ts';
import { TEMPLATES } from './templates.ts';
import { legalFormCoding } from './value-sets/legal-forms.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** The people and organisations of the header (cr-bio §4.4). */

/**
 * Who signs: the first validator that has a national identifier. A report without one is held by policy/; its
 * preview names the director, whom the header cannot do without.
 */
export function signatory({ validators, laboratory, version }: Report): Validator {
  const known = validators.find(({ professional }) => professional.idNat !== undefined);
  return known ?? { professional: laboratory.director, at: version.effectiveTime };
}

export function author(report: Report): XmlElement {
  const { professional } = signatory(report);
  return el(
    'author',
    {},
    time('time', report.version.effectiveTime),
    el(
      'assignedAuthor',
      {},
      professionalId(professional),
      professional.profession ? coded('code', professional.profession) : undefined,
      address(report.laboratory.address, 'NAV'),
      telecoms({ phone: report.laboratory.phone }, 'WP', 'NAV'),
      person('assignedPerson', professional),
      el('representedOrganization', {}, laboratoryParts(report.laboratory)),
    ),
  );
}

/** id, name, telecom, addr of the laboratory: what every organisation element starts with. */
function laboratoryParts(laboratory: Laboratory): XmlElement[] {
  return [
    organizationId(laboratory),
    el('name', {}, laboratory.name),
    ...telecoms({ phone: laboratory.phone }, 'WP', 'NAV'),
    address(laboratory.address, 'NAV'),
  ];
}

export function custodian(laboratory: Laboratory): XmlElement {
  // One telecom at most here.
  const [idElement, name, telecom] = laboratoryParts(laboratory);
  const parts = [idElement, name, telecom, address(laboratory.address, 'NAV')];
  return el('custodian', {}, el('assignedCustodian', {}, el('representedCustodianOrganization', {}, parts)));
}

/** The prescriber among the recipients is a primary one, copies are told so (typeCode TRC). */
export function informationRecipients({ recipients }: Report): XmlElement[] {
  return recipients.map(({ role, professional }) =>
    el(
      'informationRecipient',
      { typeCode: role === 'prescriber' ? 'PRCP' : 'TRC' },
      el(
        'intendedRecipient',
        {},
        templateIds(TEMPLATES.intendedRecipient),
        professionalId(professional),
        professional.mssante === undefined
          ? undefined
          : telecoms({ mail: professional.mssante }, 'WP', 'NAV'),
        person('informationRecipient', professional),
        organization('receivedOrganization', professional),
      ),
    ),
  );
}

function organization(name: string, { structure }: Professional): XmlElement | undefined {
  return structure && el(name, {}, organizationId(structure), el('name', {}, structure.name));
}

export function legalAuthenticator(report: Report): XmlElement {
  const { professional, at } = signatory(report);
  return el(
    'legalAuthenticator',
    {},
    time('time', at),
    el('signatureCode', { code: 'S' }),
    el('assignedEntity', {}, validatorParts(professional, report.laboratory)),
  );
}

/** One for each biologist who validated; the header takes only those with a national identifier. */
export function authenticators({ validators, laboratory }: Report): XmlElement[] {
  return validators
    .filter(({ professional }) => professional.idNat !== undefined)
    .map(({ professional, at }) =>
      el(
        'authenticator',
        {},
        templateIds(TEMPLATES.authenticator),
        time('time', at),
        el('signatureCode', { code: 'S' }),
        el('assignedEntity', {}, validatorParts(professional, laboratory)),
      ),
    );
}

function validatorParts(professional: Professional, laboratory: Laboratory): XmlElement[] {
  return [
    professionalId(professional),
    ...(professional.profession ? [coded('code', professional.profession)] : []),
    address(laboratory.address, 'NAV'),
    ...telecoms({ phone: laboratory.phone }, 'WP', 'NAV'),
    person('assignedPerson', professional),
    el('representedOrganization', {}, laboratoryParts(laboratory)),
  ];
}

export function prescriber({ prescriber: who, prescribedAt }: Report): XmlElement | undefined {
  if (!who) return undefined;
  return el(
    'participant',
    { typeCode: 'REF' },
    templateIds(TEMPLATES.prescriber),
    until(prescribedAt),
    associated(who),
  );
}

const COLLECTOR: Coding = { code: 'PRELV', system: '1.2.250.1.213.1.1.4.2.280', display: 'Préleveur' };

/** Préleveurs: each person once, with the last specimen they took. */
export function collectors(report: Report): XmlElement[] {
  const collected = new Map<string, { who: Professional; specimens: Specimen[] }>();
  for (const { content } of leaves(report)) {
    for (const specimen of content.specimens) {
      const who = specimen.collector;
      if (!who) continue;
      const key = who.idNat ?? who.localCode ?? `${who.family} ${who.given ?? ''}`;
      const known = collected.get(key);
      if (known) known.specimens.push(specimen);
      else collected.set(key, { who, specimens: [specimen] });
    }
  }
  return [...collected.values()].map(({ who, specimens }) =>
    el(
      'participant',
      { typeCode: 'PRF' },
      coded('functionCode', COLLECTOR),
      until(latest(specimens.map((specimen) => specimen.collectedAt))),
      associated(who),
    ),
  );
}

/** participant/time is mandatory; an unknown moment is said to be so. */
function until(at: Timestamp | undefined): XmlElement {
  if (!at) return el('time', { nullFlavor: 'UNK' });
  return el('time', { 'xsi:type': 'IVL_TS' }, el('high', { value: toCda(at) }));
}

function associated(who: Professional): XmlElement {
  return el(
    'associatedEntity',
    { classCode: 'PROV' },
    // Optional here, and refused when it has no number.
    who.idNat === undefined ? undefined : professionalId(who),
    who.profession ? coded('code', who.profession) : undefined,
    who.mssante === undefined ? undefined : telecoms({ mail: who.mssante }, 'WP', 'NAV'),
    person('associatedPerson', who),
    organization('scopingOrganization', who),
  );
}

/** The laboratory that did the work and its director: performer of the main act. */
export function mainPerformer(report: Report): XmlElement {
  const { laboratory, version, receivedAt } = report;
  const { director } = laboratory;
  return el(
    'performer',
    { typeCode: 'PRF' },
    templateIds(TEMPLATES.performer),
    el(
      'time',
      {},
      receivedAt ? el('low', { value: toCda(receivedAt) }) : undefined,
      el('high', { value: toCda(version.effectiveTime) }),
    ),
    el(
      'assignedEntity',
      {},
      professionalId(director),
      director.profession ? coded('code', director.profession) : undefined,
      address(laboratory.address, 'NAV'),
      telecoms({ phone: laboratory.phone }, 'WP', 'NAV'),
      person('assignedPerson', director),
      el(
        'representedOrganization',
        {},
        laboratoryParts(laboratory),
        coded('standardIndustryClassCode', laboratory.practiceSetting),
      ),
    ),
  );
}

export function encompassingEncounter(report: Report): XmlElement {
  const { laboratory, collectedAt, receivedAt, version } = report;
  const { director, facilityType } = laboratory;
  return el(
    'encompassingEncounter',
    {},
    coded('code', encounterType(report.patientClass)),
    el('effectiveTime', {}, time('low', collectedAt ?? receivedAt ?? version.effectiveTime)),
    el(
      'responsibleParty',
      {},
      el(
        'assignedEntity',
        {},
        professionalId(director),
        director.profession ? coded('code', director.profession) : el('code', { nullFlavor: 'UNK' }),
        person('assignedPerson', director),
        responsibleOrganization(report),
      ),
    ),
    el('location', {}, el('healthCareFacility', {}, coded('code', facilityType))),
  );
}

/**
 * The laboratory with its legal form. The accreditation stands beside the FINESS number, and only where an examination
 * is covered by it (GEN REF 11).
 */
function responsibleOrganization(report: Report): XmlElement {
  const { legalForm } = report.laboratory;
  const [finess, ...others] = laboratoryParts(report.laboratory);
  const form = legalForm === undefined ? undefined : legalFormCoding(legalForm);
  const accreditation = accreditationOf(report);
  return el(
    'representedOrganization',
    {},
    finess,
    accreditation &&
      el('id', {
        root: ACCREDITATION_ROOTS[accreditation.body],
        extension: accreditation.number,
        assigningAuthorityName: accreditation.body,
      }),
    others,
    form && el('asOrganizationPartOf', {}, coded('code', form)),
  );
}

const ENCOUNTER = '2.16.840.1.113883.5.4';

/** PV1-2 → JDV_J142; office biology, and whatever else, is ambulatory. */
function encounterType(patientClass: string | undefined): Coding {
  if (patientClass === 'I') return { code: 'IMP', system: ENCOUNTER, display: 'Hospitalisation' };
  if (patientClass === 'E') return { code: 'EMER', system: ENCOUNTER, display: 'Urgences' };
  return { code: 'AMB', system: ENCOUNTER, display: 'Ambulatoire (hors établissement)' };
}
