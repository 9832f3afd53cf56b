import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Node } from '@xmldom/xmldom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfPresenting } from '../../src/cda/self-presenting.ts';
import { loadStylesheet } from '../../src/cda/stylesheet.ts';
import { parse } from '../cda/xml-probe.ts';
import type { Browser, View } from './browser.ts';
import { PHONE } from './browser.ts';
import { DOCUMENTS } from './documents.ts';
import { isInked, readPicture } from './picture.ts';

/**
 * What a person sees of a file that shows itself, in real browsers: texts count only where their place on the page is
 * inked, since a page may be blank while its DOM is full.
 */

/** A browser as the system ships it. Each has a test file of its own, so that they run side by side. */
interface Installed {
  readonly name: 'Chromium' | 'Firefox';
  readonly executable: string;
  readonly start: (executable: string, xslt: boolean) => Promise<Browser>;
  readonly startOnPhone?: (executable: string, xslt: boolean) => Promise<Browser>;
}

const FOLDER = join(import.meta.dirname, '../../stylesheets');
const stylesheet = loadStylesheet(readFileSync(join(FOLDER, 'report.xsl'), 'utf8'), FOLDER);
if ('cause' in stylesheet) throw new Error(stylesheet.cause);

const files = new Map(
  Object.entries(DOCUMENTS).map(([name, cda]) => [`/${name}.xml`, selfPresenting(cda, stylesheet)]),
);

const INVISIBLE = '<p style="color:white">blanc</p><p style="display:none">rien</p><p>vu</p>';

const compact = (text: string): string => text.replace(/\s+/g, '');

/** Every text of the page whose place is inked, run together. */
function seen({ texts, picture }: View): string {
  const pixels = readPicture(picture);
  return texts
    .filter(({ boxes }) => boxes.some((box) => isInked(pixels, box)))
    .map(({ text }) => compact(text))
    .join('');
}

/** Readable content of a document: the title of each section and each text of its narrative, in order. */
function textsOf(node: Node, readable = false): string[] {
  if (node.nodeType === node.TEXT_NODE)
    return readable ? [compact(node.nodeValue ?? '')].filter(Boolean) : [];
  const inSection = node.parentNode?.nodeName === 'section';
  const shown = readable || (inSection && (node.nodeName === 'title' || node.nodeName === 'text'));
  return [...node.childNodes].flatMap((child) => textsOf(child, shown));
}

/** The first of the texts that the page does not show after the ones before it; undefined when it shows them all. */
function firstAbsent(page: string, wanted: readonly string[]): string | undefined {
  let from = 0;
  return wanted.find((text) => {
    const at = page.indexOf(text, from);
    if (at >= 0) from = at + text.length;
    return at < 0;
  });
}

/** Values that stand in attributes of the header, as they must be read. */
const HEADER = [
  'PAT-TROIS',
  'DOMINIQUE MARIE-LOUISE',
  '28/03/1979',
  '51215',
  'Féminin',
  '279035121518989',
  'Dr Claire DURAND',
  'claire.durand@',
  'Dr Hugo PETIT',
  '27/02/2026',
  'Laboratoire de démonstration du Canal',
  '12 quai de Démonstration',
  'Dr Anne MARTIN',
  '03/03/2026 à 09:45',
  'version 2',
  'Annule et remplace la version 1',
  'Document remplacé',
].map(compact);

