import type { Identity, Sex, Traits } from '../report/identity.ts';
import type { Laboratory } from '../report/laboratory.ts';
import { address, id, telecoms, time } from './datatypes.ts';
import { isOid } from './oid.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/**
 * recordTarget (cr-bio §4.2). The INS stands only in a qualified identity: the type of the other has no field for it.
 * The local identifier follows, under the establishment's OID.
 */
export function recordTarget(patient: Identity, laboratory: Laboratory): XmlElement {
  const { localId, traits } = patient;
  const authority = localId.authority;
  const root = authority !== undefined && isOid(authority) ? authority : laboratory.oids.patients;
  return el(
    'recordTarget',
    {},
    el(
      'patientRole',
      {},
      patient.kind === 'qualified' ? id(patient.ins.oid, patient.ins.matricule) : undefined,
      id(root, localId.value),
      address(patient.address, 'UNK'),
      telecoms({ phone: patient.phone }, 'H', 'UNK'),
      el(
        'patient',
        {},
        patientName(traits),
        gender(traits.sex),
        time('birthTime', traits.birthDate),
        birthplace(traits),
      ),
    ),
  );
}

/** BR: birth name and first given name; no qualifier: all given names of the birth record; CL: names in use. */
function patientName(traits: Traits): XmlElement {
  const givens = traits.birthGivens ?? traits.firstGiven;
  return el(
    'name',
    {},
    el('family', { qualifier: 'BR' }, traits.birthName),
    givens === undefined ? undefined : el('given', {}, givens),
    traits.firstGiven === undefined ? undefined : el('given', { qualifier: 'BR' }, traits.firstGiven),
    traits.usedName === undefined ? undefined : el('family', { qualifier: 'CL' }, traits.usedName),
    traits.usedGiven === undefined ? undefined : el('given', { qualifier: 'CL' }, traits.usedGiven),
  );
}

const GENDERS: Readonly<Record<Sex, string>> = { M: 'Masculin', F: 'Féminin', UN: 'Indifférencié' };

function gender(sex: Sex): XmlElement {
  return el('administrativeGenderCode', {
    code: sex,
    codeSystem: '2.16.840.1.113883.5.1',
    displayName: GENDERS[sex],
  });
}

function birthplace(traits: Traits): XmlElement | undefined {
  const { birthPlaceCode, birthPlaceName } = traits;
  if (birthPlaceCode === undefined && birthPlaceName === undefined) return undefined;
  return el(
    'birthplace',
    {},
    el(
      'place',
      {},
      el(
        'addr',
        {},
        birthPlaceCode === undefined ? undefined : el('county', {}, birthPlaceCode),
        birthPlaceName === undefined ? undefined : el('city', {}, birthPlaceName),
      ),
    ),
  );
}
