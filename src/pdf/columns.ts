import type { TextStyle } from './canvas.ts';
import { AREA } from './line.ts';
import { integerPart } from './row.ts';
import { widthOf } from './text.ts';

/** Texts of one result, as they go into the columns. */
export interface RowTexts {
  /** With its marks. */
  readonly exam: string;
  readonly method: string;
  /** A number is aligned on its decimal comma; another text may run over empty columns to its right. */
  readonly values: readonly { readonly text: string; readonly number: boolean }[];
  readonly units: readonly string[];
  readonly flag: string;
  readonly ranges: readonly string[];
  readonly previous: readonly { readonly text: string; readonly number: boolean; readonly date: string }[];
}

export interface Headings {
  readonly exam: string;
  readonly value: string;
  readonly unit: string;
  readonly flag: string;
  readonly range: string;
  readonly previous: string;
}

interface Column {
  readonly x: number;
  readonly width: number;
}

interface NumberColumn extends Column {
  /** Where decimal commas fall. */
  readonly point: number;
}

/** Geometry of a table; a column of no width is not there. */
export interface Columns {
  readonly exam: Column;
  readonly value: NumberColumn;
  readonly unit: Column;
  readonly flag: Column;
  readonly range: Column;
  readonly previous: NumberColumn;
  readonly previousDate: Column;
}

export interface ColumnStyles {
  readonly value: TextStyle;
  readonly body: TextStyle;
  readonly flag: TextStyle;
  readonly heading: TextStyle;
}

const GAP = 10;
/** Wider gaps than this would send the eye astray between a name and its figure. */
const GAP_MOST = 26;
/** Between a previous value and its date. */
const DATE_GAP = 6;
const EXAM_LEAST = 150;
/** What names leave to a result whose longest word would be cut. */
const EXAM_TIGHT = 110;
const EXAM_MOST = 230;
/** Short names take no more than this, so that figures stay near them; the rest of the page stays white. */
const EXAM_ROOM = 170;
/** No column of words grows beyond these: it wraps. */
const MOST = { value: 150, words: 210, unit: 78, flag: 130, range: 118, previous: 90 } as const;
const LEAST = { range: 72, flag: 64, unit: 40 } as const;

/** Widths by content: each column as wide as its widest text within bounds, the examination takes the rest. */
export function planColumns(rows: readonly RowTexts[], headings: Headings, styles: ColumnStyles): Columns {
  const needs = measure(rows, headings, styles);
  const { numbers, before, date, previous, names } = needs;
  let { value, unit, flag, range } = needs;
  const previousAll = date === 0 ? 0 : previous + DATE_GAP + date;

  const taken = () =>
    value + [unit, flag, range, previousAll].reduce((sum, width) => sum + (width > 0 ? width + GAP : 0), GAP);
  const shrink = (width: number, least: number) =>
    Math.max(Math.min(width, least), width - Math.max(0, taken() + Math.min(EXAM_LEAST, names) - AREA.width));
  // Room for the longest word of a result first: cut, it would be misread.
  value = Math.max(value, needs.word);
  range = shrink(range, LEAST.range);
  flag = shrink(flag, LEAST.flag);
  unit = shrink(unit, LEAST.unit);
  value = Math.max(needs.value, value - Math.max(0, taken() + Math.min(EXAM_TIGHT, names) - AREA.width));

  // What is left goes to the names up to their need, to the results that are words, to the gaps, to the names again
  // as far as figures stay near them.
  value += Math.max(0, Math.min(needs.words - value, AREA.width - taken() - names));
  const free = AREA.width - taken();
  const gaps = 1 + [unit, flag, range, previousAll].filter((width) => width > 0).length;
  const gap = Math.max(GAP, Math.min(GAP_MOST, GAP + (free - names) / gaps));

  const exam = {
    x: AREA.left,
    width: Math.min(free - gaps * (gap - GAP), Math.max(names, EXAM_ROOM)),
  };
  let x = exam.x + exam.width + gap;
  const column = (width: number): Column => {
    const placed = { x, width };
    if (width > 0) x += width + gap;
    return placed;
  };
  const valueColumn = column(value);
  const unitColumn = column(unit);
  const flagColumn = column(flag);
  const rangeColumn = column(range);
  const previousColumn = column(previousAll);
  const dateX = previousColumn.x + previousAll - date;
  return {
    exam,
    value: { ...valueColumn, point: valueColumn.x + numbers.whole },
    unit: unitColumn,
    flag: flagColumn,
    range: rangeColumn,
    previous: { x: previousColumn.x, width: previous, point: dateX - DATE_GAP - before.rest },
    previousDate: { x: dateX, width: date },
  };
}

/** What each column would like, within its bounds. */
function measure(
  rows: readonly RowTexts[],
  headings: Headings,
  { value, body, flag, heading }: ColumnStyles,
) {
  const values = rows.flatMap((row) => row.values);
  const previous = rows.flatMap((row) => row.previous);
  const numbers = numberWidths(values, value);
  const before = numberWidths(previous, body);
  // Words with nothing at their right run over the empty columns; the others need room of their own.
  const words = rows
    .filter((row) => row.flag !== '' || row.ranges.length > 0 || row.units.some((unit) => unit !== ''))
    .flatMap((row) => row.values.filter((one) => !one.number).map((one) => one.text));
  const previousWords = previous.filter((one) => !one.number).map((one) => one.text);
  const date = widest(
    previous.map((one) => one.date),
    heading,
  );
  const titled = (texts: readonly string[], style: TextStyle, title: string, most: number) => {
    const width = widest(texts, style);
    return width === 0 ? 0 : Math.min(most, Math.max(width, widthOf(title, heading)));
  };
  return {
    numbers,
    before,
    date,
    names: Math.min(
      EXAM_MOST,
      Math.max(
        widest(
          rows.map((row) => row.exam),
          body,
        ),
        // A method may take several lines, but no word of it is to be cut.
        widest(
          rows.flatMap((row) => row.method.split(' ')),
          heading,
        ),
      ),
    ),
    words: Math.min(MOST.words, widest(words, value)),
    word: Math.min(
      MOST.value,
      widest(
        words.flatMap((text) => text.split(' ')),
        value,
      ),
    ),
    value: Math.max(Math.min(MOST.value, numbers.whole + numbers.rest), widthOf(headings.value, heading)),
    unit: titled(
      rows.flatMap((row) => row.units),
      body,
      headings.unit,
      MOST.unit,
    ),
    flag: titled(
      rows.map((row) => row.flag),
      flag,
      headings.flag,
      MOST.flag,
    ),
    range: titled(
      rows.flatMap((row) => row.ranges),
      body,
      headings.range,
      MOST.range,
    ),
    previous: Math.max(
      before.whole + before.rest,
      Math.min(MOST.previous, widest(previousWords, body)),
      widthOf(headings.previous, heading) - DATE_GAP - date,
    ),
  };
}

function widest(texts: readonly string[], style: TextStyle): number {
  let most = 0;
  for (const text of texts) for (const line of text.split('\n')) most = Math.max(most, widthOf(line, style));
  return most;
}

/** Widest part before the decimal comma, and widest part from it. */
function numberWidths(
  cells: readonly { readonly text: string; readonly number: boolean }[],
  style: TextStyle,
): { whole: number; rest: number } {
  let [whole, rest] = [0, 0];
  for (const { text, number } of cells) {
    if (!number) continue;
    const integer = integerPart(text);
    whole = Math.max(whole, widthOf(integer, style));
    rest = Math.max(rest, widthOf(text.slice(integer.length), style));
  }
  return { whole, rest };
}
