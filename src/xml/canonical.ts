import { type ScanHandler, scan } from './scan.ts';

/**
 * Canonical XML 1.0 with comments (W3C REC-xml-c14n-20010315) and Exclusive XML Canonicalization 1.0 (W3C
 * REC-xml-exc-c14n-20020718), written while the text is scanned: a report has tens of thousands of nodes, and a tree of
 * them costs ten times what their canonical form does. `xml:` attributes of an apex's ancestors are not imported, since
 * nothing that is signed here has any.
 */

/**
 * The whole document, processing instructions and comments outside the root included.
 * @throws Error naming no content, when the text is not well-formed XML without DOCTYPE
 */
export function canonicalDocument(xml: string): string {
  const writer = new Writer(false);
  writer.start();
  let depth = 0;
  let beforeRoot = true;
  const besideRoot = (write: () => void) => {
    if (depth > 0) return write();
    if (!beforeRoot) writer.out.push('\n');
    write();
    if (beforeRoot) writer.out.push('\n');
  };
  read(xml, {
    open: (name, attributes) => {
      depth += 1;
      beforeRoot = false;
      writer.open(name, attributes);
    },
    close: () => {
      depth -= 1;
      writer.close();
    },
    text: (text) => writer.text(text),
    blank: (text) => writer.out.push(text),
    comment: (text) => besideRoot(() => writer.out.push('<!--', text, '-->')),
    instruction: (target, data) =>
      besideRoot(() => writer.out.push('<?', target, data === '' ? '' : ` ${data}`, '?>')),
  });
  return writer.out.join('');
}

/**
 * Elements of a document, each as the apex of its node set.
 * @param select whether to take the element; not asked inside one that is taken
 * @param how.exclusive Exclusive XML Canonicalization without an InclusiveNamespaces list; else Canonical XML, both with
 *   comments
 * @returns their canonical forms, in document order
 * @throws Error naming no content, when the text is not well-formed XML without DOCTYPE
 */
export function canonicalElements(
  xml: string,
  select: (name: string, attributes: Attributes) => boolean,
  how: { readonly exclusive: boolean } = { exclusive: false },
): string[] {
  const writer = new Writer(how.exclusive);
  const forms: string[] = [];
  /** Depth inside the element that is being written; 0 outside. */
  let inside = 0;
  read(xml, {
    open: (name, attributes) => {
      if (inside === 0 && select(name, attributes)) {
        writer.start();
        inside = 1;
      } else if (inside > 0) inside += 1;
      writer.open(name, attributes, inside > 0);
    },
    close: () => {
      writer.close(inside > 0);
      if (inside === 1) forms.push(writer.out.splice(0).join(''));
      if (inside > 0) inside -= 1;
    },
    text: (text) => {
      if (inside > 0) writer.text(text);
    },
    blank: (text) => {
      if (inside > 0) writer.out.push(text);
    },
    comment: (text) => {
      if (inside > 0) writer.out.push('<!--', text, '-->');
    },
    instruction: (target, data) => {
      if (inside > 0) writer.out.push('<?', target, data === '' ? '' : ` ${data}`, '?>');
    },
  });
  return forms;
}

type Attributes = Parameters<ScanHandler['open']>[1];

function read(xml: string, handler: ScanHandler): void {
  const fault = scan(xml, handler);
  if (fault) throw new Error(`XML not read: ${fault}`);
}

const XML = 'http://www.w3.org/XML/1998/namespace';

/** Prefix → URI; the default namespace has the empty prefix. Never changed: a child with declarations gets a new one. */
type Namespaces = ReadonlyMap<string, string>;
const NONE: Namespaces = new Map();

interface Level {
  readonly name: string;
  readonly written: boolean;
  /** In scope. */
  readonly scope: Namespaces;
  /** Rendered by an ancestor in the output. */
  readonly rendered: Namespaces;
}

class Writer {
  readonly out: string[] = [];
  readonly #exclusive: boolean;
  readonly #levels: Level[] = [];
  #rendered: Namespaces = NONE;

  constructor(exclusive: boolean) {
    this.#exclusive = exclusive;
  }

