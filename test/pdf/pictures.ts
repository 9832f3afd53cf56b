import { crc32, deflateSync } from 'node:zlib';

/** Pictures made here, byte by byte, so that a test knows what they show. */

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** A PNG chunk: length, name, data, checksum of both. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [size, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, checksum]);
}

export interface PngOptions {
  readonly depth?: number;
  readonly interlaced?: boolean;
  /** Chunks before the data: palette, transparency. */
  readonly before?: readonly Uint8Array[];
}

/** A PNG of these filtered rows. */
export function png(
  width: number,
  height: number,
  colourType: number,
  raw: Uint8Array | readonly number[],
  { depth = 8, interlaced = false, before = [] }: PngOptions = {},
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    ...before,
    pngChunk('IDAT', deflateSync(Uint8Array.from(raw))),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** Fractions of a serum: position and width along the track, height of the peak. */
const PEAKS = [
  [0.14, 0.022, 1],
  [0.33, 0.02, 0.12],
  [0.46, 0.026, 0.22],
  [0.62, 0.03, 0.24],
  [0.84, 0.07, 0.3],
] as const;

/** The curve of a protein electrophoresis as an instrument exports it: grey PNG, black line on white. */
export function electrophoresisCurve(width = 640, height = 260): Buffer {
  const heightAt = (x: number) =>
    PEAKS.reduce((sum, [at, spread, peak]) => sum + peak * Math.exp(-(((x - at) / spread) ** 2)), 0);
  const rows = new Uint8Array((width + 1) * height).fill(255);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  const paint = (x: number, y: number, grey: number) => {
    if (x >= 0 && x < width && y >= 0 && y < height) rows[y * (width + 1) + 1 + x] = grey;
  };
  const base = height - 14;
  const yOf = (x: number) => Math.round(base - heightAt(x / width) * (height - 34));
  for (let x = 0; x < width; x++) {
    const [from, to] = [yOf(x), yOf(x + 1)].sort((a, b) => a - b) as [number, number];
    for (let y = yOf(x) + 2; y < base; y++) paint(x, y, 232);
    for (let y = from; y <= to + 2; y++) paint(x, y, 20);
    paint(x, base, 90);
  }
  for (const limit of [0.25, 0.39, 0.54, 0.7]) {
    for (let y = 10; y < base; y += 1) if (y % 6 < 3) paint(Math.round(limit * width), y, 120);
  }
  return png(width, height, 0, rows);
}

/** A GIF 89a of palette indexes, its LZW without compression: a clear code before the table grows. */
export function gif(
  width: number,
  indexes: readonly number[],
  {
    transparent,
    interlaced = false,
    frames = 1,
  }: { transparent?: number; interlaced?: boolean; frames?: number } = {},
): Buffer {
  const height = indexes.length / width;
  const word = (value: number) => [value & 255, value >> 8];
  const palette = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
  const codes = [...indexes.flatMap((index, at) => (at % 2 === 0 ? [4, index] : [index])), 5];
  const data: number[] = [];
  let [buffer, held] = [0, 0];
  for (const code of codes) {
    buffer |= code << held;
    held += 3;
    while (held >= 8) {
      data.push(buffer & 255);
      buffer >>= 8;
      held -= 8;
    }
  }
  if (held > 0) data.push(buffer & 255);
  const blocks: number[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  const control = transparent === undefined ? [] : [0x21, 0xf9, 4, 1, 0, 0, transparent, 0];
  const image = [0x2c, 0, 0, 0, 0, ...word(width), ...word(height), interlaced ? 0x40 : 0, 2, ...blocks, 0];
  return Buffer.from([
    ...Buffer.from('GIF89a', 'latin1'),
    ...word(width),
    ...word(height),
    ...[0x81, 0, 0],
    ...palette,
    ...control,
    ...Array.from({ length: frames }, () => image).flat(),
    0x3b,
  ]);
}

/**
 * A baseline JPEG of one grey block of 8 × 8 (ISO/IEC 10918-1): quantisation of ones, Huffman tables of two codes.
 * Its single coefficient is zero, hence mid-grey.
 */
export function greyJpeg(): Buffer {
  const segment = (marker: number, body: readonly number[]) => [0xff, marker, 0, body.length + 2, ...body];
  const table = (kind: number) => [kind, 0, 2, ...Array.from({ length: 14 }, () => 0), 0, 1];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => 1)]),
    ...segment(0xc0, [8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
    ...segment(0xc4, table(0x00)),
    ...segment(0xc4, table(0x10)),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    // DC difference 0 (code 00), end of block (code 00), then ones.
    ...[0x0f, 0xff, 0xd9],
  ]);
}
