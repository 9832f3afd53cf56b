import { describe, expect, it } from 'vitest';
import { usableIdentity } from '../../src/policy/environment.ts';
import { INS_OIDS, type InsOid, parseIns } from '../../src/report/ins.ts';
import { statedPatient } from '../fixtures/people.ts';

const withSpace = (oid: InsOid) => {
  const ins = parseIns('279035121518989', oid);
  if ('fault' in ins) throw new Error('wrong INS');
  return statedPatient({ ins });
};

describe('the identity that may be used', () => {
  it.each([
    ['production', INS_OIDS.nir, 'qualified'],
    ['production', INS_OIDS.nia, 'qualified'],
    ['production', INS_OIDS.test, 'unqualified'],
    ['production', INS_OIDS.demo, 'unqualified'],
    ['test', INS_OIDS.test, 'qualified'],
    ['demo', INS_OIDS.demo, 'qualified'],
    ['test', INS_OIDS.nir, 'unqualified'],
    ['demo', INS_OIDS.nia, 'unqualified'],
  ] as const)('in %s, an INS of %s is %s', (environment, oid, kind) => {
    const identity = usableIdentity(environment, withSpace(oid));
    expect(identity.kind).toBe(kind);
    if (kind === 'unqualified') {
      expect(identity).toMatchObject({ cause: 'foreign-space' });
      expect(JSON.stringify(identity)).not.toContain('279035121518989');
    }
  });

  it('keeps a blocked status blocked, whatever the space', () => {
    const stated = { ...withSpace(INS_OIDS.nir), statuses: ['VALI', 'DOUT'] };
    expect(usableIdentity('test', stated)).toMatchObject({ kind: 'unqualified', cause: 'status-blocked' });
  });

  it.each([
    ['no status', { statuses: [] }, 'status-not-validated'],
    ['a provisional one', { statuses: ['PROV'] }, 'status-not-validated'],
    ['a fictitious patient', { statuses: ['VALI', 'FICT'] }, 'status-blocked'],
  ])('does not qualify %s', (_name, override, cause) => {
    expect(usableIdentity('test', statedPatient(override))).toMatchObject({ kind: 'unqualified', cause });
  });

  it.each(['firstGiven', 'birthGivens', 'birthDate', 'birthPlaceCode'] as const)(
    'does not qualify without %s',
    (trait) => {
      const { [trait]: _missing, ...traits } = statedPatient().traits;
      expect(usableIdentity('test', statedPatient({ traits: traits as never }))).toMatchObject({
        cause: 'traits-incomplete',
      });
    },
  );
});