  /** The next element is an apex: nothing is rendered yet. */
  start(): void {
    this.#rendered = NONE;
  }

  open(name: string, attributes: Attributes, written = true): void {
    const parent = this.#levels.at(-1);
    const outer = parent?.scope ?? NONE;
    const declared = declarations(attributes);
    const scope = declared.length === 0 ? outer : new Map([...outer, ...declared]);
    this.#levels.push({ name, written, scope, rendered: this.#rendered });
    if (name.includes(':')) uriOf(prefixOf(name), scope);
    if (!written) return;
    const own = attributes.length === declared.length ? [] : ownAttributes(attributes, scope);
    // A written parent has rendered all that was in scope: most elements have nothing to add.
    const settled = !this.#exclusive && declared.length === 0 && parent?.written === true;
    const fresh = settled ? [] : this.#fresh(name, own, scope);
    if (fresh.length > 0) this.#rendered = new Map([...this.#rendered, ...fresh]);
    const { out } = this;
    out.push('<', name);
    for (const [prefix, uri] of fresh.sort(([a], [b]) => compare(a, b)))
      out.push(prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`, escapeAttribute(uri), '"');
    for (const { name: qualified, value } of own) out.push(' ', qualified, '="', escapeAttribute(value), '"');
    out.push('>');
  }

  close(written = true): void {
    const level = this.#levels.pop();
    if (!level) throw new RangeError('an element ends that did not begin');
    this.#rendered = level.rendered;
    if (written) this.out.push('</', level.name, '>');
  }

  text(text: string): void {
    this.out.push(escapeText(text));
  }

  /** Namespace nodes to write on this element. */
  #fresh(name: string, attributes: readonly Attribute[], scope: Namespaces): [string, string][] {
    const rendered = this.#rendered;
    const candidates = this.#exclusive ? utilised(name, attributes, scope) : scope;
    const fresh: [string, string][] = [];
    for (const [prefix, uri] of candidates) {
      // An empty default namespace is written only to undo one that was rendered (§2.3).
      const current = rendered.get(prefix) ?? (prefix === '' ? '' : undefined);
      if (current !== uri) fresh.push([prefix, uri]);
    }
    return fresh;
  }
}

/** Namespaces that the element's name and attributes use (exclusive canonicalization §3). */
function utilised(name: string, attributes: readonly Attribute[], scope: Namespaces): Namespaces {
  const used = new Map<string, string>();
  for (const prefix of [prefixOf(name), ...attributes.map((one) => prefixOf(one.name)).filter(Boolean)])
    if (prefix !== 'xml') used.set(prefix, uriOf(prefix, scope));
  return used;
}

interface Attribute {
  readonly name: string;
  readonly uri: string;
  readonly local: string;
  readonly value: string;
}

/** Attributes that are no declarations, in canonical order: by namespace, then local name. */
function ownAttributes(attributes: Attributes, scope: Namespaces): Attribute[] {
  const own: Attribute[] = [];
  for (const [name, value] of attributes) {
    if (isDeclaration(name)) continue;
    const prefix = prefixOf(name);
    if (prefix === '') own.push({ name, uri: '', local: name, value });
    else own.push({ name, uri: uriOf(prefix, scope), local: name.slice(prefix.length + 1), value });
  }
  return own.length < 2 ? own : own.sort((a, b) => compare(a.uri, b.uri) || compare(a.local, b.local));
}

function declarations(attributes: Attributes): [string, string][] {
  const declared: [string, string][] = [];
  for (const [name, value] of attributes)
    if (isDeclaration(name) && name !== 'xmlns:xml')
      declared.push([name === 'xmlns' ? '' : name.slice('xmlns:'.length), value]);
  return declared;
}

const isDeclaration = (name: string) => name === 'xmlns' || name.startsWith('xmlns:');

function prefixOf(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? '' : name.slice(0, colon);
}

function uriOf(prefix: string, scope: Namespaces): string {
  if (prefix === 'xml') return XML;
  const uri = scope.get(prefix);
  if (uri === undefined && prefix !== '') throw new Error('XML not read: prefix without namespace');
  return uri ?? '';
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
