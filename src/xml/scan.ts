/** What the scanner tells, in document order. Prefixes are kept, references are resolved, line ends are `\n`. */
export interface ScanHandler {
  /** `attributes`: as written, in order; names are distinct. */
  readonly open: (name: string, attributes: readonly (readonly [name: string, value: string])[]) => void;
  readonly close: () => void;
  /** Character data that is not only blanks. */
  readonly text: (text: string) => void;
  /** Character data of an element that is only blanks. */
  readonly blank?: (text: string) => void;
  readonly comment?: (text: string) => void;
  /** A processing instruction; never the XML declaration. */
  readonly instruction?: (target: string, data: string) => void;
}

/** Why a text is not XML that we read. */
export type ScanFault = 'not-well-formed' | 'doctype' | 'too-deep' | 'too-many';

const NAME = '[A-Za-z_\\u00c0-\\uffff][\\w.:\\u00b7-\\uffff-]*';
/** Ten times as many as any report has; an expression that repeats without bound fails on a longer text by an exception. */
const MAX_ATTRIBUTES = 256;
const WRITTEN = `[ \\t\\r\\n]+${NAME}[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"[^<"]*"|'[^<']*')`;
const START = new RegExp(`<(${NAME})((?:${WRITTEN}){0,${MAX_ATTRIBUTES}})[ \\t\\r\\n]*(/?)>`, 'y');
const TOO_MANY_ATTRIBUTES = new RegExp(`<${NAME}(?:${WRITTEN}){${MAX_ATTRIBUTES + 1}}`, 'y');
const ATTRIBUTE = new RegExp(`(${NAME})[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"]*)"|'([^']*)')`, 'g');
const END = new RegExp(`</(${NAME})[ \\t\\r\\n]*>`, 'y');
const PROLOGUE =
  /^\ufeff?(?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d"|'1\.\d')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[\w.-]+"|'[\w.-]+'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>)?/;
const INSTRUCTION = new RegExp(`<\\?(?![xX][mM][lL][ \\t\\r\\n?])(${NAME})(?:[ \\t\\r\\n]+|(?=\\?>))`, 'y');

/** Characters that XML 1.0 forbids, whatever their form. */
const ILLEGAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Twice as deep as the deepest report. */
const MAX_DEPTH = 128;
/** A report of twelve thousand results; more would fill the memory with elements. */
const MAX_ELEMENTS = 1_000_000;

/**
 * Reads XML 1.0 without DTD. Strict on what makes a document well-formed, but for the scope of namespace prefixes. A report
 * of 500 results has 40 000 elements: this reads them five times faster than the general parsers do, which check more
 * than is needed here.
 * @returns undefined, or why the text was refused; the handler may have been told a part by then
 */
export function scan(source: string, handler: ScanHandler): ScanFault | undefined {
  if (ILLEGAL.test(source)) return 'not-well-formed';
  // XML 1.0 §2.11; what a reference makes of CR or tab is kept.
  const xml = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  const open: string[] = [];
  let elements = 0;
  let at = PROLOGUE.exec(xml)?.[0].length ?? 0;
  while (at < xml.length) {
    const tag = xml.indexOf('<', at);
    const end = tag === -1 ? xml.length : tag;
    if (end > at && !characters(xml.slice(at, end), open.length > 0, handler)) return 'not-well-formed';
    if (tag === -1) break;
    at = tag;
    const next = xml.charCodeAt(tag + 1);
    if (next === SLASH) {
      END.lastIndex = tag;
      const found = END.exec(xml);
      if (!found || found[1] !== open.pop()) return 'not-well-formed';
      handler.close();
      at = END.lastIndex;
    } else if (next === EXCLAMATION || next === QUESTION) {
      const after = aside(xml, tag, open.length > 0, handler);
      if (typeof after === 'string') return after;
      at = after;
    } else {
      if (open.length === 0 && elements > 0) return 'not-well-formed';
      if (++elements > MAX_ELEMENTS) return 'too-many';
      START.lastIndex = tag;
      const found = START.exec(xml);
      const [, name, written = '', empty] = found ?? [];
      if (name === undefined) {
        TOO_MANY_ATTRIBUTES.lastIndex = tag;
        return TOO_MANY_ATTRIBUTES.test(xml) ? 'too-many' : 'not-well-formed';
      }
      const attributes = attributesOf(written);
      if (!attributes) return 'not-well-formed';
      handler.open(name, attributes);
      if (empty === '/') handler.close();
      else if (open.push(name) > MAX_DEPTH) return 'too-deep';
      at = START.lastIndex;
    }
  }
  return elements > 0 && open.length === 0 ? undefined : 'not-well-formed';
}

