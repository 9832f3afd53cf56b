import { describe, expect, it } from 'vitest';
import { makeCatalogue } from '../../src/terminology/catalogue.ts';
import { type HandChange, setCode } from '../../src/terminology/set-code.ts';
import { file, shippedTables } from '../fixtures/terminology/loinc.ts';

const tables = shippedTables();
const catalogue = file(
  'c.csv',
  'local_code;local_label;specimen_code;value_type;local_unit;loinc;chapter;status;valid_to',
  'K;Potassium;PLAS;NM;mmol/L;;18719-5;unmapped;',
  'NA;Sodium;PLAS;NM;mmol/L;2951-2;18719-5;validated;',
  'NA;Sodium;UR;NM;mmol/L;2955-3;18729-4;validated;',
  'NA;Sodium ancien;CSF;NM;mmol/L;2951-2;18719-5;validated;31/12/2020',
);
const set = (code: string, cells: HandChange['cells'], more: Partial<HandChange> = {}) =>
  setCode(catalogue, tables, { code, cells, by: 'Dr Martin', day: '2026-03-02', ...more });

describe('setCode', () => {
  it('codes a test in the name of a person, and tells each cell that changed', () => {
    const done = set('K', { loinc: '2823-3', status: 'validated' });
    if (done.kind !== 'changed') throw new Error(done.kind);
    expect(done.changes).toEqual([
      { code: 'K', column: 'loinc', from: '', to: '2823-3' },
      { code: 'K', column: 'status', from: 'unmapped', to: 'validated' },
      { code: 'K', column: 'validated_by', from: '', to: 'Dr Martin' },
      { code: 'K', column: 'validated_on', from: '', to: '2026-03-02' },
    ]);
    expect(done.measure).toMatchObject({ codes: 2, mapped: 2, errors: 0 });
  });

  it('closes the line the day before and opens one, when the change has a date', () => {
    const done = set('K', { loinc: '2823-3', status: 'validated' }, { validFrom: '2026-03-01' });
    if (done.kind !== 'changed') throw new Error(done.kind);
    const made = makeCatalogue({ name: 'c.csv', bytes: Buffer.from(done.text) }, tables);
    if (Array.isArray(made)) throw new Error(JSON.stringify(made));
    expect(
      made.entries.get('K')?.map(({ loinc, validFrom, validTo }) => [loinc, validFrom, validTo]),
    ).toEqual([
      ['', '00000000', '20260228'],
      ['2823-3', '20260301', '99999999'],
    ]);
  });

  it.each([
    ['a code of another quantity', { loinc: '718-7', status: 'validated' }, 'unit-property'],
    ['a code that does not exist', { loinc: '2823-4', status: 'validated' }, 'loinc-check-digit'],
    ['an unknown chapter', { chapter: 'X' }, 'chapter-unknown'],
    ['an unknown status', { status: 'ok' }, 'status-unknown'],
  ])('refuses %s', (_, cells, rule) => {
    const refused = set('K', cells);
    expect(refused).toMatchObject({
      kind: 'refused',
      findings: expect.arrayContaining([expect.objectContaining({ rule, code: 'K' })]),
    });
  });

  it('asks which line is meant, and knows lines that are over', () => {
    expect(set('NA', { comment: 'x' }).kind).toBe('ambiguous');
    expect(set('NA', { comment: 'x' }, { specimen: 'UR' }).kind).toBe('changed');
    expect(set('NA', { comment: 'x' }, { specimen: 'CSF' }).kind).toBe('unknown');
    expect(set('na', { comment: 'x' }).kind).toBe('unknown');
    expect(set('NA', { loinc: '2955-3' }, { specimen: 'UR' }).kind).toBe('unchanged');
  });
});
