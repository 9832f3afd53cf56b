import { DOMParser, type Document, type Element, type Node } from '@xmldom/xmldom';

/**
 * Canonical XML 1.0 with comments (W3C REC-xml-c14n-20010315), of a document or of one of its elements. The
 * canonicaliser of xml-crypto writes processing instructions as text and escapes comments, and a self-presenting CDA
 * has both.
 */

/** Parses, refusing whatever is not plain well-formed XML. @throws Error naming no content */
export function parseDocument(xml: string): Document {
  const parser = new DOMParser({
    onError: (level) => {
      if (level !== 'warning') throw new Error('XML not well-formed');
    },
  });
  const document = parser.parseFromString(xml, 'text/xml');
  if (document.doctype) throw new Error('DOCTYPE refused');
  return document;
}

/** The whole document, processing instructions and comments outside the root included. */
export function canonicalDocument(document: Document): string {
  const out: string[] = [];
  let beforeRoot = true;
  for (let node = document.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === ELEMENT) {
      write(node as Element, new Map(), out);
      beforeRoot = false;
    } else if (node.nodeType === COMMENT || isInstruction(node)) {
      if (!beforeRoot) out.push('\n');
      writeOther(node, out);
      if (beforeRoot) out.push('\n');
    }
  }
  return out.join('');
}

/** One element as the apex of the node set: namespaces in scope from its ancestors are rendered on it. */
export function canonicalElement(element: Element): string {
  const inherited: Namespaces = new Map();
  const ancestors: Element[] = [];
  for (let node = element.parentNode; node?.nodeType === ELEMENT; node = node.parentNode) {
    ancestors.unshift(node as Element);
  }
  for (const ancestor of ancestors) {
    for (const [prefix, uri] of declarations(ancestor)) inherited.set(prefix, uri);
  }
  const out: string[] = [];
  write(element, new Map(), out, inherited);
  return out.join('');
}

const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;
const INSTRUCTION = 7;
const COMMENT = 8;
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XML = 'http://www.w3.org/XML/1998/namespace';

/** Prefix → URI; the default namespace has the empty prefix. */
type Namespaces = Map<string, string>;

function write(element: Element, rendered: Namespaces, out: string[], inherited?: Namespaces): void {
  const declared = declarations(element);
  const fresh: [string, string][] = [];
  for (const [prefix, uri] of inherited ? new Map([...inherited, ...declared]) : declared) {
    // An empty default namespace is written only to undo one that was rendered (§2.3).
    const current = rendered.get(prefix) ?? (prefix === '' ? '' : undefined);
    if (current !== uri) fresh.push([prefix, uri]);
  }
  const scope = fresh.length === 0 ? rendered : new Map([...rendered, ...fresh]);
  out.push('<', element.tagName);
  for (const [prefix, uri] of fresh.sort(([a], [b]) => compare(a, b))) {
    out.push(prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`, escapeAttribute(uri), '"');
  }
  const attributes = [...element.attributes].filter((attribute) => attribute.namespaceURI !== XMLNS);
  attributes.sort(
    (a, b) =>
      compare(a.namespaceURI ?? '', b.namespaceURI ?? '') ||
      compare(a.localName ?? a.name, b.localName ?? b.name),
  );
  for (const attribute of attributes)
    out.push(' ', attribute.name, '="', escapeAttribute(attribute.value), '"');
  out.push('>');
  for (let child = element.firstChild; child; child = child.nextSibling) {
    if (child.nodeType === ELEMENT) write(child as Element, scope, out);
    else writeOther(child, out);
  }
  out.push('</', element.tagName, '>');
}

function writeOther(node: Node, out: string[]): void {
  const data = node.nodeValue ?? '';
  if (node.nodeType === TEXT || node.nodeType === CDATA) out.push(escapeText(data));
  else if (node.nodeType === COMMENT) out.push('<!--', data, '-->');
  else if (isInstruction(node)) out.push('<?', node.nodeName, data === '' ? '' : ` ${data}`, '?>');
}

/** xmldom keeps the XML declaration as an instruction; the canonical form has none. */
function isInstruction(node: Node): boolean {
  return node.nodeType === INSTRUCTION && node.nodeName !== 'xml';
}

function declarations(element: Element): [string, string][] {
  return [...element.attributes]
    .filter((attribute) => attribute.namespaceURI === XMLNS)
    .map((attribute): [string, string] => [
      attribute.name === 'xmlns' ? '' : (attribute.localName ?? ''),
      attribute.value,
    ])
    .filter(([prefix, uri]) => !(prefix === 'xml' && uri === XML));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function escapeText(value: string): string {
  return value.replace(/[&<>\r]/g, (c) =>
    c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&#xD;',
  );
}

function escapeAttribute(value: string): string {
  return value.replace(/[&<"\t\n\r]/g, (c) => {
    switch (c) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '"':
        return '&quot;';
      case '\t':
        return '&#x9;';
      case '\n':
        return '&#xA;';
      default:
        return '&#xD;';
    }
  });
}
