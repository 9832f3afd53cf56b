import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPdfAssets } from '../../src/pdf/assets.ts';
import { parsePng } from '../../src/pdf/png.ts';
import { renderPdf } from '../../src/pdf/render.ts';
import { parseTrueType } from '../../src/pdf/truetype.ts';
import { aReport } from '../fixtures/reports.ts';
import { inFolder, STYLESHEETS, textOf } from './tools.ts';

/** Loads a copy of the shipped stylesheets after `change` has had its way with the theme. */
function withTheme(change: (theme: Record<string, unknown>, folder: string) => unknown) {
  return inFolder((folder) => {
    cpSync(STYLESHEETS, folder, { recursive: true });
    const file = join(folder, 'pdf-theme.json');
    const theme = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify(change(theme, folder)));
    return loadPdfAssets(folder);
  });
}

describe('the theme', () => {
  it('brands the page without a line of code', () => {
    const assets = withTheme((theme) => ({
      ...theme,
      colours: { ...(theme.colours as object), accent: '#FF0000' },
      logo: undefined,
      texts: { title: 'Résultats de votre laboratoire', legalMentions: ['RCS Paris 000 000 001'] },
    }));
    if ('code' in assets) throw new Error(assets.cause);
    const text = textOf(renderPdf(aReport(), assets));
    expect(text).toContain('Résultats de votre laboratoire');
    expect(text).toContain('RCS Paris 000 000 001');
  });

  it.each([
    ['a colour', { colours: { accent: 'red' } }, 'PDF_THEME_INVALID', 'colours'],
    ['an unknown key', { colour: {} }, 'PDF_THEME_INVALID', '(racine)'],
    [
      'a path that leaves the folder',
      { logo: { file: '../secret.png', height: 40 } },
      'PDF_THEME_INVALID',
      'logo.file',
    ],
    [
      'a file that is not there',
      { logo: { file: 'none.png', height: 40 } },
      'PDF_THEME_UNREADABLE',
      'none.png',
    ],
    [
      'a logo that is no PNG',
      { logo: { file: 'pdf-theme.json', height: 40 } },
      'PDF_LOGO_INVALID',
      'pdf-theme.json',
    ],
  ])('names what is wrong: %s', (_what, wrong, code, where) => {
    const fault = withTheme((theme) => ({ ...theme, ...wrong }));
    expect(fault).toMatchObject({ code, position: expect.stringContaining(where) });
  });

  it('refuses a font that is none', () => {
    const fault = withTheme((theme) => ({
      ...theme,
      fonts: { ...(theme.fonts as object), bold: 'logo.png' },
    }));
    expect(fault).toMatchObject({ code: 'PDF_FONT_INVALID', position: 'logo.png' });
  });

  it('says that the folder has no theme, or no JSON', () => {
    expect(loadPdfAssets('/nonexistent')).toMatchObject({ code: 'PDF_THEME_UNREADABLE' });
    const broken = inFolder((folder) => {
      writeFileSync(join(folder, 'pdf-theme.json'), '{');
      return loadPdfAssets(folder);
    });
    expect(broken).toMatchObject({ code: 'PDF_THEME_INVALID' });
  });
});

describe('a font', () => {
  const bytes = readFileSync(join(STYLESHEETS, 'fonts/DejaVuSansCondensed.ttf'));

  it('has the characters of a French report', () => {
    const font = parseTrueType(bytes);
    for (const character of 'ÀÉÈÊËÎÏÔÙÛÜŸÇàéèêëîïôùûüÿçœŒæÆαβγδκλµμΩ≤≥±×²³⁹€°–—«»’…▲▼●○↑↓⚠') {
      expect(font?.glyphOf(character.codePointAt(0) ?? 0), character).toBeGreaterThan(0);
    }
  });

  it('is refused, never half read, when it is cut or altered', { timeout: 60_000 }, () => {
    expect(parseTrueType(bytes.subarray(0, 1000))).toBeUndefined();
    expect(parseTrueType(new Uint8Array())).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const altered = new Uint8Array(bytes.subarray(0, 60_000));
        altered.set(noise, 0);
        parseTrueType(altered);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a logo', () => {
  const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
  const chunk = (type: string, data: Uint8Array) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    return Buffer.concat([size, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  const png = (width: number, height: number, colourType: number, raw: number[], more: Uint8Array[] = []) => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, colourType, 0, 0, 0], 8);
    return Buffer.concat([
      SIGNATURE,
      chunk('IHDR', header),
      ...more,
      chunk('IDAT', deflateSync(Uint8Array.from(raw))),
      chunk('IEND', new Uint8Array()),
    ]);
  };
  const pixels = (file: Uint8Array) => {
    const image = parsePng(file);
    return image && [...inflateSync(image.deflated)];
  };

  it('is read in every colour type, transparency laid on white', () => {
    expect(pixels(png(1, 1, 2, [0, 10, 20, 30]))).toEqual([10, 20, 30]);
    expect(pixels(png(1, 1, 0, [0, 77]))).toEqual([77, 77, 77]);
    expect(pixels(png(1, 1, 4, [0, 0, 0]))).toEqual([255, 255, 255]);
    expect(pixels(png(1, 1, 6, [0, 0, 100, 200, 51]))).toEqual([204, 224, 244]);
    expect(pixels(png(1, 1, 3, [0, 1], [chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6))]))).toEqual([4, 5, 6]);
  });

  it('is read through each row filter', () => {
    const first = [0, 1, 2, 3, 4, 5, 6];
    const rows = (filter: number, ...row: number[]) =>
      pixels(png(2, 2, 2, [...first, filter, ...row]))?.slice(6);
    expect(rows(1, 1, 1, 1, 1, 1, 1)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(rows(2, 1, 1, 1, 1, 1, 1)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(rows(3, 10, 10, 10, 10, 10, 10)).toEqual([10, 11, 11, 17, 18, 18]);
    expect(rows(4, 1, 1, 1, 1, 1, 1)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('is refused when its header lies or its data are cut', () => {
    expect(parsePng(png(2, 2, 2, [0, 1, 2, 3]))).toBeUndefined();
    expect(parsePng(png(9000, 9000, 2, [0]))).toBeUndefined();
    expect(parsePng(png(1, 1, 3, [0, 0]))).toBeUndefined();
    expect(parsePng(png(1, 1, 2, [0, 1, 2, 3]).subarray(0, 50))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array(), (noise) => parsePng(Buffer.concat([SIGNATURE, noise])) === undefined),
    );
  });
});
