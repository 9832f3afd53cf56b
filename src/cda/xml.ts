import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';

/** The document as a value: builders return elements, {@link serialize} writes them once. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | string;

/** What a builder may hand over as content; nothing, undefined and nested lists included. */
export type XmlContent = XmlNode | undefined | readonly XmlContent[];

type Attributes = Readonly<Record<string, string | undefined>>;

/** An element; attributes and content that are undefined are left out. */
export function el(name: string, attributes: Attributes = {}, ...content: XmlContent[]): XmlElement {
  const present: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) present[key] = value;
  const children: XmlNode[] = [];
  collect(content, children);
  return { name, attributes: present, children };
}

function collect(content: readonly XmlContent[], into: XmlNode[]): void {
  for (const item of content) {
    if (item === undefined) continue;
    if (typeof item === 'string' || 'name' in item) into.push(item);
    else collect(item, into);
  }
}

export const NAMESPACES = {
  hl7: 'urn:hl7-org:v3',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  lab: 'urn:oid:1.3.6.1.4.1.19376.1.3.2',
} as const;

/** Characters that XML 1.0 cannot hold, even escaped; what feeds contain of them carries no meaning for a reader. */
const ILLEGAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as the document holds it: without illegal characters, with LF as the only line end. */
export function xmlText(text: string): string {
  return text.replace(ILLEGAL, '').replace(/\r\n?/g, '\n');
}

/**
 * xmlbuilder2 takes `&e;` or `&#0;` in a text for a reference and writes it as it is; an ampersand that is already
 * escaped is the one thing that it leaves alone rightly.
 */
const escaped = (text: string): string => xmlText(text).replace(/&/g, '&amp;');

/** Attribute values are one line: a reader turns their line ends and tabs into blanks anyway. */
const escapedAttribute = (text: string): string => escaped(text).replace(/[\n\t]+/g, ' ');

/**
 * Writes a ClinicalDocument, UTF-8 with its XML declaration, well-formed whatever its texts hold. Elements start on
 * their own line except inside narrative and text, where white space means something.
 */
export function serialize(root: XmlElement): Uint8Array {
  const builder = create({ version: '1.0', encoding: 'UTF-8' }).ele(NAMESPACES.hl7, root.name);
  builder.att('http://www.w3.org/2000/xmlns/', 'xmlns:xsi', NAMESPACES.xsi);
  builder.att('http://www.w3.org/2000/xmlns/', 'xmlns:lab', NAMESPACES.lab);
  fill(builder, root, '\n');
  return Buffer.from(builder.end({ wellFormed: true }), 'utf8');
}

/** @param indent line end and blanks before a child; undefined inside mixed content */
function fill(builder: XMLBuilder, element: XmlElement, indent: string | undefined): void {
  for (const [name, value] of Object.entries(element.attributes)) {
    if (name.startsWith('xsi:')) builder.att(NAMESPACES.xsi, name, escapedAttribute(value));
    else builder.att(name, escapedAttribute(value));
  }
  const { children } = element;
  const lines = children.every((child) => typeof child !== 'string') ? indent : undefined;
  for (const child of children) {
    if (typeof child === 'string') {
      builder.txt(escaped(child));
      continue;
    }
    if (lines !== undefined) builder.txt(lines);
    const added = child.name.startsWith('lab:')
      ? builder.ele(NAMESPACES.lab, child.name)
      : builder.ele(child.name);
    fill(added, child, lines === undefined || child.name === 'text' ? undefined : `${lines} `);
  }
  if (lines !== undefined && children.length > 0) builder.txt(lines.slice(0, -1) || '\n');
}
