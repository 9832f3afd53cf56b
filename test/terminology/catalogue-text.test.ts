import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { makeCatalogue } from '../../src/terminology/catalogue.ts';
import { loadCatalogue } from '../../src/terminology/catalogue-file.ts';
import { readCatalogueText } from '../../src/terminology/catalogue-text.ts';
import { file, LOINC_FOLDER, shippedTables } from '../fixtures/terminology/loinc.ts';

const tables = shippedTables();
const french = [
  'Code analyse;Libellé;Nature échantillon;Type;Unité;LOINC;Unité UCUM;2e unité;LOINC 2;Facteur;Chapitre;Statut;Date début',
  'CREA;Créatinine;PLAS;NM;µmol/L;14682-9;;mg/L;2160-0;0,11312;18719-5;validated;01/01/2024',
];

describe('the catalogue as a spreadsheet saves it', () => {
  it.each([
    ['UTF-8', Buffer.from(french.join('\n'))],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${french.join('\n')}`)],
    ['windows-1252 with CRLF', iconv.encode(french.join('\r\n'), 'win1252')],
    ['tabs', Buffer.from(french.join('\n').replaceAll(';', '\t'))],
    [
      'commas and quotes',
      Buffer.from(french.join('\n').replace('0,11312', '"0,11312"').replaceAll(';', ',')),
    ],
  ])('is read in %s', (_, bytes) => {
    const catalogue = makeCatalogue({ name: 'labo.csv', bytes }, tables);
    if (Array.isArray(catalogue)) throw new Error(JSON.stringify(catalogue));
    expect(catalogue.entries.get('CREA')).toEqual([
      expect.objectContaining({
        label: 'Créatinine',
        printedUnit: 'µmol/L',
        ucum: 'umol/L',
        validFrom: '20240101',
        validTo: '99999999',
        second: { loinc: '2160-0', printedUnit: 'mg/L', ucum: 'mg/L', factor: '0.11312', offset: '0' },
      }),
    ]);
  });

  it('emits nothing when no column says that a biologist validated', () => {
    const { findings } = readCatalogueText(
      file('labo.csv', 'code;libelle;loinc;chapitre', 'K;Potassium;2823-3;18719-5'),
    );
    expect(findings).toEqual([
      expect.objectContaining({ level: 'warning', rule: 'column-missing', column: 'status' }),
    ]);
  });

  it('names the line of a quote that is never closed, a column given twice, a missing column', () => {
    const rules = (...lines: string[]) =>
      readCatalogueText(file('labo.csv', ...lines)).findings.map(({ line, rule }) => `${line} ${rule}`);
    expect(rules('local_code;local_label', 'K;"Potassium')[0]).toMatch(/^\d+ csv$/);
    expect(rules('Code;Code local;Libellé;LOINC;Chapitre;Statut')).toContain('1 column-twice');
    expect(rules('Code;Libellé;Statut')).toEqual(['1 column-missing', '1 column-missing']);
    expect(rules('')).toEqual(['1 csv']);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => makeCatalogue({ name: 'x', bytes }, tables)).not.toThrow();
      }),
    );
  });
});

describe('loadCatalogue', () => {
  it('names the file that is missing', () => {
    expect(loadCatalogue('/nowhere/catalogue.csv', LOINC_FOLDER)).toEqual([
      expect.objectContaining({ code: 'TABLE_MISSING', position: '/nowhere/catalogue.csv' }),
    ]);
    const faults = loadCatalogue('/nowhere/catalogue.csv', '/nowhere');
    expect(faults).toContainEqual(
      expect.objectContaining({ code: 'TABLE_MISSING', position: 'chapters.tsv' }),
    );
  });
});
