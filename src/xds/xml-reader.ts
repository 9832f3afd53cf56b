import { localAttributes, localName } from '../xml/local-names.ts';
import { scan } from '../xml/scan.ts';

/** An element of a document that was read: local names, prefixes dropped, from attributes too. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Direct text, trimmed, references resolved. */
  readonly text: string;
}

export type XmlFault = 'doctype' | 'too-large' | 'not-well-formed';

/**
 * Reads a small XML document that others wrote.
 * @param xml at most `limit` UTF-16 units; a DOCTYPE is refused, since nothing we read has one
 * @returns the root element, or what is wrong
 */
export function readXml(xml: string, limit: number): XmlElement | { readonly fault: XmlFault } {
  if (xml.length > limit) return { fault: 'too-large' };
  const top: Open = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const fault = scan(xml, {
    open: (name, attributes) => {
      const element = {
        name: localName(name),
        attributes: localAttributes(attributes),
        children: [],
        text: '',
      };
      open.at(-1)?.children.push(element);
      open.push(element);
    },
    close: () => {
      const element = open.pop();
      if (element) element.text = element.text.trim();
    },
    text: (text) => {
      const element = open.at(-1);
      if (element) element.text += text;
    },
  });
  if (fault) return { fault: fault === 'doctype' ? fault : 'not-well-formed' };
  return top.children[0] ?? { fault: 'not-well-formed' };
}

/** An element while it is being read. */
interface Open extends XmlElement {
  readonly children: XmlElement[];
  text: string;
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
