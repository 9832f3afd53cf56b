import type { Fault } from '../../report/fault.ts';
import type { CharsetName } from '../charset.ts';
import { type Delimiters, printable, unescapeText } from '../escapes.ts';
import { fault } from '../faults.ts';
import { Repetition, Segment, splitRepetitions } from '../hl7.ts';
import type { IntakeLimits } from '../profile.ts';

/** OBX.6, a unit: `10^9/L` is one text, whatever separates the repetitions of other fields. */
const UNIT = 6;

/**
 * Reads the segments of a decoded message. Fields are numbered after the name of the segment, as HPRIM does: H.1 is its
 * delimiters (left empty).
 * @param lines segments without their end of line, H first
 */
export function readSegments(
  lines: readonly string[],
  delimiters: Delimiters,
  charset: CharsetName,
  limits: IntakeLimits,
  position: string,
): readonly Segment[] | Fault {
  const leaf = (raw: string) =>
    printable(delimiters.escape === '' ? raw : unescapeText(raw, delimiters, charset));
  const split = (text: string, sign: string) => (sign === '' ? [text] : text.split(sign));
  const repetitions = (name: string, position: number, field: string) =>
    delimiters.repetition === '' ? [field] : splitRepetitions(name, position, field, delimiters.repetition);
  const ranks = new Map<string, number>();
  const segments: Segment[] = [];
  let parts = 0;
  for (const line of lines) {
    const [name = '', ...fields] = line.split(delimiters.field);
    if (name === 'H') fields[0] = '';
    const rank = (ranks.get(name) ?? 0) + 1;
    ranks.set(name, rank);
    if (fields.some((field) => field.length > limits.maxFieldLength))
      return fault('HL7_TOO_MANY', `${position}, ${name}[${rank}]`, 'longueur d’un champ');
    parts += countSigns(line, delimiters);
    if (parts > limits.maxParts) return fault('HL7_TOO_MANY', position, 'nombre de champs et de composants');
    const read = fields.map((field, index) => {
      if (field === '') return [];
      const isUnit = name === 'OBX' && index + 1 === UNIT;
      return (isUnit ? [field] : repetitions(name, index + 1, field)).map(
        (one) =>
          new Repetition(
            split(one, delimiters.component).map((part) => split(part, delimiters.subComponent).map(leaf)),
            delimiters,
          ),
      );
    });
    segments.push(new Segment(name, rank, read, undefined));
  }
  return segments;
}

function countSigns(line: string, { field, component, repetition, subComponent }: Delimiters): number {
  let count = 1;
  for (const sign of line) {
    if (sign === field || sign === component || sign === repetition || sign === subComponent) count += 1;
  }
  return count;
}
