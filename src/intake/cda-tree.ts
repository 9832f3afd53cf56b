import { XMLParser } from 'fast-xml-parser';

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
/** Elements of a report of several thousand results. */
const MAX_ELEMENTS = 400_000;
const MAX_DEPTH = 100;

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

/** Reads the one ClinicalDocument of a file, bare or self-presenting, UTF-8. @returns undefined when there is none */
export function readCdaTree(bytes: Uint8Array): CdaElement | undefined {
  if (bytes.byteLength > MAX_BYTES) return undefined;
  let xml: string;
  try {
    xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  // Base64 is most of the bytes: searched for a DOCTYPE too, which no CDA has.
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) return undefined;
  try {
    const budget = { left: MAX_ELEMENTS };
    const found = documents(elementsOf(parser.parse(xml, true), 0, budget).children);
    const [only, ...others] = found;
    return others.length === 0 ? only : undefined;
  } catch {
    return undefined;
  }
}

function documents(elements: readonly CdaElement[]): CdaElement[] {
  return elements.flatMap((element) =>
    element.name === 'ClinicalDocument' ? [element] : documents(element.children),
  );
}

/** Elements of a narrative block (CDA R2 §4.3.5) that begin a line. */
const BLOCKS: ReadonlySet<string> = new Set(['paragraph', 'list', 'item', 'table', 'caption', 'tr']);

/** fast-xml-parser's ordered form: `{ name: […], ':@': attributes }`, `#text` for text. */
function elementsOf(
  items: unknown,
  depth: number,
  budget: { left: number },
): Pick<CdaElement, 'children' | 'text'> {
  if (!Array.isArray(items)) return { children: [], text: '' };
  if (depth > MAX_DEPTH) throw new RangeError('too deep');
  const children: CdaElement[] = [];
  let text = '';
  for (const item of items as Record<string, unknown>[]) {
    for (const name of Object.keys(item)) {
      if (name === ':@') continue;
      if (name === '#text') {
        text += String(item[name]);
        continue;
      }
      if (--budget.left < 0) throw new RangeError('too many elements');
      const below = elementsOf(item[name], depth + 1, budget);
      children.push({ name, attributes: (item[':@'] ?? {}) as Record<string, string>, ...below });
      if (BLOCKS.has(name) && text.trim() !== '' && !text.endsWith('\n')) text += '\n';
      text += name === 'br' ? '\n' : below.text;
    }
  }
  return { children, text };
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
