import type { Delimiters } from '../escapes.ts';
import { isFault } from '../faults.ts';
import { readDelimiters } from '../segments.ts';

/**
 * MSH as an acknowledgement needs it: fields as written, one character a byte, so that what is copied into the answer is
 * what was sent, whatever its charset.
 */
export interface RawHeader {
  /** The segment as written. */
  readonly segment: string;
  readonly delimiters: Delimiters;
  /** MSH-2. */
  readonly encoding: string;
  /** Raw text of a field of MSH, by its number from 3; empty when absent. */
  field(number: number): string;
  /** Raw text of a component of the first repetition. */
  component(number: number, component: number): string;
}

/** The usual delimiters, for a sender whose own cannot be used. */
const USUAL: Delimiters = { field: '|', component: '^', repetition: '~', escape: '\\', subComponent: '&' };
const USUAL_ENCODING = '^~\\&';

/**
 * Reads MSH. One whose delimiters are unusable is read with the usual ones, enough to name it in a refusal.
 * @param line the segment, one character a byte
 */
export function readHeader(line: string): RawHeader {
  const read = readDelimiters(line, '');
  const delimiters = isFault(read) ? USUAL : read;
  // A copy: a slice would keep the whole frame in memory for as long as an answer to it is awaited.
  const segment = Buffer.from(line, 'latin1').toString('latin1');
  const fields = segment.split(delimiters.field);
  const field = (number: number) => fields[number - 1] ?? '';
  const encoding = isFault(read) ? USUAL_ENCODING : (fields[1] ?? '');
  const component = (number: number, rank: number) =>
    (field(number).split(delimiters.repetition)[0] ?? '').split(delimiters.component)[rank - 1]?.trim() ?? '';
  return { segment, delimiters, encoding, field, component };
}
