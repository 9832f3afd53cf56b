import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportSegur } from '../../src/terminology/exports.ts';
import { planMerge } from '../../src/terminology/import/plan.ts';
import { readSegur } from '../../src/terminology/import/segur.ts';
import { LOINC_FOLDER, shippedCatalogue, shippedTables } from '../fixtures/terminology/loinc.ts';

const files = exportSegur(shippedCatalogue(), '20260302');
const rowsOf = (index: number) =>
  (files[index]?.text ?? '')
    .replace('\uFEFF', '')
    .trim()
    .split('\r\n')
    .map((row) => row.split(';'));

describe('the exports for a transcoding provider (SGL.LOI.01 to .03)', () => {
  it('are three files named by their day, UTF-8 with a byte order mark, ten lines at least', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'LOINC_1_export_chapitres_20260302.csv',
      'LOINC_2_export_demandes_20260302.csv',
      'LOINC_3_export_resultats_20260302.csv',
    ]);
    for (const { text, rows } of files) {
      expect(text.startsWith('\uFEFF')).toBe(true);
      expect(rows).toBeGreaterThanOrEqual(10);
    }
  });

  it('have the columns of the requirements, in their order, on every line', () => {
    expect([0, 1, 2].map((index) => new Set(rowsOf(index).map((row) => row.length)))).toEqual([
      new Set([4]),
      new Set([9]),
      new Set([12]),
    ]);
    expect(rowsOf(0)).toContainEqual(['18723-7', 'Hématologie', '18768-2', 'NFS - Hémogramme']);
    expect(rowsOf(1)).toContainEqual([
      'IONO',
      'Ionogramme sanguin',
      '',
      '18719-5',
      '',
      'PLAS',
      'HN',
      'NA',
      'Sodium',
    ]);
    expect(rowsOf(2)).toContainEqual([
      'NA',
      'Sodium',
      '',
      'SCnc',
      'mmol/L',
      'mmol/L',
      'PT',
      'PLAS',
      'Plasma',
      'QN',
      '',
      'HN',
    ]);
  });

  it('leave out the line that is over, and tell 24 h urine', () => {
    expect(rowsOf(2).filter(([code]) => code === 'GLYC')).toHaveLength(1);
    expect(
      new Set(
        rowsOf(2)
          .slice(1)
          .map((row) => row[6]),
      ),
    ).toEqual(new Set(['PT', '24H']));
  });

  it('come back with codes added, and change nothing that was already so', () => {
    const tables = shippedTables();
    const current = { name: 'catalogue.csv', bytes: readFileSync(`${LOINC_FOLDER}catalogue.csv`) };
    const loincOf = new Map([...shippedCatalogue().entries].map(([code, lines]) => [code, lines]));
    const text = (files[2]?.text ?? '')
      .trimEnd()
      .split('\r\n')
      .map((row, index) => {
        if (index === 0) return `${row};Code LOINC;Libellé LOINC`;
        const [code = '', , , , , , , specimen = '', , scale] = row.split(';');
        const lines = loincOf.get(code) ?? [];
        const line = lines.find(
          (one) =>
            one.specimen === specimen && one.validTo === '99999999' && one.numeric === (scale === 'QN'),
        );
        return `${row};${line?.status === 'validated' ? line.loinc : ''};x`;
      })
      .join('\r\n');
    const reading = readSegur([{ name: 'LOINC_6_retour.csv', bytes: Buffer.from(text) }], tables);
    if (!('proposals' in reading)) throw new Error(JSON.stringify(reading));
    const plan = planMerge(reading, current, tables, { by: 'x', day: '2026-03-02' });
    expect(plan.findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(plan.changes.filter(({ column }) => column !== 'nabm')).toEqual([]);
  });
});
