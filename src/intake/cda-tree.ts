import { isUtf8 } from 'node:buffer';
import { localAttributes, localName } from '../xml/local-names.ts';
import { scan } from '../xml/scan.ts';

/** An element of a CDA that another system wrote. Prefixes are dropped. */
export interface CdaElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly CdaElement[];
  /** All text below, in order. */
  readonly text: string;
}

/** A report with its PDF copy; a bigger one is no report. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Elements of a narrative block (CDA R2 §4.3.5) that begin a line. */
const BLOCKS: ReadonlySet<string> = new Set(['paragraph', 'list', 'item', 'table', 'caption', 'tr']);

/** Reads the one ClinicalDocument of a file, bare or self-presenting, UTF-8. @returns undefined when there is none */
export function readCdaTree(bytes: Uint8Array): CdaElement | undefined {
  if (bytes.byteLength > MAX_BYTES || !isUtf8(bytes)) return undefined;
  const around = opened('', {});
  const open = [around];
  const add = (text: string) => {
    const element = open.at(-1);
    if (element) write(element, text, /\S/.test(text));
  };
  const fault = scan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), {
    open: (name, attributes) => open.push(opened(localName(name), localAttributes(attributes))),
    close: () => {
      const closed = open.pop();
      const parent = open.at(-1);
      if (closed && parent) addTo(parent, closed);
    },
    text: add,
    blank: add,
  });
  if (fault) return undefined;
  const [only, ...others] = documents(around.element.children);
  return others.length === 0 ? only : undefined;
}

/** An element while it is being read. What its text is like is kept beside it: asking the growing text reads it all again. */
interface Open {
  readonly element: CdaElement & { readonly children: CdaElement[]; text: string };
  /** Its text is not only blanks. */
  inked: boolean;
  endsLine: boolean;
}

function opened(name: string, attributes: CdaElement['attributes']): Open {
  return { element: { name, attributes, children: [], text: '' }, inked: false, endsLine: false };
}

function write(open: Open, text: string, inked: boolean, endsLine = text.endsWith('\n')): void {
  if (text === '') return;
  open.element.text += text;
  open.inked ||= inked;
  open.endsLine = endsLine;
}

function addTo(parent: Open, { element, inked, endsLine }: Open): void {
  parent.element.children.push(element);
  if (BLOCKS.has(element.name) && parent.inked && !parent.endsLine) write(parent, '\n', false);
  if (element.name === 'br') write(parent, '\n', false);
  else write(parent, element.text, inked, endsLine);
}

function documents(elements: readonly CdaElement[]): CdaElement[] {
  return elements.flatMap((element) =>
    element.name === 'ClinicalDocument' ? [element] : documents(element.children),
  );
}

export const childrenOf = (element: CdaElement | undefined, name: string): CdaElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** All elements down a path of names. */
export function every(element: CdaElement | undefined, ...path: readonly string[]): CdaElement[] {
  return path.reduce<CdaElement[]>(
    (found, name) => found.flatMap((one) => childrenOf(one, name)),
    element ? [element] : [],
  );
}

/** The first of them. */
export const at = (element: CdaElement | undefined, ...path: readonly string[]): CdaElement | undefined =>
  every(element, ...path)[0];

export function hasTemplate(element: CdaElement, root: string): boolean {
  return childrenOf(element, 'templateId').some(({ attributes }) => attributes.root === root);
}
