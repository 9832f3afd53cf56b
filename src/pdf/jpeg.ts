import { isDrawable, type Picture } from './raster.ts';

/** Start of frame: baseline, extended sequential and progressive, Huffman coded (ISO/IEC 10918-1 table B.1). */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Frames that PDF readers need not decode: lossless, hierarchical, arithmetic coding. */
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
const START_OF_SCAN = 0xda;
const END = 0xd9;

/**
 * Reads the frame header of a JPEG (ISO/IEC 10918-1); its bytes are embedded as they are (DCTDecode), since decoding
 * them would lose nothing and gain nothing.
 * @returns undefined for anything else, for a file without its end, for CMYK and for coding that PDF does not know
 */
export function parseJpeg(bytes: Uint8Array): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let frame: Omit<Picture, 'filter' | 'data'> | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    // Markers may be preceded by fill bytes.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (OTHER_FRAMES.includes(marker) || marker === END) return undefined;
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return undefined;
    if (marker === START_OF_SCAN) break;
    if (FRAMES.includes(marker)) frame = readFrame(view, at + 4, length - 2);
    at += 2 + length;
  }
  if (!frame || !endsWhole(bytes)) return undefined;
  return { ...frame, filter: 'DCTDecode', data: bytes };
}

function readFrame(view: DataView, at: number, length: number): Omit<Picture, 'filter' | 'data'> | undefined {
  if (length < 6) return undefined;
  const [depth, height, width] = [view.getUint8(at), view.getUint16(at + 1), view.getUint16(at + 3)];
  const components = view.getUint8(at + 5);
  if (depth !== 8 || !isDrawable(width, height)) return undefined;
  if (components !== 1 && components !== 3) return undefined;
  return { width, height, colourSpace: components === 1 ? 'DeviceGray' : 'DeviceRGB' };
}

/** The end marker is there, padding apart: the file was not cut. */
function endsWhole(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 2 && (bytes[end - 1] === 0 || bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return bytes[end - 2] === 0xff && bytes[end - 1] === END;
}
