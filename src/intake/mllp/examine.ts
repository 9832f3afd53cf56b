import { createHash } from 'node:crypto';
import type { Fault } from '../../report/fault.ts';
import { parseTimestamp } from '../../report/timestamp.ts';
import { decode } from '../charset.ts';
import { readDocument } from '../documents.ts';
import { foreignFault } from '../families.ts';
import { fault, isFault } from '../faults.ts';
import { isHprimSante } from '../hprim/delimiters.ts';
import { typeFault } from '../message-types.ts';
import type { SourceProfile } from '../profile.ts';
import { declaredCharset, type RawMessage, readDelimiters, splitFile } from '../segments.ts';
import { mllpFault } from './faults.ts';
import { type RawHeader, readHeader } from './header.ts';

/** A message of a frame, as far as its acknowledgement needs it. */
export interface ExaminedMessage {
  /** From 1, in the frame. */
  readonly number: number;
  readonly header: RawHeader;
  /** Of its segments: the ends of line that a gateway rewrites do not count. */
  readonly sha256: string;
  /** Why it cannot be understood: `AE`. */
  readonly refusal?: Fault;
}

export interface ExaminedFrame {
  /** Header segments of a batch (HL7 v2.5.1 §2.10.3), as written; both absent: messages alone. */
  readonly fileHeader?: string;
  readonly batchHeader?: string;
  readonly messages: readonly ExaminedMessage[];
  /** The frame as a whole cannot be understood; `messages` then holds the first, if there is one, to answer to. */
  readonly refusal?: Fault;
}

/** Types of which every message is about a patient; of the others the interpretation judges. */
const WITH_PATIENT = ['ORU', 'ADT'];
/** MSH-10 has 199 characters at most in any version of HL7 v2. */
const MAX_CONTROL_ID = 199;

/**
 * Reads of a frame what decides its acknowledgement (inputs.md §2.2): can every message be understood? Cheap beside
 * interpreting it, and of the same opinion: what is refused here would be refused there.
 * @param bytes content of the frame
 */
export function examineFrame(bytes: Uint8Array, profile: SourceProfile): ExaminedFrame {
  const binary = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '');
  const headers = { ...headerOf(binary, 'FHS', 'fileHeader'), ...headerOf(binary, 'BHS', 'batchHeader') };
  const file = splitFile(binary, profile);
  if (isFault(file)) return { ...headers, messages: firstOf(binary, file), refusal: file };
  if (file.messages.length === 0) {
    const refusal = isHprimSante(binary) ? mllpFault('MLLP_HPRIM') : foreignFault(binary);
    return { ...headers, messages: [], refusal };
  }
  return { ...headers, messages: file.messages.map((raw) => examineMessage(raw, profile)) };
}

/**
 * The first MSH of bytes that are no whole message, to answer to.
 * @param refusal what is wrong with them
 */
export function firstMessage(bytes: Uint8Array, refusal: Fault): ExaminedFrame {
  const binary = Buffer.from(bytes).toString('latin1');
  return { messages: firstOf(binary, refusal), refusal };
}

function firstOf(binary: string, refusal: Fault): ExaminedMessage[] {
  const line = /(?:^|[\r\n])(MSH[^\r\n]*)/.exec(binary)?.[1];
  return line === undefined ? [] : [{ number: 1, header: readHeader(line), sha256: '', refusal }];
}

function headerOf(binary: string, name: string, key: 'fileHeader' | 'batchHeader') {
  const line = new RegExp(`^(?:FHS[^\\r\\n]*[\\r\\n]+)?(${name}[^\\r\\n]*)`).exec(binary.trimStart())?.[1];
  return line === undefined ? {} : { [key]: line };
}

function examineMessage({ number, lines }: RawMessage, profile: SourceProfile): ExaminedMessage {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line, 'latin1').update('\r');
  const refusal = refusalOf(lines, `message ${number}`, profile);
  return {
    number,
    header: readHeader(lines[0] ?? ''),
    sha256: hash.digest('hex'),
    ...(refusal ? { refusal } : {}),
  };
}

function refusalOf(lines: readonly string[], position: string, profile: SourceProfile): Fault | undefined {
  const msh = lines[0] ?? '';
  const delimiters = readDelimiters(msh, position);
  if (isFault(delimiters)) return delimiters;
  const isDocument = (line: string) =>
    line.startsWith(`OBX${delimiters.field}`) && line.split(delimiters.field, 3)[2]?.trim() === 'ED';
  // Base64 is the same in every charset, and long.
  const text = lines.filter((line) => !isDocument(line)).join('\r');
  if (!decode(Buffer.from(text, 'latin1'), declaredCharset(msh), profile.charset))
    return fault('HL7_CHARSET', position);

  const header = readHeader(msh);
  const controlId = header.field(10).trim();
  if (controlId === '') return fault('HL7_NO_CONTROL_ID', `${position}, MSH-10`);
  if (controlId.length > MAX_CONTROL_ID) return mllpFault('MLLP_CONTROL_ID_LONG', `${position}, MSH-10`);
  const announced = {
    type: header.component(9, 1),
    event: header.component(9, 2),
    version: header.component(12, 1),
    profiles: header.field(21).split(delimiters.repetition),
  };
  const notRead = typeFault(announced, position);
  if (notRead) return notRead;
  if (!['', 'P', 'T', 'D'].includes(header.component(11, 1).toUpperCase()))
    return fault('HL7_PROCESSING_ID', `${position}, MSH-11`);

  const first = (name: string) => lines.find((line) => line.startsWith(`${name}${delimiters.field}`));
  const times = [header.component(7, 1), first('EVN')?.split(delimiters.field, 3)[2] ?? ''];
  if (!times.some((time) => parseTimestamp(time, profile.zone)))
    return fault('HL7_NO_DATE', `${position}, MSH-7`);
  const type = announced.type.toUpperCase();
  if (WITH_PATIENT.includes(type) && first('PID') === undefined) return fault('PID_MISSING', position);
  if (type === 'ORU' && first('OBR') === undefined) return fault('ORU_NO_EXAM', position);
  return documentFault(lines, isDocument, position, delimiters);
}

/** The first embedded document that cannot be decoded. Mail bodies (CORPSMAIL) are not taken, and so not judged. */
function documentFault(
  lines: readonly string[],
  isDocument: (line: string) => boolean,
  position: string,
  delimiters: RawHeader['delimiters'],
): Fault | undefined {
  let rank = 0;
  for (const line of lines) {
    if (line.startsWith(`OBX${delimiters.field}`)) rank += 1;
    if (!isDocument(line)) continue;
    const fields = line.split(delimiters.field, 6);
    if (/^CORPSMAIL/.test(fields[3] ?? '')) continue;
    const document = readDocument(fields[5] ?? '', delimiters, `${position}, OBX[${rank}]-5`);
    if (isFault(document)) return document;
  }
  return undefined;
}