const SLASH = 0x2f;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;

/** A comment, a CDATA section or a processing instruction. @returns where it ends */
function aside(xml: string, at: number, inside: boolean, handler: ScanHandler): number | ScanFault {
  if (xml.startsWith('<!--', at)) {
    const end = xml.indexOf('--', at + 4);
    if (end === -1 || xml[end + 2] !== '>') return 'not-well-formed';
    handler.comment?.(xml.slice(at + 4, end));
    return end + 3;
  }
  if (xml.startsWith('<![CDATA[', at)) {
    const end = xml.indexOf(']]>', at);
    if (end === -1 || !inside) return 'not-well-formed';
    handler.text(xml.slice(at + 9, end));
    return end + 3;
  }
  if (xml.startsWith('<?', at)) {
    INSTRUCTION.lastIndex = at;
    const found = INSTRUCTION.exec(xml);
    const data = INSTRUCTION.lastIndex;
    const end = found ? xml.indexOf('?>', data) : -1;
    if (end === -1) return 'not-well-formed';
    handler.instruction?.(found?.[1] ?? '', xml.slice(data, end));
    return end + 2;
  }
  return /^<!DOCTYPE/i.test(xml.slice(at, at + 9)) ? 'doctype' : 'not-well-formed';
}

/** @returns false when the text cannot stand there */
function characters(raw: string, inside: boolean, handler: ScanHandler): boolean {
  if (!/[^ \t\r\n]/.test(raw)) {
    if (inside) handler.blank?.(raw);
    return true;
  }
  if (!inside || raw.includes(']]>')) return false;
  const text = resolved(raw);
  if (text === undefined) return false;
  handler.text(text);
  return true;
}

function attributesOf(written: string): [string, string][] | undefined {
  const attributes: [string, string][] = [];
  if (written === '') return attributes;
  const names = new Set<string>();
  ATTRIBUTE.lastIndex = 0;
  for (let found = ATTRIBUTE.exec(written); found; found = ATTRIBUTE.exec(written)) {
    const name = found[1] ?? '';
    const raw = found[2] ?? found[3] ?? '';
    // XML 1.0 §3.3.3: a line end or tab as written is a blank.
    const value = resolved(raw.includes('\n') || raw.includes('\t') ? raw.replace(/[\t\n]/g, ' ') : raw);
    if (value === undefined) return undefined;
    if (names.has(name)) return undefined;
    names.add(name);
    attributes.push([name, value]);
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** References resolved; undefined when one is none of XML's own. */
function resolved(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let broken = false;
  const result = text.replace(/&([^;&]{0,12};)?/g, (_, reference: string | undefined) => {
    const character = reference === undefined ? undefined : characterOf(reference.slice(0, -1));
    if (character === undefined) broken = true;
    return character ?? '';
  });
  return broken ? undefined : result;
}

function characterOf(reference: string): string | undefined {
  const [, hexadecimal, decimal] = /^#(?:x([\da-fA-F]+)|(\d+))$/.exec(reference) ?? [];
  if (hexadecimal === undefined && decimal === undefined) return ENTITIES[reference];
  const point = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(point);
  return ILLEGAL.test(character) ? undefined : character;
}
