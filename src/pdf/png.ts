import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { isDrawable, onWhite, type Picture } from './raster.ts';

const SIGNATURE = '89504e470d0a1a0a';

/** Samples per pixel by PNG colour type: grey, RGB, palette, grey and alpha, RGBA. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Bits per sample that each colour type may have (ISO/IEC 15948, table 11.1). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

/** One of the grids that an interlaced image is sent in; the whole image is one grid of step 1. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];
/** Adam7 (ISO/IEC 15948 §8.2). */
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
].map(([x = 0, y = 0, stepX = 1, stepY = 1]) => ({ x, y, stepX, stepY }));

/**
 * Reads a PNG (ISO/IEC 15948) of any colour type, depth and interlacing as RGB, transparency laid on white.
 * @returns undefined for anything else, for damage, and for an image of too many pixels
 */
export function parsePng(bytes: Uint8Array): Picture | undefined {
  try {
    const chunks = readChunks(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const header = chunks && readHeader(chunks.get('IHDR'));
    const data = chunks?.get('IDAT');
    if (!header || !data) return undefined;
    const rgb = readPixels(data, header, chunks);
    if (!rgb) return undefined;
    const { width, height } = header;
    const deflated = deflateSync(rgb, { level: 9 });
    return { width, height, colourSpace: 'DeviceRGB', filter: 'FlateDecode', data: deflated };
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/**
 * Chunks by type; several IDAT are joined. One that every reader needs (its name begins with a capital) must match its
 * checksum: a browser shows nothing of such a picture, and the document must not show more in one view than in another.
 */
function readChunks(file: Buffer): Map<string, Buffer> | undefined {
  if (file.subarray(0, 8).toString('hex') !== SIGNATURE) return undefined;
  const chunks = new Map<string, Buffer>();
  const data: Buffer[] = [];
  let at = 8;
  while (at + 12 <= file.length) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (body.length !== length || at + 12 + length > file.length) return undefined;
    const isCritical = /^[A-Z]/.test(type);
    if (isCritical && crc32(file.subarray(at + 4, at + 8 + length)) !== file.readUInt32BE(at + 8 + length))
      return undefined;
    if (type === 'IDAT') data.push(body);
    else chunks.set(type, body);
    if (type === 'IEND') return data.length > 0 ? chunks.set('IDAT', Buffer.concat(data)) : undefined;
    at += 12 + length;
  }
  return undefined;
}

function readHeader(ihdr: Buffer | undefined): Header | undefined {
  if (ihdr?.length !== 13) return undefined;
  const [width, height] = [ihdr.readUInt32BE(0), ihdr.readUInt32BE(4)];
  const [depth = 0, colourType = -1, , , interlace = 2] = ihdr.subarray(8);
  const channels = CHANNELS[colourType];
  if (channels === undefined || !DEPTHS[colourType]?.includes(depth) || interlace > 1) return undefined;
  if (!isDrawable(width, height)) return undefined;
  return { width, height, depth, colourType, channels, interlaced: interlace === 1 };
}

/** Pixels of all passes, in their places. */
function readPixels(
  data: Buffer,
  header: Header,
  chunks: ReadonlyMap<string, Buffer>,
): Uint8Array | undefined {
  const { width, height, depth, channels, interlaced } = header;
  const colourAt = colourReader(header, chunks.get('PLTE'), chunks.get('tRNS'));
  if (!colourAt) return undefined;
  const passes = (interlaced ? ADAM7 : WHOLE).map((pass) => {
    const columns = Math.ceil((width - pass.x) / pass.stepX);
    const rows = columns > 0 ? Math.max(0, Math.ceil((height - pass.y) / pass.stepY)) : 0;
    return { ...pass, columns, rows, rowLength: Math.ceil((columns * channels * depth) / 8) };
  });
  const expected = passes.reduce((sum, { rows, rowLength }) => sum + rows * (rowLength + 1), 0);
  const raw = inflateSync(data, { maxOutputLength: expected });
  if (raw.length !== expected) return undefined;

  const rgb = new Uint8Array(width * height * 3);
  let at = 0;
  for (const { x, y, stepX, stepY, columns, rows, rowLength } of passes) {
    const end = at + rows * (rowLength + 1);
    const samples = unfilter(raw.subarray(at, end), rows, rowLength, Math.max(1, (channels * depth) / 8));
    if (!samples) return undefined;
    at = end;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const to = ((y + row * stepY) * width + x + column * stepX) * 3;
        colourAt(samples, row * rowLength, column, rgb, to);
      }
    }
  }
  return rgb;
}

/** Undoes the row filters (ISO/IEC 15948 §9). */
function unfilter(raw: Buffer, height: number, rowLength: number, step: number): Uint8Array | undefined {
  const out = new Uint8Array(height * rowLength);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (rowLength + 1)] ?? 0;
    if (filter > 4) return undefined;
    for (let column = 0; column < rowLength; column++) {
      const at = row * rowLength + column;
      const left = column >= step ? (out[at - step] ?? 0) : 0;
      const up = row > 0 ? (out[at - rowLength] ?? 0) : 0;
      const corner = row > 0 && column >= step ? (out[at - rowLength - step] ?? 0) : 0;
      const sample = raw[row * (rowLength + 1) + 1 + column] ?? 0;
      out[at] = sample + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, corner) : 0;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const byLeft = Math.abs(guess - left);
  const byUp = Math.abs(guess - up);
  const byCorner = Math.abs(guess - corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

type ColourReader = (samples: Uint8Array, row: number, column: number, rgb: Uint8Array, to: number) => void;

/** Writes the colour of a pixel of a row that begins at `row`; undefined when a palette is missing. */
function colourReader(
  { depth, colourType, channels }: Header,
  palette: Buffer | undefined,
  transparency: Buffer | undefined,
): ColourReader | undefined {
  const largest = 2 ** depth - 1;
  const sampleOf = (samples: Uint8Array, row: number, index: number): number => {
    if (depth === 8) return samples[row + index] ?? 0;
    if (depth === 16) return ((samples[row + index * 2] ?? 0) << 8) | (samples[row + index * 2 + 1] ?? 0);
    const bit = index * depth;
    return ((samples[row + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & largest;
  };
  const byte = (sample: number) => (depth === 8 ? sample : Math.round((sample * 255) / largest));
  if (colourType === 3) {
    if (!palette) return undefined;
    return (samples, row, column, rgb, to) => {
      const index = sampleOf(samples, row, column);
      const alpha = transparency?.[index] ?? 255;
      for (let channel = 0; channel < 3; channel++)
        rgb[to + channel] = onWhite(palette[index * 3 + channel] ?? 0, alpha);
    };
  }
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels === 2 || channels === 4;
  // Without an alpha channel, one colour may stand for full transparency.
  const hidden =
    transparency && !hasAlpha && transparency.length >= colours * 2
      ? Array.from({ length: colours }, (_, channel) => transparency.readUInt16BE(channel * 2))
      : undefined;
  return (samples, row, column, rgb, to) => {
    const sample = (channel: number) => sampleOf(samples, row, column * channels + channel);
    let alpha = hasAlpha ? byte(sample(channels - 1)) : 255;
    if (hidden?.every((value, channel) => value === sample(channel))) alpha = 0;
    for (let channel = 0; channel < 3; channel++)
      rgb[to + channel] = onWhite(byte(sample(colours === 1 ? 0 : channel)), alpha);
  };
}
