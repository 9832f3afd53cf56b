import type { Document, Element } from '@xmldom/xmldom';
import { XMLSerializer } from '@xmldom/xmldom';
import { elements, kindOf, oneOfEachKind, parse } from './xml-probe.ts';

/** Ways to break a document: each takes one element, or one attribute of it, and says how to put it back. */

export interface Mutant {
  readonly name: string;
  /** To be asked for before the next mutant: the document is mended then. */
  readonly bytes: () => Uint8Array;
}

type Mutation = (element: Element) => (() => void) | undefined;

const removed: Mutation = (element) => {
  const { parentNode, nextSibling } = element;
  parentNode?.removeChild(element);
  return () => parentNode?.insertBefore(element, nextSibling);
};

const doubled: Mutation = (element) => {
  const copy = element.cloneNode(true);
  element.parentNode?.insertBefore(copy, element);
  return () => element.parentNode?.removeChild(copy);
};

/** Moved behind the next element of another name. */
const displaced: Mutation = (element) => {
  const { parentNode, nextSibling: place } = element;
  let next = element.nextSibling;
  while (next && (next.nodeType !== 1 || (next as Element).tagName === element.tagName))
    next = next.nextSibling;
  if (!next) return undefined;
  parentNode?.insertBefore(element, next.nextSibling);
  return () => parentNode?.insertBefore(element, place);
};

const emptied: Mutation = (element) => {
  const children = [...element.childNodes];
  const attributes = [...element.attributes].map(({ name, value }) => [name, value] as const);
  if (children.length === 0 && attributes.length === 0) return undefined;
  for (const child of children) element.removeChild(child);
  for (const [name] of attributes) element.removeAttribute(name);
  return () => {
    for (const [name, value] of attributes) element.setAttribute(name, value);
    for (const child of children) element.appendChild(child);
  };
};

const nullified: Mutation = (element) => {
  if (element.getAttribute('nullFlavor')) return undefined;
  const back = emptied(element);
  element.setAttribute('nullFlavor', 'NI');
  return () => {
    element.removeAttribute('nullFlavor');
    back?.();
  };
};

const foreignChild: Mutation = (element) => {
  const child = element.ownerDocument?.createElementNS('urn:hl7-org:v3', 'foreign');
  if (!child) return undefined;
  element.insertBefore(child, element.firstChild);
  return () => element.removeChild(child);
};

const withText: Mutation = (element) => {
  const text = element.ownerDocument?.createTextNode('texte');
  if (!text) return undefined;
  element.insertBefore(text, element.firstChild);
  return () => element.removeChild(text);
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  removed,
  doubled,
  displaced,
  emptied,
  nullified,
  foreignChild,
  withText,
};

/** What an attribute may be turned into. */
const VALUES: Readonly<Record<string, (value: string) => string | undefined>> = {
  without: () => undefined,
  strange: () => 'ZZZ9',
  blank: () => '',
  spaced: (value) => `${value} x`,
  comma: (value) => value.replace('.', ','),
};

/** Every mutation of one element of each kind, then of one attribute of each kind. Deterministic. */
export function* mutants(original: Uint8Array): Generator<Mutant> {
  const document: Document = parse(original);
  const write = (): Uint8Array => Buffer.from(new XMLSerializer().serializeToString(document), 'utf8');
  const targets = oneOfEachKind(elements(document, '/*//*'));
  for (const element of targets) {
    const path = kindOf(element);
    for (const [how, mutate] of Object.entries(MUTATIONS)) {
      const back = mutate(element);
      if (!back) continue;
      yield { name: `${how} ${path}`, bytes: write };
      back();
    }
    for (const { name, value } of [...element.attributes]) {
      for (const [how, change] of Object.entries(VALUES)) {
        const changed = change(value);
        if (changed === value) continue;
        if (changed === undefined) element.removeAttribute(name);
        else element.setAttribute(name, changed);
        yield { name: `${how} ${path}/@${name}`, bytes: write };
        element.setAttribute(name, value);
      }
    }
  }
}
