import type { Coding } from '../report/coding.ts';
import type { Content, Report } from '../report/report.ts';

/** A chapter or sub-chapter that holds results, with the prefix that its narrative IDs start with. */
export interface Leaf {
  readonly path: string;
  readonly code: Coding;
  readonly title: string;
  readonly content: Content;
}

/** Every content of the report, in order of reading. */
export function leaves({ chapters }: Report): Leaf[] {
  return chapters.flatMap((chapter, c): Leaf[] => {
    const path = `c${c + 1}`;
    if (chapter.body.kind === 'leaf') {
      return [{ path, code: chapter.code, title: chapter.title, content: chapter.body.content }];
    }
    return chapter.body.subChapters.map((sub, s) => ({
      path: `${path}-s${s + 1}`,
      code: sub.code,
      title: sub.title,
      content: sub.content,
    }));
  });
}
