import type { CodedResult, ResultValue } from '../report/result.ts';
import { instantOf, type Timestamp } from '../report/timestamp.ts';
import type { Canvas } from './canvas.ts';
import type { Sheet } from './sheet.ts';

/** A numeric value at a time; a value under or over a limit stands at its limit. */
interface Point {
  readonly at: number;
  readonly value: number;
  readonly compared: boolean;
}

/** What a small chart shows: values in time, the last of them today's, and the range that applies. */
export interface Trend {
  readonly points: readonly Point[];
  readonly low?: { readonly value: number; readonly text: string };
  readonly high?: { readonly value: number; readonly text: string };
}

/** With one previous value the two numbers say as much as a line between them. */
const LEAST_PREVIOUS = 2;

/** The chart of a result: undefined without a dated number today and two dated numbers before. */
export function trendOf(result: CodedResult): Trend | undefined {
  const { value, observedAt, status, previous, ranges } = result;
  if (status === 'pending' || status === 'cancelled') return undefined;
  const today = value && pointOf(value, observedAt);
  const before = previous.flatMap((one) => pointOf(one.value, one.observedAt) ?? []);
  if (!today || before.length < LEAST_PREVIOUS) return undefined;
  const earlier = before.filter(({ at }) => at < today.at).sort((a, b) => a.at - b.at);
  if (earlier.length < LEAST_PREVIOUS) return undefined;
  const [range] = ranges;
  const low = boundOf(range?.low);
  const high = boundOf(range?.high);
  return { points: [...earlier, today], ...(low ? { low } : {}), ...(high ? { high } : {}) };
}

function pointOf(value: ResultValue, time: Timestamp | undefined): Point | undefined {
  if (value.kind !== 'quantity' || !time) return undefined;
  const number = Number(value.lexical);
  if (!Number.isFinite(number)) return undefined;
  return { at: instantOf(time), value: number, compared: value.comparator !== undefined };
}

function boundOf(lexical: string | undefined): Trend['low'] {
  const value = lexical === undefined || lexical.trim() === '' ? Number.NaN : Number(lexical);
  return lexical !== undefined && Number.isFinite(value)
    ? { value, text: lexical.replace('.', ',') }
    : undefined;
}

/** Where a chart is drawn, in points. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Kept for the bounds' figures, at the right of the plot. */
const FIGURES = 30;
/** Between the outermost points and the frame. */
const MARGIN = 4;
const DOT = 1.5;
const TODAY = 2.7;

/**
 * Draws values in proportion to time: dots joined by a line, today's as a diamond, those beyond a limit hollow; the
 * reference range is a ground between two lines. Shapes tell all: nothing hangs on colour.
 */
export function drawTrend(canvas: Canvas, frame: Frame, trend: Trend, { styles, colours }: Sheet): void {
  const plot = { ...frame, width: frame.width - FIGURES };
  const { points, low, high } = trend;
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 1];
  const values = [...points, ...(low ? [low] : []), ...(high ? [high] : [])].map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const extent = most - least || 1;
  const xOf = (at: number) =>
    plot.x + MARGIN + ((at - first) / (last - first || 1)) * (plot.width - 2 * MARGIN);
  const yOf = (value: number) =>
    plot.y + plot.height - MARGIN - ((value - least) / extent) * (plot.height - 2 * MARGIN);

  const [top, bottom] = [high ? yOf(high.value) : plot.y, low ? yOf(low.value) : plot.y + plot.height];
  if (low || high) canvas.box(plot.x, top, plot.width, Math.max(0, bottom - top), colours.band);
  for (const bound of [low, high]) {
    if (bound) canvas.rule(plot.x, yOf(bound.value), plot.width, 0.5, colours.muted);
  }
  const figure = { ...styles.label, size: 6 };
  // Two bounds too near each other would be set one on the other.
  if (high) canvas.text(plot.x + plot.width + 3, top + 2, high.text, figure);
  if (low && (!high || bottom - top >= figure.size)) {
    canvas.text(plot.x + plot.width + 3, bottom + 2, low.text, figure);
  }

  const places = points.map(({ at, value, compared }) => ({ x: xOf(at), y: yOf(value), compared }));
  canvas.polyline(places, 0.8, colours.muted);
  places.forEach(({ x, y, compared }, index) => {
    if (index === places.length - 1) canvas.diamond(x, y, TODAY, colours.text, compared);
    else canvas.disc(x, y, DOT, colours.text, compared);
  });
}
