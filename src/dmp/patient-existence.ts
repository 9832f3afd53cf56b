import { isInsOid } from '../report/ins.ts';
import { inCapitals } from '../report/names.ts';
import type { HeaderPatient } from '../xds/cda-header.ts';
import type { Identifier } from '../xds/datatypes.ts';
import { childrenNamed, descend, find, findAll, type XmlElement } from '../xds/xml-reader.ts';
import { element, type Markup, text } from '../xds/xml-writer.ts';
import type { DmpSettings } from './settings.ts';

/** TD0.2, test d'existence: HL7 v3 PRPA_IN201307UV02 → PRPA_IN201308UV02 (dmp.md §5). */
export const PATIENT_EXISTENCE = {
  service: 'patients',
  action: 'urn:hl7-org:v3:PRPA_IN201307UV02',
} as const;

/** What the DMP says of a patient. Its values are compared and forgotten: they may not be shown (RG_0320). */
export interface PatientExistence {
  readonly exists: boolean;
  /** False: the DMP is closed. */
  readonly active: boolean;
  /** French names of the identity fields that differ from ours. */
  readonly divergingTraits: readonly string[];
}

/** @param at milliseconds @param ids fresh UUIDs of the message and of the query */
export function patientExistenceQuery(
  settings: Pick<DmpSettings, 'software'>,
  ins: Identifier,
  at: number,
  ids: { readonly message: string; readonly query: string },
): string {
  const { software } = settings;
  const device = (typeCode: 'RCV' | 'SND', root: string, name: string) =>
    element(
      typeCode === 'RCV' ? 'receiver' : 'sender',
      { typeCode },
      element(
        'device',
        { classCode: 'DEV', determinerCode: 'INSTANCE' },
        element('id', { root }),
        element('softwareName', {}, text(name)),
      ),
    );
  return element(
    'PRPA_IN201307UV02',
    {
      xmlns: 'urn:hl7-org:v3',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      ITSVersion: 'XML_1.0',
    },
    element('id', { root: `${software.id}.1`, extension: ids.message }),
    element('creationTime', { value: new Date(at).toISOString().replace(/\D/g, '').slice(0, 14) }),
    element('interactionId', { root: '2.16.840.1.113883.1.6', extension: 'PRPA_IN201307UV02' }),
    element('processingCode', { code: 'P' }),
    element('processingModeCode', { code: 'T' }),
    element('acceptAckCode', { code: 'AL' }),
    device('RCV', '1.2.250.1.213.4.1.1.1', 'DMP'),
    device('SND', software.id, software.name),
    element('attentionLine', { 'xsi:nil': 'true' }),
    control(software.id, ins, ids.query),
  );
}

function control(softwareId: string, ins: Identifier, queryId: string): Markup {
  return element(
    'controlActProcess',
    { classCode: 'CACT', moodCode: 'EVN' },
    element('reasonCode', { code: 'TEST_EXST', codeSystem: '1.2.250.1.213.1.1.4.11' }),
    element(
      'queryByParameter',
      {},
      element('queryId', { root: `${softwareId}.2`, extension: queryId }),
      element('statusCode', { code: 'new' }),
      element(
        'parameterList',
        {},
        element('dataSource', { 'xsi:nil': 'true' }),
        element(
          'patientIdentifier',
          {},
          element('value', { root: ins.root, extension: ins.extension }),
          element('semanticsText', {}, text('Patient.id')),
        ),
      ),
    ),
  );
}

/**
 * Reads the answer.
 * @returns the patient's state, or the DMP's error code, or undefined when the body is no such answer
 */
export function readPatientExistence(
  body: XmlElement,
  ours: HeaderPatient,
): PatientExistence | { readonly code: string } | undefined {
  const answer = find(body, 'PRPA_IN201308UV02');
  if (!answer) return undefined;
  const acknowledgement = descend(answer, 'acknowledgement');
  const detail = descend(acknowledgement, 'acknowledgementDetail', 'code')?.attributes.code;
  const response = find(answer, 'queryResponseCode')?.attributes.code;
  if (response === 'NF') return { exists: false, active: false, divergingTraits: [] };
  if (acknowledgement?.attributes.typeCode !== 'AA') return { code: detail ?? 'TD0.2' };
  const patient = find(answer, 'patient');
  if (!patient) return undefined;
  return {
    exists: true,
    active: descend(patient, 'statusCode')?.attributes.code !== 'terminated',
    divergingTraits: divergingTraits(patient, ours),
  };
}

/** A trait that the DMP does not state cannot differ. Names match when equal to any of ours, but for accents. */
function divergingTraits(patient: XmlElement, ours: HeaderPatient): readonly string[] {
  const person = descend(patient, 'patientPerson');
  const names = childrenNamed(person, 'name');
  const differs = (theirs: readonly (string | undefined)[], own: readonly string[]) => {
    const stated = theirs.flatMap((value) => (value ? [fold(value)] : []));
    return stated.length > 0 && !stated.some((value) => own.map(fold).includes(value));
  };
  const texts = (part: string) => names.flatMap((name) => findAll(name, part)).map((one) => one.text);
  const insIds = childrenNamed(patient, 'id')
    .map(({ attributes }) => attributes)
    .filter(({ root }) => root !== undefined && isInsOid(root));
  // The first given name alone, or all of them: both ways of writing are usual.
  const givens = ours.givens.flatMap((given) => [given, given.split(' ')[0] ?? given]);
  return [
    ...(differs(
      insIds.map(({ extension }) => extension),
      ours.ins ? [ours.ins.extension] : [],
    )
      ? ['matricule INS']
      : []),
    ...(differs(texts('family'), ours.families) ? ['nom'] : []),
    ...(differs(texts('given'), givens) ? ['prénom'] : []),
    ...(differs([descend(person, 'administrativeGenderCode')?.attributes.code], [ours.gender])
      ? ['sexe']
      : []),
    ...(differs(
      [descend(person, 'birthTime')?.attributes.value?.slice(0, 8)],
      [ours.birthTime?.slice(0, 8) ?? ''],
    )
      ? ['date de naissance']
      : []),
  ];
}

/** Upper case, no accents, one blank for any run of punctuation. */
function fold(value: string): string {
  return inCapitals(value)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
