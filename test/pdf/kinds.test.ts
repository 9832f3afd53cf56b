import { describe, expect, it } from 'vitest';
import { Canvas, type Colour } from '../../src/pdf/canvas.ts';
import { FontSubset } from '../../src/pdf/font-subset.ts';
import { preformatted } from '../../src/pdf/preformatted.ts';
import { trendOf } from '../../src/pdf/trend.ts';
import type { Report } from '../../src/report/report.ts';
import { aBattery, aChapter, aResult, content, quantity, range } from '../fixtures/build.ts';
import { at, COPY_RECIPIENT, LABORATORY, SUBCONTRACTOR } from '../fixtures/people.ts';
import { aReport, partial } from '../fixtures/reports.ts';
import {
  ACCREDITED_LABORATORY,
  accredited,
  correctedAndCancelled,
  followUp,
  KINDS,
  preformattedTexts,
} from './kinds.ts';
import { loadAssets, pageCount, renderPdf, textOf } from './tools.ts';

const assets = loadAssets();
const printed = (report: Report) => textOf(renderPdf(report, assets));

describe('accreditation (Cofrac GEN REF 11)', () => {
  it('is told on the page of the letterhead, and marks the examinations that it covers', () => {
    const text = textOf(renderPdf(accredited(), assets), 1);
    expect(text).toContain('Accréditation Cofrac n° 8-0000');
    expect(text).toContain('Examens médicaux');
    expect(text).toContain('Portée disponible sur www.cofrac.fr');
    expect(text).toContain('* examen couvert par l’accréditation');
    expect(text).toMatch(/Glycémie à jeun \*/);
    expect(text).not.toMatch(/Zinc \*|réactive \*/);
  });

  it('is nowhere when no examination is accredited', () => {
    const text = printed(aReport({ laboratory: ACCREDITED_LABORATORY }));
    expect(text).not.toMatch(/Cofrac|accréditation|8-0000|\*/i);
  });

  it('does not cover what another laboratory did', () => {
    const glucose = aResult('G', 'Glycémie', quantity('4.89'), { coding: { accredited: true } });
    const of = (more: Partial<typeof glucose>, battery = {}, whole = {}) =>
      printed(
        aReport({
          laboratory: ACCREDITED_LABORATORY,
          chapters: [
            aChapter(
              '1',
              'Biochimie',
              content([aBattery('B', 'Bilan', [{ ...glucose, ...more }], battery)], whole),
            ),
          ],
        }),
      );
    expect(of({})).toContain('Cofrac');
    expect(of({ performer: SUBCONTRACTOR })).not.toContain('Cofrac');
    expect(of({}, { performer: SUBCONTRACTOR })).not.toContain('Cofrac');
    expect(of({}, {}, { performer: SUBCONTRACTOR })).not.toContain('Cofrac');
  });
});

describe('automatic validation (SGL.DOC.09)', () => {
  it('marks its examinations and is explained in the laboratory’s words', () => {
    const text = printed(accredited());
    expect(text).toMatch(/Glycémie à jeun \*†/);
    expect(text).toMatch(/Protéine C réactive †/);
    expect(text).toContain('† Examen validé par un système expert sous la responsabilité du laboratoire.');
  });

  it('has words of its own, and none where a human reviewed all', () => {
    expect(printed(accredited({ laboratory: LABORATORY }))).toContain('† Examen validé automatiquement');
    expect(printed(aReport())).not.toContain('†');
  });
});

describe('what was not as it is', () => {
  it('a correction: from what, when, by whom', () => {
    const text = printed(correctedAndCancelled());
    expect(text).toContain('ANNULE ET REMPLACE la version 1 du 02/03/2026 à 16:12');
    expect(text).toContain(
      'RÉSULTAT CORRIGÉ par Dr Paul LEROY. Rendu auparavant : 6,2 mmol/L, le 02/03/2026 à 16:10.',
    );
    expect(text).toContain('RÉSULTAT CORRIGÉ. Il remplace celui qui a été rendu auparavant.');
  });

  it('a cancellation: the reason, or that none was given', () => {
    const text = printed(correctedAndCancelled());
    expect(text).toMatch(/Chlorures +non réalisé\s+EXAMEN NON RÉALISÉ : Tube hémolysé/);
    expect(text).toMatch(/Calcium +non réalisé\s+EXAMEN NON RÉALISÉ : motif non précisé/);
    // What was published does not vanish silently.
    expect(text).toMatch(
      /Magnésium +non réalisé\s+EXAMEN NON RÉALISÉ : Hémolyse\s+RÉSULTAT ANNULÉ. Rendu auparavant : 0,85 mmol\/L, le 02\/03\/2026 à 16:10/,
    );
  });

  it('a withdrawn report repeats nothing of what it withdraws, nor does its head say less', () => {
    const text = printed(KINDS.withdrawn());
    expect(text).toContain('COMPTE RENDU ANNULÉ : ne pas tenir compte de la version 1.');
    expect(text).toContain('leurs résultats ne doivent pas être utilisés');
    expect(text).not.toMatch(/Potassium|4,2|à taire|Validé par/);
  });

  it('a partial report says so on each page', () => {
    const rows = Array.from({ length: 60 }, (_, index) => aResult(`X${index}`, 'Examen', quantity('1')));
    const base = partial();
    const bytes = renderPdf(
      { ...base, chapters: [aChapter('1', 'Biochimie', content([aBattery('B', 'Bilan', rows)]))] },
      assets,
    );
    for (let page = 1; page <= pageCount(bytes); page++)
      expect(textOf(bytes, page)).toContain('RÉSULTATS PARTIELS');
  });
});

