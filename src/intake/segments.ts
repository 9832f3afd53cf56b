import type { Fault } from '../report/fault.ts';
import type { Warning } from '../report/report.ts';
import type { Delimiters } from './escapes.ts';
import { fault, isFault, warning } from './faults.ts';
import type { SourceProfile } from './profile.ts';

/** One message of a file, cut into segments, not yet decoded: one character a byte. */
export interface RawMessage {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly lines: readonly string[];
  readonly warnings: readonly Warning[];
}

export interface SplitFile {
  readonly messages: readonly RawMessage[];
}

const BATCH_SEGMENTS = ['FHS', 'BHS', 'BTS', 'FTS'];

/**
 * Cuts a file into messages: several MSH, batches with or without header (HL7 v2.5.1 §2.10.3), any end of line, text
 * before the first MSH, line breaks inside a field.
 * @param binary the file, one character a byte: every charset in use keeps ASCII, and each message names its own
 */
export function splitFile(binary: string, profile: SourceProfile): SplitFile | Fault {
  const { limits } = profile;
  const messages: { lines: string[]; warnings: Warning[] }[] = [];
  const fileWarnings: Warning[] = [];
  const batches = { count: 0, open: false, messages: 0, fileOpen: false };
  let current: { lines: string[]; warnings: Warning[] } | undefined;
  let inBatchSegment = false;

  const doubt = (strict: Fault, lenient: Warning): Fault | undefined => {
    if (profile.batches === 'strict') return strict;
    fileWarnings.push(lenient);
    return undefined;
  };

  for (const written of binary.split(/\r\n|\r|\n/)) {
    // MLLP frames saved with their marks.
    const line = written.replace(/^\p{Cc}+/u, '');
    const name = segmentName(line, current?.lines);
    if (name === 'MSH') {
      if (messages.length >= limits.maxMessages)
        return fault('HL7_TOO_MANY', undefined, 'messages du fichier');
      current = { lines: [line], warnings: [] };
      messages.push(current);
      batches.messages += 1;
      inBatchSegment = false;
    } else if (name !== undefined && BATCH_SEGMENTS.includes(name)) {
      const refused = batchSegment(name, line, batches, messages.length, doubt);
      if (refused) return refused;
      inBatchSegment = true;
      current = undefined;
    } else if (/^[\s\p{Cc}]*$/u.test(line)) {
    } else if (!current) {
      if (!inBatchSegment) fileWarnings.push(warning('TEXT_BEFORE_MSH'));
    } else if (name === undefined) {
      // The end of a field that holds a line break; FT would write it \.br\.
      const last = current.lines.length - 1;
      current.lines[last] = `${current.lines[last] ?? ''}\n${line}`;
      if (current.warnings.length === 0) current.warnings.push(warning('LINE_BROKEN'));
    } else {
      if (current.lines.length >= limits.maxSegments) {
        return fault('HL7_TOO_MANY', `message ${messages.length}`, 'segments du message');
      }
      current.lines.push(line);
    }
  }
  const unfinished = batches.open || batches.fileOpen;
  if (unfinished) {
    const refused = doubt(
      fault('HL7_TRUNCATED', undefined, 'le segment de fin du lot (BTS, FTS) manque'),
      warning('BATCH_NO_TRAILER'),
    );
    if (refused) return refused;
  }
  const uncounted = !unfinished && messages.length > 0;
  if (uncounted && profile.finalTerminator !== 'framed' && !isTerminated(binary)) {
    if (profile.finalTerminator === 'required')
      return fault('HL7_TRUNCATED', undefined, 'le dernier segment n’a pas de fin de ligne');
    messages.at(-1)?.warnings.push(warning('MAY_BE_TRUNCATED'));
  }
  const distinct = [...new Map(fileWarnings.map((item) => [item.code, item])).values()];
  return {
    messages: messages.map(({ lines, warnings }, index) => ({
      number: index + 1,
      lines,
      warnings: [...distinct, ...warnings],
    })),
  };
}

