import { isUtf8 } from 'node:buffer';
import { localAttributes, localName } from '../../xml/local-names.ts';
import { scan } from '../../xml/scan.ts';

/** An element of the document under check. Prefixes are dropped: self-presenting files come with and without. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  /** Text of the element itself, children excluded, `br` apart: words on two lines are two words. */
  readonly text: string;
  readonly parent: Node | undefined;
}

export interface CdaDocument {
  readonly root: Node;
  /** Every element by its name, in document order. */
  readonly named: (name: string) => readonly Node[];
  /** Base64 contents, by the index that stands as text of their element. */
  readonly base64: readonly string[];
}

export type Unreadable = 'too-large' | 'doctype' | 'not-well-formed' | 'no-document' | 'not-utf8';

/** A report with several subcontracted PDFs is under 40 MB; mail stops at 25 MB anyway. */
const MAX_BYTES = 64 * 1024 * 1024;

const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

/**
 * Reads a bare or self-presenting document. Base64 is kept aside: it is most of the bytes and none of the structure.
 */
export function readDocument(bytes: Uint8Array): CdaDocument | Unreadable {
  if (bytes.byteLength > MAX_BYTES) return 'too-large';
  if (!isUtf8(bytes)) return 'not-utf8';
  const xml = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const base64: string[] = [];
  const index = new Map<string, Node[]>();
  const around: Building = { name: '', attributes: {}, children: [], text: '', parent: undefined };
  let here = around;
  const fault = scan(xml, {
    open(qualified, written) {
      const name = localName(qualified);
      // The stylesheet of a self-presenting file is none of the document.
      if (here === around && name !== 'ClinicalDocument') return;
      const node: Building = {
        name,
        attributes: localAttributes(written),
        children: [],
        text: '',
        parent: here,
      };
      here.children.push(node);
      if (name === 'br') here.text += '\n';
      const same = index.get(name);
      if (same) same.push(node);
      else index.set(name, [node]);
      here = node;
    },
    close() {
      if (here.parent) here = here.parent;
    },
    text(text) {
      if (here === around) return;
      if (here.attributes.representation === 'B64' && BASE64.test(text)) {
        here.text = String(base64.length);
        base64.push(text);
      } else here.text += text;
    },
  });
  if (fault) return fault === 'doctype' ? 'doctype' : 'not-well-formed';
  const roots = index.get('ClinicalDocument') ?? [];
  const [root] = roots;
  if (!root || roots.length > 1 || !xml.includes('urn:hl7-org:v3')) return 'no-document';
  return { root, named: (name) => index.get(name) ?? [], base64 };
}

interface Building {
  name: string;
  attributes: Record<string, string>;
  children: Building[];
  text: string;
  parent: Building | undefined;
}

/** Children of that name. */
export function childrenOf(node: Node, name: string): Node[] {
  return node.children.filter((child) => child.name === name);
}

/** First node down a path of names. */
export function at(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let here = node;
  for (const name of path) here = here?.children.find((child) => child.name === name);
  return here;
}

/** All nodes down a path of names. */
export function every(node: Node, ...path: readonly string[]): Node[] {
  return path.reduce<Node[]>((nodes, name) => nodes.flatMap((one) => childrenOf(one, name)), [node]);
}

export function hasAncestor(node: Node, test: (ancestor: Node) => boolean): boolean {
  for (let up = node.parent; up; up = up.parent) if (test(up)) return true;
  return false;
}

/** `ClinicalDocument/component/structuredBody/component[2]/section`: where a person finds it. */
export function pathOf(node: Node): string {
  const steps: string[] = [];
  for (let here: Node | undefined = node; here && here.name !== ''; here = here.parent) {
    const same = here.parent?.children.filter((sibling) => sibling.name === here?.name) ?? [];
    steps.unshift(same.length > 1 ? `${here.name}[${same.indexOf(here) + 1}]` : here.name);
    if (here.name === 'ClinicalDocument') break;
  }
  return steps.join('/');
}
