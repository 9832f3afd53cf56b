import { describe, expect, it } from 'vitest';
import { checkPdf } from '../../src/pdf/pdf-check.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { aReport, severalChapters } from '../fixtures/reports.ts';
import { loadAssets, qpdf, renderPdf } from './tools.ts';

const own = renderPdf(severalChapters(), loadAssets());
const altered = (from: string, to: string) =>
  Buffer.from(Buffer.from(own).toString('latin1').replace(from, to), 'latin1');

describe('the check before a PDF leaves', () => {
  it('finds nothing in ours, and counts its pages', () => {
    expect(checkPdf(own)).toEqual({ pages: 2, problems: [] });
  });

  it.each([
    ['a later version', altered('%PDF-1.4', '%PDF-1.7'), 'en-tête'],
    ['no PDF/A claim', altered('<pdfaid:part>1', '<pdfaid:part>9'), 'pdfaid'],
    ['no output intent', altered('/GTS_PDFA1', '/GTS_OTHER'), 'intention de sortie'],
    [
      'a script',
      altered('/Type /Catalog', '/Type /Catalog /OpenAction << /S /JavaScript /JS (x) >>'),
      'JavaScript',
    ],
    ['encryption', qpdf(own, '--encrypt', '', 'o', '128', '--use-aes=y', '--'), 'chiffré'],
    ['a cut', own.slice(0, own.length - 400), 'tronqué'],
    ['a PDF that is no PDF/A', samplePdf('x'), 'pdfaid'],
    ['nothing', new Uint8Array(), 'page'],
  ])('names %s', (_what, bytes, problem) => {
    expect(checkPdf(bytes).problems.join(' ; ')).toContain(problem);
  });

  it('does not take the words of a text for structure', () => {
    const report = aReport({ dossier: 'stream /Encrypt' });
    expect(checkPdf(renderPdf(report, loadAssets())).pages).toBe(1);
  });

  it('sees through object streams', () => {
    const script = altered('/Type /Catalog', '/Type /Catalog /OpenAction << /S /JavaScript /JS (x) >>');
    expect(checkPdf(qpdf(script, '--object-streams=generate')).problems.join()).toContain('JavaScript');
  });
});
