import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Element as DomElement } from '@xmldom/xmldom';
import { DOMParser, ParseError } from '@xmldom/xmldom';
import type { Fault } from '../report/fault.ts';
import {
  stylesheetCssMissing,
  stylesheetForbidden,
  stylesheetMalformed,
  stylesheetNotXslt,
} from './faults.ts';

declare const checkedBrand: unique symbol;

/** The laboratory's XSLT 1.0, checked, with its CSS inside. Only {@link loadStylesheet} makes one. */
export interface Stylesheet {
  /** Attributes of the root element, as written: version and namespace declarations. */
  readonly rootAttributes: string;
  /** What the root element holds, as written. */
  readonly content: string;
  readonly [checkedBrand]: true;
}

const XSL = 'http://www.w3.org/1999/XSL/Transform';

/** Where the stylesheet wants a CSS file of its folder: `<?crbio-css report.css?>` inside a `style` element. */
const CSS_REQUEST = /<\?crbio-css\s+([\w.-]+)\s*\?>/g;

/**
 * Checks the laboratory's stylesheet and puts its CSS in. It must be XSLT 1.0 and stand alone: no script, no inclusion,
 * nothing read from outside, since the document is opened in unknown browsers (cr-bio §8.1).
 * @param text the stylesheet
 * @param folder where the CSS files that it asks for lie
 * @returns the stylesheet, or why it cannot serve, with the line
 */
export function loadStylesheet(text: string, folder: string): Stylesheet | Fault {
  let missing: string | undefined;
  const whole = text.replace(CSS_REQUEST, (_, file: string) => {
    try {
      // Comments help who edits the file, not who receives it with each report.
      return escapeText(readFileSync(join(folder, basename(file)), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''));
    } catch {
      missing = file;
      return '';
    }
  });
  if (missing !== undefined) return stylesheetCssMissing(missing);
  // Lines are told as in the file: checked before the CSS comes in, and once more after.
  return checked(text) ?? checked(whole) ?? split(whole);
}

const escapeText = (css: string): string =>
  css.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function checked(text: string): Fault | undefined {
  if (/<!DOCTYPE/i.test(text))
    return stylesheetForbidden('une déclaration DOCTYPE', lineOf(text, /<!DOCTYPE/i));
  let root: DomElement | null;
  try {
    root = new DOMParser({
      onError: (_level, message) => {
        throw new ParseError(message);
      },
    }).parseFromString(text, 'text/xml').documentElement;
  } catch (error) {
    return stylesheetMalformed(lineOfError(error));
  }
  if (
    root === null ||
    root.namespaceURI !== XSL ||
    !['stylesheet', 'transform'].includes(root.localName ?? '')
  ) {
    return stylesheetNotXslt('sa racine n’est pas xsl:stylesheet', root?.lineNumber);
  }
  if (root.getAttribute('version') !== '1.0')
    return stylesheetNotXslt('sa version n’est pas 1.0', root.lineNumber);
  const elements = [...root.getElementsByTagName('*')];
  const start = elements.some(
    (one) => one.localName === 'template' && /(?:^|\|)\s*\/\s*(?:$|\|)/.test(one.getAttribute('match') ?? ''),
  );
  if (!start) return stylesheetNotXslt('elle n’a pas de modèle pour « / »', root.lineNumber);
  for (const element of elements) {
    const what = forbidden(element);
    if (what) return stylesheetForbidden(what, element.lineNumber);
  }
  return undefined;
}

const FORBIDDEN_XSL = ['import', 'include'];
const FORBIDDEN_HTML = ['script', 'link', 'base', 'form', 'applet'];
/** Attributes of HTML that would read from outside. */
const ADDRESSES = ['src', 'href', 'data', 'action', 'background', 'poster'];

/** What an element holds that a document that stands alone cannot have; undefined when nothing. */
function forbidden(element: DomElement): string | undefined {
  const name = (element.localName ?? '').toLowerCase();
  const isXsl = element.namespaceURI === XSL;
  if (isXsl && FORBIDDEN_XSL.includes(name)) return `xsl:${name}`;
  if (!isXsl && FORBIDDEN_HTML.includes(name)) return `un élément ${name}`;
  if (name === 'style' && /@import|url\s*\(\s*["']?(?!data:)/i.test(element.textContent ?? '')) {
    return 'une feuille CSS ou un fichier externe';
  }
  for (const attribute of [...element.attributes]) {
    const attributeName = attribute.name.toLowerCase();
    if (/\bdocument\s*\(/.test(attribute.value)) return 'la fonction document()';
    if (isXsl && attributeName === 'disable-output-escaping' && attribute.value === 'yes') {
      return 'disable-output-escaping, qui laisserait passer le texte du document comme du code';
    }
    if (!isXsl && attributeName.startsWith('on')) return `un gestionnaire ${attributeName}`;
    if (
      !isXsl &&
      ADDRESSES.includes(attributeName) &&
      !/^(?:#|data:|\{|mailto:|tel:)/.test(attribute.value)
    ) {
      return 'une adresse externe';
    }
  }
  return undefined;
}

function lineOf(text: string, pattern: RegExp): number {
  return text.slice(0, text.search(pattern)).split('\n').length;
}

function lineOfError(error: unknown): number | undefined {
  const locator =
    error instanceof ParseError ? (error.locator as { lineNumber?: number } | undefined) : undefined;
  const told =
    locator?.lineNumber ??
    Number(
      /[@#[:]\s*line(?:Number)?\s*[:=]?\s*(\d+)|\[line:(\d+)/.exec(String(error))?.slice(1).find(Boolean),
    );
  return Number.isInteger(told) ? told : undefined;
}

/** The root's attributes and content, as written: what the document is put between. */
function split(text: string): Stylesheet | Fault {
  const open = /<(?:[\w-]+:)?(?:stylesheet|transform)\b([^>]*)>/.exec(text);
  const close = text.lastIndexOf('</');
  if (!open || close < open.index) return stylesheetNotXslt('sa racine est vide', undefined);
  // Comments are for who edits the file; each report would carry them.
  const content = text
    .slice(open.index + open[0].length, close)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\n\s*\n+/g, '\n');
  return { rootAttributes: (open[1] ?? '').trim(), content } as Stylesheet;
}
