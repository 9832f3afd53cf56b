import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkCatalogue, makeCatalogue } from '../../src/terminology/catalogue.ts';
import { file, LOINC_FOLDER, shippedTables } from '../fixtures/terminology/loinc.ts';

const tables = shippedTables();
const traps = {
  name: 'traps.csv',
  bytes: readFileSync(new URL('../fixtures/terminology/traps.csv', import.meta.url)),
};
const text = traps.bytes.toString('utf8').split('\n');
const codeAt = (line: number) => text[line - 1]?.split(';')[0];

describe('checkCatalogue', () => {
  const findings = checkCatalogue(traps, tables);

  it.each([
    ['T_UNMAPPED', 'info', 'unmapped', 'loinc'],
    ['T_WAITING', 'warning', 'waiting', 'loinc'],
    ['T_RETIRED', 'warning', 'loinc-retired', 'loinc'],
    ['T_RETIRED2', 'warning', 'loinc-retired', 'loinc'],
    ['T_DIGIT', 'error', 'loinc-check-digit', 'loinc'],
    ['T_DATE', 'error', 'loinc-date', 'loinc'],
    ['T_UNKNOWN', 'error', 'loinc-unknown', 'loinc'],
    ['T_PROPERTY', 'error', 'unit-property', 'ucum_unit'],
    ['T_PERCENT', 'error', 'unit-property', 'ucum_unit'],
    ['T_SCALE', 'error', 'scale', 'value_type'],
    ['T_TEXT', 'error', 'scale', 'value_type'],
    ['T_SPECIMEN', 'warning', 'specimen', 'specimen_code'],
    ['T_METHOD', 'warning', 'method', 'loinc'],
    ['T_GIGA', 'error', 'unit-refused', 'ucum_unit'],
    ['T_ENZYME', 'error', 'unit-property', 'ucum_unit'],
    ['T_MICRO', 'error', 'unit-refused', 'ucum_unit'],
    ['T_NOUNIT', 'error', 'unit-missing', 'ucum_unit'],
    ['T_FACTOR', 'error', 'factor', 'factor_2'],
    ['T_PANEL', 'error', 'loinc-panel', 'loinc'],
    ['T_SHARED', 'info', 'loinc-shared', 'loinc'],
    ['T_OVERLAP', 'error', 'overlap', 'valid_from'],
    ['T_CHAPTER', 'error', 'chapter-unknown', 'chapter'],
    ['T_SUBCHAPTER', 'error', 'sub-chapter-loinc', 'sub_chapter'],
    ['T_BLANK', 'warning', 'blank', 'loinc'],
    ['T_SCALED', 'error', 'unit-scale', 'ucum_unit'],
    ['T_STATUS', 'error', 'status-unknown', 'status'],
    ['T_PERIOD', 'error', 'period', 'valid_to'],
    ['T_DAY', 'error', 'date', 'valid_from'],
    ['T_MAPPED', 'error', 'loinc-missing', 'loinc'],
  ])('reports %s as %s %s in column %s', (code, level, rule, column) => {
    const found = findings.filter((finding) => codeAt(finding.line) === code);
    expect(found).toContainEqual(expect.objectContaining({ level, rule, column }));
  });

  it('says what to write instead', () => {
    const messages = (rule: string) =>
      findings.filter((finding) => finding.rule === rule).map((finding) => finding.message);
    expect(messages('loinc-check-digit')[0]).toContain('2951-2 attendu');
    expect(messages('loinc-date')[0]).toContain('1751-7');
    expect(messages('loinc-retired')).toEqual([
      expect.stringContaining('77147-7'),
      expect.stringContaining('14804-9, 14805-6'),
    ]);
    expect(messages('unit-refused')).toEqual([
      expect.stringContaining('10*9/L'),
      expect.stringContaining('u[IU]/mL'),
    ]);
    expect(messages('overlap')[0]).toContain('ligne 24');
  });

  it('finds nothing wrong in two periods of one code', () => {
    const errors = findings.filter((finding) => codeAt(finding.line) === 'GLYC' && finding.level === 'error');
    expect(errors).toEqual([]);
  });
});

describe('two lines of one code on the same day', () => {
  const overlaps = (...lines: string[]) => {
    const header = 'local_code;local_label;specimen_code;value_type;local_unit;loinc;chapter;status';
    return checkCatalogue(file('c.csv', header, ...lines), tables).filter(({ rule }) => rule === 'overlap')
      .length;
  };
  const mic = 'AMX;Amoxicilline;;SN;mg/L;28-1;18725-2;validated';

  it('are told apart by the kind of value or by the specimen', () => {
    expect(overlaps(mic, 'AMX;Amoxicilline;;CE;;18864-9;18725-2;validated')).toBe(0);
    const potassium = 'K;Potassium;PLAS;NM;mmol/L;2823-3;18719-5;validated';
    expect(overlaps(potassium, 'K;Potassium;UR;NM;mmol/L;2828-2;18729-4;validated')).toBe(0);
  });

  it('overlap otherwise, also when one does not state its kind', () => {
    expect(overlaps(mic, 'AMX;Amoxicilline;;;;18864-9;18725-2;validated')).toBe(1);
    expect(overlaps(mic, mic)).toBe(1);
  });
});

describe('makeCatalogue', () => {
  it('refuses a catalogue with errors, each with its file, line and column', () => {
    const faults = makeCatalogue(traps, tables);
    expect(Array.isArray(faults)).toBe(true);
    expect(faults).toContainEqual(
      expect.objectContaining({
        code: 'CATALOGUE_INVALID',
        position: 'traps.csv, ligne 8, colonne « loinc »',
      }),
    );
  });

  it('accepts the catalogue of loinc/ without error or warning', () => {
    const bytes = readFileSync(`${LOINC_FOLDER}catalogue.csv`);
    const findings = checkCatalogue({ name: 'catalogue.csv', bytes }, tables);
    expect(findings.filter((finding) => finding.level !== 'info')).toEqual([]);
  });
});
