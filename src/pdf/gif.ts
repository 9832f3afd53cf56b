import { deflateSync } from 'node:zlib';
import { isDrawable, type Picture } from './raster.ts';

/** Where blocks begin (GIF 89a §20 to §26). */
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;

/** First rows and steps of the four passes of an interlaced image (GIF 89a, appendix E). */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

const MAX_CODES = 4096;

/**
 * Reads a GIF (87a, 89a) of one image as RGB, transparency laid on white.
 * @returns undefined for anything else, for damage, and for an animation, of which paper would show a part
 */
export function parseGif(bytes: Uint8Array): Picture | undefined {
  const reader = new Reader(bytes);
  try {
    return readGif(reader);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readGif(reader: Reader): Picture | undefined {
  if (!/^GIF8[79]a$/.test(reader.ascii(6))) return undefined;
  const [width, height] = [reader.word(), reader.word()];
  if (!isDrawable(width, height)) return undefined;
  const flags = reader.byte();
  reader.skip(2);
  const globalPalette = flags & 0x80 ? reader.take(3 * 2 ** ((flags & 7) + 1)) : undefined;

  let transparent = -1;
  let rgb: Uint8Array | undefined;
  for (let block = reader.byte(); block === IMAGE || block === EXTENSION; block = reader.byte()) {
    if (block === EXTENSION) {
      const label = reader.byte();
      const data = reader.subBlocks();
      if (label === GRAPHIC_CONTROL && data.length >= 4)
        transparent = (data[0] ?? 0) & 1 ? (data[3] ?? 0) : -1;
      continue;
    }
    if (rgb) return undefined;
    rgb = readImage(reader, width, height, globalPalette, transparent);
    if (!rgb) return undefined;
  }
  if (!rgb) return undefined;
  const data = deflateSync(rgb, { level: 9 });
  return { width, height, colourSpace: 'DeviceRGB', filter: 'FlateDecode', data };
}

function readImage(
  reader: Reader,
  width: number,
  height: number,
  globalPalette: Uint8Array | undefined,
  transparent: number,
): Uint8Array | undefined {
  const [left, top, columns, rows] = [reader.word(), reader.word(), reader.word(), reader.word()];
  const flags = reader.byte();
  const palette = flags & 0x80 ? reader.take(3 * 2 ** ((flags & 7) + 1)) : globalPalette;
  const codeSize = reader.byte();
  if (!palette || !isDrawable(columns, rows) || left + columns > width || top + rows > height)
    return undefined;
  const indexes = decodeLzw(reader.subBlocks(), codeSize, columns * rows);
  if (!indexes) return undefined;
  const rgb = new Uint8Array(width * height * 3).fill(255);
  rowOrder(rows, (flags & 0x40) !== 0).forEach((row, sent) => {
    for (let column = 0; column < columns; column++) {
      const index = indexes[sent * columns + column] ?? 0;
      if (index === transparent) continue;
      const to = ((top + row) * width + left + column) * 3;
      for (let channel = 0; channel < 3; channel++) rgb[to + channel] = palette[index * 3 + channel] ?? 0;
    }
  });
  return rgb;
}

/** Rows in the order in which they are sent. */
function rowOrder(rows: number, interlaced: boolean): number[] {
  if (!interlaced) return Array.from({ length: rows }, (_, row) => row);
  return PASSES.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((rows - first) / step)) }, (_, index) => first + index * step),
  );
}

/** Undoes the variable-length LZW of GIF 89a, appendix F; undefined when it does not give `count` indexes. */
function decodeLzw(data: Uint8Array, codeSize: number, count: number): Uint8Array | undefined {
  if (codeSize < 2 || codeSize > 8) return undefined;
  const clear = 1 << codeSize;
  const stop = clear + 1;
  // A code is the string of another code and one more index.
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const length = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code++) {
    suffix[code] = code;
    length[code] = 1;
  }
  const out = new Uint8Array(count);
  let written = 0;
  let next = stop + 1;
  let bits = codeSize + 1;
  let previous = -1;
  let [buffer, held] = [0, 0];
  for (const byte of data) {
    buffer |= byte << held;
    held += 8;
    while (held >= bits) {
      const code = buffer & ((1 << bits) - 1);
      buffer >>>= bits;
      held -= bits;
      if (code === stop) return written === count ? out : undefined;
      if (code === clear) {
        [next, bits, previous] = [stop + 1, codeSize + 1, -1];
        continue;
      }
      if (code > next || (code === next && previous < 0)) return undefined;
      const known = code < next ? code : previous;
      const size = (length[known] ?? 0) + (code === next ? 1 : 0);
      if (written + size > count) return undefined;
      let at = written + (length[known] ?? 0) - 1;
      let first = known;
      for (let step = known; at >= written; at--) {
        first = suffix[step] ?? 0;
        out[at] = first;
        step = prefix[step] ?? 0;
      }
      if (code === next) out[written + size - 1] = first;
      written += size;
      if (previous >= 0 && next < MAX_CODES) {
        prefix[next] = previous;
        suffix[next] = first;
        length[next] = (length[previous] ?? 0) + 1;
        next++;
        if (next === 1 << bits && bits < 12) bits++;
      }
      previous = code;
    }
  }
  return written === count ? out : undefined;
}

/** Reads little-endian fields in order. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws RangeError past the end */
  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    if (taken.length !== count) throw new RangeError('past the end');
    this.#at += count;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  word(): number {
    return this.byte() | (this.byte() << 8);
  }

  ascii(count: number): string {
    return String.fromCharCode(...this.take(count));
  }

  skip(count: number): void {
    this.take(count);
  }

  /** Data sub-blocks up to their terminator, joined. */
  subBlocks(): Uint8Array {
    const blocks: Uint8Array[] = [];
    for (let size = this.byte(); size > 0; size = this.byte()) blocks.push(this.take(size));
    return Buffer.concat(blocks);
  }
}