describe('previous values', () => {
  const earlier = (...values: readonly (readonly [string, string])[]) =>
    values.map(([lexical, day]) => ({ value: quantity(lexical), observedAt: at(day) }));
  const result = (previous: ReturnType<typeof earlier>, more = {}) =>
    aResult('K', 'Potassium', quantity('4.2'), {
      ranges: [range('3,5 à 5,1', '3.5', '5.1')],
      previous,
      ...more,
    });

  it('are drawn from two on, in the order of time, with the range that applies', () => {
    const trend = trendOf(result(earlier(['4.0', '20260101'], ['5.3', '20250101'])));
    expect(trend?.points.map(({ value }) => value)).toEqual([5.3, 4, 4.2]);
    expect([trend?.low, trend?.high]).toEqual([
      { value: 3.5, text: '3,5' },
      { value: 5.1, text: '5,1' },
    ]);
  });

  it('are not drawn when there is one, when today’s is no number, no date or not done', () => {
    const two = earlier(['4.0', '20260101'], ['5.3', '20250101']);
    expect(trendOf(result(earlier(['4.0', '20260101'])))).toBeUndefined();
    expect(trendOf(result(two, { value: { kind: 'text', text: 'hémolysé' } }))).toBeUndefined();
    expect(trendOf({ ...result(two), status: 'cancelled' })).toBeUndefined();
    const { observedAt: _none, ...undated } = result(two);
    expect(trendOf(undated)).toBeUndefined();
    expect(trendOf(result(earlier(['4.0', '20270101'], ['5.3', '20250101'])))).toBeUndefined();
  });

  it('are printed as numbers beside the chart, whose signs are explained once', () => {
    const text = printed(followUp());
    expect(text.match(/Graphiques : valeurs antérieures/g)).toHaveLength(1);
    for (const value of ['9,3', '8,40', '104', '0,005', '10/12/2024']) expect(text).toContain(value);
    expect(printed(aReport())).not.toContain('Graphiques');
  });
});

describe('text whose columns matter', () => {
  it('keeps its columns, tabs included', () => {
    const lines = printed(preformattedTexts()).split('\n');
    const columnOf = (start: RegExp) => {
      const line = lines.find((one) => start.test(one)) ?? '';
      return line.search(/[D+]/) - line.search(/\S/);
    };
    const columns = [/^ *Panel /, /^ *I +\+/, /^ *II +\+/].map(columnOf);
    expect(columns[0]).toBeGreaterThan(6);
    expect(new Set(columns).size).toBe(1);
  });

  it('breaks prose between its words, at the size of the others', () => {
    const words = 'Conclusion sans particularité, à contrôler dans trois mois. '.repeat(4).trim();
    const style = { face: new FontSubset(loadAssets().mono, 'F1'), size: 8, colour: '0 0 0' as Colour };
    const drawn = new Canvas();
    const lines = preformatted(`${words}\nA    12,5`, style, 0);
    for (const line of lines) line.draw(drawn, 0, { own: 1, total: 1 });
    expect(lines[0]?.height).toBeCloseTo(8 * 1.3);
    expect(drawn.drawn.slice(0, -1).join(' ')).toBe(words);
    expect(drawn.drawn.at(-1)).toBe('A    12,5');
  });

  it('loses no character when it is too wide for a legible size', () => {
    const squeezed = printed(preformattedTexts()).replace(/\s/g, '');
    expect(squeezed).toContain('012345678'.repeat(22));
  });
});

it('gives the requester’s MSSanté address even where the report does not go to it', () => {
  const report = aReport({ recipients: [{ role: 'copy', professional: COPY_RECIPIENT }] });
  expect(printed(report)).toContain('claire.durand@medecin.mssante.invalid');
});

it('prints telephone numbers the French way', () => {
  expect(printed(aReport())).toContain('Tél. 01 00 00 00 01');
});
