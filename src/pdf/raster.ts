/** A picture as a PDF embeds it (image XObject, ISO 32000-1 §8.9): opaque, 8 bits a sample. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly colourSpace: 'DeviceRGB' | 'DeviceGray';
  readonly filter: 'FlateDecode' | 'DCTDecode';
  readonly data: Uint8Array;
}

/** Larger than any scan of a page at 200 dpi; bounds the memory that a few bytes may ask for. */
export const MAX_PIXELS = 4_000_000;

export function isDrawable(width: number, height: number): boolean {
  return width > 0 && height > 0 && width * height <= MAX_PIXELS;
}

/** A sample laid on white through its opacity (0 to 255): PDF/A-1 has no transparency. */
export function onWhite(sample: number, alpha: number): number {
  return Math.round((sample * alpha + 255 * (255 - alpha)) / 255);
}
