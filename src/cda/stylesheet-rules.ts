import type { Element as DomElement } from '@xmldom/xmldom';
import xpath from 'xpath';
import type { Fault } from '../report/fault.ts';
import { stylesheetForbidden, stylesheetIncomplete, stylesheetNotXslt } from './faults.ts';
import { forbiddenCss, lineAt } from './stylesheet-css.ts';

declare module 'xpath' {
  /** Left out of the package's types: reads an expression, throws when it is not XPath 1.0. */
  export function parse(expression: string): unknown;
}

/** The laboratory's stylesheet in its folder. */
export const STYLESHEET_FILE = 'report.xsl';
export const XSL = 'http://www.w3.org/1999/XSL/Transform';
const XHTML = 'http://www.w3.org/1999/xhtml';

/** Why a laboratory's stylesheet cannot serve, with the line of the first thing found; undefined when it can. */
export function unfitness(root: DomElement): Fault | undefined {
  if (root.namespaceURI !== XSL || !['stylesheet', 'transform'].includes(root.localName ?? '')) {
    return stylesheetNotXslt('sa racine n’est pas xsl:stylesheet', placeOf(root));
  }
  if (root.getAttribute('version') !== '1.0') {
    return stylesheetNotXslt('sa version n’est pas 1.0', placeOf(root));
  }
  const elements = [...root.getElementsByTagName('*')];
  for (const element of elements) {
    const outside = forbidden(element);
    if (outside) return stylesheetForbidden(outside, placeOf(element));
    const why = notXslt1(element, elements);
    if (why) return stylesheetNotXslt(why, placeOf(element));
  }
  const start = elements.some(
    (one) => isXsl(one, 'template') && /(?:^|\|)\s*\/\s*(?:$|\|)/.test(one.getAttribute('match') ?? ''),
  );
  if (!start) return stylesheetNotXslt('elle n’a pas de modèle pour « / »', placeOf(root));
  return incomplete(root, elements);
}

/** Where an element stands; in a style sheet written in place, the line of what is wrong in it. */
function placeOf(element: DomElement): { file: string; line?: number | undefined } {
  const start = element.lineNumber;
  const css = element.localName === 'style' ? (element.textContent ?? '') : '';
  const unfit = forbiddenCss(css);
  return { file: STYLESHEET_FILE, line: unfit && start ? start + lineAt(css, unfit.index) - 1 : start };
}

const isXsl = (element: DomElement, name: string): boolean =>
  element.namespaceURI === XSL && element.localName === name;

// --- What would read or run something else than the document

