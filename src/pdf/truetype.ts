/** A TrueType font with glyf outlines, parsed once and then shared by every document of a worker. */
export interface TrueTypeFont {
  readonly postScriptName: string;
  readonly unitsPerEm: number;
  /** In thousandths of an em, as PDF font descriptors want them. */
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  readonly italicAngle: number;
  readonly bbox: readonly [number, number, number, number];
  readonly fixedPitch: boolean;
  /** Raw tables that a subset copies and patches. */
  readonly head: Uint8Array;
  readonly hhea: Uint8Array;
  readonly maxp: Uint8Array;
  /** Glyph index of a code point; 0 when the font has none. */
  readonly glyphOf: (codePoint: number) => number;
  /** Advance width in thousandths of an em, rounded: what the PDF declares is what the page is measured with. */
  readonly advanceOf: (glyph: number) => number;
  /** Advance width and left side bearing in font units, as in `hmtx`. */
  readonly metricsOf: (glyph: number) => readonly [number, number];
  /** Outline from `glyf`, hinting instructions taken away; empty for a blank. */
  readonly outlineOf: (glyph: number) => Uint8Array;
}

/** Largest font file that is worth parsing for a letter page. */
export const MAX_FONT_BYTES = 8 * 1024 * 1024;

const MAX_CHARACTERS = 0x20000;

/**
 * Parses a TrueType file (ISO/IEC 14496-22: sfnt with `glyf` outlines; no CFF, no collection).
 * @returns undefined when the bytes are no such font or point outside themselves
 */
export function parseTrueType(bytes: Uint8Array): TrueTypeFont | undefined {
  if (bytes.length > MAX_FONT_BYTES) return undefined;
  try {
    // Not a Buffer, whose slice() shares memory: outlines are copied, then patched.
    return readFont(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readFont(bytes: Uint8Array): TrueTypeFont | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signature = view.getUint32(0);
  if (signature !== 0x00010000 && signature !== 0x74727565) return undefined;
  const tables = readDirectory(view, bytes);
  const [head, hhea, maxp, hmtx, loca, glyf, cmap, name] = [
    'head',
    'hhea',
    'maxp',
    'hmtx',
    'loca',
    'glyf',
    'cmap',
    'name',
  ].map((tag) => tables.get(tag));
  if (!head || !hhea || !maxp || !hmtx || !loca || !glyf || !cmap || !name) return undefined;

  const headView = viewOf(head);
  const unitsPerEm = headView.getUint16(18);
  const glyphCount = viewOf(maxp).getUint16(4);
  const metricCount = viewOf(hhea).getUint16(34);
  if (unitsPerEm === 0 || metricCount === 0) return undefined;
  const characters = readCharacterMap(cmap);
  if (!characters) return undefined;

  const thousandths = (units: number) => Math.round((units * 1000) / unitsPerEm);
  const metrics = viewOf(hmtx);
  const metricsOf = (glyph: number): readonly [number, number] =>
    glyph < metricCount
      ? [metrics.getUint16(glyph * 4), metrics.getInt16(glyph * 4 + 2)]
      : [
          metrics.getUint16((metricCount - 1) * 4),
          metrics.getInt16(metricCount * 4 + (glyph - metricCount) * 2),
        ];
  const advances = Uint16Array.from({ length: glyphCount }, (_, glyph) => thousandths(metricsOf(glyph)[0]));

  const offsets = viewOf(loca);
  const long = headView.getInt16(50) === 1;
  const offsetOf = (glyph: number) =>
    long ? offsets.getUint32(glyph * 4) : offsets.getUint16(glyph * 2) * 2;
  const outlines = new Map<number, Uint8Array>();
  const outlineOf = (glyph: number): Uint8Array => {
    let outline = outlines.get(glyph);
    if (!outline) {
      outline = withoutInstructions(glyf.subarray(offsetOf(glyph), offsetOf(glyph + 1)));
      outlines.set(glyph, outline);
    }
    return outline;
  };

  const os2 = tables.get('OS/2');
  const post = tables.get('post');
  const ascent = thousandths(viewOf(hhea).getInt16(4));
  return {
    postScriptName: readPostScriptName(name),
    unitsPerEm,
    ascent,
    descent: thousandths(viewOf(hhea).getInt16(6)),
    capHeight: os2 && os2.length >= 90 ? thousandths(viewOf(os2).getInt16(88)) : ascent,
    italicAngle: post ? viewOf(post).getInt32(4) / 65536 : 0,
    fixedPitch: post ? viewOf(post).getUint32(12) !== 0 : false,
    bbox: [36, 38, 40, 42].map((at) => thousandths(headView.getInt16(at))) as [
      number,
      number,
      number,
      number,
    ],
    head,
    hhea,
    maxp,
    glyphOf: (codePoint) => characters.get(codePoint) ?? 0,
    advanceOf: (glyph) => advances[glyph] ?? 0,
    metricsOf,
    outlineOf,
  };
}

function viewOf(table: Uint8Array): DataView {
  return new DataView(table.buffer, table.byteOffset, table.byteLength);
}

function readDirectory(view: DataView, bytes: Uint8Array): Map<string, Uint8Array> {
  const tables = new Map<string, Uint8Array>();
  for (let index = 0; index < view.getUint16(4); index++) {
    const at = 12 + index * 16;
    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    const offset = view.getUint32(at + 8);
    const length = view.getUint32(at + 12);
    if (offset + length > bytes.length) throw new RangeError('table outside the file');
    tables.set(tag, bytes.subarray(offset, offset + length));
  }
  return tables;
}

/** Reads the Unicode subtable: format 12 when there is one, else format 4. */
function readCharacterMap(cmap: Uint8Array): Map<number, number> | undefined {
  const view = viewOf(cmap);
  const subtables = new Map<number, number>();
  for (let index = 0; index < view.getUint16(2); index++) {
    const platform = view.getUint16(4 + index * 8);
    const encoding = view.getUint16(6 + index * 8);
    const offset = view.getUint32(8 + index * 8);
    const unicode = platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10));
    if (unicode) subtables.set(view.getUint16(offset), offset);
  }
  const full = subtables.get(12);
  if (full !== undefined) return readSegmentedCoverage(view, full);
  const basic = subtables.get(4);
  return basic === undefined ? undefined : readSegmentMapping(view, basic);
}

