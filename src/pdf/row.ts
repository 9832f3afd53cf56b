import type { Canvas, Colour, TextStyle } from './canvas.ts';
import { AREA, type Line } from './line.ts';

/** A piece of text in a cell, one line high. */
export interface CellLine {
  readonly text: string;
  readonly style: TextStyle;
}

/** A cell's lines, hung at `x`; `point`: the decimal comma of each line falls there. */
export interface Cell {
  readonly x: number;
  readonly point?: number;
  readonly lines: readonly CellLine[];
}

/** Above the first slice of a row and below its last. */
export const PADDING = 2.5;
/** Parts of the padding and of the leading that a slice can do without. */
const SLACK = { padding: 0.8, leading: 0.1 } as const;

/** Where a text begins so that its decimal comma, or its end when it has none, falls at `point`. */
function startOf(text: string, style: TextStyle, point: number): number {
  return point - style.face.width(integerPart(text), style.size);
}

/** What precedes the decimal comma, comparator included. */
export function integerPart(text: string): string {
  const comma = text.indexOf(',');
  return comma < 0 ? text : text.slice(0, comma);
}

/** Whoever looks for a word in what was drawn finds it after the name of its row, were it cut between two lines of its cell. */
function tellWhole(canvas: Canvas, cells: readonly Cell[]): void {
  for (const { lines } of cells) canvas.tell(lines.map(({ text }) => text).join(''));
}

/**
 * Cells side by side as slices of equal leading, with a hairline under the last.
 * @param least slices at least, for what is drawn beside the cells
 */
export function rowLines(cells: readonly Cell[], leading: number, rule?: Colour, least = 1): Line[] {
  const count = Math.max(least, ...cells.map((cell) => cell.lines.length));
  return Array.from({ length: count }, (_, index): Line => {
    const above = index === 0 ? PADDING : 0;
    const below = index === count - 1 ? PADDING : 0;
    const height = above + leading + below;
    return {
      height,
      slack: above * SLACK.padding + leading * SLACK.leading,
      draw: (canvas, top) => {
        const baseline = top + above + leading * 0.78;
        if (index === 0 && count > 1) tellWhole(canvas, cells);
        for (const { x, point, lines } of cells) {
          const line = lines[index];
          if (!line) continue;
          const start = point === undefined ? x : startOf(line.text, line.style, point);
          canvas.text(start, baseline, line.text, line.style);
        }
        if (rule && index === count - 1) canvas.rule(AREA.left, top + height, AREA.width, 0.4, rule);
      },
    };
  });
}