const FORBIDDEN_HTML = ['script', 'link', 'base', 'form', 'applet', 'iframe', 'frame', 'frameset', 'portal'];
/** Attributes of HTML that would read from outside. */
const ADDRESSES = ['src', 'srcset', 'href', 'data', 'action', 'formaction', 'background', 'poster'];
/** The document never chooses an address, nor what kind of data one holds beyond its media type. */
const OWN_ADDRESS = /^\s*(?:#|data:(?!text)|mailto:|tel:)/;

/** What an element holds that a document that stands alone cannot have; undefined when nothing. */
function forbidden(element: DomElement): string | undefined {
  const name = (element.localName ?? '').toLowerCase();
  if (element.namespaceURI === XSL) return forbiddenInstruction(element, name);
  if (FORBIDDEN_HTML.includes(name)) return `un élément ${name}`;
  if (name === 'meta' && element.hasAttribute('http-equiv')) return 'un élément meta http-equiv';
  if (name === 'style') {
    const unfit = forbiddenCss(element.textContent ?? '');
    if (unfit) return unfit.what;
  }
  for (const attribute of [...element.attributes]) {
    const unfit = forbiddenAttribute((attribute.localName ?? attribute.name).toLowerCase(), attribute.value);
    if (unfit) return unfit;
    if (readsOutside(attribute.value)) return 'la fonction document()';
  }
  return undefined;
}

function forbiddenInstruction(element: DomElement, name: string): string | undefined {
  if (name === 'import' || name === 'include') return `xsl:${name}`;
  for (const attribute of [...element.attributes]) {
    if (readsOutside(attribute.value)) return 'la fonction document()';
    if (attribute.name === 'disable-output-escaping' && attribute.value === 'yes') {
      return 'disable-output-escaping, qui laisserait passer le texte du document comme du code';
    }
  }
  const made = (element.getAttribute('name') ?? '').toLowerCase();
  if (name === 'element' && FORBIDDEN_HTML.includes(made)) return `un élément ${made}`;
  if (name === 'attribute') return forbiddenAttribute(made, element.textContent ?? '');
  return undefined;
}

function forbiddenAttribute(name: string, value: string): string | undefined {
  if (name.startsWith('on')) return `un gestionnaire ${name}`;
  if (ADDRESSES.includes(name) && !OWN_ADDRESS.test(value))
    return 'une adresse externe, ou que le document choisirait';
  if (name === 'style') return forbiddenCss(value)?.what;
  return undefined;
}

const readsOutside = (value: string): boolean => /\bdocument\s*\(/.test(value);

// --- What is not XSLT 1.0: a browser would stop there and show nothing

const INSTRUCTIONS =
  'apply-imports apply-templates attribute attribute-set call-template choose comment copy copy-of decimal-format element fallback for-each if import include key message namespace-alias number otherwise output param preserve-space processing-instruction sort strip-space stylesheet template text transform value-of variable when with-param'.split(
    ' ',
  );
/** Attributes that hold an XPath expression or pattern. */
const EXPRESSIONS = ['select', 'test', 'match', 'count', 'from', 'use', 'value'];
/** XPath 1.0 §4 and XSLT 1.0 §12; node tests look like functions. */
const FUNCTIONS =
  'last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round key format-number current unparsed-entity-uri generate-id system-property element-available function-available node text comment processing-instruction'.split(
    ' ',
  );

function notXslt1(element: DomElement, all: readonly DomElement[]): string | undefined {
  if (element.namespaceURI !== XSL) {
    const foreign =
      element.namespaceURI !== null && element.namespaceURI !== XHTML && insideTemplate(element);
    if (foreign && !/svg|MathML/i.test(element.namespaceURI ?? '')) {
      return `l’élément ${element.nodeName} n’est ni XSLT ni HTML`;
    }
    return [...element.attributes]
      .flatMap(({ value }) => embedded(value))
      .map(unfitExpression)
      .find(Boolean);
  }
  const name = element.localName ?? '';
  if (!INSTRUCTIONS.includes(name)) return `l’instruction xsl:${name} n’existe pas en XSLT 1.0`;
  if (name === 'call-template') {
    const called = element.getAttribute('name');
    const known = all.some((one) => isXsl(one, 'template') && one.getAttribute('name') === called);
    if (!known) return `le modèle « ${called ?? ''} » n’existe pas`;
  }
  return [...element.attributes]
    .filter((attribute) => EXPRESSIONS.includes(attribute.name))
    .map(({ value }) => unfitExpression(value))
    .find(Boolean);
}

function insideTemplate(element: DomElement): boolean {
  for (let up = element.parentNode as DomElement | null; up; up = up.parentNode as DomElement | null) {
    if (isXsl(up, 'template')) return true;
  }
  return false;
}

/** Expressions of an attribute value template: `data:{@mediaType};base64,…`. */
const embedded = (value: string): string[] =>
  [...value.matchAll(/\{([^{}]+)\}/g)].map(([, expression = '']) => expression);

function unfitExpression(expression: string): string | undefined {
  const bare = expression.replace(/"[^"]*"|'[^']*'/g, "''");
  for (const [, called = ''] of bare.matchAll(/([\w.-]+(?::[\w.-]+)?)\s*\(/g)) {
    if (!FUNCTIONS.includes(called) && !OPERATORS.includes(called)) {
      return `la fonction ${called}() n’existe pas en XSLT 1.0`;
    }
  }
  try {
    xpath.parse(expression);
    return undefined;
  } catch {
    return `l’expression « ${expression} » n’est pas du XPath 1.0`;
  }
}

/** A parenthesis may follow them. */
const OPERATORS = ['and', 'or', 'div', 'mod'];

// --- What it must show

/** Elements of the document that hold what must be read, by what a person calls them (cr-bio §8.1). */
const SHOWN: Readonly<Record<string, string>> = {
  title: 'les titres',
  effectiveTime: 'la date du document',
  versionNumber: 'le numéro de version',
  relatedDocument: 'le document remplacé',
  patientRole: 'le patient',
  birthTime: 'la date de naissance',
  administrativeGenderCode: 'le sexe',
  birthplace: 'le lieu de naissance',
  representedOrganization: 'le laboratoire',
  participant: 'le prescripteur',
  informationRecipient: 'les destinataires',
  authenticator: 'les biologistes',
  section: 'les chapitres',
  text: 'le texte des chapitres',
  table: 'les tableaux',
  td: 'les cellules des tableaux',
  paragraph: 'les paragraphes',
  list: 'les listes',
  item: 'les éléments des listes',
  content: 'les passages mis en forme',
  br: 'les fins de ligne',
  renderMultiMedia: 'les images et les PDF',
};

/** A stylesheet that never names an element cannot show it, unless it takes every element of the narrative alike. */
function incomplete(root: DomElement, elements: readonly DomElement[]): Fault | undefined {
  const expressions = elements.flatMap((element) =>
    [...element.attributes]
      .filter(({ name }) => element.namespaceURI !== XSL || EXPRESSIONS.includes(name))
      .map(({ value }) => value),
  );
  const named = new Set(expressions.flatMap((expression) => expression.match(/[A-Za-z][\w-]*/g) ?? []));
  const absent = Object.keys(SHOWN).filter((name) => !named.has(name));
  if (absent.length === 0) return undefined;
  const what = absent.map((name) => `${SHOWN[name] ?? name} (${name})`).join(', ');
  return stylesheetIncomplete(what, placeOf(root));
}
