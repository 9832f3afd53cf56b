import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PdfFile, type Ref } from '../../src/pdf/pdf-file.ts';
import { addPdfaParts } from '../../src/pdf/pdfa.ts';
import { makeReportPdf } from '../../src/pdf/report-pdf.ts';
import { at } from '../fixtures/people.ts';
import { aReport } from '../fixtures/reports.ts';
import { inFolder, loadAssets, pageCount } from './tools.ts';

/** A subcontractor's PDF of 30 MB: ten pages of pictures that no compression shrinks. */

const PAGES = 10;
const SIDE = 1000;

/** Bytes without pattern, the same each time. */
function noise(seed: number, count: number): Uint8Array {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(count));
}

function largePdf(pdfA: boolean): Uint8Array {
  const file = new PdfFile();
  const tree = file.reserve();
  const kids = Array.from({ length: PAGES }, (_, page): Ref => {
    const image = file.add(
      `<< /Type /XObject /Subtype /Image /Width ${SIDE} /Height ${SIDE} /ColorSpace /DeviceRGB /BitsPerComponent 8`,
      noise(page, SIDE * SIDE * 3),
      { filter: 'none' },
    );
    const contents = file.add('<<', Buffer.from('q 500 0 0 500 40 200 cm /I Do Q'), { filter: 'none' });
    return file.add(
      `<< /Type /Page /Parent ${tree} /MediaBox [0 0 595 842] /Contents ${contents}` +
        ` /Resources << /XObject << /I ${image} >> >> >>`,
    );
  });
  file.add(`<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${PAGES} >>`, undefined, { at: tree });
  const about = { title: 'Images', author: 'Essai', subject: 'Essai', at: at('20260302161200') };
  const { info, metadata, outputIntent } = addPdfaParts(file, about);
  const claims = pdfA ? ` /Metadata ${metadata} /OutputIntents [${outputIntent}]` : '';
  return file.finish(file.add(`<< /Type /Catalog /Pages ${tree}${claims} >>`), info, 'large');
}

/** A digest of the samples of each picture, in order, as a reader of PDF decodes them. */
function picturesIn(bytes: Uint8Array, firstPage: number): string[] {
  return inFolder((folder) => {
    const file = join(folder, 'file.pdf');
    const images = join(folder, 'images');
    writeFileSync(file, bytes);
    mkdirSync(images);
    execFileSync('pdfimages', ['-f', String(firstPage), file, join(images, 'i')]);
    return readdirSync(images)
      .sort()
      .map((name) =>
        createHash('sha256')
          .update(readFileSync(join(images, name)))
          .digest('hex'),
      );
  });
}

it.each([
  ['PDF/A-1 already', true],
  ['to be converted', false],
] as const)('30 MB of pictures go through unaltered: %s', { timeout: 300_000 }, async (what, pdfA) => {
  const received = largePdf(pdfA);
  expect(received.length).toBeGreaterThan(30e6);
  const attachment = {
    id: 'GROS',
    title: 'Images',
    mediaType: 'application/pdf' as const,
    base64: Buffer.from(received).toString('base64'),
  };
  const assets = loadAssets();
  const start = performance.now();
  const result = await makeReportPdf(aReport({ attachments: [attachment] }), assets);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if ('code' in result) throw new Error(result.cause);
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(`30 Mo, ${what} : ${seconds} s, au plus ${peak} Mio dans Node depuis son démarrage`);
  expect(pageCount(result.pdf)).toBe(1 + PAGES);
  const pictures = picturesIn(received, 1);
  expect(new Set(pictures).size).toBe(PAGES);
  expect(picturesIn(result.pdf, 2)).toEqual(pictures);
});
