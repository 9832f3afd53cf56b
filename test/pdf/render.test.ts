import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typeset } from '../../src/pdf/render.ts';
import { printedFlag } from '../../src/pdf/wording.ts';
import { qualify } from '../../src/report/identity.ts';
import type { Content, Report } from '../../src/report/report.ts';
import type { CodedResult, ResultValue } from '../../src/report/result.ts';
import { aBattery, aChapter, aResult, coded, content, quantity, range } from '../fixtures/build.ts';
import { at, SUBCONTRACTOR, statedPatient } from '../fixtures/people.ts';
import {
  aReport,
  correction,
  partial,
  performerOther,
  REPORTS,
  unqualifiedIdentity,
} from '../fixtures/reports.ts';
import { KINDS } from './kinds.ts';
import {
  hasPreflight,
  loadAssets,
  pageCount,
  pdffonts,
  pdfinfo,
  preflight,
  qpdfCheck,
  readDataMatrix,
  renderPdf,
  textOf,
} from './tools.ts';

const assets = loadAssets();
const MATRICULE = '279035121518989';

/** A withdrawn report shows none of its contents. */
const contentsOf = (report: Report): readonly Content[] =>
  (report.version.cause === 'withdrawal' ? [] : report.chapters).flatMap(({ body }) =>
    body.kind === 'leaf' ? [body.content] : body.subChapters.map((sub) => sub.content),
  );

const resultsOf = (report: Report): readonly CodedResult[] =>
  contentsOf(report).flatMap(({ batteries }) =>
    batteries.flatMap((battery) => [
      ...battery.results,
      ...battery.isolates.flatMap((isolate) => isolate.antibiogram),
    ]),
  );

const comma = (lexical: string) => lexical.replace('.', ',');
const SIGNS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' };

/** The words of a value, told again here so that the page is not compared with its own wording. */
function wordsOf(value: ResultValue): string[] {
  switch (value.kind) {
    case 'quantity':
      return [...(value.comparator ? [SIGNS[value.comparator]] : []), comma(value.lexical)];
    case 'range':
      return [comma(value.low), comma(value.high)];
    case 'titre':
      return [...(value.comparator ? [SIGNS[value.comparator]] : []), `1/${value.dilution}`];
    case 'ratio':
      return [`${value.numerator}/${value.denominator}`];
    default:
      return value.text.split(/\s+/);
  }
}

describe.each(Object.entries({ ...REPORTS, ...KINDS }))('the page of %s', (_name, make) => {
  const report = make();
  const bytes = renderPdf(report, assets);
  const text = textOf(bytes);
  const lines = text.split('\n');

  it('holds every name, value, unit, range and flag', () => {
    for (const result of resultsOf(report)) {
      const { coding } = result;
      const expected = [
        ...result.local.label.split(' '),
        ...(result.value ? wordsOf(result.value) : []),
        ...(result.value && result.status !== 'cancelled'
          ? (coding.printedUnit ?? result.unit ?? '').split(' ')
          : []),
        ...result.ranges.flatMap((one) => one.text.split(' ')),
        ...printedFlag(result.interpretations).text.split(/[ \u00a0]/),
        ...result.previous.flatMap((one) => wordsOf(one.value)),
        ...(coding.second ? [...wordsOf(coding.second.value), coding.second.printedUnit] : []),
        ...result.comments.flatMap((comment) => comment.split(' ')),
        ...(result.method ?? '').split(' '),
      ];
      for (const word of expected) expect(text).toContain(word);
    }
  });

  it('sets name, number, unit, flag and range of a result on one line', () => {
    for (const { local, value, coding, unit, interpretations, ranges } of resultsOf(report)) {
      if (value?.kind !== 'quantity') continue;
      const parts = [
        local.label,
        comma(value.lexical),
        coding.printedUnit ?? unit ?? '',
        // A second flag may go to the line below.
        printedFlag(interpretations.slice(0, 1)).text.replace('\u00a0', ' '),
        ranges[0]?.text ?? '',
      ];
      expect(
        lines.some((line) => parts.every((part) => line.includes(part))),
        parts.join(' | '),
      ).toBe(true);
    }
  });

  it('holds specimens, isolates and comments', () => {
    const said = contentsOf(report).flatMap((one) => [
      ...one.comments,
      ...one.specimens.flatMap(({ id, typeText, nonConformity }) => [id, typeText, nonConformity]),
      ...one.batteries.flatMap(({ local, comments, isolates }) => [
        local.label,
        ...comments,
        ...isolates.flatMap((isolate) => [isolate.organism.label, ...isolate.comments]),
      ]),
    ]);
    const closing = report.version.cause === 'withdrawal' ? [] : report.comments;
    for (const word of [...said, ...closing].flatMap((one) => one?.split(' ') ?? [])) {
      expect(text).toContain(word);
    }
  });

  it('names the patient, the request, the people and the laboratory', () => {
    for (const said of [
      'PAT-TROIS',
      'DOMINIQUE MARIE-LOUISE',
      '28/03/1979',
      'féminin',
      'P0001',
      'Dr Claire DURAND',
      'ORD-7781',
      report.dossier,
      '02/03/2026 à 08:15',
      '02/03/2026 à 09:30',
      'hugo.petit@medecin.mssante.invalid',
      'Laboratoire de démonstration du Canal',
      'SELAS',
      'FINESS 750000001',
      ...(report.version.cause === 'withdrawal' ? [] : ['Validé par Dr']),
      'délégué à la protection des données',
    ]) {
      expect(text).toContain(said);
    }
  });

  it('is sound, embeds its fonts and never changes', () => {
    expect(qpdfCheck(bytes)).toBe(0);
    for (const row of pdffonts(bytes)) expect(row).toMatch(/CID TrueType +Identity-H +yes yes yes/);
    expect(Buffer.compare(bytes, renderPdf(make(), loadAssets()))).toBe(0);
  });
});

