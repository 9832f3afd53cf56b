import { type Canvas, PAGE } from './canvas.ts';

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
  /** White at its top that it can do without when that saves a page; none for most. */
  readonly slack?: number;
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

/** Sum of heights in points. */
export function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.height, 0);
}

/** White space that travels with the lines around it. */
export function gap(height: number): Line {
  return { height, slack: height / 2, draw: () => {} };
}
