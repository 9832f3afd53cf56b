import { describe, expect, it } from 'vitest';
import { isFaults } from '../../src/report/fault.ts';
import { checkCatalogue, makeCatalogue } from '../../src/terminology/catalogue.ts';
import { readConceptMap } from '../../src/terminology/import/concept-map.ts';
import { readOmop, readUsagi } from '../../src/terminology/import/omop.ts';
import { planMerge, planNative } from '../../src/terminology/import/plan.ts';
import type { ImportReading } from '../../src/terminology/import/proposal.ts';
import { writeImportReport } from '../../src/terminology/import/report.ts';
import { readSegur } from '../../src/terminology/import/segur.ts';
import { checkDigit } from '../../src/terminology/loinc-code.ts';
import type { SourceFile } from '../../src/terminology/source.ts';
import type { Tables } from '../../src/terminology/tables.ts';
import { file, shippedTables } from '../fixtures/terminology/loinc.ts';

const tables = shippedTables();
/** Well formed, its check digit right, issued by nobody. */
const NO_LOINC = `999998-${checkDigit('999998')}`;
const WHO = { by: 'Dr Martin', day: '2026-03-02' };
const HEADER = 'local_code;local_label;value_type;local_unit;loinc;chapter;battery;status;note du labo';
const current = file(
  'catalogue.csv',
  HEADER,
  'NA;Sodium;NM;mmol/L;2951-2;18719-5;IONO;validated;à revoir',
  'K;Potassium;NM;mmol/L;;18719-5;IONO;unmapped;',
  'MAIS;Fait maison;NM;g/L;;MAISON;;unmapped;',
);
const valid = file('catalogue.csv', ...current.bytes.toString().trim().split('\n').slice(0, 3));

/** Columns of LOINC_3, then those of the provider. */
const results = (...rows: string[]) =>
  file(
    'LOINC_6_transcodage_demandes_20260302.csv',
    'Code analyse;Libellé;Synonyme;Grandeur;Code unité;Libellé unité;Temps;Code nature;Libellé nature;Échelle;Technique;NABM;Code LOINC;Libellé LOINC',
    ...rows,
  );
const row = (code: string, loinc: string, unit = 'mmol/L') =>
  `${code};Libellé ${code};;;;${unit};PT;PLAS;Plasma;QN;;1610;${loinc};nom`;

const read = (reading: ImportReading | object): ImportReading => {
  if (isFaults(reading)) throw new Error(JSON.stringify(reading));
  return reading as ImportReading;
};
const segur = (...files: SourceFile[]) => read(readSegur(files, tables));
const rulesOf = (findings: readonly { line: number; level: string; rule: string }[]) =>
  findings.filter(({ level }) => level !== 'info').map(({ line, level, rule }) => `${line} ${level} ${rule}`);
const entryOf = (text: string, code: string, within: Tables = tables) => {
  const catalogue = makeCatalogue({ name: 'c.csv', bytes: Buffer.from(text) }, within);
  if (Array.isArray(catalogue)) throw new Error(JSON.stringify(catalogue));
  return catalogue.entries.get(code)?.[0];
};

