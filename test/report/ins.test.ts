import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INS_OIDS, insNature, parseIns } from '../../src/report/ins.ts';

const OID = INS_OIDS.test;
const key = (body: string) =>
  String(97n - (BigInt(body.replace('2A', '19').replace('2B', '18')) % 97n)).padStart(2, '0');

describe('a matricule INS', () => {
  it('is read with its key', () => {
    expect(parseIns('279035121518989', OID)).toEqual({ matricule: '279035121518989', oid: OID });
    expect(parseIns('2 79 03 51 215 189 89', OID)).toMatchObject({ matricule: '279035121518989' });
  });

  it('knows Corsica', () => {
    const body = '155022A123456';
    expect(parseIns(body + key(body), OID)).toMatchObject({ matricule: body + key(body) });
  });

  it.each([
    ['279035121518988', OID, 'key'],
    ['27903512151898', OID, 'form'],
    ['27903512151898X', OID, 'form'],
    ['979035121518989', OID, 'form'],
    ['279035121518989', '1.2.250.1.213.1.4.2', 'oid'],
    ['', OID, 'form'],
  ])('%s of %s is refused for its %s', (matricule, oid, fault) => {
    expect(parseIns(matricule, oid)).toEqual({ fault });
  });

  it('is refused when any one digit changes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digits = [...'279035121518989'];
        digits[at] = String((Number(digits[at]) + by) % 10);
        expect(parseIns(digits.join(''), OID)).toHaveProperty('fault');
      }),
    );
  });

  it('says its nature', () => {
    const nia = parseIns('279035121518989', INS_OIDS.nia);
    const nir = parseIns('279035121518989', INS_OIDS.nir);
    expect('fault' in nia || insNature(nia)).toBe('NIA');
    expect('fault' in nir || insNature(nir)).toBe('NIR');
  });
});
