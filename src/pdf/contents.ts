import type { Battery, Chapter, Content, Report } from '../report/report.ts';

/** What a chapter holds, under the titles of its sub-chapters where it has some. */
export function contentsOf({ body }: Chapter): readonly { subTitle?: string; content: Content }[] {
  if (body.kind === 'leaf') return [{ content: body.content }];
  return body.subChapters.map(({ title, content }) => ({ subTitle: title, content }));
}

export function batteriesOf({ chapters }: Report): Battery[] {
  return chapters.flatMap(contentsOf).flatMap(({ content }) => content.batteries);
}

/** Batteries that no other laboratory made as a whole. */
export function ownBatteries({ chapters }: Report): Battery[] {
  return chapters
    .flatMap(contentsOf)
    .filter(({ content }) => !content.performer)
    .flatMap(({ content }) => content.batteries)
    .filter(({ performer }) => !performer);
}
