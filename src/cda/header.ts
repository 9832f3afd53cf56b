import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';
import type { Report } from '../report/report.ts';
import { toCda } from '../report/timestamp.ts';
import { coded, id, templateIds, time } from './datatypes.ts';
import {
  authenticators,
  author,
  collectors,
  custodian,
  encompassingEncounter,
  informationRecipients,
  legalAuthenticator,
  mainPerformer,
  prescriber,
} from './participations.ts';
import { recordTarget } from './patient.ts';
import { SECOND_INTENTION } from './second-intention.ts';
import type { CrBioVersion } from './templates.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** Code and title are fixed, to the apostrophe (volet CR-BIO; JDV_J07). */
export const DOCUMENT_CODE: Coding = {
  code: '11502-2',
  system: OID.loinc,
  display: "CR d'examens biologiques",
};
export const DOCUMENT_TITLE = "Compte rendu d'examens biologiques";

/**
 * Everything before the body, in the order of the schema (cr-bio §4, §9).
 * @param form version of the volet for an N3; `n1`, whose templateIds are three and no more (cr-bio §8.2)
 */
export function header(report: Report, form: CrBioVersion | 'n1'): XmlElement[] {
  const { version, laboratory } = report;
  return [
    el('realmCode', { code: 'FR' }),
    el('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    ...(form === 'n1'
      ? templateIds(TEMPLATES.n1)
      : [...templateIds(TEMPLATES.document), el('templateId', { root: TEMPLATES.crBio, extension: form })]),
    id(version.documentOid),
    coded('code', DOCUMENT_CODE),
    el('title', {}, DOCUMENT_TITLE),
    time('effectiveTime', version.effectiveTime),
    // Masking is XDS metadata, never told here.
    coded('confidentialityCode', { code: 'N', system: OID.confidentiality, display: 'Normal' }),
    el('languageCode', { code: 'fr-FR' }),
    id(version.setOid, undefined, 'setId'),
    el('versionNumber', { value: String(version.number) }),
    recordTarget(report.patient, laboratory),
    author(report),
    custodian(laboratory),
    ...informationRecipients(report),
    legalAuthenticator(report),
    ...authenticators(report),
    ...[prescriber(report)].filter((participant) => participant !== undefined),
    ...collectors(report),
    ...order(report),
    ...documentationOf(report),
    ...replacement(report),
    el('componentOf', {}, encompassingEncounter(report)),
  ];
}

function order({ prescriptionNumber, laboratory }: Report): XmlElement[] {
  if (prescriptionNumber === undefined) return [];
  const number = id(laboratory.oids.orders, prescriptionNumber);
  return [el('inFulfillmentOf', {}, el('order', {}, number))];
}

/** The first is the main act; each further chapter adds its code, which XDS takes as event code. */
function documentationOf(report: Report): XmlElement[] {
  const { chapters, attachments, dossier, laboratory, version, receivedAt } = report;
  const codes = [
    ...chapters.map((chapter) => chapter.code),
    ...(attachments.length ? [SECOND_INTENTION] : []),
  ];
  const [main, ...others] = distinct(codes);
  return [
    el(
      'documentationOf',
      {},
      el(
        'serviceEvent',
        {},
        id(laboratory.oids.orders, dossier),
        main ? coded('code', main) : el('code', { nullFlavor: 'UNK' }),
        el('lab:statusCode', { code: version.completeness === 'partial' ? 'active' : 'completed' }),
        el(
          'effectiveTime',
          {},
          time('low', receivedAt ?? report.collectedAt ?? version.effectiveTime),
          el('high', { value: toCda(version.effectiveTime) }),
        ),
        mainPerformer(report),
      ),
    ),
    ...others.map((code) => el('documentationOf', {}, el('serviceEvent', {}, coded('code', code)))),
  ];
}

function distinct(codes: readonly Coding[]): Coding[] {
  return [...new Map(codes.map((code) => [`${code.system}|${code.code}`, code])).values()];
}

/** RPLC names the very version that was issued before (cr-bio §4.1). */
function replacement({ version }: Report): XmlElement[] {
  const { replaces } = version;
  if (!replaces) return [];
  const parent = el(
    'parentDocument',
    {},
    id(replaces.documentOid),
    id(version.setOid, undefined, 'setId'),
    el('versionNumber', { value: String(replaces.number) }),
  );
  return [el('relatedDocument', { typeCode: 'RPLC' }, parent)];
}
