import { printedRange, printedValue } from '../report/printed.ts';
import type { CodedResult, ResultValue } from '../report/result.ts';
import { type Timestamp, toFrench } from '../report/timestamp.ts';
import type { TextStyle } from './canvas.ts';
import type { Columns, RowTexts } from './columns.ts';
import { AREA } from './line.ts';
import { type Cell, type CellLine, integerPart } from './row.ts';
import type { Sheet } from './sheet.ts';
import { printable, widthOf, wrap } from './text.ts';
import { printedFlag } from './wording.ts';

/** Between a text that runs over empty columns and what comes next. */
const GAP = 10;

/** Cells of one result, and the room that they leave blank under its first lines. */
export interface ResultCells {
  readonly cells: readonly Cell[];
  /** From `left` to `right`, below that many slices. */
  readonly free: { readonly left: number; readonly right: number; readonly below: number };
}

/** Does the result have a value to show? What a cancelled examination may have said is none. */
export function hasValue(result: CodedResult): result is CodedResult & { value: ResultValue } {
  return result.value !== undefined && result.status !== 'pending' && result.status !== 'cancelled';
}

export function textsOf(result: CodedResult, { marks }: Sheet): RowTexts {
  const { coding, previous } = result;
  const shown = hasValue(result);
  const second = shown ? coding.second : undefined;
  const ranges = result.ranges.map(printedRange);
  return {
    exam: printable(`${result.local.label}${result.performer ? ' (0)' : ''}${marks.of(result)}`),
    method: printable(result.method ?? coding.method?.display ?? ''),
    values: [valueCell(result), ...(second ? [printedCell(second.value)] : [])],
    units: [
      shown ? printable(coding.printedUnit ?? result.unit ?? '') : '',
      ...(second ? [printable(second.printedUnit)] : []),
    ],
    flag: printable(printedFlag(result.interpretations).text),
    ranges: [...ranges, ...(second?.range ? [printedRange(second.range)] : [])].map(printable),
    previous: previous.map((one) => ({
      ...printedCell(one.value),
      date: previousDate(one.observedAt, result),
    })),
  };
}

/** The day, and the time too where another value of the same day stands beside. */
function previousDate(time: Timestamp, { observedAt, previous }: CodedResult): string {
  const dayOf = (one: Timestamp | undefined) => one?.local.slice(0, 8);
  const sameDay = [observedAt, ...previous.map((one) => one.observedAt)].filter(
    (one) => dayOf(one) === dayOf(time),
  );
  return toFrench(sameDay.length > 1 ? time : { ...time, local: time.local.slice(0, 8) });
}

function valueCell(result: CodedResult): { text: string; number: boolean } {
  if (result.status === 'pending') return { text: 'en cours', number: false };
  return hasValue(result) ? printedCell(result.value) : { text: 'non réalisé', number: false };
}

function printedCell(value: ResultValue): { text: string; number: boolean } {
  return { text: printable(printedValue(value)), number: value.kind === 'quantity' };
}

/** Where a text result may run to: over the empty columns at its right. */
export function valueSpan(texts: RowTexts, columns: Columns): number {
  const end =
    texts.units.some((text) => text !== '') && columns.unit.width > 0
      ? columns.unit.x
      : texts.flag !== ''
        ? columns.flag.x
        : texts.ranges.length > 0
          ? columns.range.x
          : texts.previous.length > 0
            ? columns.previous.x
            : AREA.left + AREA.width + GAP;
  return Math.max(columns.value.width, end - GAP - columns.value.x);
}

/** Sets the texts of a result into the columns of its table. */
export function cellsOf(result: CodedResult, texts: RowTexts, columns: Columns, sheet: Sheet): ResultCells {
  const { styles } = sheet;
  const notable = printedFlag(result.interpretations).notable;
  const flagStyle = notable ? styles.flag : styles.body;
  const values = valueCells(texts, columns, notable ? styles.notable : styles.body);
  const units = texts.units.flatMap((unit) => wrapped(unit, styles.body, columns.unit.width));
  const flags = texts.flag === '' ? [] : wrapped(texts.flag, flagStyle, columns.flag.width);
  const ranges = texts.ranges.flatMap((text) => wrapped(text, styles.body, columns.range.width));
  const cells = [
    { x: columns.exam.x, lines: examLines(result, texts.method, columns, sheet) },
    ...values,
    { x: columns.unit.x, lines: units },
    { x: columns.flag.x, lines: flags },
    { x: columns.range.x, lines: ranges },
    ...previousCells(texts, columns, sheet),
  ];
  const below = Math.max(1, units.length, flags.length, ...values.map(({ lines }) => lines.length));
  const right = columns.range.width > 0 ? columns.range.x : columns.previous.x;
  return { cells, free: { left: columns.value.x, right: right - GAP, below } };
}

function wrapped(text: string, style: TextStyle, width: number): CellLine[] {
  return wrap(text, style, width).map((line) => ({ text: line, style }));
}

/** The name with its marks, and the method under it. */
function examLines(
  result: CodedResult,
  method: string,
  columns: Columns,
  { styles, performers, marks }: Sheet,
): CellLine[] {
  const performer = result.performer ? ` ${performers.markOf(result.performer)}` : '';
  const name = printable(`${result.local.label}${performer}${marks.of(result)}`);
  return [
    ...wrapped(name, styles.body, columns.exam.width),
    ...(method ? wrapped(method, styles.label, columns.exam.width) : []),
  ];
}

/** Numbers on their decimal comma, where they fit so; words over the empty columns to their right. */
function valueCells(texts: RowTexts, columns: Columns, style: TextStyle): Cell[] {
  const span = valueSpan(texts, columns);
  const { x, point } = columns.value;
  const cells: Cell[] = [];
  let before = 0;
  for (const { text, number } of texts.values) {
    const blank = Array.from({ length: before }, () => ({ text: '', style }));
    const start = point - widthOf(integerPart(text), style);
    const aligned = number && start >= x - 0.1 && start + widthOf(text, style) <= x + span;
    const lines = aligned ? [{ text, style }] : wrapped(text, style, span);
    cells.push({ x, ...(aligned ? { point } : {}), lines: [...blank, ...lines] });
    before += lines.length;
  }
  return cells;
}

/** Previous values on their own decimal comma, each with its date. */
function previousCells(texts: RowTexts, columns: Columns, { styles }: Sheet): Cell[] {
  const numbers: CellLine[] = [];
  const words: CellLine[] = [];
  const dates: CellLine[] = [];
  for (const { text, number, date } of texts.previous) {
    const lines = number ? [text] : wrap(text, styles.body, columns.previous.width);
    lines.forEach((line, index) => {
      numbers.push({ text: number ? line : '', style: styles.body });
      words.push({ text: number ? '' : line, style: styles.body });
      dates.push({ text: index === 0 ? date : '', style: styles.label });
    });
  }
  return [
    { x: columns.previous.x, point: columns.previous.point, lines: numbers },
    { x: columns.previous.x, lines: words },
    { x: columns.previousDate.x, lines: dates },
  ];
}
