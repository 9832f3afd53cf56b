import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cdaOf } from '../cda/xml-probe.ts';
import { aBattery, aChapter, aResult, content, quantity, range, text } from '../fixtures/build.ts';
import { aReport, REPORTS } from '../fixtures/reports.ts';

/** The documents that browsers are asked to show: every ready report, a long one, one with awkward texts. */
export const DOCUMENTS: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(Object.entries(REPORTS).map(([name, report]) => [name, cdaOf(report())])),
  longTable: cdaOf(longTable()),
  awkwardTexts: cdaOf(awkwardTexts()),
  curve: cdaOf(curve()),
  figures: cdaOf(figures()),
};

function longTable() {
  const results = Array.from({ length: 80 }, (_, index) =>
    aResult(`T${index}`, `Examen ${index}`, quantity(`1.${index}`), {
      unit: 'mmol/L',
      ranges: [range('0,50 à 2,00', '0.50', '2.00')],
      interpretations: ['N'],
      ...(index % 7 === 0 ? { method: `Technique ${index}` } : {}),
    }),
  );
  return aReport({
    chapters: [aChapter('18719-5', 'Biochimie', content([aBattery('LONG', 'Tableau', results)]))],
  });
}

/** Many digits beside long units, long names and long ranges. */
function figures() {
  const wide = { unit: 'copies/mL', ranges: [range('inférieur au seuil de détection de la technique')] };
  return aReport({
    chapters: [
      aChapter(
        '18725-2',
        'Microbiologie',
        content([
          aBattery('CV', 'Charges virales', [
            aResult('VIH', 'Charge virale plasmatique du VIH-1', quantity('123456789'), wide),
            aResult('VHB', 'Charge virale plasmatique du VHB', quantity('4250000.25', '>='), wide),
            aResult('CMV', 'Cytomégalovirus', quantity('20', '<'), { ...wide, interpretations: ['L'] }),
          ]),
        ]),
      ),
    ],
  });
}

/** Right-to-left text, words without any place to break, markup and CSS in texts. */
function awkwardTexts() {
  return aReport({
    comments: ['مرحبا 27/02/2026', 'x'.repeat(400), '</style><b>gras</b>', '*{display:none}', ']]>'],
    chapters: [
      aChapter(
        '18719-5',
        'Biochimie',
        content([
          aBattery('TXT', 'Textes', [
            aResult('AR', 'تحليل السكر', text('نتيجة 4,89 طبيعية'), { unit: 'mmol/L' }),
            aResult('LONG', `Anti${'constitutionnellement'.repeat(6)}`, text('W'.repeat(120)), {
              unit: `mmol/${'L'.repeat(30)}`,
            }),
          ]),
        ]),
      ),
    ],
  });
}

/** An image large enough to be seen, between two texts. */
function curve() {
  const base64 = readFileSync(join(import.meta.dirname, '../../stylesheets/logo.png')).toString('base64');
  return aReport({
    chapters: [
      aChapter(
        '18719-5',
        'Biochimie',
        content([
          aBattery('EPP', 'Électrophorèse', [aResult('ALB', 'Albumine', quantity('41.2'), { unit: 'g/L' })], {
            images: [{ id: 'EPP-1', title: 'Courbe', mediaType: 'image/png', base64 }],
            comments: ['Profil normal.'],
          }),
        ]),
      ),
    ],
  });
}
