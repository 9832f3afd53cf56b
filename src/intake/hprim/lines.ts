import type { Fault } from '../../report/fault.ts';
import type { Warning } from '../../report/report.ts';
import type { Delimiters } from '../escapes.ts';
import { fault, isFault, warning } from '../faults.ts';
import type { IntakeLimits } from '../profile.ts';
import { readDelimiters } from './delimiters.ts';
import { hprimFault } from './faults.ts';

/** One message of a file, cut into segments, not yet decoded: one character a byte. */
export interface RawHprim {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly delimiters: Delimiters;
  /** Segments with their continuations joined, H first. */
  readonly segments: readonly string[];
  /** Physical lines, continuations among them: what some senders count. */
  readonly lines: number;
  readonly closed: boolean;
  readonly warnings: readonly Warning[];
}

interface Draft {
  readonly delimiters: Delimiters;
  readonly segments: string[];
  lines: number;
  closed: boolean;
  readonly warnings: Warning[];
}

/**
 * Cuts a file into its messages, H to L, and a message into its segments (inputs.md §10): any end of line; a line
 * `A|…` is the rest of the one above, joined without a separator; a line that begins no segment is a break inside a field.
 * A message whose header cannot be read is a fault, and does not stop the others.
 * @param binary the file, one character a byte: a continuation may cut a character of several bytes
 */
export function cutMessages(binary: string, limits: IntakeLimits): (RawHprim | Fault)[] {
  const found: (Draft | Fault)[] = [];
  let current: Draft | undefined;
  let segments = 0;
  for (const written of binary.split(/\r\n|\r|\n/)) {
    const line = withoutMarks(written);
    if (line.trim() === '') continue;
    if (/^H[^\p{L}\p{N}\s]/u.test(line)) {
      if (found.length >= limits.maxMessages)
        return [fault('HL7_TOO_MANY', undefined, 'messages du fichier')];
      const delimiters = readDelimiters(line);
      current = delimiters && { delimiters, segments: [line], lines: 1, closed: false, warnings: [] };
      found.push(current ?? hprimFault('HPRIM_DELIMITERS', `message ${found.length + 1}, H`));
      segments = 1;
      continue;
    }
    if (!current) continue;
    const name = segmentName(line, current.delimiters.field);
    current.lines += 1;
    const last = current.segments.length - 1;
    if (name === 'A') current.segments[last] += line.slice(2);
    else if (name === undefined) {
      current.segments[last] += `\n${line}`;
      if (current.warnings.length === 0) current.warnings.push(warning('LINE_BROKEN'));
    } else if (current.closed) {
      found[found.length - 1] = hprimFault(
        'HPRIM_STRUCTURE',
        `message ${found.length}`,
        `un segment ${name} suit L`,
      );
      current = undefined;
    } else {
      segments += 1;
      if (segments > limits.maxSegments)
        return [fault('HL7_TOO_MANY', `message ${found.length}`, 'segments du message')];
      current.segments.push(line);
      if (name === 'L') current.closed = true;
    }
  }
  return found.map((draft, index) => (isFault(draft) ? draft : { number: index + 1, ...draft }));
}

/** Segments of every context: a line that begins otherwise is the rest of a field. */
const NAMES = ['A', 'P', 'C', 'L', 'OBR', 'OBX', 'ERR', 'FAC', 'ACT', 'REG', 'AP', 'AC'];

function segmentName(line: string, field: string): string | undefined {
  const end = line.indexOf(field);
  const name = end < 0 ? line.trimEnd() : line.slice(0, end);
  // Without any field only the end says something; a word alone on its line is a text.
  return (end < 0 ? name === 'L' : NAMES.includes(name)) ? name : undefined;
}

/**
 * A line without the marks of frames before it, and the end-of-file mark of old systems after it. C0 controls only: a byte
 * of 0x80 to 0x9F may be one of a UTF-8 character that the line's end cuts.
 */
function withoutMarks(line: string): string {
  const isMark = (index: number) => line.charCodeAt(index) < 0x20 && line[index] !== '\t';
  let [start, end] = [0, line.length];
  while (start < end && isMark(start)) start += 1;
  while (end > start && isMark(end - 1)) end -= 1;
  return line.slice(start, end);
}
