import { Canvas } from './canvas.ts';
import type { Line } from './line.ts';
import { type Block, paginate } from './pagination.ts';

/** Takes what a report says in its order; pages are made when all is there. */
export class Flow {
  readonly #blocks: Block[] = [];
  #head: () => readonly Line[] = () => [];
  #closing = false;

  /** Lines to repeat at the top of each page started from now on (column heads, chapter titles). */
  repeat(head: () => readonly Line[]): void {
    this.#head = head;
  }

  /** What is repeated now, for whoever must put it back. */
  get repeated(): () => readonly Line[] {
    return this.#head;
  }

  /** What comes from now on ends the report: it is not worth a page of its own. */
  close(): void {
    this.#closing = true;
  }

  /** White space; none at the top of a page. */
  space(height: number): void {
    this.#blocks.push({ kind: 'space', height });
  }

  /**
   * Places lines as a group that stays whole unless it is tall.
   * @param follow height that must remain under the group (a title never ends a page)
   */
  place(lines: readonly Line[], follow = 0): void {
    this.#add(lines, follow, false);
  }

  /** Places lines as a group that stays whole, however tall; for groups that are sure to fit a page. */
  placeWhole(lines: readonly Line[]): void {
    this.#add(lines, 0, true);
  }

  /** Draws everything on as many canvases as there are pages. */
  draw(appendedPages: number): Canvas[] {
    const { pages, placements } = paginate(this.#blocks);
    const canvases = Array.from({ length: pages }, () => new Canvas());
    const counts = { own: pages, total: pages + appendedPages };
    for (const { page, top, line } of placements) {
      const canvas = canvases[page];
      if (canvas) line.draw(canvas, top, counts);
    }
    return canvases;
  }

  #add(lines: readonly Line[], follow: number, unbreakable: boolean): void {
    const head = this.#head;
    this.#blocks.push({ kind: 'group', lines, follow, unbreakable, head, closing: this.#closing });
  }
}
