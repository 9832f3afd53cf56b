import { describe, expect, test } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import { readCdaTree } from '../../src/intake/cda-tree.ts';
import type { SubcontractedReport } from '../../src/intake/subcontracted-cda.ts';
import { readSubcontractedCda } from '../../src/intake/subcontracted-cda.ts';
import type { Report } from '../../src/report/report.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { BIOLOGIST, DIRECTOR, LABORATORY } from '../fixtures/people.ts';
import { REPORTS } from '../fixtures/reports.ts';

/** A report of ours stands for one of a subcontractor: what it says must come back. */
function readBack(report: Report): SubcontractedReport {
  const read = readSubcontractedCda(buildCda({ report, pdf: samplePdf('x') }));
  if ('cause' in read) throw new Error(read.cause);
  return read;
}

const contents = ({ chapters }: Report) =>
  chapters.flatMap(({ body }) =>
    body.kind === 'leaf' ? [body.content] : body.subChapters.map((sub) => sub.content),
  );

const comparable = (
  list: readonly { local: { code: string; label: string }; status: string; value?: unknown }[],
) => list.map(({ local, value }) => [local.code, local.label, value]);

test.each(['lipidAndGlucose', 'bloodCount', 'tshWithPrevious', 'severalChapters', 'serology'] as const)(
  '%s: every result comes back with its code, its name and its digits',
  (name) => {
    const report = REPORTS[name]();
    const sent = contents(report).flatMap(({ batteries }) => batteries.flatMap(({ results }) => results));
    const back = readBack(report).exams.flatMap(({ results }) => results);
    expect(comparable(back.filter(({ value }) => value?.kind === 'quantity'))).toEqual(
      comparable(sent.filter(({ value }) => value?.kind === 'quantity')),
    );
    expect(back.map(({ ranges }) => ranges[0]?.low)).toEqual(sent.map(({ ranges }) => ranges[0]?.low));
    expect(back.map(({ previous }) => previous)).toEqual(sent.map(({ previous }) => previous));
    expect(back.map(({ interpretations }) => interpretations)).toEqual(
      sent.map(({ interpretations }) => interpretations),
    );
    expect(back.map(({ sentLoinc }) => sentLoinc)).toEqual(sent.map(({ coding }) => coding.loinc?.code));
  },
);

test('comparators, titres, ranges and quotients keep their form', () => {
  const values = Object.fromEntries(
    readBack(REPORTS.comparators()).exams.flatMap(({ results }) =>
      results.map(({ local, value }) => [local.code, value]),
    ),
  );
  expect(values).toMatchObject({
    AAN: { kind: 'titre', dilution: '320' },
    DNA: { kind: 'titre', dilution: '10', comparator: '<' },
    CRP: { kind: 'quantity', lexical: '1.0', comparator: '<' },
    BNP: { kind: 'quantity', lexical: '35000', comparator: '>=' },
    GRU: { kind: 'range', low: '5', high: '10' },
    RAP: { kind: 'ratio', numerator: '3', denominator: '2' },
  });
});

test('coded answers, texts and cancelled tests come back with what was read', () => {
  const coded = readBack(REPORTS.cervicalScreening()).exams.flatMap(({ results }) => results);
  expect(coded[0]?.value).toMatchObject({ kind: 'coded', coding: { code: '1269497006' } });
  const others = readBack(REPORTS.textAndCoded()).exams.flatMap(({ results }) => results);
  expect(others.find(({ local }) => local.code === 'RAI')?.value).toEqual({
    kind: 'text',
    text: 'Négative.\nProchaine recherche selon le terme.',
  });
  const cancelled = others.find(({ local }) => local.code === 'TP');
  expect(cancelled).toMatchObject({
    status: 'cancelled',
    comments: [expect.stringContaining('non réalisé')],
  });
  expect(cancelled?.value).toBeUndefined();
});

test('a culture comes back with its germ, its count and its antibiogramme', () => {
  const [exam] = readBack(REPORTS.urineCultureWithAntibiogram()).exams;
  const [isolate] = exam?.isolates ?? [];
  expect(isolate).toMatchObject({
    snomed: '112283007',
    ncbi: '562',
    organism: { label: 'Escherichia coli' },
  });
  expect(isolate?.count?.value).toEqual({ kind: 'quantity', lexical: '1000000', comparator: '>=' });
  expect(isolate?.antibiogram.map(({ interpretations }) => interpretations[0])).toEqual([
    'R',
    'S',
    'S',
    'S',
    'I',
  ]);
  expect(isolate?.comments).toEqual(['Souche non sécrétrice de BLSE.']);
});

