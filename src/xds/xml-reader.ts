import { XMLParser } from 'fast-xml-parser';

/** An element of a document that was read: local names, prefixes dropped, attributes by qualified name. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Direct text, trimmed, references resolved. */
  readonly text: string;
}

export type XmlFault = 'doctype' | 'too-large' | 'not-well-formed';

// Values stay text (`007` is no number), numeric references are resolved, and depth is bounded by the parser itself.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
  removeNSPrefix: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  trimValues: false,
});

/**
 * Reads a small XML document that others wrote.
 * @param xml at most `limit` UTF-16 units; a DOCTYPE is refused, since nothing we read has one
 * @returns the root element, or what is wrong
 */
export function readXml(xml: string, limit: number): XmlElement | { readonly fault: XmlFault } {
  if (xml.length > limit) return { fault: 'too-large' };
  if (/<!DOCTYPE/i.test(xml)) return { fault: 'doctype' };
  let nodes: unknown;
  try {
    nodes = parser.parse(xml, true);
  } catch {
    return { fault: 'not-well-formed' };
  }
  const roots = elementsOf(nodes);
  const [root] = roots;
  return root && roots.length === 1 ? root : { fault: 'not-well-formed' };
}

/** Follows child names, taking the first of each. */
export function descend(from: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let current = from;
  for (const name of names) current = current?.children.find((child) => child.name === name);
  return current;
}

export function childrenNamed(from: XmlElement | undefined, name: string): readonly XmlElement[] {
  return from?.children.filter((child) => child.name === name) ?? [];
}

/** The first element of that name, at any depth, in document order. */
export function find(from: XmlElement, name: string): XmlElement | undefined {
  if (from.name === name) return from;
  for (const child of from.children) {
    const found = find(child, name);
    if (found) return found;
  }
  return undefined;
}

/** Every element of that name, at any depth, in document order. */
export function findAll(from: XmlElement, name: string): readonly XmlElement[] {
  const own = from.name === name ? [from] : [];
  return [...own, ...from.children.flatMap((child) => findAll(child, name))];
}

// The parser's ordered form: `[{ tag: [children], ':@': {attributes} }, { '#text': '…' }]`.
function elementsOf(nodes: unknown): readonly XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) => {
    if (!isRecord(node)) return [];
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const content = node[name];
    const attributes = node[':@'];
    return [
      {
        name,
        attributes: isRecord(attributes) ? strings(attributes) : {},
        children: elementsOf(content),
        text: directText(content),
      },
    ];
  });
}

function directText(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content
    .map((node: unknown) => (isRecord(node) && typeof node['#text'] === 'string' ? node['#text'] : ''))
    .join('')
    .trim();
}

function strings(record: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
