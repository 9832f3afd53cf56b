import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPdfAssets } from '../../src/pdf/assets.ts';
import { parseTrueType } from '../../src/pdf/truetype.ts';
import { aReport } from '../fixtures/reports.ts';
import { inFolder, renderPdf, STYLESHEETS, textOf } from './tools.ts';

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
    ['an unknown key', { colour: {} }, 'PDF_THEME_INVALID', 'colour'],
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
    ['a number too large', { logo: { file: 'logo.png', height: 400 } }, 'PDF_THEME_INVALID', 'logo.height'],
  ])('names what is wrong: %s', (_what, wrong, code, where) => {
    const fault = withTheme((theme) => ({ ...theme, ...wrong }));
    expect(fault).toMatchObject({ code, position: expect.stringContaining(where) });
  });

  it.each([
    ['a key', (text: string) => text.replace('"alert": "#', '"alert": "'), '"alert"', 'colours.alert'],
    ['JSON', (text: string) => text.replace('"alert":', '"alert"'), '"alert"', 'JSON incorrect'],
  ])('tells the line of %s', (_what, change, line, says) => {
    inFolder((folder) => {
      cpSync(STYLESHEETS, folder, { recursive: true });
      const file = join(folder, 'pdf-theme.json');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, change(text));
      const number = text.slice(0, text.indexOf(line)).split('\n').length;
      const fault = loadPdfAssets(folder);
      expect(fault).toMatchObject({
        code: 'PDF_THEME_INVALID',
        position: expect.stringContaining(`pdf-theme.json, ligne ${number}`),
        cause: expect.stringContaining(says),
      });
    });
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