/** Does a text (or its last characters) end with a segment terminator, the end mark of a frame apart? */
export function isTerminated(text: string): boolean {
  const end = text.slice(-64);
  return /[\r\n]/.test(end.slice(end.replace(/[\s\p{Cc}]+$/u, '').length));
}

/** Segments that may follow a row or a note without any field. */
const BARE = ['OBX', 'NTE', 'PRT', 'SPM', 'ORC', 'OBR', 'PID', 'PV1', 'CTI', 'TQ1', 'DSC'];

/**
 * Name of the segment that a line begins; undefined when it begins none. `NFS: anémie` and `CRP` are lines of a comment that
 * holds line breaks, whatever their three capitals.
 * @param message segments above, when a message is open: its own field separator follows the name
 */
function segmentName(line: string, message: readonly string[] | undefined): string | undefined {
  const name = /^([A-Z][A-Z0-9]{2})(?:[^A-Za-z0-9+/=\s]|$)/.exec(line)?.[1];
  if (name === undefined || !message || name === 'MSH' || BATCH_SEGMENTS.includes(name)) return name;
  if (line.length > 3) return line[3] === message[0]?.[3] ? name : undefined;
  const holdsText = /^(?:OBX|NTE)/.test(message.at(-1) ?? '');
  return !holdsText || BARE.includes(name) || name.startsWith('Z') ? name : undefined;
}

function batchSegment(
  name: string,
  line: string,
  batches: { count: number; open: boolean; messages: number; fileOpen: boolean },
  messages: number,
  doubt: (strict: Fault, lenient: Warning) => Fault | undefined,
): Fault | undefined {
  // BTS-1 and FTS-1 come right after the separator, which is the line's fourth character.
  const announced = /^\d+/.exec(line.slice(4))?.[0];
  const wrong = (found: readonly number[]) =>
    announced !== undefined && !found.includes(Number(announced))
      ? doubt(fault('HL7_BATCH_COUNT', undefined, `${name}-1`), warning('BATCH_COUNT'))
      : undefined;
  switch (name) {
    case 'FHS':
      batches.fileOpen = true;
      return undefined;
    case 'BHS':
      batches.open = true;
      batches.count += 1;
      batches.messages = 0;
      return undefined;
    case 'BTS': {
      batches.open = false;
      const found = batches.messages;
      batches.messages = 0;
      return wrong([found]);
    }
    default:
      batches.fileOpen = false;
      // FTS-1 counts the batches; senders without BHS count the messages.
      return wrong([batches.count, messages]);
  }
}

/**
 * Reads the delimiters of a message from its own MSH-1 and MSH-2.
 * @returns a fault when they are not four (or five, v2.7) distinct signs, MSH-2 being normally `^~\&`
 */
export function readDelimiters(msh: string, position: string): Delimiters | Fault {
  const field = msh[3] ?? '';
  const [encoding = ''] = msh.slice(4).split(field, 1);
  const signs = [field, ...encoding];
  const distinct = new Set(signs).size === signs.length;
  const plain = signs.every((sign) => /^[!-/:-@[-`{-~]$/.test(sign));
  const [, component, repetition, escapeSign, subComponent, truncation] = signs;
  if (!component || !repetition || !escapeSign || !subComponent || signs.length > 6 || !distinct || !plain) {
    return fault('HL7_DELIMITERS', position);
  }
  return {
    field,
    component,
    repetition,
    escape: escapeSign,
    subComponent,
    ...(truncation ? { truncation } : {}),
  };
}

/** MSH-18 (first repetition) of a message not yet decoded; empty when its delimiters cannot be read. */
export function declaredCharset(msh: string): string {
  const delimiters = readDelimiters(msh, '');
  if (isFault(delimiters)) return '';
  const field = msh.split(delimiters.field)[17] ?? '';
  return field.split(delimiters.repetition)[0]?.split(delimiters.component)[0] ?? '';
}
