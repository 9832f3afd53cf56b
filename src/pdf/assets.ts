import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../report/fault.ts';
import { faults } from './faults.ts';
import { parsePng } from './png.ts';
import type { Picture } from './raster.ts';
import { type PdfTheme, parseTheme } from './theme.ts';
import { parseTrueType, type TrueTypeFont } from './truetype.ts';

/** All that the page needs beside the report: loaded and parsed once by each worker. */
export interface PdfAssets {
  readonly theme: PdfTheme;
  readonly regular: TrueTypeFont;
  readonly bold: TrueTypeFont;
  readonly mono: TrueTypeFont;
  readonly logo?: Picture;
}

export const THEME_FILE = 'pdf-theme.json';

/**
 * Reads the laboratory's look from its stylesheets folder: `pdf-theme.json` and the fonts and logo that it names.
 * @returns the assets, or which file or key is wrong: the daemon does not start
 */
export function loadPdfAssets(folder: string): PdfAssets | Fault {
  const themeBytes = readBeside(folder, THEME_FILE);
  if (!themeBytes) return faults.themeUnreadable(THEME_FILE);
  const text = themeBytes.toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return faults.themeInvalid(`${THEME_FILE}, ligne ${lineOfError(text, error)}`, 'JSON incorrect');
  }
  const theme = parseTheme(json);
  if ('problem' in theme) {
    const where = `${THEME_FILE}, ligne ${lineOfKey(text, theme.keys)}, ${theme.keys.join('.') || '(racine)'}`;
    return faults.themeInvalid(where, theme.problem);
  }

  const font = (file: string): TrueTypeFont | Fault => {
    const bytes = readBeside(folder, file);
    if (!bytes) return faults.themeUnreadable(file);
    return parseTrueType(bytes) ?? faults.fontInvalid(file);
  };
  const regular = font(theme.fonts.regular);
  if ('code' in regular) return regular;
  const bold = font(theme.fonts.bold);
  if ('code' in bold) return bold;
  const mono = font(theme.fonts.mono);
  if ('code' in mono) return mono;
  if (!theme.logo) return { theme, regular, bold, mono };

  const logoBytes = readBeside(folder, theme.logo.file);
  if (!logoBytes) return faults.themeUnreadable(theme.logo.file);
  const logo = parsePng(logoBytes);
  return logo ? { theme, regular, bold, mono, logo } : faults.logoInvalid(theme.logo.file);
}

/** `JSON.parse` tells the position in its message, or nothing when the text ends too early. */
function lineOfError(text: string, error: unknown): number {
  const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
  return text.slice(0, position).split('\n').length;
}

/** The line of a key: its names one after the other, as far as they are found. */
function lineOfKey(text: string, keys: readonly string[]): number {
  let from = 0;
  for (const key of keys) {
    const found = text.indexOf(`"${key}"`, from);
    if (found >= 0) from = found;
  }
  return text.slice(0, from).split('\n').length;
}

function readBeside(folder: string, file: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, file));
  } catch {
    return undefined;
  }
}
