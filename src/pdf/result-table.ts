import type { CodedResult, ResultValue } from '../report/result.ts';
import { toFrench } from '../report/timestamp.ts';
import type { TextStyle } from './canvas.ts';
import { type Columns, type Headings, planColumns, type RowTexts } from './columns.ts';
import { AREA, type Line } from './flow.ts';
import { paragraph } from './paragraph.ts';
import { type Cell, type CellLine, integerPart, rowLines } from './row.ts';
import { LEADING, NOTE_LEADING, type Sheet } from './sheet.ts';
import { printable, widthOf, wrap } from './text.ts';
import { printedFlag, printedRange, printedValue } from './wording.ts';

/** Columns planned for a set of results, and their headings. */
export interface Table {
  readonly columns: Columns;
  readonly headings: Headings;
}

const NOTE_INDENT = 8;

export function tableOf(results: readonly CodedResult[], headings: Headings, { styles }: Sheet): Table {
  const columnStyles = {
    value: styles.notable,
    body: styles.body,
    flag: styles.flag,
    heading: styles.label,
  };
  return { headings, columns: planColumns(results.map(textsOf), headings, columnStyles) };
}

/** Column heads over a rule. */
export function headingLines({ columns, headings }: Table, { styles, colours }: Sheet): Line[] {
  const cell = (x: number, text: string): Cell => ({ x, lines: [{ text, style: styles.label }] });
  const shown = (width: number, text: string) => (width > 0 ? text : '');
  return rowLines(
    [
      cell(columns.exam.x, headings.exam),
      cell(columns.value.x, headings.value),
      cell(columns.unit.x, shown(columns.unit.width, headings.unit)),
      cell(columns.flag.x, shown(columns.flag.width, headings.flag)),
      cell(columns.range.x, shown(columns.range.width, headings.range)),
      cell(columns.previous.x, shown(columns.previousDate.width, headings.previous)),
    ],
    NOTE_LEADING,
    colours.muted,
  );
}

function textsOf(result: CodedResult): RowTexts {
  const { coding, previous } = result;
  const second = result.status === 'pending' ? undefined : coding.second;
  const value = valueCell(result);
  const ranges = result.ranges.map(printedRange);
  return {
    exam: printable(result.local.label),
    values: [value, ...(second ? [printedCell(second.value)] : [])],
    units: [
      result.value === undefined ? '' : printable(coding.printedUnit ?? result.unit ?? ''),
      ...(second ? [printable(second.printedUnit)] : []),
    ],
    flag: printable(printedFlag(result.interpretations).text),
    ranges: [...ranges, ...(second?.range ? [printedRange(second.range)] : [])].map(printable),
    previous: previous.map((one) => ({
      ...printedCell(one.value),
      date: toFrench({ ...one.observedAt, local: one.observedAt.local.slice(0, 8) }),
    })),
  };
}

function valueCell(result: CodedResult): { text: string; number: boolean } {
  if (result.status === 'pending') return { text: '« en cours »', number: false };
  if (result.value === undefined) return { text: 'non réalisé', number: false };
  return printedCell(result.value);
}

function printedCell(value: ResultValue): { text: string; number: boolean } {
  return { text: printable(printedValue(value)), number: value.kind === 'quantity' };
}

/** One result: its row, then what must be said of it. */
export function resultLines(result: CodedResult, table: Table, sheet: Sheet): Line[] {
  const { styles, colours } = sheet;
  const texts = textsOf(result);
  const preformatted = result.value?.kind === 'text' && result.value.preformatted === true;
  const notes = noteLines(result, sheet);
  if (preformatted)
    notes.unshift(
      ...paragraph(texts.values[0]?.text ?? '', styles.mono, { leading: NOTE_LEADING, indent: NOTE_INDENT }),
    );
  const cells = cellsOf(result, preformatted ? { ...texts, values: [] } : texts, table.columns, sheet);
  const row = rowLines(cells, LEADING, notes.length === 0 ? colours.rule : undefined);
  if (notes.length === 0) return row;
  const rule: Line = {
    height: 2.5,
    draw: (canvas, top) => canvas.rule(AREA.left, top + 2.5, AREA.width, 0.4, colours.rule),
  };
  return [...row, ...notes, rule];
}

