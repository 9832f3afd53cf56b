import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { el, serialize, xmlText } from '../../src/cda/xml.ts';
import { typeset } from '../../src/pdf/render.ts';
import type { Report } from '../../src/report/report.ts';
import { aBattery, aChapter, aResult, aSpecimen, content, text } from '../fixtures/build.ts';
import { aReport } from '../fixtures/reports.ts';
import { loadAssets } from '../pdf/tools.ts';
import { cdaOf, elements, parse } from './xml-probe.ts';

/** Pieces that break writers: control characters, markup, ends of CDATA, entities, RTL, astral and lone surrogates. */
const HOSTILE = [
  '\u0000',
  '\u0001',
  '\u000b',
  '\u001f',
  '\ufffe',
  '\ud800',
  '\udc00',
  ']]>',
  '<',
  '&',
  '>',
  '"',
  "'",
  '&#0;',
  '&e;',
  '&lt;',
  '<script>',
  '--',
  '\r',
  '\r\n',
  '\n',
  '\t',
  'مرحبا',
  '\u202e',
  '😀',
  'é',
  'x'.repeat(300),
  ' ',
];

// Each begins and ends with a letter: an empty name or a blank at an end is another matter.
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), { maxLength: 6 })
  .map((parts) => `x${parts.join('')}z`);

/** A report whose every free text is the hostile one. */
function drenched(word: string): Report {
  const person = { family: word, given: word };
  const base = aReport();
  return aReport({
    dossier: word,
    prescriptionNumber: word,
    clinicalInformation: word,
    comments: [word],
    laboratory: { ...base.laboratory, name: word, address: { lines: [word], city: word } },
    prescriber: { ...base.prescriber, ...person },
    recipients: [{ role: 'copy', professional: person }],
    patient: {
      ...base.patient,
      localId: { value: word },
      address: { lines: [word] },
      traits: { ...base.patient.traits, birthName: word, firstGiven: word, birthGivens: word },
    } as Report['patient'],
    chapters: [
      aChapter(
        '18719-5',
        word,
        content(
          [
            aBattery(
              word,
              word,
              [
                aResult(word, word, text(word), {
                  unit: word,
                  method: word,
                  comments: [word],
                  ranges: [{ text: word }],
                  interpretations: [word],
                }),
                aResult(
                  '2',
                  word,
                  { kind: 'text', text: word, preformatted: true },
                  { key: '2', performer: { name: word, address: { lines: [word] } } },
                ),
              ],
              { comments: [word] },
            ),
          ],
          {
            specimens: [aSpecimen({ id: word, typeText: word, site: word, nonConformity: word })],
            comments: [word],
          },
        ),
      ),
    ],
  });
}

test('whatever a feed holds, the document is well-formed, conformant, and says it', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(hostile, (word) => {
      const bytes = cdaOf(drenched(word));
      const document = parse(bytes);
      expect(checkDocument(bytes)).toEqual([]);
      expect(elements(document, '//*[local-name()="script"]')).toHaveLength(0);
      // What a reader sees: the same characters, line ends apart.
      const seen = (value: string | null | undefined) => (value ?? '').replace(/[\u00a0 \n\t]+/g, '');
      const kept = seen(xmlText(word));
      const narrative = seen(
        elements(document, '//*[local-name()="section"]/*[local-name()="text"]')
          .map((one) => one.textContent)
          .join(''),
      );
      expect(narrative.split(kept).length - 1).toBeGreaterThanOrEqual(12);
      expect(
        seen(
          elements(document, '//*[local-name()="patient"]/*[local-name()="name"]/*[local-name()="family"]')[0]
            ?.textContent,
        ),
      ).toBe(kept);
    }),
    { numRuns: 60 },
  );
});

test('whatever a feed holds, the PDF is found to agree with the document', { timeout: 120_000 }, () => {
  const assets = loadAssets();
  fc.assert(
    fc.property(hostile, (word) => {
      const report = drenched(word);
      const set = typeset(report, assets);
      if ('code' in set) throw new Error(set.cause);
      expect(checkDocument(cdaOf(report), { pdfText: set.text })).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('only what XML cannot hold is dropped', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const kept = xmlText(value);
      const bytes = serialize(el('ClinicalDocument', { note: value }, el('title', {}, `x${value}`)));
      expect(parse(bytes).documentElement?.textContent?.trim().slice(1) ?? '').toBe(kept.trimEnd());
    }),
  );
  expect(xmlText('a\u0000b\u0008c\td\r\ne\rf\ud800g\ufffeh😀')).toBe('abc\td\ne\nfgh😀');
});
