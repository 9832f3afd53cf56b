import { DOMParser, type Document, type Element, type Node } from '@xmldom/xmldom';

/** Deeper than any CDA, ebXML or SAML message, shallow enough for the recursive readers. */
const MAX_DEPTH = 200;
const ELEMENT_NODE = 1;

/** Says why bytes are not XML that the sandbox reads; the caller knows which check that is. */
export class NotXml extends Error {
  override name = 'NotXml';
}

/**
 * Reads UTF-8 XML 1.0.
 * @param bytes the whole document
 * @param maxBytes size above which it is not even decoded
 * @throws NotXml when too large, not UTF-8, not well-formed, too deep, or with a DOCTYPE (entities)
 */
export function readXml(bytes: Uint8Array, maxBytes: number): Document {
  if (bytes.length > maxBytes) throw new NotXml(`more than ${maxBytes} bytes`);
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new NotXml('not UTF-8');
  }
  if (/<!DOCTYPE/i.test(source)) throw new NotXml('a DOCTYPE is refused');
  let document: Document;
  try {
    document = new DOMParser({
      onError: (_level, message) => {
        // U+FFFD is a character of XML 1.0 like another (a laboratory's text may hold one); the bytes were UTF-8.
        if (message.startsWith('Unicode replacement character detected')) return;
        throw new NotXml(message);
      },
      // The library's own function also folds U+0085 and U+2028 (XML 1.1), which would change digests.
      normalizeLineEndings: (text) => text.replace(/\r\n?/g, '\n'),
    }).parseFromString(source, 'text/xml');
  } catch {
    throw new NotXml('not well-formed');
  }
  if (document.documentElement === null) throw new NotXml('no root element');
  limitDepth(document);
  return document;
}

function limitDepth(document: Document): void {
  let depth = 0;
  let node: Node | null = document.documentElement;
  while (node !== null) {
    if (node.firstChild !== null) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new NotXml(`deeper than ${MAX_DEPTH} elements`);
      node = node.firstChild;
      continue;
    }
    while (node !== null && node.nextSibling === null) {
      depth -= 1;
      node = depth <= 0 ? null : node.parentNode;
    }
    node = node === null ? null : node.nextSibling;
  }
}

function isElement(node: Node): node is Element {
  return node.nodeType === ELEMENT_NODE;
}

/** Child elements, of one namespace and local name when given. */
export function children(parent: Node, namespace?: string, name?: string): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (!isElement(node)) continue;
    if (namespace !== undefined && node.namespaceURI !== namespace) continue;
    if (name !== undefined && node.localName !== name) continue;
    found.push(node);
  }
  return found;
}

export function child(parent: Node, namespace: string, name: string): Element | undefined {
  return children(parent, namespace, name)[0];
}

/** Follows child elements of one namespace, the first of each name. */
export function descend(
  parent: Node | undefined,
  namespace: string,
  ...names: string[]
): Element | undefined {
  let node: Node | undefined = parent;
  for (const name of names) {
    if (node === undefined) return undefined;
    node = child(node, namespace, name);
  }
  return node as Element | undefined;
}

/** Every element of a subtree, the root included, in document order. */
export function* elements(root: Element): Generator<Element> {
  yield root;
  for (const element of children(root)) yield* elements(element);
}

/** Attribute without a namespace; undefined when absent. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.hasAttribute(name) ? (element.getAttribute(name) ?? '') : undefined;
}

/** Text content without surrounding blanks; the empty string for no element. */
export function textOf(element: Element | undefined): string {
  return (element?.textContent ?? '').trim();
}

/** Escapes text for an element or a double-quoted attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