/** `cmap` format 12. */
function readSegmentedCoverage(view: DataView, at: number): Map<number, number> {
  const characters = new Map<number, number>();
  for (let group = 0; group < view.getUint32(at + 12); group++) {
    const first = view.getUint32(at + 16 + group * 12);
    const last = view.getUint32(at + 20 + group * 12);
    const glyph = view.getUint32(at + 24 + group * 12);
    if (last < first || characters.size + last - first > MAX_CHARACTERS)
      throw new RangeError('cmap too large');
    for (let code = first; code <= last; code++) characters.set(code, glyph + code - first);
  }
  return characters;
}

/** `cmap` format 4. */
function readSegmentMapping(view: DataView, at: number): Map<number, number> {
  const characters = new Map<number, number>();
  const segments = view.getUint16(at + 6) / 2;
  const ends = at + 14;
  const starts = ends + segments * 2 + 2;
  const deltas = starts + segments * 2;
  const ranges = deltas + segments * 2;
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint16(starts + segment * 2);
    const end = view.getUint16(ends + segment * 2);
    const delta = view.getUint16(deltas + segment * 2);
    const range = view.getUint16(ranges + segment * 2);
    for (let code = start; code <= end && code < 0xffff; code++) {
      let glyph = code;
      if (range !== 0) glyph = view.getUint16(ranges + segment * 2 + range + (code - start) * 2);
      if (range === 0 || glyph !== 0) characters.set(code, (glyph + delta) & 0xffff);
    }
  }
  return characters;
}

function readPostScriptName(table: Uint8Array): string {
  const view = viewOf(table);
  const strings = view.getUint16(4);
  for (let index = 0; index < view.getUint16(2); index++) {
    const at = 6 + index * 12;
    if (view.getUint16(at + 6) !== 6) continue;
    const offset = strings + view.getUint16(at + 10);
    const bytes = table.subarray(offset, offset + view.getUint16(at + 8));
    // UTF-16 or Mac Roman: a PostScript name is ASCII either way.
    const text = String.fromCharCode(...bytes).replace(/[^A-Za-z0-9-]/g, '');
    if (text !== '') return text;
  }
  return 'Font';
}

const COMPONENT = {
  words: 0x0001,
  scale: 0x0008,
  more: 0x0020,
  xyScale: 0x0040,
  matrix: 0x0080,
  hints: 0x0100,
};

/** Positions of the glyph indexes that a composite outline names; empty for a simple outline. */
export function componentsOf(outline: Uint8Array): { readonly at: number; readonly glyph: number }[] {
  const found: { at: number; glyph: number }[] = [];
  if (outline.length < 10) return found;
  const view = viewOf(outline);
  if (view.getInt16(0) >= 0) return found;
  let at = 10;
  let flags = COMPONENT.more;
  while (flags & COMPONENT.more) {
    flags = view.getUint16(at);
    found.push({ at: at + 2, glyph: view.getUint16(at + 2) });
    at = afterComponent(at, flags);
  }
  return found;
}

function afterComponent(at: number, flags: number): number {
  const placed = at + 4 + (flags & COMPONENT.words ? 4 : 2);
  if (flags & COMPONENT.matrix) return placed + 8;
  if (flags & COMPONENT.xyScale) return placed + 4;
  return flags & COMPONENT.scale ? placed + 2 : placed;
}

/** Hinting is half of a glyph's bytes and of no use to print or to a modern screen. */
function withoutInstructions(outline: Uint8Array): Uint8Array {
  if (outline.length < 10) return new Uint8Array(0);
  const view = viewOf(outline);
  const contours = view.getInt16(0);
  if (contours < 0) {
    const copy = outline.slice();
    const copyView = viewOf(copy);
    let end = 10;
    for (const { at } of componentsOf(outline)) {
      const flags = view.getUint16(at - 2);
      copyView.setUint16(at - 2, flags & ~COMPONENT.hints);
      end = afterComponent(at - 2, flags);
    }
    return copy.subarray(0, end);
  }
  const lengthAt = 10 + contours * 2;
  const rest = outline.subarray(lengthAt + 2 + view.getUint16(lengthAt));
  const stripped = new Uint8Array(lengthAt + 2 + rest.length);
  stripped.set(outline.subarray(0, lengthAt));
  stripped.set(rest, lengthAt + 2);
  return stripped;
}
