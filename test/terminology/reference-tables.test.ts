import { describe, expect, it } from 'vitest';
import { isFaults } from '../../src/report/fault.ts';
import { checkCatalogue } from '../../src/terminology/catalogue.ts';
import { parseCircuit, withChapters, withCircuit } from '../../src/terminology/circuit.ts';
import { readCircuitWorkbook } from '../../src/terminology/import/circuit-workbook.ts';
import { readLoincRelease } from '../../src/terminology/import/loinc-release.ts';
import { parseLoincTable, parseRetiredCodes } from '../../src/terminology/loinc.ts';
import type { SourceFile } from '../../src/terminology/source.ts';
import type { Tables } from '../../src/terminology/tables.ts';
import { file, shippedTables } from '../fixtures/terminology/loinc.ts';
import { circuitSheets, workbook } from '../fixtures/terminology/workbook.ts';

const tables = shippedTables();
const SODIUM = [
  '2951-2',
  'Sodium [Moles/Volume] Sérum/Plasma ; Numérique',
  'Moles/Volume',
  'Sérum/Plasma',
  'Numérique',
] as const;
const NEW = [
  '99999-9',
  'Analyse nouvelle [Présence/Seuil] Sang ; Qualitatif',
  'Présence/Seuil',
  'Sang',
  'Qualitatif',
] as const;

async function circuitTables(source: SourceFile): Promise<Tables> {
  const read = await readCircuitWorkbook(source, tables);
  if (!('text' in read)) throw new Error(JSON.stringify(read));
  const circuit = parseCircuit({ name: read.table, bytes: Buffer.from(read.text) });
  if (isFaults(circuit)) throw new Error(JSON.stringify(circuit));
  return {
    ...tables,
    circuit,
    loinc: withCircuit(tables.loinc, circuit),
    chapters: withChapters(tables.chapters, circuit),
  };
}

describe('the workbook of the circuit de la biologie', () => {
  it('is read by its headers below the extra row, French axes becoming LOINC values', async () => {
    const source = await workbook('LOINCFR.xlsx', circuitSheets(SODIUM, NEW));
    const read = await readCircuitWorkbook(source, tables);
    expect(read).toMatchObject({ table: 'circuit.tsv', rows: 2, release: '1.1.19' });
    const { circuit, loinc, chapters } = await circuitTables(source);
    expect([...(circuit?.codes ?? [])]).toEqual(['2951-2', '99999-9']);
    expect(loinc.get('2951-2')).toMatchObject({
      display: SODIUM[1],
      property: 'SCnc',
      exampleUnits: ['mmol/L'],
    });
    expect(loinc.get('99999-9')).toMatchObject({
      display: NEW[1],
      property: 'PrThr',
      time: 'Pt',
      system: 'Bld',
      scale: 'Ord',
    });
    expect(chapters.get('99001-9')?.coding).toEqual({
      code: '99001-9',
      system: '2.16.840.1.113883.6.1',
      display: 'Chapitre nouveau',
    });
  });

  it('takes a header given by hand, and reports lines that are no code or come twice', async () => {
    const sheets = circuitSheets(SODIUM, SODIUM, ['abc', 'x', '', '', '']).map((sheet) => ({
      ...sheet,
      rows: sheet.rows.map((row) => row.map((cell) => (cell === 'Code' ? 'Identifiant' : cell))),
    }));
    const source = await workbook('c.xlsx', sheets);
    expect(await readCircuitWorkbook(source, tables)).toEqual([
      expect.objectContaining({ code: 'IMPORT_UNRECOGNISED', cause: expect.stringContaining('code') }),
    ]);
    const read = await readCircuitWorkbook(source, tables, { code: 'identifiant' });
    expect('findings' in read && read.findings.map(({ line, rule }) => `${line} ${rule}`)).toEqual([
      '4 circuit-twice',
      '5 loinc-form',
    ]);
  });

  it.each([
    ['no sheet of that name', [{ name: 'Feuil1', rows: [['Code']] }], 'Feuil1'],
    ['an empty set', circuitSheets(), 'sans code LOINC'],
  ])('is refused with %s', async (_, sheets, cause) => {
    const read = await readCircuitWorkbook(await workbook('c.xlsx', sheets), tables);
    expect(read).toEqual([
      expect.objectContaining({ code: 'IMPORT_UNRECOGNISED', cause: expect.stringContaining(cause) }),
    ]);
  });

  it('makes membership a warning, and keeps a retired code that it still has', async () => {
    const retired = ['33914-3', 'DFG MDRD [Volume/Temps]', '', '', 'Numérique'] as const;
    const withSet = await circuitTables(await workbook('c.xlsx', circuitSheets(SODIUM, retired)));
    const lines = file(
      'c.csv',
      'local_code;local_label;value_type;local_unit;loinc;chapter;status',
      'NA;Sodium;NM;mmol/L;2951-2;18719-5;validated',
      'K;Potassium;NM;mmol/L;2823-3;18719-5;validated',
      'DFG;DFG MDRD;NM;mL/min/1,73m²;33914-3;18719-5;validated',
    );
    const found = checkCatalogue(lines, withSet).map(({ line, level, rule }) => `${line} ${level} ${rule}`);
    expect(found).toEqual(['3 warning loinc-circuit', '4 warning loinc-retired']);
    expect(checkCatalogue(lines, withSet).at(-1)?.message).toContain('encore émis');
  });
});

