import { inflateSync } from 'node:zlib';
import type { Box } from './browser.ts';

/** A screenshot as pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Darkness of a pixel, 0 white to 255 black. */
  readonly ink: (x: number, y: number) => number;
}

/** Reads a PNG as browsers write their screenshots: 8 bits, RGB or RGBA, not interlaced (PNG §11, §9 filters). */
export function readPicture(png: Buffer): Picture {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const [depth, colour, , , interlace] = png.subarray(24, 29);
  if (depth !== 8 || (colour !== 2 && colour !== 6) || interlace !== 0)
    throw new Error('a PNG of another kind');
  const size = colour === 6 ? 4 : 3;
  const rows = unfiltered(inflateSync(Buffer.concat(imageData(png))), width * size, height, size);
  const wide = (width + 1) * size;
  return {
    width,
    height,
    ink: (x, y) => {
      const at = (y + 1) * wide + (x + 1) * size;
      return 255 - Math.min(rows[at] ?? 255, rows[at + 1] ?? 255, rows[at + 2] ?? 255);
    },
  };
}

function imageData(png: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return parts;
}

function unfiltered(data: Buffer, stride: number, height: number, size: number): Uint8Array {
  // A row of zeros stands above the first, a pixel of zeros before each: no special case inside the loops.
  const wide = stride + size;
  const rows = new Uint8Array(wide * (height + 1));
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1) + 1 - size;
    unfilterRow(data[y * (stride + 1)] ?? 0, data, from, rows, wide * (y + 1), wide, size);
  }
  return rows;
}

function unfilterRow(
  filter: number,
  data: Uint8Array,
  from: number,
  rows: Uint8Array,
  to: number,
  wide: number,
  size: number,
): void {
  for (let x = size; x < wide; x++) {
    const at = to + x;
    const left = filter === 0 || filter === 2 ? 0 : (rows[at - size] ?? 0);
    const above = filter < 2 ? 0 : (rows[at - wide] ?? 0);
    let predicted = left + above;
    if (filter === 3) predicted >>= 1;
    else if (filter === 4) predicted = paeth(left, above, rows[at - wide - size] ?? 0);
    rows[at] = (data[from + x] ?? 0) + predicted;
  }
}

/** The neighbour nearest to their linear estimate. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Whether something is drawn in a box: its pixels differ, as text from its background. */
export function isInked(picture: Picture, box: Box): boolean {
  const left = Math.max(Math.floor(box.x), 0);
  const top = Math.max(Math.floor(box.y), 0);
  const right = Math.min(Math.ceil(box.x + box.width), picture.width);
  const bottom = Math.min(Math.ceil(box.y + box.height), picture.height);
  let lightest = 255;
  let darkest = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const ink = picture.ink(x, y);
      lightest = Math.min(lightest, ink);
      darkest = Math.max(darkest, ink);
    }
  }
  return darkest - lightest >= LEGIBLE;
}

/** Of 255: grey text on our tinted frames reaches 130. */
const LEGIBLE = 80;
