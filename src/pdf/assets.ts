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
  let json: unknown;
  try {
    json = JSON.parse(themeBytes.toString('utf8'));
  } catch (error) {
    return faults.themeInvalid(THEME_FILE, error instanceof Error ? error.message : 'JSON incorrect');
  }
  const theme = parseTheme(json);
  if ('problem' in theme) return faults.themeInvalid(`${THEME_FILE}, ${theme.key}`, theme.problem);

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

function readBeside(folder: string, file: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, file));
  } catch {
    return undefined;
  }
}
