import { describe, expect, it } from 'vitest';
import {
  type Correspondent,
  parseCorrespondents,
  withCorrespondents,
} from '../../src/intake/correspondents.ts';
import { bytes, msh, obr, obx, pid } from '../fixtures/hl7/messages.ts';
import { dossierOf } from './parts.ts';

const HEADER = 'local_code;id_nat;family;given;title;mssante';
const table = parseCorrespondents(
  `${HEADER}\nD042;810000000101;DURAND-LÉVY;Claire;DR;c.durand@x.invalid\n;10000000103;MOREL;Sophie;;\n`,
  't.csv',
) as Correspondent[];
const prescribed = (xcn: string) =>
  withCorrespondents(dossierOf(bytes(msh(), pid(), obr('A', { 16: xcn }), obx('NM', 'A', '1'))), table);

describe('correspondents', () => {
  it('complete the prescriber named by a local code, and the recipients', () => {
    const dossier = prescribed('D042^DURAND LEVY^C');
    expect(dossier.prescriber).toEqual({
      idNat: '810000000101',
      localCode: 'D042',
      family: 'DURAND LEVY',
      given: 'C',
      title: 'DR',
      mssante: 'c.durand@x.invalid',
      mailboxOrigin: { by: 'table' },
    });
    expect(dossier.recipients[0]?.professional).toEqual(dossier.prescriber);
  });

  it('tell the names apart that a message writes in one field', () => {
    const names = { family: 'MOREL', given: 'Sophie' };
    expect(prescribed('10000000103^Sophie MOREL^^^^^^^^^^^RPPS').prescriber).toMatchObject(names);
    expect(prescribed('10000000103^MOREL PETIT^^^^^^^^^^^RPPS').prescriber?.family).toBe('MOREL PETIT');
  });

  it('complete by the national identifier', () => {
    expect(prescribed('10000000103^MOREL^^^^^^^^^^^RPPS').prescriber).toMatchObject({ given: 'Sophie' });
  });

  it('give nothing to somebody of another name: a code may have been given again', () => {
    expect(prescribed('D042^PETIT^Hugo').prescriber).toEqual({
      localCode: 'D042',
      family: 'PETIT',
      given: 'Hugo',
    });
  });

  it('tell every faulty line at once, by its number', () => {
    const faults = parseCorrespondents(
      `${HEADER}\nA;123;X;;;\nB;;;;;\nC;;Y;;;pas-une-adresse\nC;;Z;;;\n`,
      't.csv',
    );
    expect(faults.map((fault) => 'position' in fault && fault.position)).toEqual([
      't.csv, ligne 2',
      't.csv, ligne 3',
      't.csv, ligne 4',
      't.csv, ligne 5',
    ]);
  });

  it('refuse a table without its columns', () => {
    expect(parseCorrespondents('a;b\n1;2\n', 't.csv')).toMatchObject([{ code: 'CORRESPONDENTS' }]);
  });
});
