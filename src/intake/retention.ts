import { archiveDay } from './archive-day.ts';

/** What of a source's archive and quarantine is older than it is to be kept: decided from names and times alone. */

/** Everything before this day, in this machine's time zone, is due. */
export interface CutOff {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Its first moment, milliseconds since 1970. */
  readonly instant: number;
}

/**
 * @param now milliseconds since 1970
 * @param days whole days that a file is kept, the day it came not counted
 */
export function cutOffOf(now: number, days: number): CutOff {
  const date = new Date(now);
  // By calendar days: one of 23 or 25 hours is a day too.
  const midnight = new Date(date.getFullYear(), date.getMonth(), date.getDate() - days).getTime();
  return { day: archiveDay(midnight).join('-'), instant: midnight };
}

/**
 * Where a date folder of the archive lies: `due`, all of its days are before the cut-off; `partly`, a year or a month that
 * may hold such days; undefined: later, or no date folder.
 * @param parts names from the archive down: a year, its month, its day
 */
export function dateFolderState(
  parts: readonly string[],
  { day }: Pick<CutOff, 'day'>,
): 'due' | 'partly' | undefined {
  const name = parts.join('-');
  if (!PATTERNS[parts.length - 1]?.test(name) || !isDate(name)) return undefined;
  const limit = day.slice(0, name.length);
  if (name < limit) return 'due';
  return name === limit && parts.length < 3 ? 'partly' : undefined;
}

const PATTERNS = [/^\d{4}$/, /^\d{4}-\d{2}$/, /^\d{4}-\d{2}-\d{2}$/];

function isDate(name: string): boolean {
  const whole = `${name}${'-01-01'.slice(name.length - 4)}`;
  const instant = Date.parse(`${whole}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(whole);
}

/** A regular file of a quarantine folder. */
export interface AgedFile {
  readonly name: string;
  readonly mtimeMs: number;
}

/** What goes together: a file with the note that tells its reason, or a note whose file a person took away. */
export interface DueFile {
  readonly file?: string;
  readonly note?: string;
}

/** End of the name of the note beside a quarantined file. */
const NOTE = '.reason.txt';

/**
 * The files of one quarantine folder that are due. A file keeps its own time when it is moved there, so that its age is that
 * of the newer of the two: itself and its note, which was written as it came.
 */
export function dueInQuarantine(files: readonly AgedFile[], { instant }: CutOff): DueFile[] {
  const times = new Map(files.map(({ name, mtimeMs }) => [name, mtimeMs]));
  const isNote = (name: string) => name.endsWith(NOTE) && !times.has(`${name}${NOTE}`);
  const due: DueFile[] = [];
  for (const { name, mtimeMs } of files) {
    if (isNote(name)) {
      if (!times.has(name.slice(0, -NOTE.length)) && mtimeMs < instant) due.push({ note: name });
      continue;
    }
    const note = `${name}${NOTE}`;
    const noted = times.get(note);
    if (Math.max(mtimeMs, noted ?? 0) >= instant) continue;
    due.push({ file: name, ...(noted === undefined ? {} : { note }) });
  }
  return due;
}
