/**
 * Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, written from the W3C recommendations so that the
 * sandbox shares no code with the clients that it checks. Input documents have no DOCTYPE, hence no default
 * attributes and no entity to expand.
 */
import type { Attr, Document, Element, Node } from '@xmldom/xmldom';

export interface Canonicalization {
  readonly exclusive: boolean;
  readonly comments: boolean;
  /** Exclusive only: prefixes of InclusiveNamespaces/@PrefixList; `#default` for the default namespace. */
  readonly inclusivePrefixes?: readonly string[];
  /** A node left out with its content: the enveloped-signature transform. */
  readonly omit?: Node;
}

const ALGORITHMS: ReadonlyMap<string, Canonicalization> = new Map([
  ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', { exclusive: false, comments: false }],
  ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments', { exclusive: false, comments: true }],
  ['http://www.w3.org/2001/10/xml-exc-c14n#', { exclusive: true, comments: false }],
  ['http://www.w3.org/2001/10/xml-exc-c14n#WithComments', { exclusive: true, comments: true }],
]);

const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XML = 'http://www.w3.org/XML/1998/namespace';
const TEXT = 3;
const CDATA = 4;
const INSTRUCTION = 7;
const COMMENT = 8;
const ELEMENT = 1;
const DOCUMENT = 9;

/** The canonicalization that an algorithm URI names; undefined when it is not one. */
export function canonicalizationOf(algorithm: string): Canonicalization | undefined {
  return ALGORITHMS.get(algorithm);
}

/**
 * @param node a document, or the apex element of a subtree
 * @returns the canonical form; its UTF-8 bytes are what is digested
 */
export function canonicalize(node: Document | Element, how: Canonicalization): string {
  const out: string[] = [];
  if (node.nodeType === DOCUMENT) {
    renderDocument(node, how, out);
  } else {
    const element = node as Element;
    const ancestors = namespacesAbove(element);
    renderElement(element, how, ancestors, new Map(), how.exclusive ? [] : xmlAttributesAbove(element), out);
  }
  return out.join('');
}

function renderDocument(document: Node, how: Canonicalization, out: string[]): void {
  let afterRoot = false;
  for (let node = document.firstChild; node !== null; node = node.nextSibling) {
    if (node === how.omit) continue;
    if (node.nodeType === ELEMENT) {
      renderElement(node as Element, how, new Map(), new Map(), [], out);
      afterRoot = true;
      continue;
    }
    const text = lexical(node, how);
    // An instruction named `xml` is the XML declaration, which is no node of the XPath data model.
    if (
      text === undefined ||
      node.nodeType === TEXT ||
      (node.nodeType === INSTRUCTION && node.nodeName === 'xml')
    )
      continue;
    out.push(afterRoot ? `\n${text}` : `${text}\n`);
  }
}

type Namespaces = ReadonlyMap<string, string>;

function renderElement(
  element: Element,
  how: Canonicalization,
  above: Namespaces,
  rendered: Namespaces,
  inheritedXml: readonly Attr[],
  out: string[],
): void {
  const attributes: Attr[] = [...inheritedXml];
  let inScope = above;
  for (const attr of attributesOf(element)) {
    const prefix = declaredPrefix(attr);
    if (prefix === undefined) {
      attributes.push(attr);
      continue;
    }
    if (inScope === above) inScope = new Map(above);
    (inScope as Map<string, string>).set(prefix, attr.value);
  }
  const declarations = namespacesToRender(element, attributes, how, inScope, rendered);
  let known = rendered;
  out.push('<', element.nodeName);
  if (declarations.length > 0) {
    const next = new Map(rendered);
    for (const [prefix, uri] of declarations) {
      next.set(prefix, uri);
      out.push(prefix === '' ? ' xmlns' : ` xmlns:${prefix}`, '="', escapeAttribute(uri), '"');
    }
    known = next;
  }
  for (const attr of attributes.sort(byNamespaceThenName)) {
    out.push(' ', attr.name, '="', escapeAttribute(attr.value), '"');
  }
  out.push('>');
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node === how.omit) continue;
    if (node.nodeType === ELEMENT) renderElement(node as Element, how, inScope, known, [], out);
    else out.push(lexical(node, how) ?? '');
  }
  out.push('</', element.nodeName, '>');
}

