import { Canvas, PAGE } from './canvas.ts';

/** What is known once every line has its place. */
export interface PageCounts {
  /** Pages that crbio sets. */
  readonly own: number;
  /** With the subcontractors' pages. */
  readonly total: number;
}

/** A horizontal slice of a page, never cut. Drawn when all pages are laid out. */
export interface Line {
  readonly height: number;
  readonly draw: (canvas: Canvas, top: number, counts: PageCounts) => void;
}

/** Text area of the pages, in points from the top. */
export const AREA = {
  left: 42,
  width: PAGE.width - 84,
  top: 58,
  firstTop: 34,
  bottom: PAGE.height - 56,
} as const;

const FULL_HEIGHT = AREA.bottom - AREA.top;

/** A group taller than this part of a page may be cut between two lines. */
const UNBREAKABLE = 0.4;

interface Placement {
  readonly page: number;
  readonly top: number;
  readonly line: Line;
}

/** Sets lines one under the other and starts pages. */
export class Flow {
  readonly #placements: Placement[] = [];
  #page = 0;
  #top: number = AREA.firstTop;
  #head: () => readonly Line[] = () => [];

  /** Lines to repeat at the top of each page started from now on (column heads, chapter titles). */
  repeat(head: () => readonly Line[]): void {
    this.#head = head;
  }

  /** What is repeated now, for whoever must put it back. */
  get repeated(): () => readonly Line[] {
    return this.#head;
  }

  /** White space; none at the top of a page. */
  space(height: number): void {
    if (this.#top > AREA.top || this.#page === 0) this.#top += height;
  }

  /**
   * Places lines as a group that stays whole unless it is tall.
   * @param follow height that must remain under the group (a title never ends a page)
   */
  place(lines: readonly Line[], follow = 0): void {
    const height = heightOf(lines);
    const whole = height <= FULL_HEIGHT * UNBREAKABLE;
    const first = (lines[0]?.height ?? 0) + (lines[1]?.height ?? 0);
    if (this.#top + (whole ? height : first) + follow > AREA.bottom) this.#breakPage();
    for (const line of lines) {
      if (this.#top + line.height > AREA.bottom) this.#breakPage();
      this.#put(line);
    }
  }

  /** Places lines as a group that stays whole, however tall; for groups that are sure to fit a page. */
  placeWhole(lines: readonly Line[]): void {
    if (this.#top + heightOf(lines) > AREA.bottom) this.#breakPage();
    for (const line of lines) this.#put(line);
  }

  /** Draws everything on as many canvases as there are pages. */
  draw(appendedPages: number): Canvas[] {
    const canvases = Array.from({ length: this.#page + 1 }, () => new Canvas());
    const counts = { own: canvases.length, total: canvases.length + appendedPages };
    for (const { page, top, line } of this.#placements) {
      const canvas = canvases[page];
      if (canvas) line.draw(canvas, top, counts);
    }
    return canvases;
  }

  #put(line: Line): void {
    this.#placements.push({ page: this.#page, top: this.#top, line });
    this.#top += line.height;
  }

  #breakPage(): void {
    this.#page++;
    this.#top = AREA.top;
    for (const line of this.#head()) this.#put(line);
  }
}

/** Sum of heights in points. */
export function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.height, 0);
}

/** White space that travels with the lines around it. */
export function gap(height: number): Line {
  return { height, draw: () => {} };
}
