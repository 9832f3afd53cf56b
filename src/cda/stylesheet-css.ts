import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Fault } from '../report/fault.ts';
import { type Place, stylesheetCssMissing, stylesheetForbidden } from './faults.ts';

/** Files that CSS may take from its folder: they travel inside every report, hence their limit. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const MAX_FILE_BYTES = 100 * 1024;

/**
 * Reads a CSS file of the laboratory and makes it stand alone: `url(logo.png)` becomes the file's content.
 * @param file its name; like the files that it names, looked for in the folder and nowhere else
 * @param asked where the stylesheet asks for it
 * @returns the CSS without its comments, or why it cannot serve, with the line
 */
export function loadCss(file: string, folder: string, asked: Place): string | Fault {
  let css: string;
  try {
    css = readFileSync(join(folder, basename(file)), 'utf8');
  } catch {
    return stylesheetCssMissing(file, asked);
  }
  // Comments help who edits the file, not who receives it with each report; line ends stay, for the line of a fault.
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''));
  const unfit = forbiddenCss(bare);
  if (unfit) return stylesheetForbidden(unfit.what, { file, line: lineAt(bare, unfit.index) });
  return inlined(bare, file, folder);
}

/** What CSS may not hold: other sheets, and what would end the style element that holds it. */
export function forbiddenCss(css: string): { what: string; index: number } | undefined {
  for (const [pattern, what] of [
    [/@import/i, 'une feuille CSS externe (@import)'],
    [/@namespace/i, '@namespace, qui se place avant toute autre règle et que crbio écrit lui-même'],
    [/<\//, 'la fin d’un élément HTML'],
    [/url\(\s*["']?\s*(?:[a-z][a-z0-9+.-]*:(?<!data:)|\/)/i, 'une adresse externe'],
  ] as const) {
    const index = css.search(pattern);
    if (index >= 0) return { what, index };
  }
  return undefined;
}

function inlined(css: string, file: string, folder: string): string | Fault {
  let fault: Fault | undefined;
  const whole = css.replace(
    /url\(\s*["']?(?!data:|#)([^"')]+?)["']?\s*\)/gi,
    (found, name: string, index: number) => {
      const content = contentOf(name, folder);
      if (typeof content === 'string') return `url("${content}")`;
      fault ??= content.missing
        ? stylesheetCssMissing(name, { file, line: lineAt(css, index) })
        : stylesheetForbidden(`${name}, ${content.why}`, { file, line: lineAt(css, index) });
      return found;
    },
  );
  return fault ?? whole.replace(/\n\s*\n+/g, '\n');
}

type Unfit = { readonly missing: true } | { readonly missing: false; readonly why: string };

function contentOf(name: string, folder: string): string | Unfit {
  const mediaType = MEDIA_TYPES[extname(name).toLowerCase()];
  if (mediaType === undefined) return { missing: false, why: 'ni image PNG, JPEG, GIF, SVG ni police WOFF2' };
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, basename(name)));
  } catch {
    return { missing: true };
  }
  if (bytes.length > MAX_FILE_BYTES) return { missing: false, why: 'fichier de plus de 100 Ko' };
  return `data:${mediaType};base64,${bytes.toString('base64')}`;
}

/** Line of a place in a text, from 1. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
