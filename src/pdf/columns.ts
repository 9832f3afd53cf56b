import type { TextStyle } from './canvas.ts';
import { AREA } from './flow.ts';
import { integerPart } from './row.ts';
import { widthOf } from './text.ts';

/** Texts of one result, as they go into the columns. */
export interface RowTexts {
  readonly exam: string;
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
const EXAM_LEAST = 150;
const EXAM_MOST = 230;
/** No column of words grows beyond these: it wraps. */
const MOST = { value: 150, unit: 78, flag: 130, range: 118, previous: 90 } as const;
const LEAST = { range: 72, flag: 56, unit: 40 } as const;

/** Widths by content: each column as wide as its widest text within bounds, the examination takes the rest. */
export function planColumns(rows: readonly RowTexts[], headings: Headings, styles: ColumnStyles): Columns {
  const widest = (texts: Iterable<string>, style: TextStyle) => {
    let most = 0;
    for (const text of texts)
      for (const line of text.split('\n')) most = Math.max(most, widthOf(line, style));
    return most;
  };
  const titled = (width: number, heading: string, most: number) =>
    width === 0 ? 0 : Math.min(most, Math.max(width, widthOf(heading, styles.heading)));

  const numbers = numberWidths(
    rows.flatMap((row) => row.values.filter((value) => value.number).map((value) => value.text)),
    styles.value,
  );
  const before = numberWidths(
    rows.flatMap((row) => row.previous.filter((one) => one.number).map((one) => one.text)),
    styles.body,
  );
  const value = Math.max(
    titled(numbers.whole + numbers.rest, headings.value, MOST.value),
    widthOf(headings.value, styles.heading),
    // Short words too keep to their column.
    Math.min(
      60,
      widest(
        rows.flatMap((row) => row.values.map((one) => one.text)),
        styles.value,
      ),
    ),
  );
  let unit = titled(
    widest(
      rows.flatMap((row) => row.units),
      styles.body,
    ),
    headings.unit,
    MOST.unit,
  );
  let flag = titled(
    widest(
      rows.map((row) => row.flag),
      styles.flag,
    ),
    headings.flag,
    MOST.flag,
  );
  let range = titled(
    widest(
      rows.flatMap((row) => row.ranges),
      styles.body,
    ),
    headings.range,
    MOST.range,
  );
  const texts = rows.flatMap((row) => row.previous.filter((one) => !one.number).map((one) => one.text));
  const previous = Math.max(before.whole + before.rest, Math.min(MOST.previous, widest(texts, styles.body)));
  const date = widest(
    rows.flatMap((row) => row.previous.map((one) => one.date)),
    styles.heading,
  );
  const previousAll =
    date === 0 ? 0 : Math.max(previous + 6 + date, widthOf(headings.previous, styles.heading));

  const taken = () =>
    value + [unit, flag, range, previousAll].reduce((sum, width) => sum + (width > 0 ? width + GAP : 0), GAP);
  const shrink = (width: number, least: number) =>
    width === 0
      ? 0
      : Math.max(Math.min(width, least), width - Math.max(0, taken() + EXAM_LEAST - AREA.width));
  range = shrink(range, LEAST.range);
  flag = shrink(flag, LEAST.flag);
  unit = shrink(unit, LEAST.unit);

  // What is left goes to the names up to their need, then between the columns, then to the names again.
  const free = AREA.width - taken();
  const names = Math.min(
    EXAM_MOST,
    widest(
      rows.map((row) => row.exam),
      styles.body,
    ),
  );
  const gaps = 1 + [unit, flag, range, previousAll].filter((width) => width > 0).length;
  const gap = Math.max(GAP, Math.min(GAP_MOST, GAP + (free - names) / gaps));
  const exam = { x: AREA.left, width: free - gaps * (gap - GAP) };
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
    previous: {
      x: previousColumn.x,
      width: Math.max(0, previousAll - date - 6),
      point: dateX - 6 - before.rest,
    },
    previousDate: { x: dateX, width: date },
  };
}

/** Widest part before the decimal comma, and widest part from it. */
function numberWidths(texts: readonly string[], style: TextStyle): { whole: number; rest: number } {
  let [whole, rest] = [0, 0];
  for (const text of texts) {
    const integer = integerPart(text);
    whole = Math.max(whole, widthOf(integer, style));
    rest = Math.max(rest, widthOf(text.slice(integer.length), style));
  }
  return { whole, rest };
}
