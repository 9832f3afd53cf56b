import type { Fault } from '../../report/fault.ts';
import { type CharsetName, decodeStrict } from '../charset.ts';
import type { Delimiters } from '../escapes.ts';
import { placesIn } from '../excerpt.ts';
import type { IntakeLimits } from '../profile.ts';
import { writtenText } from '../written-text.ts';
import { isHprimSante } from './delimiters.ts';
import { hprimFault } from './faults.ts';
import { cutMessages } from './lines.ts';

/** What became of a file, for who sent it. */
export interface HprimOutcome {
  /** Name of the file. */
  readonly file: string;
  /** `YYYYMMDDHHMMSS`, local time. */
  readonly receivedAt: string;
  /** Why each part that was not taken was not. */
  readonly faults: readonly Fault[];
  /** No part of it was taken. */
  readonly refusedWhole: boolean;
}

/** What an answer bears of its own. */
export interface HprimStamp {
  /** Name of its file (H.2). */
  readonly name: string;
  /** Us, where the message names no receiver (H.4). */
  readonly sender: string;
  /** Of a message in ASCII. */
  readonly charset: CharsetName;
  readonly limits: IntakeLimits;
}

/** Longest line of the norm; what is longer goes on in lines `A`. */
const MAX_LINE = 220;
/** Signs of an answer to who announces none that can be used. */
const USUAL: Delimiters = { field: '|', component: '~', repetition: '^', escape: '\\', subComponent: '&' };
/** More rows than anybody reads: who sent thousands of bad messages made one fault, many times. */
const MAX_ERRORS = 100;
/** A header is a line or two. */
const HEADER_BYTES = 8_192;

/** Is this a file whose sender may be answered: HPRIM Santé, and no answer itself, lest two systems answer one another? */
export function isAnswerable(bytes: Uint8Array): boolean {
  const head = headOf(bytes);
  return isHprimSante(head) && fieldsOf(head)[6]?.trim().toUpperCase() !== 'ERR';
}

/**
 * The answer to a file (inputs.md §10, context ERR): H, one ERR for each part that was not taken, none when all was, L;
 * of very
 * many, the last row counts the rest. In
 * the signs, charset and line ends of the message answered; what comes from its H is copied byte for byte. ERR.4 is `T` when
 * nothing of the file was taken, else `P`; ERR.8 stays empty: no value of a patient is written a second time.
 */
export function hprimAnswer(bytes: Uint8Array, outcome: HprimOutcome, stamp: HprimStamp): Uint8Array {
  const head = headOf(bytes);
  const [first] = cutMessages(head, stamp.limits);
  const delimiters = first && 'delimiters' in first ? first.delimiters : USUAL;
  const h = first && 'delimiters' in first ? (first.segments[0] ?? '').split(delimiters.field) : [];
  const charset = charsetOf(bytes, stamp.charset);
  const { field, component } = delimiters;
  const ours = (text: string) => writtenText(text, charset, delimiters);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

  const { component: c, repetition, escape: sign, subComponent } = delimiters;
  const header: string[] = ['H', `${c}${repetition}${sign}${subComponent}`];
  header[2] = ours(stamp.name);
  header[4] = h[9] || ours(stamp.sender);
  header[6] = 'ERR';
  header[9] = h[4] ?? '';
  header[11] = h[11] ?? '';
  header[12] = h[12] ?? '';
  header[13] = outcome.receivedAt;
  const told = counted(outcome.faults);
  const places = placesIn(
    text,
    told.map(({ position }) => position),
  );
  const errors = told.map((fault, index) => {
    const { line, segment, rank, field: number } = places[index] ?? {};
    return [
      ...['ERR', String(index + 1), ours(outcome.file), outcome.receivedAt],
      ...[outcome.refusedWhole ? 'T' : 'P', line === undefined ? '' : String(line)],
      ...[segment === undefined ? '' : [segment, String(rank)].join(component), String(number ?? '')],
      ...['', ours(fault.code), ours(`${fault.cause} ${fault.hint}`)],
    ];
  });
  const end = /\r\n|\r|\n/.exec(head)?.[0] ?? '\r\n';
  const segments = [Array.from(header, (one) => one ?? ''), ...errors, ['L', '1']];
  const lines = segments.flatMap((fields) => folded(fields.join(field), field));
  return Buffer.from(lines.map((line) => `${line}${end}`).join(''), 'latin1');
}

/** As many faults as an answer has rows: the last one counts those that have none. */
function counted(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= MAX_ERRORS) return faults;
  const rest = faults.length - MAX_ERRORS + 1;
  return [...faults.slice(0, MAX_ERRORS - 1), hprimFault('HPRIM_MORE_FAULTS', undefined, String(rest))];
}

/** One character a byte, without a byte order mark. */
function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEADER_BYTES))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .replace(/^[\s\p{Cc}]+/u, '');
}

function fieldsOf(head: string): readonly string[] {
  return (head.split(/[\r\n]/, 1)[0] ?? '').split(head[1] ?? '|');
}

/** UTF-8 only to who writes it: most partners expect a single-byte charset, and ASCII tells nothing. */
function charsetOf(bytes: Uint8Array, fallback: CharsetName): CharsetName {
  const isAscii = bytes.every((byte) => byte < 0x80);
  return !isAscii && decodeStrict(bytes, 'utf-8') !== undefined ? 'utf-8' : fallback;
}

/** A segment as lines of the norm's length. */
function folded(segment: string, field: string): string[] {
  const lines = [segment.slice(0, MAX_LINE)];
  const mark = `A${field}`;
  for (let at = MAX_LINE; at < segment.length; at += MAX_LINE - mark.length)
    lines.push(mark + segment.slice(at, at + MAX_LINE - mark.length));
  return lines;
}
