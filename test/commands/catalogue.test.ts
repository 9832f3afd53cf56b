import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCatalogueFile } from '../../src/commands/catalogue.ts';
import { showCoverage } from '../../src/commands/catalogue-coverage.ts';
import { exportCatalogue } from '../../src/commands/catalogue-export.ts';
import { rollback, showHistory } from '../../src/commands/catalogue-history.ts';
import { importCatalogue } from '../../src/commands/catalogue-import.ts';
import type { ImportFormat, ImportOptions } from '../../src/commands/catalogue-import-job.ts';
import { type SetOptions, setCatalogueCode } from '../../src/commands/catalogue-set.ts';
import { suggestCodes } from '../../src/commands/catalogue-suggest.ts';
import type { Output } from '../../src/commands/output.ts';
import { loadCatalogue } from '../../src/terminology/catalogue-file.ts';
import { LOINC_FOLDER } from '../fixtures/terminology/loinc.ts';
import { circuitSheets, workbook } from '../fixtures/terminology/workbook.ts';

const NOW = new Date('2026-03-02T08:05:00+01:00');
const INPUTS = join(LOINC_FOLDER, '..', 'config', 'demo', 'inputs');

let folder: string;
let path: string;
let out: string[];
let err: string[];
let output: Output;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  path = join(folder, 'catalogue.csv');
  copyFileSync(join(LOINC_FOLDER, 'catalogue.csv'), path);
  chmodSync(path, 0o644);
  [out, err] = [[], []];
  output = { out: (line) => out.push(line), err: (line) => err.push(line) };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a file beside the catalogue. @returns its path */
function put(name: string, ...lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.join('\n'));
  return file;
}

const options = (more: Partial<ImportOptions> & { from: ImportFormat }): ImportOptions => ({
  catalogue: path,
  ...more,
});
const loincOf = (code: string) => {
  const catalogue = loadCatalogue(path, LOINC_FOLDER);
  if (Array.isArray(catalogue)) throw new Error(JSON.stringify(catalogue));
  return catalogue.entries.get(code)?.at(-1)?.loinc;
};
const results = (code: string, loinc: string) =>
  put('LOINC_6_retour.csv', `${code};Libellé;;;;mmol/L;PT;SER;Sérum;QN;;HN;${loinc};nom`);

