import { deflateSync } from 'node:zlib';
import type { PdfFile, Ref } from './pdf-file.ts';
import { componentsOf, type TrueTypeFont } from './truetype.ts';

/** Shown in the place of a character that the font lacks. */
const REPLACEMENT = 0xfffd;

interface SubsetGlyph {
  readonly source: number;
  readonly codePoint: number | undefined;
  readonly hex: string;
}

/**
 * The glyphs of one font that one document uses, numbered in the order of their first use, so that the same document
 * always embeds the same bytes. Measuring registers nothing; {@link encode} does.
 */
export class FontSubset {
  readonly font: TrueTypeFont;
  /** Name in the page's resources: `F1`. */
  readonly name: string;
  /** Code points that were asked for and that the font lacks. */
  readonly missing = new Set<number>();
  readonly #glyphs: SubsetGlyph[] = [];
  readonly #byCodePoint = new Map<number, SubsetGlyph>();
  readonly #bySource = new Map<number, number>();

  constructor(font: TrueTypeFont, name: string) {
    this.font = font;
    this.name = name;
    this.#add(0, undefined);
  }

  get used(): boolean {
    return this.#glyphs.length > 1;
  }

  /** Width of a text at a size in points. */
  width(text: string, size: number): number {
    let sum = 0;
    for (const character of text) sum += this.font.advanceOf(this.#glyphFor(character.codePointAt(0) ?? 0));
    return (sum * size) / 1000;
  }

  /** The text as a PDF hexadecimal string of CIDs (Identity-H), its glyphs registered. */
  encode(text: string): string {
    let hex = '<';
    for (const character of text) {
      const codePoint = character.codePointAt(0) ?? 0;
      let glyph = this.#byCodePoint.get(codePoint);
      if (!glyph) {
        const source = this.#glyphFor(codePoint);
        const known = this.font.glyphOf(codePoint) !== 0;
        if (!known) this.missing.add(codePoint);
        glyph = this.#add(source, known ? codePoint : REPLACEMENT);
        this.#byCodePoint.set(codePoint, glyph);
      }
      hex += glyph.hex;
    }
    return `${hex}>`;
  }

  #glyphFor(codePoint: number): number {
    return this.font.glyphOf(codePoint) || this.font.glyphOf(REPLACEMENT) || this.font.glyphOf(0x3f);
  }

  #add(source: number, codePoint: number | undefined): SubsetGlyph {
    const cid = this.#glyphs.length;
    const glyph = { source, codePoint, hex: cid.toString(16).padStart(4, '0') };
    this.#glyphs.push(glyph);
    if (!this.#bySource.has(source)) this.#bySource.set(source, cid);
    return glyph;
  }

