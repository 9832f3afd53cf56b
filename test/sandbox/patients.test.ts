import { describe, expect, it } from 'vitest';
import { PatientList, TEST_INS_OID, TEST_PATIENTS } from '../../src/sandbox/patients.ts';

describe('the test identities', () => {
  it.each(TEST_PATIENTS.map((patient) => [patient.birthName, patient] as const))(
    '%s has a valid key and its own facts',
    (_name, patient) => {
      const body = patient.ins.slice(0, 13).replace('2A', '19').replace('2B', '18');
      expect(97n - (BigInt(body) % 97n)).toBe(BigInt(patient.ins.slice(13)));
      expect(patient.ins[0]).toBe(patient.sex === 'M' ? '1' : '2');
      expect(patient.ins.slice(1, 5)).toBe(patient.birthDate.slice(2, 6));
    },
  );

  it('cover the cases that a laboratory meets', () => {
    const minor = TEST_PATIENTS.some(({ birthDate }) => birthDate > '2010');
    expect(minor).toBe(true);
    expect(TEST_PATIENTS.some(({ dmp }) => dmp === 'closed')).toBe(true);
    expect(TEST_PATIENTS.some(({ dmp, mes }) => dmp === 'active' && mes === 'closed')).toBe(true);
  });

  it('are known in the test space only', () => {
    const list = new PatientList(TEST_PATIENTS);
    expect(list.get('279035121518989', TEST_INS_OID)?.birthName).toBe('PAT-TROIS');
    expect(list.get('279035121518989', '1.2.250.1.213.1.4.8')).toBeUndefined();
  });
});
