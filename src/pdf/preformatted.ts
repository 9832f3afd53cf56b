import type { TextStyle } from './canvas.ts';
import { AREA, type Line } from './line.ts';
import { printable, widthOf } from './text.ts';

/** Columns between tab stops, as terminals and the systems that feed laboratories have them. */
const TAB = 8;
/** Smaller type is not read on paper. */
const LEAST_SIZE = 5.5;
/** Leading in ems. */
const LEADING = 1.3;

/** Blanks between words that stand one below the other; a line without any is prose. */
const COLUMNS = /\S {2,}\S/;

/**
 * A text whose columns matter, in a face of one width: its spaces and lines are kept. A text whose columns are too wide is set
 * smaller, down to 5.5 points; prose, and lines that would want still smaller type, break and leave the others their size.
 * @param indent points from the left of the text area
 */
export function preformatted(text: string, style: TextStyle, indent: number): Line[] {
  const rows = printable(text.replace(/\r\n?/g, '\n').split('\n').map(withoutTabs).join('\n')).split('\n');
  const width = AREA.width - indent;
  const most = (width * style.size) / LEAST_SIZE;
  const widest = rows
    .filter((row) => COLUMNS.test(row))
    .map((row) => widthOf(row, style))
    .reduce((widestSoFar, one) => (one <= most ? Math.max(widestSoFar, one) : widestSoFar), 1);
  const size = Math.min(style.size, (style.size * width) / widest);
  const sized = { ...style, size };
  const leading = size * LEADING;
  return rows
    .flatMap((row) => broken(row, sized, width))
    .map((row) => ({
      height: leading,
      draw: (canvas, top) => canvas.text(AREA.left + indent, top + leading * 0.78, row, sized),
    }));
}

function withoutTabs(row: string): string {
  let out = '';
  for (const piece of row.split(/(\t)/)) {
    out += piece === '\t' ? ' '.repeat(TAB - ([...out].length % TAB)) : piece;
  }
  return out;
}

/** At the last space of each line, when its second half has one, else where the line is full. */
function broken(row: string, style: TextStyle, width: number): string[] {
  if (widthOf(row, style) <= width + 0.01) return [row];
  const characters = [...row];
  const count = Math.max(1, Math.floor(width / widthOf('0', style)));
  const lines: string[] = [];
  for (let at = 0; at < characters.length; ) {
    const full = at + count;
    const space = full < characters.length ? characters.lastIndexOf(' ', full) : -1;
    const end = space > at + count / 2 ? space : full;
    lines.push(characters.slice(at, end).join(''));
    at = end === space ? end + 1 : end;
  }
  return lines;
}
