import { cancellationReasons, printedValue } from '../report/printed.ts';
import type { CodedResult } from '../report/result.ts';
import { toFrench } from '../report/timestamp.ts';
import { type Columns, type Headings, planColumns, type RowTexts } from './columns.ts';
import { AREA, heightOf, type Line } from './line.ts';
import { paragraph } from './paragraph.ts';
import { preformatted } from './preformatted.ts';
import { cellsOf, hasValue, textsOf, valueSpan } from './result-cells.ts';
import { type Cell, PADDING, rowLines } from './row.ts';
import { LEADING, NOTE_LEADING, type Sheet } from './sheet.ts';
import { wrap } from './text.ts';
import { drawTrend, type Trend, trendOf } from './trend.ts';
import { unbrokenName } from './wording.ts';

/** Columns planned for a set of results, and their headings. */
export interface Table {
  readonly columns: Columns;
  readonly headings: Headings;
}

const NOTE_INDENT = 8;
/** A text of more lines than this leaves its column for the width of the page. */
const MOST_LINES = 4;
/** A chart takes three slices under the first line of its row. */
const TREND_LINES = 3;
/** Width of a chart in points; in less room than the least there is none. */
const TREND_WIDTH = { least: 84, most: 190 } as const;

export function tableOf(results: readonly CodedResult[], headings: Headings, sheet: Sheet): Table {
  const { styles } = sheet;
  const columnStyles = {
    value: styles.notable,
    body: styles.body,
    flag: styles.flag,
    heading: styles.label,
  };
  return {
    headings,
    columns: planColumns(
      results.map((result) => textsOf(result, sheet)),
      headings,
      columnStyles,
    ),
  };
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

/** One result: its row, with a chart of its previous values where it has several, then what must be said of it. */
export function resultLines(result: CodedResult, table: Table, sheet: Sheet): Line[] {
  const { colours } = sheet;
  const texts = textsOf(result, sheet);
  const block = blockLines(result, texts, table.columns, sheet);
  const notes = [...block, ...noteLines(result, sheet)];
  const rule = notes.length === 0 ? colours.rule : undefined;
  const shown = block.length === 0 ? texts : { ...texts, values: [] };
  const row = rowOf(result, shown, table.columns, rule, sheet);
  if (notes.length === 0) return row;
  const end: Line = {
    height: 2.5,
    draw: (canvas, top) => canvas.rule(AREA.left, top + 2.5, AREA.width, 0.4, colours.rule),
  };
  return [...row, ...notes, end];
}

function rowOf(
  result: CodedResult,
  texts: RowTexts,
  columns: Columns,
  rule: Sheet['colours']['rule'] | undefined,
  sheet: Sheet,
): Line[] {
  const { cells, free } = cellsOf(result, texts, columns, sheet);
  const trend = trendOf(result);
  if (!trend || free.right - free.left < TREND_WIDTH.least) return rowLines(cells, LEADING, rule);
  sheet.trends.drawn = true;
  const lines = rowLines(cells, LEADING, rule, free.below + TREND_LINES);
  return [withTrend(lines, trend, free, sheet)];
}

/** A row that is not cut between its slices, since the chart lies across them. */
function withTrend(
  lines: readonly Line[],
  trend: Trend,
  free: { left: number; right: number; below: number },
  sheet: Sheet,
): Line {
  const width = Math.min(TREND_WIDTH.most, free.right - free.left);
  return {
    height: heightOf(lines),
    ...(lines[0]?.slack === undefined ? {} : { slack: lines[0].slack }),
    draw: (canvas, top, counts) => {
      let at = top;
      for (const line of lines) {
        line.draw(canvas, at, counts);
        at += line.height;
      }
      const y = top + PADDING + free.below * LEADING + 1;
      drawTrend(canvas, { x: free.left, y, width, height: TREND_LINES * LEADING - 2 }, trend, sheet);
    },
  };
}

/** A text that its column would break: one whose columns matter, or a long one; none for others. */
function blockLines(result: CodedResult, texts: RowTexts, columns: Columns, { styles }: Sheet): Line[] {
  if (!hasValue(result) || result.value.kind !== 'text') return [];
  const { text, preformatted: columnsMatter } = result.value;
  if (columnsMatter) return preformatted(text, styles.mono, NOTE_INDENT);
  const [only] = texts.values;
  if (!only || wrap(only.text, styles.body, valueSpan(texts, columns)).length <= MOST_LINES) return [];
  return paragraph(text, styles.body, { leading: LEADING, indent: NOTE_INDENT });
}

/** What the status obliges to say, then the comments. */
function noteLines(result: CodedResult, { styles }: Sheet): Line[] {
  const options = { leading: NOTE_LEADING, indent: NOTE_INDENT };
  const lines: Line[] = [];
  const labelled = (label: string, text: string) =>
    lines.push(
      ...paragraph(text, styles.note, { ...options, label: { text: label, style: styles.noteStrong } }),
    );
  if (result.status === 'corrected') {
    const by = result.corrects?.by ? ` par ${unbrokenName(result.corrects.by)}` : '';
    labelled(`RÉSULTAT CORRIGÉ${by}.`, correctionText(result));
  }
  if (result.status === 'preliminary') labelled('RÉSULTAT PROVISOIRE,', 'à confirmer.');
  if (result.status === 'cancelled') {
    const reasons = cancellationReasons(result);
    for (const reason of reasons.length > 0 ? reasons : ['motif non précisé.']) {
      labelled('EXAMEN NON RÉALISÉ :', reason);
    }
    if (result.corrects) labelled('RÉSULTAT ANNULÉ.', correctionText(result));
    return lines;
  }
  for (const comment of result.comments) lines.push(...paragraph(comment, styles.note, options));
  return lines;
}

/** What a correction replaces, as far as it is known. */
function correctionText({ corrects, coding, unit }: CodedResult): string {
  if (!corrects) return 'Il remplace celui qui a été rendu auparavant.';
  const before = [printedValue(corrects.value), corrects.unit ?? coding.printedUnit ?? unit]
    .filter(Boolean)
    .join('\u00a0');
  return `Rendu auparavant : ${before}${corrects.at ? `, le ${toFrench(corrects.at)}` : ''}.`;
}