describe('LOINC_6, results transcoded by a provider', () => {
  it('codes a known test in the name of who imports, adds a new one, leaves other cells and columns alone', () => {
    const plan = planMerge(segur(results(row('K', '2823-3'), row('NEUF', '2000-8'))), valid, tables, WHO);
    expect(plan).toMatchObject({
      added: ['NEUF'],
      changed: ['K'],
      removed: [],
      refused: [],
      blocking: 0,
      worse: [],
    });
    expect(entryOf(plan.text, 'K')).toMatchObject({
      loinc: '2823-3',
      status: 'validated',
      validatedBy: 'Dr Martin',
      nabm: '1610',
      label: 'Potassium',
    });
    expect(entryOf(plan.text, 'NEUF')).toMatchObject({
      loinc: '2000-8',
      ucum: 'mmol/L',
      specimen: 'PLAS',
      numeric: true,
      chapter: '26436-6',
    });
    expect(plan.text.split('\r\n')[0]).toContain(';note du labo');
    expect(plan.text).toContain('à revoir');
    expect(plan.before).toMatchObject({ codes: 2, mapped: 1 });
    expect(plan.after).toMatchObject({ codes: 3, mapped: 3 });
  });

  it.each([
    ['a date for a code', '01/07/1751', 'loinc-date'],
    ['a wrong check digit', '2823-4', 'loinc-check-digit'],
    ['a code that is no LOINC', NO_LOINC, 'loinc-unknown'],
    ['words', 'potassium', 'loinc-form'],
  ])('refuses %s without stopping the rest', (_, code, rule) => {
    const plan = planMerge(segur(results(row('K', code), row('NEUF', '2000-8'))), valid, tables, WHO);
    expect(rulesOf(plan.findings)).toEqual([`2 error ${rule}`]);
    expect(plan).toMatchObject({ blocking: 0, refused: ['K'], worse: [] });
    expect(entryOf(plan.text, 'K')).toMatchObject({ loinc: '', status: 'unmapped' });
    expect(entryOf(plan.text, 'NEUF')?.loinc).toBe('2000-8');
  });

  it.each([
    ['two codes in one cell', [row('K', '2823-3, 2828-2')]],
    ['two rows of one analysis', [row('K', '2823-3'), row('K', '6298-4')]],
    ['two rows of a new analysis', [row('NEUF', '2823-3'), row('NEUF', '6298-4')]],
  ])('stops the import for several LOINC codes: %s (SGL.LOI.07)', (_, rows) => {
    const plan = planMerge(segur(results(...rows)), valid, tables, WHO);
    expect(plan.blocking).toBe(1);
    expect(plan.findings.filter(({ blocking }) => blocking)).toEqual([
      expect.objectContaining({
        rule: 'loinc-several',
        level: 'error',
        file: expect.stringContaining('LOINC_6'),
      }),
    ]);
  });

  it('reports a code outside the circuit as an error that does not block (SGL.LOI.07)', () => {
    const circuit = { codes: new Set(['2951-2']), terms: new Map(), chapters: [] };
    const within = { ...tables, circuit };
    const reading = read(readSegur([results(row('K', '2823-3'))], within));
    const plan = planMerge(reading, valid, within, WHO);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ level: 'error', rule: 'loinc-circuit', code: 'K', line: 2 }),
    );
    expect(plan.blocking).toBe(0);
    expect(entryOf(plan.text, 'K', within)?.loinc).toBe('2823-3');
  });

  it('keeps what the catalogue has when the proposal does not go with the unit', () => {
    const plan = planMerge(segur(results(row('NA', '718-7'))), valid, tables, WHO);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ line: 2, code: 'NA', rule: 'unit-property', level: 'error' }),
    );
    expect(plan.refused).toEqual(['NA']);
    expect(entryOf(plan.text, 'NA')?.loinc).toBe('2951-2');
  });

  it('brings a new test whose unit contradicts its code without LOINC, and says which was refused', () => {
    const plan = planMerge(segur(results(row('NEUF', '2000-8', 'g/L'))), valid, tables, WHO);
    expect(plan.refused).toEqual(['NEUF']);
    expect(entryOf(plan.text, 'NEUF')).toMatchObject({ loinc: '', status: 'unmapped' });
    expect(plan.text).toContain('LOINC proposé et refusé à l’import : 2000-8');
  });

  it('is read without header, from windows-1252, and under any suffix of its name', () => {
    const bytes = Buffer.from(`${row('K', '2823-3').replace('é', '\u00e9')}\r\n`, 'latin1');
    const reading = segur({ name: 'loinc_6_retour.csv', bytes });
    expect(reading.proposals).toEqual([
      expect.objectContaining({ code: 'K', cells: { loinc: '2823-3', status: 'validated' } }),
    ]);
  });

  it('refuses what is none of the three files', () => {
    const refused = [expect.objectContaining({ code: 'IMPORT_UNRECOGNISED' })];
    expect(readSegur([file('autre.csv', 'a;b', '1;2')], tables)).toEqual(refused);
    expect(readSegur([file('LOINC_6.csv', 'a;b', '1;2')], tables)).toEqual(refused);
    expect(readSegur([file('LOINC_4.csv')], tables)).toEqual(refused);
  });
});

