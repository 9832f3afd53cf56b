import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { appendPdfs } from '../../src/pdf/append.ts';
import { prepareAttachment } from '../../src/pdf/attachment.ts';
import { checkPdf } from '../../src/pdf/pdf-check.ts';
import { makeReportPdf } from '../../src/pdf/report-pdf.ts';
import type { Attachment } from '../../src/report/dossier.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { SUBCONTRACTOR } from '../fixtures/people.ts';
import { aReport, bloodCount, severalChapters } from '../fixtures/reports.ts';
import { hasPreflight, loadAssets, pageCount, preflight, qpdf, renderPdf, textOf } from './tools.ts';

vi.setConfig({ testTimeout: 60_000 });

const assets = loadAssets();
const SAMPLE = samplePdf('Laboratoire specialise - vitamine B6 : 45 nmol/L');

const attached = (bytes: Uint8Array, id = 'SPEC-1'): Attachment => ({
  id,
  title: `Dosage ${id}`,
  mediaType: 'application/pdf',
  base64: Buffer.from(bytes).toString('base64'),
  from: SUBCONTRACTOR,
});

/** The sample with a part of its source replaced by `qpdf`, as another program would have written it. */
function sampleWith(from: string, to: string): Uint8Array {
  const source = Buffer.from(SAMPLE).toString('latin1');
  if (!source.includes(from)) throw new Error('the sample changed');
  return qpdf(Buffer.from(source.replace(from, to), 'latin1'));
}

async function faultOf(bytes: Uint8Array): Promise<string> {
  const result = await makeReportPdf(aReport({ attachments: [attached(bytes)] }), assets);
  return 'code' in result ? result.code : 'none';
}

describe('a subcontractor’s PDF that is intact', () => {
  it('follows our pages, announced, counted, as PDF/A-1b', async () => {
    const result = await makeReportPdf(aReport({ attachments: [attached(SAMPLE)] }), assets);
    if ('code' in result) throw new Error(result.code);
    expect(checkPdf(result.pdf)).toEqual({ pages: 2, problems: [] });
    expect(textOf(result.pdf, 1)).toContain('Page 1/2');
    expect(textOf(result.pdf, 1)).toMatch(
      /Page 2 +« Dosage SPEC-1 », 1 page, compte rendu établi par : Laboratoire sp/,
    );
    expect(textOf(result.pdf, 2)).toContain('Laboratoire specialise - vitamine B6 : 45 nmol/L');
    if (hasPreflight) expect(preflight({ 'joined.pdf': result.pdf })).toEqual({ 'joined.pdf': 'valid' });
  });

  it('is taken as it is when it is PDF/A-1 already, all pages, several files in order', async () => {
    const [own, first, second] = [aReport(), severalChapters(), bloodCount()].map((report) =>
      renderPdf(report, assets),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    const prepared = await Promise.all(
      [attached(first, 'A'), attached(second, 'B')].map((attachment) => prepareAttachment(attachment)),
    );
    const ready = prepared.map((one) => {
      if ('code' in one) throw new Error(one.code);
      return one;
    });
    expect(
      ready.map(({ pages, bytes }) => [pages, Buffer.compare(bytes, first) && Buffer.compare(bytes, second)]),
    ).toEqual([
      [2, 0],
      [1, 0],
    ]);
    const joined = await appendPdfs(own, ready);
    if ('code' in joined) throw new Error(joined.code);
    expect(pageCount(joined)).toBe(4);
    expect(textOf(joined, 2)).toBe(textOf(first, 1));
    expect(textOf(joined, 3)).toBe(textOf(first, 2));
    expect(textOf(joined, 4)).toBe(textOf(second, 1));
    if (hasPreflight) expect(preflight({ 'joined.pdf': joined })).toEqual({ 'joined.pdf': 'valid' });
  });

  it('is not said to be another laboratory’s when nothing says so', async () => {
    const { from: _, ...document } = attached(SAMPLE);
    const result = await makeReportPdf(aReport({ attachments: [document] }), assets);
    if ('code' in result) throw new Error(result.code);
    expect(textOf(result.pdf, 1)).toMatch(/Page 2 +« Dosage SPEC-1 », 1 page$/m);
    expect(textOf(result.pdf, 1)).not.toContain('sous-trait');
  });

  it('gives the same bytes each time', async () => {
    const report = aReport({ attachments: [attached(SAMPLE)] });
    const [one, two] = await Promise.all([makeReportPdf(report, assets), makeReportPdf(report, assets)]);
    if ('code' in one || 'code' in two) throw new Error('a fault');
    expect(Buffer.compare(one.pdf, two.pdf)).toBe(0);
  });
});

describe('a subcontractor’s PDF that must wait for a person', () => {
  it('encrypted with a password to open', async () => {
    expect(await faultOf(qpdf(SAMPLE, '--encrypt', 'user', 'owner', '256', '--'))).toBe(
      'PDF_ATTACHMENT_ENCRYPTED',
    );
  });

  it('encrypted with restrictions, that opens without a password', async () => {
    expect(await faultOf(qpdf(SAMPLE, '--encrypt', '', 'owner', '256', '--modify=none', '--'))).toBe(
      'PDF_ATTACHMENT_ENCRYPTED',
    );
  });

  it('truncated', async () => {
    expect(await faultOf(SAMPLE.slice(0, SAMPLE.length - 250))).toBe('PDF_ATTACHMENT_DAMAGED');
  });

  it('empty, or something else than a PDF', async () => {
    expect(await faultOf(new Uint8Array())).toBe('PDF_ATTACHMENT_DAMAGED');
    expect(await faultOf(Buffer.from('<html>'))).toBe('PDF_ATTACHMENT_DAMAGED');
  });

  it('signed', async () => {
    const signed = sampleWith(
      '/Type /Catalog',
      '/Type /Catalog /AcroForm << /SigFlags 3 /Fields [<< /FT /Sig /T (s) /V << /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00> >> >>] >>',
    );
    expect(await faultOf(signed)).toBe('PDF_ATTACHMENT_SIGNED');
  });

  it('with transparency, whose conversion would make a picture of the text', async () => {
    const transparent = sampleWith('/Resources <<', '/Resources << /ExtGState << /G << /ca 0.5 >> >>');
    const painted = Buffer.from(qpdf(transparent, '--qdf'))
      .toString('latin1')
      .replace('/F1 14 Tf', '/G gs /F1 14 Tf');
    expect(await faultOf(qpdf(Buffer.from(painted, 'latin1')))).toBe('PDF_ATTACHMENT_CHANGED');
  });

  it('whose prepared pages are not those that end up in the file', async () => {
    const own = renderPdf(aReport(), assets);
    const wrong = await appendPdfs(own, [{ attachmentId: 'A', pages: 2, bytes: SAMPLE }]);
    expect('code' in wrong && wrong.code).toBe('PDF_ATTACHMENT_CHANGED');
  });
});

it('leaves nothing behind', async () => {
  // A folder of our own: other tests work in the common one at the same time.
  const folder = mkdtempSync(join(tmpdir(), 'crbio-test-pdf-'));
  vi.stubEnv('TMPDIR', folder);
  try {
    expect(await faultOf(SAMPLE)).toBe('none');
    expect(await faultOf(SAMPLE.slice(0, 300))).toBe('PDF_ATTACHMENT_DAMAGED');
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

it('says which program is missing', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  try {
    expect(await faultOf(SAMPLE)).toBe('PDF_TOOL_MISSING');
  } finally {
    vi.unstubAllEnvs();
  }
});