it.skipIf(!hasPreflight)('is PDF/A-1b for PDFBox Preflight', { timeout: 60_000 }, () => {
  const files = Object.fromEntries(
    Object.entries({ ...REPORTS, ...KINDS }).map(([name, make]) => [
      `${name}.pdf`,
      renderPdf(make(), assets),
    ]),
  );
  expect(preflight(files)).toEqual(Object.fromEntries(Object.keys(files).map((name) => [name, 'valid'])));
});
if (!hasPreflight) console.log('PDFBox Preflight is not installed: PDF/A validity was not checked');

it('tells the values of one day apart by their time', () => {
  const fasting = { value: quantity('4.9'), observedAt: at('20260302073000') };
  const lastYear = { value: quantity('5.3'), observedAt: at('20250302073000') };
  const glucose = aResult('GLY', 'Glycémie', quantity('8.2'), { previous: [fasting, lastYear] });
  const text = textOf(
    renderPdf(
      aReport({
        chapters: [aChapter('18719-5', 'BIOCHIMIE', content([aBattery('GLY', 'Glycémie', [glucose])]))],
      }),
      assets,
    ),
    1,
  );
  expect(text).toMatch(/4,9 +02\/03\/2026 à 07:30/);
  expect(text).toMatch(/5,3 +02\/03\/2025$/m);
});

describe('the identity', () => {
  it('carries the INS, its nature and a datamatrix that reads back', () => {
    const bytes = renderPdf(aReport(), assets);
    expect(textOf(bytes)).toContain(`${MATRICULE} (NIR)`);
    expect(readDataMatrix(bytes)).toBe(
      'IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10' +
        'S3DOMINIQUE MARIE-LOUISE\u001dS4PAT-TROIS\u001dS5FS628-03-1979S751215',
    );
  });

  it('says of a code of birth place without a name that it is one', () => {
    const { birthPlaceName: _name, ...traits } = statedPatient().traits;
    const patient = qualify(statedPatient({ traits: { ...traits, birthPlaceCode: '59350' } }));
    expect(textOf(renderPdf(aReport(), assets))).toMatch(/Lieu de naissance +DOMPREMY \(51215\)/);
    expect(textOf(renderPdf(aReport({ patient }), assets))).toMatch(/Lieu de naissance +code INSEE 59350/);
  });

  it('shows no INS when it is not qualified', () => {
    const bytes = renderPdf(unqualifiedIdentity(), assets);
    const text = textOf(bytes);
    expect(text).not.toContain(MATRICULE);
    expect(text).not.toMatch(/\bINS\b|Datamatrix/);
    expect(Buffer.from(bytes).toString('latin1')).not.toContain(MATRICULE);
    expect(readDataMatrix(bytes)).toBe('');
    expect(text).toContain('28/03/1979');
  });
});