  /**
   * Writes the font as a Type 0 font with an embedded CIDFontType2 (ISO 32000-1 §9.7), with the CIDSet and the widths
   * that PDF/A-1 wants (ISO 19005-1 §6.3).
   */
  embed(file: PdfFile): Ref {
    const program = this.#program();
    const count = this.#glyphs.length;
    const { font } = this;
    const name = `/${subsetTag(this.#glyphs)}+${font.postScriptName}`;
    const fontFile = file.add(`<< /Length1 ${program.length}`, deflateSync(program));
    const cidSet = new Uint8Array(Math.ceil(count / 8));
    for (let cid = 0; cid < count; cid++) cidSet[cid >> 3] = (cidSet[cid >> 3] ?? 0) | (0x80 >> (cid & 7));
    const descriptor = file.add(
      `<< /Type /FontDescriptor /FontName ${name} /Flags ${font.fixedPitch ? 5 : 4} /FontBBox [${font.bbox.join(' ')}]` +
        ` /ItalicAngle ${font.italicAngle} /Ascent ${font.ascent} /Descent ${font.descent} /CapHeight ${font.capHeight}` +
        ` /StemV 80 /FontFile2 ${fontFile} /CIDSet ${file.add('<<', deflateSync(cidSet))} >>`,
    );
    const widths = this.#glyphs.map((glyph) => font.advanceOf(glyph.source)).join(' ');
    const descendant = file.add(
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont ${name} /CIDToGIDMap /Identity /W [0 [${widths}]]` +
        ` /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor ${descriptor} >>`,
    );
    return file.add(
      `<< /Type /Font /Subtype /Type0 /BaseFont ${name} /Encoding /Identity-H /DescendantFonts [${descendant}]` +
        ` /ToUnicode ${file.add('<<', deflateSync(this.#toUnicode()))} >>`,
    );
  }

  /** CIDs back to Unicode, so that text can be searched and copied. */
  #toUnicode(): string {
    const rows = this.#glyphs.flatMap(({ codePoint, hex }) =>
      codePoint === undefined ? [] : [`<${hex}> <${utf16Hex(codePoint)}>`],
    );
    const blocks: string[] = [];
    // A bfchar block holds at most 100 rows (Adobe Technical Note 5014).
    for (let at = 0; at < rows.length; at += 100) {
      const block = rows.slice(at, at + 100);
      blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
    }
    return [
      '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
      '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
      '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
      '1 begincodespacerange <0000> <ffff> endcodespacerange',
      ...blocks,
      'endcmap CMapName currentdict /CMap defineresource pop end end',
    ].join('\n');
  }

  /** The font program: the tables that a CIDFontType2 needs (ISO 32000-1 §9.9), outlines renumbered. */
  #program(): Uint8Array {
    const outlines: Uint8Array[] = [];
    // Composite outlines name others, which join at the end and may be composite in their turn.
    for (let cid = 0; cid < this.#glyphs.length; cid++) {
      const glyph = this.#glyphs[cid];
      if (!glyph) continue;
      const outline = this.font.outlineOf(glyph.source);
      const components = componentsOf(outline);
      if (components.length === 0) {
        outlines.push(outline);
        continue;
      }
      const copy = outline.slice();
      const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
      for (const { at, glyph: source } of components) {
        if (!this.#bySource.has(source)) this.#add(source, undefined);
        view.setUint16(at, this.#bySource.get(source) ?? 0);
      }
      outlines.push(copy);
    }
    const count = outlines.length;
    const loca = new DataView(new ArrayBuffer((count + 1) * 4));
    const hmtx = new DataView(new ArrayBuffer(count * 4));
    let length = 0;
    outlines.forEach((outline, cid) => {
      const [advance, bearing] = this.font.metricsOf(this.#glyphs[cid]?.source ?? 0);
      hmtx.setUint16(cid * 4, advance);
      hmtx.setInt16(cid * 4 + 2, bearing);
      loca.setUint32(cid * 4, length);
      length += align4(outline.length);
    });
    loca.setUint32(count * 4, length);
    const glyf = new Uint8Array(length);
    outlines.forEach((outline, cid) => {
      glyf.set(outline, loca.getUint32(cid * 4));
    });
    const patch = (table: Uint8Array, at: number, value: number) => {
      const copy = table.slice();
      new DataView(copy.buffer).setUint16(at, value);
      return copy;
    };
    return sfnt([
      ['glyf', glyf],
      ['head', patch(this.font.head, 50, 1)],
      ['hhea', patch(this.font.hhea, 34, count)],
      ['hmtx', new Uint8Array(hmtx.buffer)],
      ['loca', new Uint8Array(loca.buffer)],
      ['maxp', patch(this.font.maxp, 4, count)],
    ]);
  }
}

function align4(length: number): number {
  return (length + 3) & ~3;
}

/** Tables, sorted by tag, behind an sfnt directory. Readers of embedded fonts do not verify the checksums: left zero. */
function sfnt(tables: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const directory = 12 + tables.length * 16;
  const total = tables.reduce((sum, [, table]) => sum + align4(table.length), directory);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const power = 2 ** Math.floor(Math.log2(tables.length));
  view.setUint32(0, 0x00010000);
  view.setUint16(4, tables.length);
  view.setUint16(6, power * 16);
  view.setUint16(8, Math.log2(power));
  view.setUint16(10, tables.length * 16 - power * 16);
  let offset = directory;
  tables.forEach(([tag, table], index) => {
    const at = 12 + index * 16;
    for (let letter = 0; letter < 4; letter++) bytes[at + letter] = tag.charCodeAt(letter);
    view.setUint32(at + 8, offset);
    view.setUint32(at + 12, table.length);
    bytes.set(table, offset);
    offset += align4(table.length);
  });
  return bytes;
}

/** Six capitals that depend on the glyphs alone (ISO 32000-1 §9.6.4). */
function subsetTag(glyphs: readonly SubsetGlyph[]): string {
  let hash = 0;
  for (const { source } of glyphs) hash = (Math.imul(hash, 31) + source) >>> 0;
  return Array.from({ length: 6 }, () => {
    const letter = String.fromCharCode(65 + (hash % 26));
    hash = Math.floor(hash / 26);
    return letter;
  }).join('');
}

function utf16Hex(codePoint: number): string {
  return [...String.fromCodePoint(codePoint)]
    .flatMap((character) => character.split(''))
    .map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
    .join('');
}