/** Declarations to write on this element, default namespace first, then by prefix (C14N 1.0 §2.2, §2.3). */
function namespacesToRender(
  element: Element,
  attributes: readonly Attr[],
  how: Canonicalization,
  inScope: Namespaces,
  rendered: Namespaces,
): [string, string][] {
  const wanted = how.exclusive
    ? visiblyUtilized(element, attributes, how.inclusivePrefixes ?? [])
    : new Set(['', ...inScope.keys()]);
  const declarations: [string, string][] = [];
  for (const prefix of wanted) {
    const uri = inScope.get(prefix) ?? '';
    if (prefix === 'xml' || uri === (rendered.get(prefix) ?? '')) continue;
    declarations.push([prefix, uri]);
  }
  return declarations.sort(([left], [right]) => order(left, right));
}

function visiblyUtilized(
  element: Element,
  attributes: readonly Attr[],
  inclusive: readonly string[],
): Set<string> {
  const prefixes = new Set<string>([element.prefix ?? '']);
  for (const attr of attributes) {
    if (attr.prefix) prefixes.add(attr.prefix);
  }
  for (const prefix of inclusive) prefixes.add(prefix === '#default' ? '' : prefix);
  return prefixes;
}

function lexical(node: Node, how: Canonicalization): string | undefined {
  const value = node.nodeValue ?? '';
  switch (node.nodeType) {
    case TEXT:
    case CDATA:
      return escapeText(value);
    case INSTRUCTION:
      return `<?${node.nodeName}${value === '' ? '' : ` ${escapeReturn(value)}`}?>`;
    case COMMENT:
      return how.comments ? `<!--${escapeReturn(value)}-->` : undefined;
    default:
      return undefined;
  }
}

function attributesOf(element: Element): Attr[] {
  const attributes: Attr[] = [];
  for (let index = 0; index < element.attributes.length; index += 1) {
    const attr = element.attributes.item(index);
    if (attr !== null) attributes.push(attr);
  }
  return attributes;
}

function declaredPrefix(attr: Attr): string | undefined {
  if (attr.name === 'xmlns') return '';
  return attr.namespaceURI === XMLNS || attr.name.startsWith('xmlns:') ? attr.name.slice(6) : undefined;
}

function namespacesAbove(element: Element): Map<string, string> {
  const chain: Element[] = [];
  for (let node = element.parentNode; node !== null && node.nodeType === ELEMENT; node = node.parentNode) {
    chain.unshift(node as Element);
  }
  const namespaces = new Map<string, string>();
  for (const ancestor of chain) {
    for (const attr of attributesOf(ancestor)) {
      const prefix = declaredPrefix(attr);
      if (prefix !== undefined) namespaces.set(prefix, attr.value);
    }
  }
  return namespaces;
}

/** Inclusive form only: `xml:` attributes of the ancestors, the nearest wins, the apex's own excepted. */
function xmlAttributesAbove(element: Element): Attr[] {
  const seen = new Set(attributesOf(element).map((attr) => attr.name));
  const inherited: Attr[] = [];
  for (let node = element.parentNode; node !== null && node.nodeType === ELEMENT; node = node.parentNode) {
    for (const attr of attributesOf(node as Element)) {
      if (attr.namespaceURI !== XML || seen.has(attr.name)) continue;
      seen.add(attr.name);
      inherited.push(attr);
    }
  }
  return inherited;
}

function byNamespaceThenName(left: Attr, right: Attr): number {
  return (
    order(left.namespaceURI ?? '', right.namespaceURI ?? '') ||
    order(left.localName ?? left.name, right.localName ?? right.name)
  );
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] ?? character);
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (character) => TEXT_ESCAPES[character] ?? character);
}

function escapeReturn(text: string): string {
  return text.replace(/\r/g, '&#xD;');
}