describe('the head and foot of a page', () => {
  const LONG = 'DE LA ROCHEFOUCAULD-MONTMORENCY-LAVAL DE SAINT-CHRISTOPHE-LE-JAJOLET';
  const results = Array.from({ length: 60 }, (_, index) => aResult(`C${index}`, `E${index}`, quantity('1')));
  const chapters = [aChapter('18719-5', 'Biochimie', content([aBattery('B', 'Bilan', results)]))];
  const patientWith = (birthName: string, usedName: string, number: string) => {
    const { traits } = statedPatient();
    return qualify(statedPatient({ traits: { ...traits, birthName, usedName }, localId: { value: number } }));
  };

  it.each([
    ['PETIT', 'GRAND', '42'],
    [LONG, `${LONG}-ET-PLUS`, '260302000123456789'],
    [`${LONG} ${LONG}`, `${LONG} ${LONG}`, 'IPP-2026-000000000000000123456789-A'],
  ])('tell whole who a page is about: %s, %s', (birthName, usedName, number) => {
    const dossier = '26030200001-0123456789-ABCDEF';
    const laboratory = { ...aReport().laboratory, name: `Laboratoire ${LONG.repeat(3)}` };
    const patient = patientWith(birthName, usedName, number);
    const bytes = renderPdf(aReport({ patient, chapters, dossier, laboratory }), assets);
    const text = textOf(bytes, 2);
    const said = text.split(`, née le 28/03/1979, n° de patient ${number}`).length - 1;
    expect(said, 'once above, once below').toBe(2);
    expect(text).toContain(`Dossier ${dossier} · version 1 du 02/03/2026 à 16:12`);
    expect(text).toMatch(/Page 2\/\d/);
  });
});

describe('what a reader must know first', () => {
  it('says that results are partial and shows what is awaited', () => {
    const text = textOf(renderPdf(partial(), assets));
    expect(text).toContain('RÉSULTATS PARTIELS');
    expect(text).toMatch(/T4 libre +en cours/);
    expect(textOf(renderPdf(aReport(), assets))).not.toContain('PARTIELS');
  });

  it('says what a new version replaces and what changed', () => {
    const report = correction();
    const replaces = { documentOid: '1.2.3.1', number: 1, effectiveTime: at('20260302161200') };
    const text = textOf(renderPdf({ ...report, version: { ...report.version, replaces } }, assets));
    expect(text).toContain('ANNULE ET REMPLACE la version 1 du 02/03/2026 à 16:12');
    expect(text).toContain(
      'RÉSULTAT CORRIGÉ par Dr Anne MARTIN. Rendu auparavant : 6,2 mmol/L, le 02/03/2026 à 16:10.',
    );
  });

  it('says that a report is withdrawn', () => {
    const report = correction();
    const text = textOf(
      renderPdf({ ...report, version: { ...report.version, cause: 'withdrawal' } }, assets),
    );
    expect(text).toContain('COMPTE RENDU ANNULÉ : ne pas tenir compte de la version 1.');
  });

  it('says that no biologist has validated', () => {
    const text = textOf(renderPdf(aReport({ validators: [] }), assets));
    expect(text).toContain('RÉSULTATS NON VALIDÉS');
    expect(text).not.toContain('Validé par');
  });

  it('says that a document is for tests, in tests only', () => {
    expect(textOf(renderPdf(aReport({ processing: 'D' }), assets))).toContain('DOCUMENT D’ESSAI');
    expect(textOf(renderPdf(aReport({ processing: 'P' }), assets))).not.toContain('ESSAI');
  });
});

it('names the laboratories that did part of the work, with their address', () => {
  const text = textOf(renderPdf(performerOther(), assets));
  expect(text).toMatch(/Zinc \(1\)/);
  expect(text).toMatch(/\(1\) Laboratoire spécialisé des Lilas, 19 allée des Lilas, 75020 PARIS/);
  expect(text).toMatch(/\(2\) Centre de référence des parvovirus/);
});

it('announces the pages that follow and counts them', () => {
  const attachment = {
    id: 'A',
    title: 'Dosage de vitamine B6',
    mediaType: 'application/pdf' as const,
    base64: '',
    from: SUBCONTRACTOR,
  };
  const text = textOf(
    renderPdf(aReport({ attachments: [attachment] }), assets, [{ attachmentId: 'A', pages: 3 }]),
  );
  expect(text).toContain('Pages 2 à 4');
  expect(text).toMatch(
    /« Dosage de vitamine B6 », 3 pages, compte rendu établi par : Laboratoire spécialisé/,
  );
  expect(text).toContain('Page 1/4');
});

