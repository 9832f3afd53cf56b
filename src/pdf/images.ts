import type { ResultImage } from '../report/dossier.ts';
import { AREA, gap, type Line } from './line.ts';
import { paragraph } from './paragraph.ts';
import type { Picture } from './raster.ts';
import { NOTE_LEADING, type Sheet } from './sheet.ts';

/** Largest picture on the page, in points: half of its height leaves room for the results it belongs to. */
const MOST = { width: AREA.width, height: 300 } as const;
/** Points per pixel where there is room: 120 pixels an inch, between a screen and a printer. */
const POINTS_PER_PIXEL = 0.6;

/** Sets pictures where their results are: an electrophoresis curve under its fractions. */
export function placeImages(images: readonly ResultImage[], { flow, styles, pictures }: Sheet): void {
  for (const image of images) {
    const picture = pictures.get(image);
    if (!picture) continue;
    const caption = paragraph(image.title, styles.label, { leading: NOTE_LEADING });
    // One group: a caption never stands without its picture.
    flow.placeWhole([gap(5), pictureLine(picture, nameOf(image, pictures)), ...caption, gap(3)]);
  }
}

function pictureLine(picture: Picture, name: string): Line {
  const scale = Math.min(POINTS_PER_PIXEL, MOST.width / picture.width, MOST.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return {
    height: height + 3,
    draw: (canvas, top) => canvas.image(name, AREA.left, top, width, height),
  };
}

/** Name of a picture in the pages' resources: its rank in the report. */
export function nameOf(image: ResultImage, pictures: ReadonlyMap<ResultImage, Picture>): string {
  return `Im${[...pictures.keys()].indexOf(image) + 1}`;
}
