import type { ResultImage } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { Report } from '../report/report.ts';
import { batteriesOf } from './contents.ts';
import { faults } from './faults.ts';
import { parseGif } from './gif.ts';
import { parseJpeg } from './jpeg.ts';
import { parsePng } from './png.ts';
import type { Picture } from './raster.ts';

/** Pictures of a report, read. */
export type Pictures = ReadonlyMap<ResultImage, Picture>;

/** Base64 of a picture; four million pixels as PNG hold in it. */
const MAX_BASE64 = 32 * 1024 * 1024;
/** A page holds about three. */
const MAX_IMAGES = 60;

const READERS = { 'image/png': parsePng, 'image/jpeg': parseJpeg, 'image/gif': parseGif } as const;

/**
 * Reads the pictures of all batteries.
 * @returns the pictures, or which one cannot be printed: the report waits for a person rather than losing it
 */
export function readPictures(report: Report): Pictures | Fault {
  const images = batteriesOf(report).flatMap((battery) => battery.images ?? []);
  if (images.length > MAX_IMAGES) return faults.tooManyPictures(MAX_IMAGES);
  const pictures = new Map<ResultImage, Picture>();
  for (const image of images) {
    if (image.base64.length > MAX_BASE64) return faults.pictureUnreadable(image.id, image.mediaType);
    const picture = READERS[image.mediaType](Buffer.from(image.base64, 'base64'));
    if (!picture) return faults.pictureUnreadable(image.id, image.mediaType);
    pictures.set(image, picture);
  }
  return pictures;
}
