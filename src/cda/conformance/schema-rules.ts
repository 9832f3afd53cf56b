import type { CdaDocument, Node } from './read.ts';
import type { Breach, Rule } from './rule.ts';
import type { SchemaType } from './schema.ts';
import { schemaType } from './schema.ts';
import { isOfForm } from './schema-values.ts';

const SOURCE = 'CDA R2 (POCD_MT000040), extensions du CI-SIS';

/** What is wrong with the structure, each with the rule that says so. */
interface Flaw extends Breach {
  readonly rule: 'SCHEMA-CONTENT' | 'SCHEMA-ATTRIBUTE' | 'SCHEMA-TEXT' | 'DATATYPE-EMPTY';
}

/** The three rules read the document once. */
const found = new WeakMap<CdaDocument, readonly Flaw[]>();

function flaws(document: CdaDocument): readonly Flaw[] {
  const known = found.get(document);
  if (known) return known;
  const list: Flaw[] = [];
  walk(document.root, 'ClinicalDocument', list);
  found.set(document, list);
  return list;
}

/** Said on any element: the type of a value, and what XML itself defines. */
const EVERYWHERE = new Set(['type', 'schemaLocation', 'nil', 'lang', 'space']);

function walk(node: Node, declared: string, into: Flaw[]): void {
  const name = (node.attributes.type && xsiType(node)) || declared;
  const type = schemaType(name);
  if (!type) {
    if (name !== declared)
      into.push({ rule: 'SCHEMA-ATTRIBUTE', node, cause: 'le type d’une valeur est inconnu' });
    return;
  }
  if (name === 'ANY')
    into.push({ rule: 'SCHEMA-ATTRIBUTE', node, cause: 'une valeur n’a pas de type (xsi:type)' });
  attributes(node, type, into);
  const empty = emptiness(node, name);
  if (empty) into.push({ rule: 'DATATYPE-EMPTY', node, cause: empty });
  if (!type.mixed && node.text !== '' && node.text.trim() !== '') {
    into.push({ rule: 'SCHEMA-TEXT', node, cause: `${node.name} ne peut pas contenir de texte` });
  }
  let names = '';
  let strange = false;
  for (const child of node.children) {
    names += `${child.name};`;
    if (!type.children.has(child.name)) {
      strange = true;
      into.push({
        rule: 'SCHEMA-CONTENT',
        node: child,
        cause: `${node.name} ne peut pas contenir ${child.name}`,
      });
      continue;
    }
    const below = type.children.get(child.name);
    if (below !== undefined) walk(child, below, into);
  }
  if (!strange && !type.content.test(names)) {
    into.push({
      rule: 'SCHEMA-CONTENT',
      node,
      cause: `les éléments de ${node.name} ne sont pas ceux du schéma : ordre, nombre, ou élément manquant`,
    });
  }
}

/** In the narrative `type` is an attribute like another, and values are typed with or without a prefix. */
function xsiType({ attributes: { type = '' }, parent }: Node): string | undefined {
  if (parent && /^(?:text|item|paragraph|td|th|content|list|table)$/.test(parent.name)) return undefined;
  return type.includes(':') ? type.slice(type.indexOf(':') + 1) : type;
}

function attributes(node: Node, type: SchemaType, into: Flaw[]): void {
  const given = node.attributes;
  for (const name in given) {
    const value = given[name] ?? '';
    const declared = type.attributes.get(name);
    if (!declared) {
      if (!EVERYWHERE.has(name)) {
        into.push({ rule: 'SCHEMA-ATTRIBUTE', node, cause: `${node.name} n’a pas d’attribut ${name}` });
      }
    } else if (value === '' && !type.narrative) {
      into.push({ rule: 'SCHEMA-ATTRIBUTE', node, cause: `${node.name}/@${name} est vide` });
    } else if (declared.fixed === undefined ? !fits(declared.form, value) : declared.fixed !== value) {
      into.push({
        rule: 'SCHEMA-ATTRIBUTE',
        node,
        cause: `${node.name}/@${name} n’a pas une valeur permise`,
      });
    }
  }
  for (const name of type.mandatory) {
    if (given[name] === undefined) {
      into.push({ rule: 'SCHEMA-ATTRIBUTE', node, cause: `${node.name}/@${name} est obligatoire` });
    }
  }
}

const fits = (form: string | undefined, value: string): boolean =>
  form === undefined || isOfForm(form, value);

/** Types that hold text or parts; types that hold a value; types that hold a code. */
const TEXTUAL = /^(?:AD|EN|PN|ON|ST|SC|adxp\..*|en\..*)$/;
const TIMES = /^(?:TS|IVL_TS|IVXB_TS)$/;
const CODES = /^(?:CS|CE|CD|CV)$/;

/** An element says something, or by its nullFlavor why it says nothing; never both. @returns what is wrong */
function emptiness(node: Node, type: string): string | undefined {
  const { nullFlavor, value, code, root } = node.attributes;
  const holds = node.children.length > 0 || node.text.trim() !== '';
  if (/^(?:AD|EN|PN|ON)$/.test(type) && node.children.length > 0 && node.text.trim() !== '') {
    return `${node.name} mêle du texte et des éléments`;
  }
  if (TEXTUAL.test(type)) return said(holds, nullFlavor, node);
  if (TIMES.test(type)) return said(value !== undefined || holds, nullFlavor, node);
  if (CODES.test(type)) return holds ? undefined : said(code !== undefined, nullFlavor, node);
  return type === 'II' ? said(root !== undefined, nullFlavor, node) : undefined;
}

function said(something: boolean, nullFlavor: string | undefined, { name }: Node): string | undefined {
  if (something) return nullFlavor === undefined ? undefined : `${name} a une valeur et se dit sans valeur`;
  return nullFlavor === undefined ? `${name} est vide` : undefined;
}

const rule = (id: Flaw['rule']): Rule => ({
  id,
  source: SOURCE,
  check: (document) => flaws(document).filter((flaw) => flaw.rule === id),
});

/** XSD-level structure: elements in their order and number, attributes with their values, text where it may stand. */
export const SCHEMA_RULES: readonly Rule[] = [
  rule('SCHEMA-CONTENT'),
  rule('SCHEMA-ATTRIBUTE'),
  rule('SCHEMA-TEXT'),
  rule('DATATYPE-EMPTY'),
];
