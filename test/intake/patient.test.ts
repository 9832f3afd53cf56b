import { describe, expect, it } from 'vitest';
import type { StatedIdentity } from '../../src/report/identity.ts';
import { bytes, INS, msh, obr, obx, PATIENTS_OID, pid } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, faultsOf } from './parts.ts';

function patient(segment: string): { identity: StatedIdentity; warnings: string[] } {
  const input = bytes(msh(), segment, 'ORC|RE|||D1', obr('X'), obx('NM', 'A', '1'));
  const { dossier, warnings } = dossierAndWarnings(input);
  return { identity: dossier.patient, warnings };
}
const local = `LC1^^^LBM&${PATIENTS_OID}&ISO^PI`;
const insAs = (matricule: string, oid = '1.2.250.1.213.1.4.10') => `${matricule}^^^X&${oid}&ISO^INS`;

describe('PID', () => {
  it('reads the identity of PAM.fr', () => {
    expect(patient(pid()).identity).toEqual({
      localId: { value: 'LC1', authority: PATIENTS_OID },
      ins: { matricule: INS, oid: '1.2.250.1.213.1.4.10' },
      statuses: ['VALI'],
      traits: {
        birthName: 'PAT-TROIS',
        firstGiven: 'DOMINIQUE',
        birthGivens: 'DOMINIQUE MARIE',
        sex: 'F',
        birthDate: { local: '19790328', offset: '+0100' },
        birthPlaceCode: '51215',
        usedName: 'MARTINEZ',
        usedGiven: 'DOMINIQUE',
      },
      address: { lines: ['28 av de Breteuil'], postalCode: '75007', city: 'PARIS', country: 'FRA' },
    });
  });

  it('takes the INS by its OID, whatever its type and stray blanks', () => {
    const { identity } = patient(pid({ ids: `${local}~${INS}^^^ASIP& 1.2.250.1.213.1.4.10 &ISO^NH` }));
    expect(identity.ins?.matricule).toBe(INS);
  });

  it.each([
    ['a wrong key', insAs('279035121518988'), 'INS_KEY'],
    ['a wrong form', insAs('27903512151898'), 'INS_FORM'],
    ['no OID', `${INS}^^^ASIP-SANTE-INS-NIR^INS`, 'INS_NO_OID'],
    ['two INS', `${insAs(INS)}~${insAs('184076938301241')}`, 'INS_SEVERAL'],
  ])('drops the INS with %s', (_, ids, warning) => {
    const { identity, warnings } = patient(pid({ ids: `${local}~${ids}` }));
    expect(identity.ins).toBeUndefined();
    expect(warnings).toEqual([warning]);
  });

  it('ignores the INS-C and an INS that has ended; a NIR supersedes a NIA', () => {
    const { identity } = patient(
      pid({
        ids: [
          local,
          insAs('1234567890123456789012', '1.2.250.1.213.1.4.6'),
          `${insAs('184076938301241')}^^20010101^20100101`,
          insAs('184076938301241', '1.2.250.1.213.1.4.9'),
          insAs(INS),
        ].join('~'),
      }),
    );
    expect(identity.ins?.matricule).toBe(INS);
  });

  it('gives the source’s own authority to a number whose authority is no OID', () => {
    const { identity } = patient(pid({ ids: '000003^^^CHU-X&000897406&N^PI~24^^^CHU-X^AN' }));
    expect(identity.localId).toEqual({ value: '000003', authority: PATIENTS_OID });
  });

  it('prefers the number of the laboratory as a whole to another, when the source’s own is not there', () => {
    const above = PATIENTS_OID.slice(0, PATIENTS_OID.lastIndexOf('.'));
    const { identity } = patient(pid({ ids: `77^^^CHU&1.2.250.1.999.9&ISO^PI~LC1^^^LBM&${above}&ISO^PI` }));
    expect(identity.localId).toEqual({ value: 'LC1', authority: above });
  });

  it('reads the birth name in PID-6 of old feeds, and the number in PID-2', () => {
    const { identity, warnings } = patient('PID|1|999||2790351215189|MARTINEZ^DOMINIQUE|PAT-TROIS|197903|F');
    expect(identity).toMatchObject({
      localId: { value: '999', authority: PATIENTS_OID },
      traits: { birthName: 'PAT-TROIS', usedName: 'MARTINEZ', birthDate: { local: '197903' } },
    });
    expect(warnings).toEqual(['PATIENT_NUMBER_LEGACY', 'BIRTH_NAME_UNTYPED']);
  });

  it('adds the first given name to a list that leaves it out', () => {
    const { identity } = patient(pid({ names: 'PAT-TROIS^DOMINIQUE^MARIE LOUISE^^^^L' }));
    expect(identity.traits.birthGivens).toBe('DOMINIQUE MARIE LOUISE');
  });

  it.each([
    ['JEAN-PAUL', 'JEAN PAUL MARIE', 'JEAN PAUL MARIE'],
    ['JEAN', 'JEAN-PAUL MARIE', 'JEAN-PAUL MARIE'],
    ['Zoé', 'ZOE, MARIE', 'ZOE, MARIE'],
    ['JEAN', 'JEANNE MARIE', 'JEAN JEANNE MARIE'],
  ])('%s in the list %s is one of its names: %s', (first, list, givens) => {
    const { identity } = patient(pid({ names: `PAT-TROIS^${first}^${list}^^^^L` }));
    expect(identity.traits.birthGivens).toBe(givens);
  });

  it('reads a birth date without month and day', () => {
    const { identity } = patient(pid().replace('19790328|F', '19790000|F'));
    expect(identity.traits.birthDate?.local).toBe('1979');
  });

  it.each([
    ['m', 'M', []],
    ['A', 'UN', []],
    ['', 'UN', []],
    ['H', 'UN', ['SEX_UNKNOWN']],
    ['2', 'UN', ['SEX_UNKNOWN']],
  ])('reads the sex « %s »', (sent, sex, told) => {
    const { identity, warnings } = patient(pid().replace('19790328|F', `19790328|${sent}`));
    expect(identity.traits.sex).toBe(sex);
    expect(warnings).toEqual(told);
  });

  it.each([
    ['1979-03-28', '19790328'],
    ['1979-03-28T00:00:00+01:00', '19790328'],
    ['197903281530', '19790328'],
    ['19790328000000+0100', '19790328'],
    ['1979', '1979'],
    // The year alone would be another identity.
    ['1979/03/28', undefined],
    ['28031979', undefined],
    ['28/03/1979', undefined],
  ])('reads the birth date %s', (sent, local) => {
    const { identity, warnings } = patient(pid().replace('19790328|F', `${sent}|F`));
    expect(identity.traits.birthDate?.local).toBe(local);
    expect(warnings).toEqual(local ? [] : ['BIRTH_DATE']);
  });

  it('drops a birth place that is no INSEE code', () => {
    const { identity, warnings } = patient(pid({ addresses: '^^REIMS^^^^BDL^^REIMS' }));
    expect(identity.traits).toMatchObject({ birthPlaceName: 'REIMS' });
    expect(identity.traits.birthPlaceCode).toBeUndefined();
    expect(warnings).toEqual(['BIRTH_PLACE_CODE']);
  });

  it('refuses a patient without number or name', () => {
    const codes = (segment: string) => faultsOf(bytes(msh(), segment, obr('X'))).map(({ code }) => code);
    expect(codes('PID|1||||A^B')).toEqual(['PID_NO_NUMBER']);
    expect(codes('PID|1||LC1')).toEqual(['PID_NO_NAME']);
  });

  it('says nothing of the patient in faults and warnings', () => {
    const { warnings } = dossierAndWarnings(
      bytes(msh(), pid({ ids: `${local}~${insAs('279035121518988')}` }), obr('X'), obx('NM', 'A', '1')),
    );
    expect(warnings.join()).not.toMatch(/2790351|PAT-TROIS/);
  });
});
