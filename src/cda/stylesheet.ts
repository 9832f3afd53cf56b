import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Element as DomElement } from '@xmldom/xmldom';
import { DOMParser, ParseError } from '@xmldom/xmldom';
import type { Fault } from '../report/fault.ts';
import {
  stylesheetForbidden,
  stylesheetMalformed,
  stylesheetNotXslt,
  stylesheetUnreadable,
} from './faults.ts';
import { lineAt, loadCss } from './stylesheet-css.ts';
import { STYLESHEET_FILE, unfitness, XSL } from './stylesheet-rules.ts';

declare const checkedBrand: unique symbol;

/** The laboratory's XSLT 1.0, checked, with its CSS inside. Only {@link loadStylesheet} makes one. */
export interface Stylesheet {
  /** Attributes of the root element, as written: version and namespace declarations. */
  readonly rootAttributes: string;
  /** What the root element holds, as written. */
  readonly content: string;
  /** All CSS of its `style` elements: it also lays out the view without XSLT. */
  readonly css: string;
  readonly [checkedBrand]: true;
}

/** Where the stylesheet wants a CSS file of its folder: `<?crbio-css report.css?>` inside a `style` element. */
const CSS_REQUEST = /<\?crbio-css\s+([\w.-]+)\s*\?>/g;

/** Reads `report.xsl` of a folder, see {@link loadStylesheet}. */
export function readStylesheet(folder: string): Stylesheet | Fault {
  let text: string;
  try {
    text = readFileSync(join(folder, STYLESHEET_FILE), 'utf8');
  } catch {
    return stylesheetUnreadable(STYLESHEET_FILE);
  }
  return loadStylesheet(text, folder);
}

/**
 * Checks the laboratory's stylesheet and puts its CSS in. It must be XSLT 1.0, show the whole document and stand alone:
 * no script, no inclusion, nothing read from outside, since the document is opened in unknown browsers (cr-bio §8.1).
 * @param text the stylesheet
 * @param folder where the CSS files that it asks for lie, with what they name
 * @returns the stylesheet, or why it cannot serve, with the file and the line
 */
export function loadStylesheet(text: string, folder: string): Stylesheet | Fault {
  const root = read(text);
  if ('code' in root) return root;
  const fault = unfitness(root);
  if (fault) return fault;
  let unfit: Fault | undefined;
  // Line ends of comments stay, for the line of a fault.
  const bare = text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''));
  const whole = bare.replace(CSS_REQUEST, (_, file: string, index: number) => {
    const css = loadCss(file, folder, { file: STYLESHEET_FILE, line: lineAt(bare, index) });
    if (typeof css === 'string') return escapeText(css);
    unfit ??= css;
    return '';
  });
  return unfit ?? split(whole, root.lineNumber);
}

const escapeText = (css: string): string =>
  css.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const place = (line: number | undefined) => ({ file: STYLESHEET_FILE, line });

function read(text: string): DomElement | Fault {
  const doctype = text.search(/<!DOCTYPE/i);
  if (doctype >= 0) {
    return stylesheetForbidden('une déclaration DOCTYPE', place(lineAt(text, doctype)));
  }
  try {
    const { documentElement } = new DOMParser({
      onError: (_level, message) => {
        throw new ParseError(message);
      },
    }).parseFromString(text, 'text/xml');
    return documentElement ?? stylesheetNotXslt('elle est vide', place(1));
  } catch (error) {
    return stylesheetMalformed(place(lineOfError(error)));
  }
}

/** The parser tells the line in its error's locator or in its message. */
function lineOfError(error: unknown): number | undefined {
  const locator =
    error instanceof ParseError ? (error.locator as { lineNumber?: number } | undefined) : undefined;
  const told = locator?.lineNumber ?? Number(/\bline(?:Number)?\W+(\d+)/.exec(String(error))?.[1]);
  return Number.isInteger(told) ? told : undefined;
}

/** The root's attributes and content, as written: what the document is put between. */
function split(text: string, rootLine: number | undefined): Stylesheet | Fault {
  const open = /<(?:[\w-]+:)?(?:stylesheet|transform)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/.exec(text);
  const close = text.lastIndexOf('</');
  if (!open || close < open.index) return stylesheetNotXslt('sa racine est vide', place(rootLine));
  const content = text.slice(open.index + open[0].length, close).replace(/\n\s*\n+/g, '\n');
  return { rootAttributes: (open[1] ?? '').trim(), content, css: cssIn(text) } as Stylesheet;
}

function cssIn(text: string): string {
  const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
  return [...(root?.getElementsByTagName('*') ?? [])]
    .filter((element) => element.namespaceURI !== XSL && element.localName === 'style')
    .map((element) => element.textContent ?? '')
    .join('\n');
}