describe('LOINC_4 and LOINC_5, chapters and orders transcoded', () => {
  const CHAPTERS =
    'Code chapitre;Libellé;Code sous-chapitre;Libellé;Code LOINC chapitre;Libellé LOINC;Code LOINC sous-chapitre;Libellé LOINC';
  const ORDERS =
    'Code examen;Libellé examen;Synonyme;Code chapitre;Code sous-chapitre;Nature;NABM;Code analyse;Libellé analyse;Code LOINC;Libellé LOINC';

  it('moves the tests of a chapter, and gives exams the code of their order', () => {
    const plan = planMerge(
      segur(
        file(
          'LOINC_4.csv',
          CHAPTERS,
          'MAISON;Maison;;;18723-7;Hématologie;;',
          '18719-5;Biochimie;;;18723-7;Hématologie;;',
        ),
        file(
          'LOINC_5.csv',
          ORDERS,
          'IONO;Ionogramme;;18719-5;;PLAS;HN;NA;Sodium;24326-1;x',
          'ABSENT;x;;;;;;;;24326-1;x',
        ),
      ),
      current,
      tables,
      WHO,
    );
    expect(entryOf(plan.text, 'MAIS')?.chapter).toBe('18723-7');
    expect(entryOf(plan.text, 'NA')).toMatchObject({ chapter: '18723-7', orderLoinc: '24326-1' });
    expect(entryOf(plan.text, 'K')?.orderLoinc).toBe('24326-1');
    expect(rulesOf(plan.findings)).toEqual(['3 warning exam-unknown']);
    expect(plan.before.errors).toBe(1);
    expect(plan.after.errors).toBe(0);
  });

  it('places a new test under the chapter that LOINC_4 gives', () => {
    const plan = planMerge(
      segur(
        file('LOINC_4.csv', CHAPTERS, 'CH1;Sang;SC1;Num;18723-7;Hématologie;18768-2;NFS'),
        file('LOINC_5.csv', ORDERS, 'NFS;Hémogramme;;CH1;SC1;BLD;1104;GB;Leucocytes;58410-2;x'),
        results('GB;Leucocytes;;;;G/L;PT;BLD;Sang;QN;;1104;6690-2;x'),
      ),
      valid,
      tables,
      WHO,
    );
    expect(entryOf(plan.text, 'GB')).toMatchObject({
      ...{ loinc: '6690-2', chapter: '18723-7', subChapter: '18768-2' },
      ...{ battery: 'NFS', orderLoinc: '58410-2', ucum: '10*9/L', nabm: '1104' },
    });
  });

  it.each([
    ['an unknown chapter', file('LOINC_4.csv', CHAPTERS, 'A;A;;;99999-9;x;;'), '2 error chapter-unknown'],
    [
      'an unknown sub-chapter',
      file('LOINC_4.csv', CHAPTERS, 'A;A;B;B;18719-5;x;99999-9;x'),
      '2 error sub-chapter-unknown',
    ],
    [
      'a waiting code as sub-chapter',
      file('LOINC_4.csv', CHAPTERS, 'A;A;B;B;18719-5;x;600238;x'),
      '2 error sub-chapter-loinc',
    ],
    ['an unknown order', file('LOINC_5.csv', ORDERS, `IONO;x;;;;;;;;${NO_LOINC};x`), '2 error loinc-unknown'],
    [
      'two codes for an exam',
      file('LOINC_5.csv', ORDERS, 'IONO;x;;;;;;NA;x;24326-1;x', 'IONO;x;;;;;;K;x;58410-2;x'),
      '3 error loinc-several',
    ],
  ])('reports %s at its line', (_, source, finding) => {
    const plan = planMerge(segur(source), valid, tables, WHO);
    expect(rulesOf(plan.findings)).toEqual([finding]);
    expect(plan.blocking > 0 || plan.changes.length === 0).toBe(true);
  });
});

