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
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) present[key] = value;
  }
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

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Most text of a report is itself already: only this is looked at further. */
const UNUSUAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f&<>"\ud800-\udfff\ufffe\uffff]/;

/** The one place where text becomes XML. @param special the characters that cannot stand as they are */
const escaped = (text: string, special: RegExp): string =>
  UNUSUAL.test(text) ? xmlText(text).replace(special, (character) => ESCAPES[character] ?? character) : text;

/** Attribute values are one line: a reader turns their line ends and tabs into blanks anyway. */
const escapedAttribute = (text: string): string =>
  UNUSUAL.test(text) ? escaped(text, /[&<>"]/g).replace(/[\n\t]+/g, ' ') : text;

/**
 * Writes a ClinicalDocument, UTF-8 with its XML declaration, well-formed whatever its texts hold. Elements start on
 * their own line except inside narrative and text, where white space means something.
 */
export function serialize(root: XmlElement): Uint8Array {
  const { hl7, xsi, lab } = NAMESPACES;
  const attributes = { xmlns: hl7, 'xmlns:xsi': xsi, 'xmlns:lab': lab, ...root.attributes };
  const pieces = ['<?xml version="1.0" encoding="UTF-8"?>'];
  write({ ...root, attributes }, '\n', pieces);
  return Buffer.from(pieces.join(''), 'utf8');
}

/** @param indent line end and blanks before a child; undefined inside mixed content */
function write({ name, attributes, children }: XmlElement, indent: string | undefined, into: string[]): void {
  let tag = `<${name}`;
  for (const key in attributes) tag += ` ${key}="${escapedAttribute(attributes[key] ?? '')}"`;
  if (children.length === 0) {
    into.push(`${tag}/>`);
    return;
  }
  into.push(`${tag}>`);
  const lines = children.every((child) => typeof child !== 'string') ? indent : undefined;
  for (const child of children) {
    if (typeof child === 'string') {
      into.push(escaped(child, /[&<>]/g));
      continue;
    }
    if (lines !== undefined) into.push(lines);
    write(child, lines === undefined || child.name === 'text' ? undefined : `${lines} `, into);
  }
  if (lines !== undefined) into.push(lines.slice(0, -1) || '\n');
  into.push(`</${name}>`);
}