function cellsOf(
  result: CodedResult,
  texts: RowTexts,
  columns: Columns,
  { styles, performers }: Sheet,
): Cell[] {
  const notable = printedFlag(result.interpretations).notable;
  const valueStyle = notable ? styles.notable : styles.body;
  const flagStyle = notable ? styles.flag : styles.body;
  const wrapped = (text: string, style: TextStyle, width: number): CellLine[] =>
    wrap(text, style, width).map((line) => ({ text: line, style }));

  const mark = result.performer ? ` ${performers.markOf(result.performer)}` : '';
  const exam = wrapped(printable(`${result.local.label}${mark}`), styles.body, columns.exam.width);
  const method = result.method ?? result.coding.method?.display;
  if (method) exam.push(...wrapped(printable(method), styles.label, columns.exam.width));

  // A text result may run over the empty columns to its right.
  const end =
    texts.units.some((text) => text !== '') && columns.unit.width > 0
      ? columns.unit.x
      : texts.flag !== ''
        ? columns.flag.x
        : texts.ranges.length > 0
          ? columns.range.x
          : texts.previous.length > 0
            ? columns.previous.x
            : AREA.left + AREA.width + 10;
  const span = Math.max(columns.value.width, end - 10 - columns.value.x);
  const values: Cell[] = [];
  let before = 0;
  for (const { text, number } of texts.values) {
    const blank = Array.from({ length: before }, () => ({ text: '', style: valueStyle }));
    const start = columns.value.point - widthOf(integerPart(text), valueStyle);
    const aligned =
      number && start >= columns.value.x - 0.1 && start + widthOf(text, valueStyle) <= columns.value.x + span;
    const lines = aligned ? [{ text, style: valueStyle }] : wrapped(text, valueStyle, span);
    values.push({
      x: columns.value.x,
      ...(aligned ? { point: columns.value.point } : {}),
      lines: [...blank, ...lines],
    });
    before += lines.length;
  }

  const previous = texts.previous.map((one) => ({
    ...one,
    lines: one.number ? [one.text] : wrap(one.text, styles.body, columns.previous.width),
  }));
  const numbers: CellLine[] = [];
  const words: CellLine[] = [];
  const dates: CellLine[] = [];
  for (const one of previous) {
    one.lines.forEach((text, index) => {
      numbers.push({ text: one.number ? text : '', style: styles.body });
      words.push({ text: one.number ? '' : text, style: styles.body });
      dates.push({ text: index === 0 ? one.date : '', style: styles.label });
    });
  }
  return [
    { x: columns.exam.x, lines: exam },
    ...values,
    {
      x: columns.unit.x,
      lines: texts.units.flatMap((unit) => wrapped(unit, styles.body, columns.unit.width)),
    },
    {
      x: columns.flag.x,
      lines: texts.flag === '' ? [] : wrapped(texts.flag, flagStyle, columns.flag.width),
    },
    {
      x: columns.range.x,
      lines: texts.ranges.flatMap((text) => wrapped(text, styles.body, columns.range.width)),
    },
    { x: columns.previous.x, point: columns.previous.point, lines: numbers },
    { x: columns.previous.x, lines: words },
    { x: columns.previousDate.x, lines: dates },
  ];
}

/** Status, what a correction replaces, comments. */
function noteLines(result: CodedResult, { styles }: Sheet): Line[] {
  const options = { leading: NOTE_LEADING, indent: NOTE_INDENT };
  const lines: Line[] = [];
  if (result.status === 'corrected') {
    const { corrects } = result;
    const unit = result.coding.printedUnit ?? result.unit ?? '';
    const before = corrects
      ? ` Rendu auparavant : ${printedValue(corrects.value)}${unit ? ` ${unit}` : ''}` +
        `${corrects.at ? `, le ${toFrench(corrects.at)}` : ''}.`
      : ' Ce résultat remplace celui qui a été rendu auparavant.';
    lines.push(
      ...paragraph(before.trimStart(), styles.note, {
        ...options,
        label: { text: 'RÉSULTAT CORRIGÉ.', style: styles.noteStrong },
      }),
    );
  }
  if (result.status === 'preliminary') {
    lines.push(...paragraph('Résultat provisoire.', styles.noteStrong, options));
  }
  for (const comment of result.comments) lines.push(...paragraph(comment, styles.note, options));
  return lines;
}
