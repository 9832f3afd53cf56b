/** Points in time as HL7 v2 and CDA write them: local digits with the offset, of a known precision. */

export interface Timestamp {
  /** `YYYY[MM[DD[HH[MM[SS]]]]]`, local time; its length is the precision. */
  readonly local: string;
  /** `+0100`; the offset in force at that local time. */
  readonly offset: string;
}

const DIGITS = /^(\d{4}(?:\d{2}(?:\d{2}(?:\d{2}(?:\d{2}(?:\d{2})?)?)?)?)?)(?:\.\d{1,4})?([+-]\d{4})?$/;

/**
 * Reads an HL7 v2 TS/DTM: `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]` (fractions are dropped).
 * @param zone IANA zone that gives the offset where the text has none (French feeds usually have none)
 * @returns undefined when the text is not a timestamp or names no day of the calendar
 */
export function parseTimestamp(text: string, zone: string): Timestamp | undefined {
  const match = DIGITS.exec(text.trim());
  const local = match?.[1];
  if (local === undefined || !isCalendarTime(local)) return undefined;
  return { local, offset: match?.[2] ?? offsetAt(local, zone) };
}

function isCalendarTime(local: string): boolean {
  const [year, month, day, hour, minute, second] = fields(local);
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    year >= 1800 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  );
}

function fields(local: string): [number, number, number, number, number, number] {
  const part = (from: number, to: number, missing: number) =>
    local.length >= to ? Number(local.slice(from, to)) : missing;
  return [part(0, 4, 0), part(4, 6, 1), part(6, 8, 1), part(8, 10, 0), part(10, 12, 0), part(12, 14, 0)];
}

/** The offset of a zone at a local time, `+0100`. In the repeated hour of October the first pass (summer) wins. */
export function offsetAt(local: string, zone: string): string {
  // Clocks change at a full hour, and a message repeats the same few hours in every row: asking the calendar each time
  // was a third of what reading a message costs.
  const hour = `${zone} ${local.slice(0, 10)}`;
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  if (offsets.size >= MAX_OFFSETS) offsets.clear();
  const offset = findOffset(local, zone);
  offsets.set(hour, offset);
  return offset;
}

const offsets = new Map<string, string>();
const MAX_OFFSETS = 10_000;

function findOffset(local: string, zone: string): string {
  const [year, month, day, hour, minute, second] = fields(local);
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const before = offsetMinutes(wall - DAY_MS, zone);
  const after = offsetMinutes(wall + DAY_MS, zone);
  // The larger offset is the earlier instant. In the hour that spring skips no candidate holds: winter time goes on.
  const holding = [Math.max(before, after), Math.min(before, after)].find(
    (offset) => offsetMinutes(wall - offset * 60_000, zone) === offset,
  );
  return formatOffset(holding ?? before);
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMinutes(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const value: Record<string, number> = {};
  for (const { type, value: text } of format.formatToParts(instant)) value[type] = Number(text);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = value;
  return Math.round(
    (Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000) / 60_000,
  );
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
}

/** Milliseconds since 1970, taking missing parts as their lowest value. */
export function instantOf(time: Timestamp): number {
  const [year, month, day, hour, minute, second] = fields(time.local);
  const sign = time.offset.startsWith('-') ? -1 : 1;
  const offset = sign * (Number(time.offset.slice(1, 3)) * 60 + Number(time.offset.slice(3, 5)));
  return Date.UTC(year, month - 1, day, hour, minute, second) - offset * 60_000;
}

/** CDA TS: a date alone has no offset; a time is written to the second with its offset (CI-SIS, cr-bio.md §4). */
export function toCda(time: Timestamp): string {
  return time.local.length <= 8 ? time.local : `${time.local.padEnd(14, '0')}${time.offset}`;
}

/** XDS DTM: UTC `yyyyMMddHHmmss`, dates alone at 00:00 local. */
export function toXds(time: Timestamp): string {
  return new Date(instantOf(time)).toISOString().replace(/[-:T]/g, '').slice(0, 14);
}

/** `02/03/2026` or `02/03/2026 à 09:05`, as read on a French report. */
export function toFrench(time: Timestamp): string {
  const { local } = time;
  const date = [local.slice(6, 8), local.slice(4, 6), local.slice(0, 4)].filter(Boolean).join('/');
  return local.length >= 12 ? `${date} à ${local.slice(8, 10)}:${local.slice(10, 12)}` : date;
}

/** The latest of several times; undefined when none is given. */
export function latest(times: readonly (Timestamp | undefined)[]): Timestamp | undefined {
  let best: Timestamp | undefined;
  for (const time of times) if (time && (!best || instantOf(time) > instantOf(best))) best = time;
  return best;
}

/** A clock reading as a timestamp in a zone, to the second. */
export function fromInstant(instant: number, zone: string): Timestamp {
  const offset = offsetMinutes(instant, zone);
  const local = new Date(instant + offset * 60_000).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return { local, offset: formatOffset(offset) };
}