describe('a LOINC release', () => {
  const HEADER =
    '"LOINC_NUM","COMPONENT","PROPERTY","TIME_ASPCT","SYSTEM","SCALE_TYP","METHOD_TYP","CLASS","VersionLastChanged","STATUS","CLASSTYPE","ORDER_OBS","LONG_COMMON_NAME","EXAMPLE_UCUM_UNITS"';

  it('keeps laboratory terms, their content as it is, and the French labels already known', () => {
    const source = file(
      'Loinc.csv',
      HEADER,
      '"2951-2","Sodium","SCnc","Pt","Ser/Plas","Qn","","CHEM","2.73","ACTIVE","1","Both","Sodium [Moles/volume] in Serum or Plasma","mmol/L"',
      '"718-7","Hemoglobin","MCnc","Pt","Bld","Qn","","HEM/BC","2.9","ACTIVE","1","Both","Hemoglobin [Mass/volume] in Blood","g/dL"',
      '"8302-2","Body height","Len","Pt","^Patient","Qn","","BDYHGT.ATOM","2.80","ACTIVE","2","Observation","Body height, ""standing""","cm"',
    );
    const read = readLoincRelease(source, tables);
    if (!('text' in read)) throw new Error(JSON.stringify(read));
    expect(read).toMatchObject({ table: 'loinc-fr-biology.tsv', rows: 2, release: '2.73' });
    const table = parseLoincTable({ name: read.table, bytes: Buffer.from(read.text) });
    if (isFaults(table)) throw new Error(JSON.stringify(table));
    expect([...table.keys()]).toEqual(['2951-2', '718-7']);
    expect(table.get('718-7')?.display).toBe(tables.loinc.get('718-7')?.display);
    expect(table.get('2951-2')).toMatchObject({ component: 'Sodium', property: 'SCnc', status: 'ACTIVE' });
  });

  it('reads MapTo.csv, several targets of one code included', () => {
    const read = readLoincRelease(
      file('MapTo.csv', 'LOINC,MAP_TO,COMMENT', '2532-0,14804-9,"Lactate, to"', '2532-0,14805-6,'),
      tables,
    );
    if (!('text' in read)) throw new Error(JSON.stringify(read));
    const retired = parseRetiredCodes({ name: read.table, bytes: Buffer.from(read.text) });
    expect(retired).toEqual(new Map([['2532-0', ['14804-9', '14805-6']]]));
  });

  it('refuses another CSV', () => {
    expect(readLoincRelease(file('x.csv', 'a,b', '1,2'), tables)).toEqual([
      expect.objectContaining({ code: 'IMPORT_UNRECOGNISED' }),
    ]);
  });
});
