import type { ResultImage } from '../report/dossier.ts';
import type { Battery } from '../report/report.ts';
import { templateIds } from './datatypes.ts';
import { bold, paragraph } from './inline.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** An image of a battery under the ID that narrative and entry share. */
export interface PlacedImage {
  readonly id: string;
  readonly image: ResultImage;
}

export const imagesOf = ({ images = [] }: Battery, path: string): PlacedImage[] =>
  images.map((image, index) => ({ id: `${path}-g${index + 1}`, image }));

/** The title is text of its own: a viewer that shows no image still says that there is one. */
export function imageText({ id, image }: PlacedImage): XmlElement {
  return paragraph(bold(image.title), el('br'), el('renderMultiMedia', { referencedObject: id }));
}

/** FR-Image-illustrative (cr-bio §7.9). */
export function imageEntry({ id, image }: PlacedImage): XmlElement {
  return el(
    'observationMedia',
    { classCode: 'OBS', moodCode: 'EVN', ID: id },
    templateIds(TEMPLATES.image),
    el('value', { mediaType: image.mediaType, representation: 'B64' }, image.base64),
  );
}