describe('crbio catalogue import', () => {
  it('changes nothing without --apply, and shows the report', async () => {
    const before = readFileSync(path);
    expect(await importCatalogue(output, options({ from: 'segur' }), [results('NEUF', '2000-8')], NOW)).toBe(
      0,
    );
    expect(out.join('\n')).toContain('Analyses ajoutées : 1');
    expect(out.join('\n')).toContain('essai : rien n’a été modifié');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(join(folder, 'catalogue.versions'))).toBe(false);
  });

  it('says all but the messages of the findings in English when asked', async () => {
    const english = { ...options({ from: 'segur' }), lang: 'en' };
    const file = join(folder, 'rapport.csv');
    const two = put(
      'LOINC_6_retour.csv',
      'NEUF;Neuf;;;;mmol/L;PT;SER;Sérum;QN;;HN;2000-8;nom',
      'K;K;;;;mmol/L;PT;SER;Sérum;QN;;HN;2823-4;nom',
    );
    expect(await importCatalogue(output, { ...english, report: file }, [two], NOW)).toBe(1);
    const shown = out.join('\n');
    expect(shown).toContain('Import report: LOINC_6_retour.csv (segur)');
    expect(shown).toContain('  Tests added: 1');
    expect(shown).toMatch(/Codes mapped before: \d+ of \d+ \(\d+\.\d%\)/);
    expect(shown).toMatch(/K .* error .*\[loinc-check-digit\]/);
    expect(shown).toContain('Outcome: dry run: nothing was changed');
    expect(shown).not.toMatch(/ajoutée|erreur|essai|Issue/);
    // The file is for the laboratory and its auditors.
    expect(readFileSync(file, 'utf8')).toContain('Analyses ajoutées;1');
    out.length = 0;
    const apply = { ...options({ from: 'loinc', apply: true, by: 'x' }), lang: 'en' };
    const table = put('MapTo.csv', 'LOINC,MAP_TO,COMMENT', '2532-0,14804-9,');
    await importCatalogue(output, apply, [table], NOW);
    expect(out[0]).toMatch(/^loinc-map-to\.tsv: \d+ lines.*; \d+ new remark\(s\); .* — 02\/03\/2026/);
  });

  it('activates a version that the daemon can load, with its report, its author and its source', async () => {
    const report = join(folder, 'rapport.csv');
    const apply = options({ from: 'segur', apply: true, by: 'Dr Martin', reason: 'circuit', report });
    expect(await importCatalogue(output, apply, [results('NEUF', '2000-8')], NOW)).toBe(0);
    expect(loincOf('NEUF')).toBe('2000-8');
    const versions = join(folder, 'catalogue.versions');
    expect(readFileSync(join(versions, '0002.rapport-import.csv'), 'utf8')).toBe(
      readFileSync(report, 'utf8'),
    );
    const act = JSON.parse(readFileSync(join(versions, '0002.json'), 'utf8'));
    expect(act).toMatchObject({
      by: 'Dr Martin',
      action: 'import',
      format: 'segur',
      at: '2026-03-02T07:05:00.000Z',
    });
    expect(act.sources).toEqual([
      { name: 'LOINC_6_retour.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(act.changes).toContainEqual({ code: 'NEUF', column: 'validated_by', from: '', to: 'Dr Martin' });
  });

  it('asks who applies', async () => {
    expect(
      await importCatalogue(output, options({ from: 'segur', apply: true }), [results('K', '2823-3')], NOW),
    ).toBe(2);
    expect(err.join()).toContain('[AUTHOR_MISSING]');
  });

  it('is stopped by several LOINC codes of one analysis, --force or not', async () => {
    const forced = options({ from: 'segur', apply: true, force: true, by: 'x' });
    expect(await importCatalogue(output, forced, [results('K', '2823-3 6298-4')], NOW)).toBe(1);
    expect(out.join('\n')).toMatch(/LOINC_6_retour\.csv:1 K .* erreur bloquante .*\[loinc-several\]/);
    expect(loincOf('K')).toBe('2823-3');
    expect(existsSync(join(folder, 'catalogue.versions'))).toBe(false);
  });

  it('activates what is worse only with --force', async () => {
    const worse = put(
      'labo.csv',
      'local_code;local_label;value_type;local_unit;loinc;chapter;status',
      'K;Potassium;NM;mmol/L;2823-3;18719-5;validated',
      'B;B;NM;g/L;;18719-5;unmapped',
    );
    const apply = options({ from: 'native', apply: true, by: 'Dr Martin' });
    expect(await importCatalogue(output, apply, [worse], NOW)).toBe(1);
    expect(loincOf('NA')).toBe('2951-2');
    expect(await importCatalogue(output, { ...apply, force: true }, [worse], NOW)).toBe(0);
    expect(loincOf('NA')).toBeUndefined();
    expect(await rollback(output, { catalogue: path, by: 'Dr Martin', reason: '' }, '1', NOW)).toBe(0);
    expect(loincOf('NA')).toBe('2951-2');
  });

  it('loads the circuit beside the catalogue, and tells what the checks then say', async () => {
    const { bytes } = await workbook(
      'c.xlsx',
      circuitSheets([
        '2951-2',
        'Sodium [Moles/Volume] Sérum/Plasma ; Numérique',
        'Moles/Volume',
        'Sérum/Plasma',
        'Numérique',
      ]),
    );
    writeFileSync(join(folder, 'circuit.xlsx'), bytes);
    const apply = options({ from: 'circuit', apply: true, by: 'Dr Martin' });
    expect(await importCatalogue(output, apply, [join(folder, 'circuit.xlsx')], NOW)).toBe(0);
    expect(out[0]).toMatch(/^circuit\.tsv : 1 lignes, version 1\.1\.19 ; \d+ remarque/);
    expect(out.join('\n')).toContain(
      'K : le code LOINC 2823-3 est absent du circuit de la biologie. [loinc-circuit]',
    );
    expect(readdirSync(join(folder, 'circuit.versions'))).toContain('0001.tsv');
    // Now membership is judged: an error that does not block.
    out.length = 0;
    expect(
      await importCatalogue(
        output,
        options({ from: 'segur', apply: true, by: 'x' }),
        [results('NEUF', '2000-8')],
        NOW,
      ),
    ).toBe(0);
    expect(out.join('\n')).toContain('[loinc-circuit]');
    expect(loincOf('NEUF')).toBe('2000-8');
  });

  it('refuses a LOINC table without which the catalogue would not start', async () => {
    const table = put(
      'Loinc.csv',
      'LOINC_NUM,COMPONENT,PROPERTY,TIME_ASPCT,SYSTEM,SCALE_TYP,METHOD_TYP,CLASS,CLASSTYPE,STATUS,ORDER_OBS,LONG_COMMON_NAME,EXAMPLE_UCUM_UNITS',
      '2951-2,Sodium,SCnc,Pt,Ser/Plas,Qn,,CHEM,1,ACTIVE,Both,Sodium,mmol/L',
    );
    expect(
      await importCatalogue(output, options({ from: 'loinc', apply: true, by: 'x' }), [table], NOW),
    ).toBe(1);
    expect(out[0]).toContain('refusé : plus d’erreurs dans le catalogue');
    expect(existsSync(join(folder, 'loinc-fr-biology.tsv'))).toBe(false);
    expect(loincOf('K')).toBe('2823-3');
  });

  it.each([
    ['omop', 'OMOP_CONCEPTS_MISSING', ['source_code,source_code_description,target_concept_id', 'K,x,1']],
    ['usagi', 'IMPORT_UNRECOGNISED', ['a,b']],
    ['conceptmap', 'IMPORT_UNRECOGNISED', ['{}']],
    ['circuit', 'WORKBOOK_UNREADABLE', ['PK']],
    ['segur', 'IMPORT_UNRECOGNISED', ['a;b']],
    ['loinc', 'IMPORT_UNRECOGNISED', ['a,b', '1,2']],
  ] as const)('refuses for %s a file that it does not recognise: %s', async (from, code, lines) => {
    expect(
      await importCatalogue(output, options({ from, apply: true, by: 'x' }), [put('f', ...lines)], NOW),
    ).toBe(1);
    expect(err.join('\n')).toContain(`[${code}]`);
    expect(loincOf('K')).toBe('2823-3');
  });

  it('names a file that is not there (exit 2), and gives JSON on demand', async () => {
    expect(await importCatalogue(output, options({ from: 'segur' }), [join(folder, 'rien.csv')], NOW)).toBe(
      2,
    );
    expect(err.join()).toContain('[FILE_MISSING]');
    await importCatalogue(output, options({ from: 'segur', json: true }), [results('K', '2823-4')], NOW);
    const [finding, summary] = out.map((line) => JSON.parse(line));
    expect(finding).toMatchObject({
      file: 'LOINC_6_retour.csv',
      line: 1,
      code: 'K',
      level: 'error',
      rule: 'loinc-check-digit',
    });
    expect(summary.summary).toMatchObject({ rows: 1, refused: 1 });
  });
});

describe('crbio catalogue set, history', () => {
  const set = (code: string, more: Partial<SetOptions>) =>
    setCatalogueCode(
      output,
      { catalogue: path, by: 'Dr Martin', reason: 'circuit 1.1.19', ...more },
      code,
      NOW,
    );

  it('changes a code, keeps who, when and why, and shows it', async () => {
    expect(await set('VIH', { loinc: '56888-1' })).toBe(0);
    expect(loincOf('VIH')).toBe('56888-1');
    out.length = 0;
    expect(await showHistory(output, { catalogue: path, json: true }, 'VIH')).toBe(0);
    expect(out.map((line) => JSON.parse(line))).toContainEqual({
      ...{ version: 2, at: '2026-03-02T07:05:00.000Z', by: 'Dr Martin', reason: 'circuit 1.1.19' },
      ...{ code: 'VIH', column: 'loinc', from: '75666-8', to: '56888-1' },
    });
    out.length = 0;
    await showHistory(output, { catalogue: path }, undefined);
    expect(out).toHaveLength(3);
    expect(out[2]).toMatch(/^2 \* +02\/03\/2026 08:05 +modification +Dr Martin/);
  });

  it('leaves every other cell of the file as it was', async () => {
    await set('K', { comment: 'relu' });
    const catalogue = loadCatalogue(path, LOINC_FOLDER);
    const shipped = loadCatalogue(join(LOINC_FOLDER, 'catalogue.csv'), LOINC_FOLDER);
    if (Array.isArray(catalogue) || Array.isArray(shipped)) throw new Error('refused');
    expect(catalogue.entries).toEqual(shipped.entries);
  });

  it('refuses a change that brings an error, an unknown code, no change, and names each', async () => {
    expect(await set('K', { loinc: '718-7' })).toBe(1);
    expect(err.join('\n')).toContain('[unit-property]');
    expect(await set('RIEN', { loinc: '718-7' })).toBe(1);
    expect(err.join('\n')).toContain('[CODE_UNKNOWN]');
    expect(await set('K', {})).toBe(2);
    expect(await set('K', { loinc: '2823-3', validFrom: 'demain' })).toBe(2);
    expect(existsSync(join(folder, 'catalogue.versions'))).toBe(false);
  });

  it('refuses to go back to a version that is not there', async () => {
    expect(await rollback(output, { catalogue: path, by: 'x', reason: '' }, '7', NOW)).toBe(1);
    expect(err.join()).toContain('[VERSION_UNKNOWN]');
  });
});

describe('crbio catalogue check, export, coverage, suggest', () => {
  it('check says the mapped share', async () => {
    expect(await checkCatalogueFile(output, {}, path)).toBe(0);
    expect(out.at(-2)).toBe('232 codes transcodés sur 233 (99,6 %)');
  });

  it('export writes three files, or the native catalogue that imports without a change', async () => {
    const exported = join(folder, 'export');
    expect(await exportCatalogue(output, { catalogue: path, format: 'segur', out: exported }, NOW)).toBe(0);
    expect(await exportCatalogue(output, { catalogue: path, format: 'native', out: exported }, NOW)).toBe(0);
    expect(readdirSync(exported).sort()).toEqual([
      'LOINC_1_export_chapitres_20260302.csv',
      'LOINC_2_export_demandes_20260302.csv',
      'LOINC_3_export_resultats_20260302.csv',
      'catalogue_20260302.csv',
    ]);
    out.length = 0;
    await importCatalogue(
      output,
      options({ from: 'native', apply: true, by: 'x' }),
      [join(exported, 'catalogue_20260302.csv')],
      NOW,
    );
    expect(out.join('\n')).toContain('Issue : rien à modifier');
  });

  it('coverage reads a feed, refuses what it cannot read, and lists what is not coded', async () => {
    expect(await showCoverage(output, { catalogue: path, json: true }, [INPUTS])).toBe(1);
    const [total, ...tests] = out.map((line) => JSON.parse(line));
    expect(total.codedResults).toBeLessThan(total.results);
    expect(total).toMatchObject({ rejected: 1 });
    expect(tests).toContainEqual(
      expect.objectContaining({ code: 'AMH', unit: 'pmol/L', reasons: ['CODE_UNMAPPED'] }),
    );
    expect(err.join()).toContain('12-fichier-illisible.hl7');
  });

  it('suggest shows candidates and why for a code of the catalogue or of a feed, and changes nothing', async () => {
    const before = readFileSync(path);
    expect(await suggestCodes(output, { catalogue: path, limit: '3' }, 'VIH')).toBe(0);
    expect(out[0]).toContain('VIH — Dépistage VIH');
    expect(out.join('\n')).toMatch(/libellé \d+, unité \d+, échantillon \d+, échelle \d+/);
    expect(out.at(-1)).toContain('le biologiste choisit');
    out.length = 0;
    expect(
      await suggestCodes(
        output,
        { catalogue: path, limit: '3', all: true, json: true, input: [INPUTS] },
        undefined,
      ),
    ).toBe(0);
    expect(out.map((line) => JSON.parse(line).code)).toEqual(expect.arrayContaining(['VIH', 'AMH']));
    expect(await suggestCodes(output, { catalogue: path, limit: '3' }, 'RIEN')).toBe(1);
    expect(await suggestCodes(output, { catalogue: path, limit: '3' }, undefined)).toBe(2);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