test('curve and specimens come back', () => {
  const [exam] = readBack(REPORTS.electrophoresis()).exams;
  expect(exam?.images?.map(({ mediaType }) => mediaType)).toEqual(['image/png']);
  expect(exam?.specimens[0]).toMatchObject({
    id: 'T260302001',
    type: 'BLDV',
    collectedAt: { local: '20260302081500' },
  });
});

describe('who did it', () => {
  test('the laboratory with its address and director, and the biologist who signed, are on every result', () => {
    const { laboratory, author, exams } = readBack(REPORTS.lipidAndGlucose());
    expect(laboratory).toMatchObject({
      name: LABORATORY.name,
      idNat: LABORATORY.idNat,
      director: { family: DIRECTOR.family, idNat: DIRECTOR.idNat },
      address: { lines: ['12 quai de Démonstration', '75010 PARIS'] },
    });
    expect(author).toMatchObject({ family: BIOLOGIST.family, idNat: BIOLOGIST.idNat });
    for (const { performer, results } of exams) {
      expect(performer).toEqual(laboratory);
      for (const result of results)
        expect(result).toMatchObject({ performer: laboratory, validator: author });
    }
  });

  test('its own subcontractor stays the performer of what it did', () => {
    const names = readBack(REPORTS.performerOther()).exams.map(({ performer }) => performer?.name);
    expect(names).toContain('Centre de référence des parvovirus');
  });

  test('its own attached documents are carried over', () => {
    const { attachments } = readBack(REPORTS.subcontractedPdf());
    expect(attachments.map(({ title }) => title)).toEqual(['Dosage de vitamine B6']);
    expect(attachments[0]?.base64).toBe(REPORTS.subcontractedPdf().attachments[0]?.base64);
  });
});

test('patient and order are told for the caller to compare', () => {
  const { patient, document } = readBack(REPORTS.lipidAndGlucose());
  expect(patient).toMatchObject({
    birthName: 'PAT-TROIS',
    firstGiven: 'DOMINIQUE',
    sex: 'F',
    birthDate: '19790328',
    birthPlaceCode: '51215',
    identifiers: [{ extension: '279035121518989' }, { extension: 'P0001' }],
  });
  expect(document).toMatchObject({ version: 1, orders: ['ORD-7781'] });
});

test('a partial report says so', () => {
  expect(readBack(REPORTS.partial()).completeness).toBe('partial');
});

test.each([
  ['no XML', 'bonjour', 'SUBCONTRACTED_CDA_UNREADABLE'],
  [
    'a DOCTYPE',
    '<!DOCTYPE a [<!ENTITY e "x">]><ClinicalDocument>&e;</ClinicalDocument>',
    'SUBCONTRACTED_CDA_UNREADABLE',
  ],
  ['a bottomless document', '<a>'.repeat(5000), 'SUBCONTRACTED_CDA_UNREADABLE'],
  ['two documents', '<a><ClinicalDocument/><ClinicalDocument/></a>', 'SUBCONTRACTED_CDA_UNREADABLE'],
  ['nobody named', '<ClinicalDocument xmlns="urn:hl7-org:v3"/>', 'SUBCONTRACTED_CDA_NO_LABORATORY'],
])('%s is refused', (_, xml, code) => {
  expect(readSubcontractedCda(Buffer.from(xml, 'utf8'))).toMatchObject({ code });
});

test('paragraphs and items of a narrative each begin a line', () => {
  const text =
    '<text><paragraph>Un</paragraph><paragraph>deux <content>et</content> demi</paragraph><list><item>a</item><item>b</item></list></text>';
  const root = readCdaTree(Buffer.from(`<ClinicalDocument>${text}</ClinicalDocument>`));
  expect(root?.text).toBe('Un\ndeux et demi\na\nb');
});

test('rows begin a line after whatever is written, and after blanks alone do not', () => {
  const table = (rows: string) =>
    readCdaTree(Buffer.from(`<ClinicalDocument><table>${rows}</table></ClinicalDocument>`))?.text;
  expect(table(' <tr><td>a</td></tr>\n<tr><td>b</td></tr><tr/><tr><td>c<br/></td></tr><tr>d</tr>')).toBe(
    ' a\nb\nc\nd',
  );
  const rows = table('<tr>1</tr>'.repeat(200_000)) ?? '';
  expect(rows).toHaveLength(399_999);
});
