/** Reads a multipart/related message of MTOM (dmp.md §6.1) from its bytes. Bounded, and no leniency on the shape. */
import { Refused } from '../check.ts';

const MAX_PARTS = 20;
const MAX_PART_HEADERS = 8 * 1024;
const BINARY = new Set(['', '7bit', '8bit', 'binary']);

export interface MtomMessage {
  /** The envelope. */
  readonly root: Buffer;
  /** Attachments by Content-ID, without angle brackets. */
  readonly parts: ReadonlyMap<string, Buffer>;
  /** The `action` parameter; undefined when absent. */
  readonly action: string | undefined;
}

/** A media type and its parameters, both lower case but the values. */
export function parseContentType(header: string): {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
} {
  const [type = ''] = header.split(';', 1);
  const parameters = new Map<string, string>();
  for (const [, key = '', quoted, token] of header.matchAll(
    /;\s*([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;"]+))/g,
  )) {
    parameters.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
  }
  return { type: type.trim().toLowerCase(), parameters };
}

/** @throws Refused (`mtom`) */
export function parseMtom(contentType: string, body: Buffer): MtomMessage {
  const { type, parameters } = parseContentType(contentType);
  if (type !== 'multipart/related') throw malformed('Content-Type is not multipart/related');
  const want = { type: 'application/xop+xml', 'start-info': 'application/soap+xml' };
  for (const [key, value] of Object.entries(want)) {
    if (parseContentType(parameters.get(key) ?? '').type !== value)
      throw malformed(`Content-Type ${key} is not ${value}`);
  }
  const boundary = parameters.get('boundary') ?? '';
  if (!/^[\x20-\x7e]{1,70}$/.test(boundary)) throw malformed('no boundary');
  const parts = split(body, boundary).map(readPart);
  const start = parameters.get('start');
  const rootId = start === undefined ? parts[0]?.id : unbracketed(start);
  const attachments = new Map<string, Buffer>();
  let root: Buffer | undefined;
  for (const part of parts) {
    if (part.id === undefined) throw malformed('a part has no Content-ID');
    if (part.id === rootId && root === undefined) {
      if (parseContentType(part.contentType).type !== 'application/xop+xml') {
        throw malformed('the root part is not application/xop+xml');
      }
      root = part.content;
      continue;
    }
    if (attachments.has(part.id)) throw malformed('a Content-ID is used twice');
    attachments.set(part.id, part.content);
  }
  if (root === undefined) throw malformed('no part has the start Content-ID');
  return { root, parts: attachments, action: parameters.get('action') };
}

function split(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: Buffer[] = [];
  // The first delimiter may open the body; anything before it is a preamble.
  let at = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2))
    ? -2
    : body.indexOf(delimiter);
  if (at === -1) throw malformed('the boundary is not found');
  for (;;) {
    const after = at + delimiter.length;
    if (body.subarray(after, after + 2).toString('latin1') === '--') return parts;
    const lineEnd = body.indexOf('\r\n', after);
    if (lineEnd === -1 || body.subarray(after, lineEnd).toString('latin1').trim() !== '')
      throw malformed('bad delimiter line');
    const next = body.indexOf(delimiter, lineEnd);
    if (next === -1) throw malformed('the closing boundary is missing');
    if (parts.length === MAX_PARTS) throw malformed(`more than ${MAX_PARTS} parts`);
    parts.push(body.subarray(lineEnd + 2, next));
    at = next;
  }
}

function readPart(part: Buffer): { id: string | undefined; contentType: string; content: Buffer } {
  const end = part.indexOf('\r\n\r\n');
  if (end === -1 || end > MAX_PART_HEADERS) throw malformed('a part has no header block');
  const headers = new Map<string, string>();
  for (const line of part
    .subarray(0, end)
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (!BINARY.has((headers.get('content-transfer-encoding') ?? '').toLowerCase())) {
    throw malformed('a part is not transferred in binary');
  }
  const id = headers.get('content-id');
  return {
    id: id === undefined ? undefined : unbracketed(id),
    contentType: headers.get('content-type') ?? '',
    content: part.subarray(end + 4),
  };
}

function unbracketed(id: string): string {
  return id.replace(/^<(.*)>$/, '$1');
}

function malformed(detail: string): Refused {
  return new Refused('mtom', '', detail);
}
