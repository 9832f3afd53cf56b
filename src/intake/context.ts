import type { Warning } from '../report/report.ts';
import type { Timestamp } from '../report/timestamp.ts';
import { instantOf, parseTimestamp } from '../report/timestamp.ts';
import { type WarningCode, warning } from './faults.ts';
import type { Segment } from './hl7.ts';
import type { SourceProfile } from './profile.ts';
import { NO_SIDE_FILES, type SideFiles } from './side-files.ts';

/** Clocks of analysers and of the SGL may differ by time zones, and a message dated by its day alone is older than it says. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** What the readers of one message share: its source, its place in the file, the warnings gathered on the way. */
export class ReadingContext {
  readonly profile: SourceProfile;
  /** `message 2`. */
  readonly position: string;
  /** Names and codes by which MSH-4 calls the sending laboratory: rows done there are its own. */
  readonly sendingNames: readonly string[];
  readonly sideFiles: SideFiles;
  readonly #warnings = new Map<string, Warning>();
  #sentAt = Number.POSITIVE_INFINITY;

  constructor(
    profile: SourceProfile,
    position: string,
    warnings: readonly Warning[],
    sendingNames: readonly string[],
    sideFiles: SideFiles = NO_SIDE_FILES,
  ) {
    this.profile = profile;
    this.position = position;
    this.sendingNames = sendingNames;
    this.sideFiles = sideFiles;
    for (const item of warnings) this.#warnings.set(item.text, item);
  }

  /** Records a warning once. @param where a local code or field name, never a value */
  warn(code: WarningCode, where?: string): void {
    const item = warning(code, where);
    this.#warnings.set(item.text, item);
  }

  get warnings(): readonly Warning[] {
    return [...this.#warnings.values()];
  }

  /** The message's own time: what it dates well after that is told from then on. */
  datedFrom(at: Timestamp): void {
    this.#sentAt = instantOf(at);
  }

  /** Where a fault stands: `message 2, OBX[3]-5`. */
  at(segment: Segment, field?: number): string {
    return `${this.position}, ${segment.at(field)}`;
  }

  /** Reads a time of a segment; unreadable ones are told and left out. */
  time(segment: Segment | undefined, field: number): Timestamp | undefined {
    const text = segment?.text(field) ?? '';
    // A date of zeros is how some senders write "none".
    if (!segment || text === '' || /^0+$/.test(text)) return undefined;
    const time = parseTimestamp(text, this.profile.zone);
    if (!time) this.warn('TIME_UNREADABLE', `${segment.name}-${field}`);
    else if (instantOf(time) > this.#sentAt + MAX_AHEAD_MS)
      this.warn('TIME_IN_FUTURE', `${segment.name}-${field}`);
    return time;
  }
}
