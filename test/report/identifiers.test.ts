import { describe, expect, it } from 'vitest';
import {
  documentName,
  documentOid,
  identifyReport,
  n1DocumentOid,
  n1SetOid,
} from '../../src/report/identifiers.ts';

describe('a report’s identifiers', () => {
  it('depend on the source and the dossier alone', () => {
    const first = identifyReport('sgl', '26A0042', '1.2.250.1.999.1.1');
    expect(identifyReport('sgl', '26A0042', '1.2.250.1.999.1.1')).toEqual(first);
    expect(identifyReport('sgl', '26A0043', '1.2.250.1.999.1.1').setOid).not.toBe(first.setOid);
    expect(identifyReport('sgl2', '6A0042', '1.2.250.1.999.1.1').reportId).not.toBe(first.reportId);
    expect(first.reportId).toMatch(/^sgl-[0-9a-f]{16}$/);
    expect(documentOid(first.setOid, 3)).toMatch(/^1\.2\.250\.1\.999\.1\.1\.(0|[1-9]\d*)\.3$/);
    expect(documentName(first.reportId, 2)).toBe(`${first.reportId}-v2`);
  });

  it('do not confuse the border between source and dossier', () => {
    expect(identifyReport('ab', 'c', '1.2').setOid).not.toBe(identifyReport('a', 'bc', '1.2').setOid);
  });

  it('give the N1 a set and versions of its own', () => {
    const { setOid } = identifyReport('sgl', '26A0042', '1.2.250.1.999.1.1');
    expect(n1SetOid(setOid)).toBe(`${setOid}.0`);
    expect(n1DocumentOid(documentOid(setOid, 12))).toBe(`${setOid}.0.12`);
  });

  it('refuse a root that leaves no room in 64 characters', () => {
    expect(() => identifyReport('sgl', '1', `1.${'2'.repeat(50)}`)).toThrow(RangeError);
  });
});