describe('a table of 500 results', () => {
  const results = Array.from({ length: 500 }, (_, index) =>
    aResult(`C${index}`, `Examen n° ${index + 1000}`, quantity(`${index}.${index % 90}`), {
      unit: 'mmol/L',
      coding: coded('40193-5', 'Glucose', 'mmol/L', 'mmol/L'),
      ranges: [range('3,89 à 6,00')],
    }),
  );
  const report = aReport({
    chapters: [aChapter('18719-5', 'Biochimie', content([aBattery('LONG', 'Bilan', results)]))],
  });
  const bytes = renderPdf(report, assets);
  const count = pageCount(bytes);

  it('keeps every row, once and in order', () => {
    const found = [...textOf(bytes).matchAll(/Examen n° (\d+)/g)].map((match) => Number(match[1]));
    expect(found).toEqual(results.map((_, index) => index + 1000));
  });

  it('repeats its head, the chapter, the patient and the page number on each page', () => {
    expect(count).toBeGreaterThan(10);
    for (let page = 1; page <= count; page++) {
      const text = textOf(bytes, page);
      expect(text).toMatch(/Examen +Résultat +Unité +Valeurs de référence/);
      expect(text).toContain(`Page ${page}/${count}`);
      expect(text).toContain('PAT-TROIS DOMINIQUE, née le 28/03/1979');
      expect(text).toContain(`Dossier ${report.dossier}`);
      if (page > 1) expect(text).toContain('Biochimie – Bilan (suite)');
    }
  });
});

describe('chapters over several pages', () => {
  const chapters = Array.from({ length: 30 }, (_, chapter) => {
    const results = Array.from({ length: 5 }, (_, row) =>
      aResult(`C${chapter}-${row}`, `Ligne ${chapter}-${row}`, quantity('1'), { unit: 'g/L' }),
    );
    const battery = aBattery(`B${chapter}`, `Bilan ${chapter}`, results, { comments: ['Remarque finale'] });
    return aChapter('18719-5', `Chapitre ${chapter} fin`, content([battery]));
  });
  const bytes = renderPdf(aReport({ chapters }), assets);
  const pages = Array.from({ length: pageCount(bytes) }, (_, index) => textOf(bytes, index + 1));

  it('are said to go on where they do, with their battery, and only there', () => {
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) {
      for (const [, chapter] of page.matchAll(/Chapitre (\d+) fin.*\(suite\)/g)) {
        expect(page).not.toContain(`CHAPITRE ${chapter} FIN`);
        expect(page).toContain(`Chapitre ${chapter} fin – Bilan ${chapter} (suite)`);
      }
      for (const [, chapter] of page.matchAll(/CHAPITRE (\d+) FIN/g)) {
        expect(page, 'a title never stands without a row').toContain(`Ligne ${chapter}-0`);
      }
    }
    expect(pages.join(' ')).toContain('(suite)');
  });
});

describe('any text', () => {
  it('stays text: it can neither end a string nor open an object', () => {
    const hostile = ') Tj ET endstream endobj 9 0 obj << /JS (x) >> \\) <feff> \u202e\u0000\ud800 &<b>';
    const report = aReport({
      dossier: hostile,
      comments: [hostile, 'W'.repeat(2000), 'ligne\r\nautre\u2028encore'],
      chapters: [
        aChapter(
          '1',
          hostile,
          content([aBattery('X', hostile, [aResult('X', hostile, { kind: 'text', text: hostile })])]),
        ),
      ],
    });
    const bytes = renderPdf(report, assets);
    expect(qpdfCheck(bytes)).toBe(0);
    expect(pdfinfo(bytes)).toMatch(/JavaScript: +no/);
    expect(pdfinfo(bytes)).toContain(') Tj ET endstream endobj 9 0 obj << /JS (x) >>');
    expect(textOf(bytes)).toContain('\ufffd');
  });

  it('is set whatever it is', { timeout: 60_000 }, () => {
    const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem());
    fc.assert(
      fc.property(unit, unit, unit, (label, comment, value) => {
        const row = aResult('X', label, { kind: 'text', text: value }, { comments: [comment] });
        const report = aReport({
          chapters: [aChapter('1', label, content([aBattery('Y', comment, [row])]))],
        });
        expect(qpdfCheck(renderPdf(report, assets))).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('shows accents, Greek and signs, and reports a character that no font has', () => {
    const text = 'É è ç œ Œ ÿ ł ș ế α β γ µ μ ≤ ≥ ± ² ³ € ‰ ½ – — « » ° ′ ∞';
    const set = typeset(aReport({ comments: [text, '漢'] }), assets);
    if ('code' in set) throw new Error(set.cause);
    const { bytes, warnings } = set;
    // Poppler takes single letters for a word set wide.
    expect(textOf(bytes).replaceAll(' ', '')).toContain(text.replaceAll(' ', ''));
    expect(warnings).toEqual([{ code: 'PDF_CHARACTER_MISSING', text: expect.stringContaining('U+6F22') }]);
  });
});