describe('OMOP and Usagi', () => {
  const map = file(
    'source_to_concept_map.csv',
    'source_code,source_concept_id,source_vocabulary_id,source_code_description,target_concept_id,target_vocabulary_id,valid_start_date,valid_end_date,invalid_reason',
    'K,0,L,Potassium,3023103,LOINC,2024-01-01,2099-12-31,',
    'NA,0,L,Sodium,3023103,LOINC,20240101,20991231,',
    'X,0,L,Ancien,3023103,LOINC,2020-01-01,2021-12-31,U',
    'Y,0,L,Autre,77,LOINC,2024-01-01,2099-12-31,',
  );
  const concepts = file(
    'CONCEPT.csv',
    'concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\tvalid_start_date',
    '3023103\tPotassium "serum"\tMeasurement\tLOINC\tLab Test\tS\t2823-3\t1970',
    '77\tx\tCondition\tSNOMED\tx\tS\t77\t1970',
  );

  it('refuses a map whose targets cannot be known', () => {
    expect(readOmop(map, undefined, tables)).toEqual([
      expect.objectContaining({ code: 'OMOP_CONCEPTS_MISSING' }),
    ]);
  });

  it('proposes: to review, never over what a biologist validated', () => {
    const plan = planMerge(read(readOmop(map, concepts, tables)), valid, tables, WHO);
    expect(entryOf(plan.text, 'K')).toMatchObject({ loinc: '2823-3', status: 'review' });
    expect(entryOf(plan.text, 'NA')).toMatchObject({ loinc: '2951-2', status: 'validated' });
    expect(rulesOf(plan.findings)).toEqual(['3 warning import-differs', '5 error concept-unknown']);
    expect(plan.added).toEqual(['Y']);
  });

  it('takes the approved lines of Usagi alone', () => {
    const usagi = file(
      'usagi.csv',
      'sourceCode,sourceName,sourceFrequency,matchScore,mappingStatus,conceptId',
      'K,Potassium,10,0.9,APPROVED,3023103',
      'Z,"Zinc, sérum",10,0.9,UNCHECKED,3023103',
    );
    expect(readUsagi(usagi, undefined, tables)).toEqual([
      expect.objectContaining({ code: 'OMOP_CONCEPTS_MISSING' }),
    ]);
    const plan = planMerge(read(readUsagi(usagi, concepts, tables)), valid, tables, WHO);
    expect(plan).toMatchObject({ changed: ['K'], added: [] });
    expect(entryOf(plan.text, 'K')?.status).toBe('validated');
  });
});

describe('a FHIR ConceptMap', () => {
  const map = (...element: object[]): SourceFile => ({
    name: 'map.json',
    bytes: Buffer.from(
      JSON.stringify({ resourceType: 'ConceptMap', group: [{ target: 'http://loinc.org', element }] }),
    ),
  });

  it('validates what is equivalent, leaves the rest to review or unmapped', () => {
    const source = map(
      { code: 'K', target: [{ code: '2823-3', equivalence: 'equivalent' }] },
      { code: 'CA', display: 'Calcium', target: [{ code: '2000-8', equivalence: 'wider' }] },
      { code: 'Z', target: [{ equivalence: 'unmatched' }] },
    );
    const plan = planMerge(read(readConceptMap(source, tables)), valid, tables, WHO);
    expect(['K', 'CA', 'Z'].map((code) => entryOf(plan.text, code)?.status)).toEqual([
      'validated',
      'review',
      'unmapped',
    ]);
    expect(rulesOf(plan.findings)).toEqual(['2 warning mapping-inexact', '2 warning unit-missing']);
  });

  it('stops for two equivalent codes of one test', () => {
    const source = map({
      code: 'K',
      target: [
        { code: '2823-3', equivalence: 'equal' },
        { code: '6298-4', equivalence: 'equal' },
      ],
    });
    expect(planMerge(read(readConceptMap(source, tables)), valid, tables, WHO).blocking).toBe(1);
  });

  it.each(['{', '[]', '{"resourceType":"Patient"}', '{"resourceType":"ConceptMap","group":[]}'])(
    'refuses %s',
    (text) => {
      expect(readConceptMap({ name: 'm', bytes: Buffer.from(text) }, tables)).toEqual([
        expect.objectContaining({ code: 'IMPORT_UNRECOGNISED' }),
      ]);
    },
  );
});

