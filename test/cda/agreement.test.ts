import { describe, expect, test } from 'vitest';
import type { Companions, EntryFacts } from '../../src/cda/conformance/agreement.ts';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { buildN1 } from '../../src/cda/n1.ts';
import { typeset } from '../../src/pdf/render.ts';
import { describeDocument } from '../../src/xds/document-entry.ts';
import { aBattery, aChapter, aResult, content, quantity, text } from '../fixtures/build.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { at } from '../fixtures/people.ts';
import { aReport, lipidAndGlucose, REPORTS } from '../fixtures/reports.ts';
import { loadAssets, renderPdf, textOf } from '../pdf/tools.ts';
import { corpus } from './corpus.ts';
import { cdaOf } from './xml-probe.ts';

const NAMES = Object.keys(REPORTS) as (keyof typeof REPORTS)[];
const assets = loadAssets();
const rules = (cda: Uint8Array, companions: Companions): string[] =>
  checkDocument(cda, companions).map(({ rule }) => rule);

function entryOf(cda: Uint8Array): EntryFacts {
  const entry = describeDocument(cda, { confidentiality: ['MASQUE_PS'] });
  if ('cause' in entry) throw new Error(entry.cause);
  return entry;
}

test.each(NAMES)('%s agrees with its metadata and its PDF', (name) => {
  const report = REPORTS[name]();
  const cda = cdaOf(report);
  const pdfText = textOf(renderPdf(report, assets));
  const pdf = samplePdf('Compte rendu');
  expect(checkDocument(cda, { pdf, pdfText, entry: entryOf(cda) })).toEqual([]);
});

test.each(corpus())('%s agrees with what the PDF writer drew', (_, report) => {
  const set = typeset(report, assets);
  if ('code' in set) throw new Error(set.cause);
  expect(checkDocument(cdaOf(report), { pdfText: set.text })).toEqual([]);
});

test('a value of two lines agrees, its method standing beside the second', () => {
  const row = aResult('COUL', 'Couleur des urines', undefined, {
    value: text('Trouble\n10 UFC/mL'),
    method: 'Observation macroscopique',
  });
  const report = aReport({
    chapters: [aChapter('18725-2', 'Microbiologie', content([aBattery('ECBU', 'ECBU', [row])]))],
  });
  expect(checkDocument(cdaOf(report), { pdfText: textOf(renderPdf(report, assets)) })).toEqual([]);
});

test.each(['8,5 (contrôlé)', 'A-B-C/D', 'Escherichia coli + Klebsiella pneumoniae', 'x'.repeat(60)])(
  'a word cut between two lines of a narrow column agrees: %s',
  (said) => {
    const row = aResult('AFP', 'α-fœtoprotéine', undefined, {
      value: text(said),
      unit: 'mL/min/1,73m²',
      ranges: [{ text: '< 0,35 : négatif' }, { text: '0,35 à 0,70 : douteux, à contrôler' }],
      interpretations: ['HH', 'A'],
      previous: [{ value: quantity('8.5'), observedAt: at('202601011000') }],
    });
    const report = aReport({
      chapters: [aChapter('18719-5', 'Biochimie', content([aBattery('B', 'Bilan', [row])]))],
    });
    const set = typeset(report, assets);
    if ('code' in set) throw new Error(set.cause);
    expect(checkDocument(cdaOf(report), { pdfText: set.text })).toEqual([]);
  },
);

describe('what differs is told', () => {
  const cda = cdaOf(lipidAndGlucose());
  const entry = entryOf(cda);
  const pdfText = textOf(renderPdf(lipidAndGlucose(), assets));

  test.each<[string, string, Partial<EntryFacts>]>([
    ['another document', 'AGREE-XDS-ID', { uniqueId: '1.2.3' }],
    ['other bytes', 'AGREE-XDS-BYTES', { hash: '0'.repeat(40) }],
    ['another length', 'AGREE-XDS-BYTES', { size: 1 }],
    ['another date', 'AGREE-XDS-HEADER', { creationTime: '20200101000000' }],
    ['another title', 'AGREE-XDS-HEADER', { title: 'Autre' }],
    ['another type', 'AGREE-XDS-CODE', { typeCode: { ...entry.typeCode, code: '34133-9' } }],
    ['other acts', 'AGREE-XDS-CODE', { eventCodes: [] }],
    ['another patient', 'AGREE-XDS-PATIENT', { patientId: '179035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH' }],
  ])('%s in the metadata', (_, rule, changed) => {
    expect(rules(cda, { entry: { ...entry, ...changed } })).toEqual([rule]);
  });

  test.each([
    ['another name', 'AGREE-PDF-PATIENT', 'PAT-TROIS', 'PAT-QUATRE'],
    ['another date of birth', 'AGREE-PDF-PATIENT', '28/03/1979', '28/03/1978'],
    ['another value', 'AGREE-PDF-RESULT', '4,89', '4,98'],
    ['a result that is missing', 'AGREE-PDF-RESULT', 'Triglycérides', ''],
  ])('%s in the PDF', (_, rule, from, to) => {
    expect(pdfText).toContain(from);
    expect(rules(cda, { pdfText: pdfText.replaceAll(from, to) })).toContain(rule);
  });

  test('another PDF beside the document, N3 or N1', () => {
    const pdf = samplePdf('Autre');
    const n1 = buildN1({ report: lipidAndGlucose(), pdf: samplePdf('Compte rendu') });
    expect(rules(cda, { pdf })).toEqual(['AGREE-PDF-COPY']);
    expect(rules(n1, { pdf })).toEqual(['AGREE-PDF-COPY']);
    expect(rules(n1, { pdf: samplePdf('Compte rendu') })).toEqual([]);
  });
});
