import { deflateSync, inflateSync } from 'node:zlib';

/** An image ready for a PDF: RGB, 8 bits, transparency laid on white (PDF/A-1 has none). */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Deflated rows, no predictor. */
  readonly deflated: Uint8Array;
}

const SIGNATURE = '89504e470d0a1a0a';
const MAX_PIXELS = 4_000_000;

/** Samples per pixel by PNG colour type: grey, RGB, palette, grey and alpha, RGBA. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Header {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  readonly channels: number;
}

/**
 * Reads a PNG (ISO/IEC 15948): 8 bits per sample, not interlaced, at most four million pixels.
 * @returns undefined for anything else, and for damage
 */
export function parsePng(bytes: Uint8Array): RgbImage | undefined {
  try {
    const chunks = readChunks(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const header = chunks && readHeader(chunks.get('IHDR'));
    const data = chunks?.get('IDAT');
    if (!header || !data) return undefined;
    const rowLength = header.width * header.channels;
    const expected = header.height * (rowLength + 1);
    const raw = inflateSync(data, { maxOutputLength: expected });
    if (raw.length !== expected) return undefined;
    const samples = unfilter(raw, header.height, rowLength, header.channels);
    const pixels = samples && toRgb(samples, header, chunks.get('PLTE'), chunks.get('tRNS'));
    return (
      pixels && { width: header.width, height: header.height, deflated: deflateSync(pixels, { level: 9 }) }
    );
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/** Chunks by type; several IDAT are joined. */
function readChunks(file: Buffer): Map<string, Buffer> | undefined {
  if (file.subarray(0, 8).toString('hex') !== SIGNATURE) return undefined;
  const chunks = new Map<string, Buffer>();
  let at = 8;
  while (at + 12 <= file.length) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + length);
    if (data.length !== length) return undefined;
    const before = chunks.get(type);
    chunks.set(type, before && type === 'IDAT' ? Buffer.concat([before, data]) : data);
    if (type === 'IEND') return chunks;
    at += 12 + length;
  }
  return undefined;
}

function readHeader(ihdr: Buffer | undefined): Header | undefined {
  if (ihdr?.length !== 13) return undefined;
  const [width, height] = [ihdr.readUInt32BE(0), ihdr.readUInt32BE(4)];
  const [depth, colourType, , , interlace] = ihdr.subarray(8);
  const channels = CHANNELS[colourType ?? -1];
  if (depth !== 8 || interlace !== 0 || channels === undefined || colourType === undefined) return undefined;
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) return undefined;
  return { width, height, colourType, channels };
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
  const [byLeft, byUp, byCorner] = [left, up, corner].map((value) => Math.abs(guess - value)) as [
    number,
    number,
    number,
  ];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function toRgb(
  samples: Uint8Array,
  { width, height, colourType, channels }: Header,
  palette: Buffer | undefined,
  transparency: Buffer | undefined,
): Uint8Array | undefined {
  if (colourType === 3 && !palette) return undefined;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels;
    const sample = (offset: number) => samples[at + offset] ?? 0;
    let alpha = 255;
    if (colourType === 4) alpha = sample(1);
    if (colourType === 6) alpha = sample(3);
    if (colourType === 3) alpha = transparency?.[sample(0)] ?? 255;
    for (let channel = 0; channel < 3; channel++) {
      let value = sample(channels < 3 ? 0 : channel);
      if (colourType === 3) value = palette?.[sample(0) * 3 + channel] ?? 0;
      rgb[pixel * 3 + channel] = Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return rgb;
}
