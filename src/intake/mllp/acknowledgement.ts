import type { Fault } from '../../report/fault.ts';
import { type CharsetName, charsetNamed } from '../charset.ts';
import { writtenText } from '../written-text.ts';
import { conditionOf, conditionText } from './error-conditions.ts';
import type { RawHeader } from './header.ts';

/**
 * General acknowledgement (HL7 v2.5.1 §2.14.1) in the sender's own delimiters, version and charset: what comes from its
 * MSH is copied byte for byte, our texts are written in its charset.
 */

/** HL7 table 0008. Accept acknowledgements begin with C, application ones with A. */
export type AcknowledgementCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR';

export interface Acknowledgement {
  readonly code: AcknowledgementCode;
  /** What is wrong, of any code but AA and CA. */
  readonly fault?: Fault;
}

/** What an answer bears of its own. */
export interface AnswerStamp {
  /** MSH-7, with its offset. */
  readonly time: string;
  /** MSH-10: not given before, 20 characters at most. */
  readonly controlId: string;
  /** Charset of a sender whose MSH-18 is empty or unknown. */
  readonly charset: CharsetName;
}

/** Longest texts that any version takes: MSA-3 (v2.4), ERR-8, ERR-7. */
const MAX_MSA_3 = 80;
const MAX_ERR_8 = 250;
const MAX_ERR_7 = 2048;
/** MSH-3 of an answer to who named no receiver. */
const OUR_NAME = 'CRBIO';

/** One acknowledgement, as bytes to frame. */
export function acknowledge(header: RawHeader, ack: Acknowledgement, stamp: AnswerStamp): Buffer {
  return Buffer.from(acknowledgementText(header, ack, stamp), 'latin1');
}

/**
 * The acknowledgements of a batch, each a message, between the headers that the batch had.
 * @param headers FHS and BHS as received
 */
export function acknowledgeBatch(
  acknowledgements: readonly { readonly header: RawHeader; readonly ack: Acknowledgement }[],
  headers: { readonly fileHeader?: string; readonly batchHeader?: string },
  stampOf: () => AnswerStamp,
): Buffer {
  const messages = acknowledgements.map(({ header, ack }) => acknowledgementText(header, ack, stampOf()));
  const inBatch =
    headers.batchHeader === undefined
      ? messages
      : [
          envelope(headers.batchHeader, stampOf()),
          ...messages,
          trailer(headers.batchHeader, 'BTS', messages.length),
        ];
  const whole =
    headers.fileHeader === undefined
      ? inBatch
      : [envelope(headers.fileHeader, stampOf()), ...inBatch, trailer(headers.fileHeader, 'FTS', 1)];
  return Buffer.from(whole.join(''), 'latin1');
}

/** FHS or BHS of the answer: sender and receiver swapped, the control id of what is answered as reference (-12). */
function envelope(received: string, { time, controlId }: AnswerStamp): string {
  const separator = received[3] ?? '|';
  const field = received.split(separator);
  const at = (number: number) => field[number - 1] ?? '';
  const fields = [
    received.slice(0, 3),
    at(2),
    at(5),
    at(6),
    at(3),
    at(4),
    time,
    '',
    '',
    '',
    controlId,
    at(11),
  ];
  return `${fields.join(separator)}\r`;
}

function trailer(header: string, name: string, count: number): string {
  return `${name}${header[3] ?? '|'}${count}\r`;
}

/** Segments, one character a byte. */
function acknowledgementText(
  header: RawHeader,
  { code, fault }: Acknowledgement,
  stamp: AnswerStamp,
): string {
  const { delimiters } = header;
  const join = (fields: readonly string[]) => {
    const last = fields.findLastIndex((text) => text !== '');
    return `${fields.slice(0, last + 1).join(delimiters.field)}\r`;
  };
  const ours = (text: string, max: number) =>
    writtenText(text.slice(0, max), charsetNamed(header.component(18, 1)) ?? stamp.charset, delimiters);
  const version = versionOf(header.component(12, 1));
  // In answer to an application acknowledgement nothing is wanted.
  const quiet = code.startsWith('A') && isEnhanced(header) ? ['NE', 'NE'] : ['', ''];
  const msh = [
    'MSH',
    header.encoding,
    header.field(5) || OUR_NAME,
    header.field(6),
    header.field(3),
    header.field(4),
    stamp.time,
    '',
    messageType(header, version),
    stamp.controlId,
    header.field(11) || 'P',
    header.field(12) || '2.5',
    '',
    '',
    ...quiet,
    header.field(17),
    header.field(18),
  ];
  const msa = ['MSA', code, header.field(10)];
  if (!fault) return join(msh) + join(msa);

  const condition = conditionOf(fault.code, header.component(9, 1));
  const { component, subComponent } = delimiters;
  const location = locationOf(fault.position);
  if (version >= V2_5) {
    const err = [
      'ERR',
      '',
      location.join(component),
      [condition, conditionText(condition), 'HL70357'].join(component),
      'E',
      [fault.code, '', '99CRBIO'].join(component),
      '',
      ours(`${fault.cause} ${fault.hint}`, MAX_ERR_7),
      ours(fault.cause, MAX_ERR_8),
    ];
    return join(msh) + join(msa) + join(err);
  }
  // Before 2.5: the text in MSA-3, the condition in MSA-6 and in the code and location of ERR-1.
  const [segment = '', sequence = '', field = ''] = location;
  const old = [condition, conditionText(condition), 'HL70357'];
  return (
    join(msh) +
    join([...msa, ours(fault.cause, MAX_MSA_3), '', '', old.join(component)]) +
    join(['ERR', [segment, sequence, field, old.join(subComponent)].join(component)])
  );
}

const V2_5 = 205;

/** `2.5.1` → 205.1; a version that is none counts as 2.5. */
function versionOf(text: string): number {
  const match = /^(\d)\.(\d{1,2})(?:\.(\d))?/.exec(text);
  if (!match) return V2_5;
  return Number(match[1]) * 100 + Number(match[2]) + Number(match[3] ?? 0) / 10;
}

/** MSH-9: the event copied; its structure has a component since 2.3.1. */
function messageType(header: RawHeader, version: number): string {
  const event = header.component(9, 2);
  const parts = version >= 203.1 ? ['ACK', event, 'ACK'] : event ? ['ACK', event] : ['ACK'];
  return parts.join(header.delimiters.component);
}

function isEnhanced(header: RawHeader): boolean {
  return header.component(15, 1) !== '' || header.component(16, 1) !== '';
}

/** `message 2, OBX[3]-5` → segment, sequence, field (ERL). */
function locationOf(position = ''): string[] {
  const match = /([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?$/.exec(position);
  if (!match) return [];
  return [match[1] ?? '', match[2] ?? '1', ...(match[3] ? [match[3]] : [])];
}
