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

describe('one line', () => {
  const HEADER =
    'local_code;local_label;value_type;local_unit;loinc;chapter;status;local_unit_2;loinc_2;factor_2;waiting_code;waiting_label;accredited';
  const rules = (line: string) =>
    checkCatalogue(file('c.csv', HEADER, line), tables)
      .filter(({ level }) => level !== 'info')
      .map(({ level, rule }) => `${level} ${rule}`);

  it.each([
    ['ASAT P5P', '1920-8', []],
    ['ASAT avec P5P', '30239-8', []],
    ['ASAT sans P5P', '30239-8', ['warning method']],
  ])('%s on %s: the method that a label claims', (label, loinc, expected) => {
    expect(rules(`A;${label};NM;UI/L;${loinc};18719-5;validated`)).toEqual(expected);
  });

  it.each([
    ['CRP us', ['warning method']],
    ['CRP µs', ['warning method']],
    ['CRP ultrasensible', ['warning method']],
    ['Plus de CRP', []],
  ])('%s on a code without high sensitivity', (label, expected) => {
    expect(rules(`A;${label};NM;mg/L;1988-5;18719-5;validated`)).toEqual(expected);
  });

  it('wants two units to be those of one result: mole and mass, not two tests', () => {
    const pair = (loinc2: string, unit2: string, factor: string) =>
      rules(`A;Magnésium;NM;mmol/L;2601-3;18719-5;validated;${unit2};${loinc2};${factor}`);
    expect(pair('19123-9', 'mg/L', '24.305')).toEqual([]);
    expect(pair('6690-2', 'G/L', '1')).toEqual(['error unit-pair']);
    expect(pair('19123-9', 'mg/L', '2.43')).toEqual(['error factor']);
  });

  it('wants a printed unit that the code can have, before it looks for the emitted one', () => {
    expect(rules('A;Magnésium;NM;mg/L;2601-3;18719-5;validated')).toEqual(['error unit-property']);
    expect(rules('A;Ferritine;NM;;2276-4;18719-5;validated')).toEqual(['error unit-missing']);
    expect(rules('A;Ferritine;NM;;2276-4;18719-5;review')).toEqual(['warning unit-missing']);
  });

  it('wants a waiting code with its label, and accreditation as yes or no', () => {
    const waiting = (code: string, label: string, accredited = '') =>
      rules(`A;Analyse;NM;g/L;;18719-5;waiting;;;;${code};${label};${accredited}`);
    expect(waiting('123456', 'Analyse en attente', 'oui')).toEqual(['warning waiting']);
    expect(waiting('123456', '')).toEqual(['error waiting-label', 'warning waiting']);
    expect(waiting('12-X', 'x')).toEqual(['error waiting-form', 'warning waiting']);
    expect(waiting('', '', 'peut-être')).toEqual(['error accredited', 'warning waiting']);
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