describe('a native catalogue', () => {
  it('replaces the whole; codes that are gone are told', () => {
    const next = file('labo.csv', HEADER, 'K;Potassium;NM;mmol/L;2823-3;18719-5;;validated;');
    const plan = planNative(next, valid, tables, WHO);
    expect(plan).toMatchObject({ removed: ['NA'], changed: ['K'], added: [], blocking: 0 });
    expect(plan.worse).toEqual([]);
    expect(entryOf(plan.text, 'K')?.validatedBy).toBe('Dr Martin');
  });

  it('needs confirmation when it has more errors or maps less', () => {
    const worse = file(
      'labo.csv',
      HEADER,
      'NA;Sodium;NM;mmol/L;2951-3;18719-5;;validated;',
      'K;Potassium;NM;mmol/L;;18719-5;;unmapped;',
      'B;B;NM;g/L;;18719-5;;unmapped;',
    );
    const plan = planNative(worse, valid, tables, WHO);
    expect(plan.worse).toEqual([
      expect.stringContaining('plus d’erreurs : 1, contre 0'),
      expect.stringContaining('33,3 %, contre 50,0 %'),
    ]);
    // The refused code keeps what it had: nothing unusable is ever activated.
    expect(entryOf(plan.text, 'NA')?.loinc).toBe('2951-2');
  });

  it.each([
    [
      'two codes for one test on the same day',
      ['K;P;NM;mmol/L;2823-3;18719-5;;validated;', 'K;P;NM;mmol/L;6298-4;18719-5;;validated;'],
      'overlap',
    ],
    ['two codes in one cell', ['K;P;NM;mmol/L;2823-3 6298-4;18719-5;;validated;'], 'loinc-form'],
  ])('is stopped by %s', (_, lines, rule) => {
    const plan = planNative(file('labo.csv', HEADER, ...lines), valid, tables, WHO);
    expect(plan.findings.filter(({ blocking }) => blocking).map((finding) => finding.rule)).toEqual([rule]);
  });

  it('read again after it was written, changes nothing', () => {
    const first = planNative(current, undefined, tables, WHO);
    const written = { name: 'c.csv', bytes: Buffer.from(first.text) };
    const again = planNative(written, written, tables, WHO);
    expect(again.changes).toEqual([]);
    expect(again.text).toBe(first.text);
    expect(checkCatalogue(written, tables).filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe("the rapport d'import", () => {
  it('has the counts, then a line a finding with file, line, code, column, level, rule and message', () => {
    const plan = planMerge(segur(results(row('K', '2823-3; 6298-4'.replace(';', ',')))), valid, tables, WHO);
    const { before, after } = plan;
    const counts = { added: 0, changed: 0, removed: 0, refused: 1 };
    const summary = {
      format: 'segur',
      sources: ['LOINC_6.csv'],
      at: '02/03/2026 08:00',
      by: '',
      rows: 1,
      ...counts,
      before,
      after,
      outcome: 'essai',
    };
    const lines = writeImportReport(summary, plan.findings).split('\r\n');
    expect(lines[0]).toBe("\uFEFFRapport d'import;segur");
    expect(lines).toContain('Erreurs bloquantes;1');
    expect(lines).toContain('Codes transcodés avant;"1 sur 2 (50,0 %)"');
    const finding = lines.find((line) => line.includes('loinc-several'));
    expect(finding).toBe(
      'LOINC_6_transcodage_demandes_20260302.csv;2;K;Code LOINC;erreur bloquante;loinc-several;"plusieurs codes LOINC pour une analyse : 2823-3, 6298-4."',
    );
  });
});