/** Asks everything of both views, with XSLT and without. */
export function testViews({ name, executable, start, startOnPhone }: Installed): void {
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const found = files.get(request.url ?? '');
      response.writeHead(200, { 'content-type': found ? 'application/xml' : 'text/html' });
      response.end(found ?? INVISIBLE);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** What each view said of the header. */
  const headers = new Map<boolean, string>();

  const present = existsSync(executable);
  if (!present) console.log(`${name}: not run (${executable} is absent)`);

  for (const xslt of [true, false]) {
    describe.skipIf(!present)(`${name} ${xslt ? 'with' : 'without'} XSLT`, { timeout: 60_000 }, () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await start(executable, xslt);
      }, 60_000);
      afterAll(() => browser.close());

      test.each(Object.entries(DOCUMENTS))('shows all of %s', async (document, cda) => {
        const wanted = textsOf(parse(cda));
        expect(wanted.length).toBeGreaterThan(10);
        const view = await browser.open(`${origin}/${document}.xml`);
        expect(firstAbsent(seen(view), wanted), 'texts, in order, on inked places').toBeUndefined();
        expect(widest(view), 'nothing stands beside the page').toBeLessThanOrEqual(1100);
      });

      test('shows the header', async () => {
        const view = await browser.open(`${origin}/correction.xml`);
        const page = seen(view);
        for (const said of HEADER) expect(page, said).toContain(said);
        headers.set(xslt, headerOf(view));
      });

      test('counts no text that nobody can see', async () => {
        expect(seen(await browser.open(`${origin}/invisible.html`))).toBe('vu');
      });

      test('offers the PDF copy', async () => {
        expect(seen(await browser.open(`${origin}/subcontractedPdf.xml`))).toContain(
          compact('Ouvrir le PDF'),
        );
      });

      test('shows an image in its place', async () => {
        const { texts, picture } = await browser.open(`${origin}/curve.xml`);
        const title = texts.findIndex(({ text }) => text === 'Courbe');
        const above = texts[title]?.boxes[0];
        const below = texts[title + 1]?.boxes[0];
        if (!above || !below) throw new Error('the texts around the image are not there');
        const y = above.y + above.height + 5;
        const height = below.y - 5 - y;
        expect(height).toBeGreaterThan(300);
        expect(isInked(readPicture(picture), { x: above.x, y, width: 368, height })).toBe(true);
      });

      test('prints on A4, the head of a long table on each page', async () => {
        await browser.open(`${origin}/longTable.xml`);
        const { sizes, texts } = pages(await browser.print());
        expect(texts.length).toBeGreaterThan(3);
        for (const size of sizes) expect(size).toMatch(/^59[456](\.\d+)? x 84[12](\.\d+)? /);
        // The last page may hold what follows the table.
        for (const text of texts.slice(0, -1)) expect(text).toContain('Antériorités');
      });

      test.skipIf(xslt && name === 'Chromium')('shows it from disk', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'crbio-disk-'));
        try {
          const file = join(folder, 'report.xml');
          writeFileSync(file, files.get('/correction.xml') ?? '');
          const page = seen(await browser.open(pathToFileURL(file).href));
          for (const said of HEADER) expect(page, said).toContain(said);
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    });
  }

  for (const xslt of [true, false]) {
    const title = `${name} on a phone ${xslt ? 'with' : 'without'} XSLT: nothing beside the screen, no figure on two lines`;
    test.skipIf(!present || !startOnPhone)(title, { timeout: 60_000 }, async () => {
      const browser = await startOnPhone?.(executable, xslt);
      try {
        for (const document of ['figures', 'urineCultureWithAntibiogram', 'tshWithPrevious']) {
          const view = await browser?.open(`${origin}/${document}.xml`);
          if (!view) throw new Error('the phone is not there');
          expect(widest(view), document).toBeLessThanOrEqual(PHONE.width);
          const figures = view.texts.filter(({ text }) => /^[<≤≥>\s]*\d+(,\d+)?$/.test(text));
          expect(figures.length).toBeGreaterThan(0);
          for (const { text, boxes } of figures) expect(boxes, text).toHaveLength(1);
        }
      } finally {
        await browser?.close();
      }
    });
  }

  test.skipIf(!present)(`${name}: both views say the same of the header`, () => {
    const [withXslt, withoutXslt] = [true, false].map((xslt) => headers.get(xslt));
    expect(withXslt).toContain('Signataire');
    expect(withoutXslt).toBe(withXslt);
  });
}

/** What stands above the first chapter, in one order for both views. */
function headerOf({ texts }: View): string {
  const placed = texts.map(({ text, boxes }) => ({ text: text.trim(), top: boxes[0]?.y ?? 0 }));
  const last = placed.find(({ text }) => text === 'Signataire')?.top ?? 0;
  return placed
    .filter(({ top }) => top <= last)
    .map(({ text }) => text)
    .toSorted()
    .join('|');
}

const widest = ({ texts }: View): number =>
  Math.max(...texts.flatMap(({ boxes }) => boxes.map(({ x, width }) => x + width)));

function pages(pdf: Buffer): { sizes: string[]; texts: string[] } {
  const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
  const texts = text.split('\f').slice(0, -1);
  const info = execFileSync('pdfinfo', ['-l', String(texts.length), '-'], { input: pdf, encoding: 'utf8' });
  return {
    texts,
    sizes: [...info.matchAll(/size:\s+(.*)/g)].map(([, size = '']) => size).filter((s) => /x/.test(s)),
  };
}
