import { HL7Dictionary, HL7Message, type HL7Segment, HL7Version } from 'hl7v2';
import type { Fault } from '../report/fault.ts';
import type { CharsetName } from './charset.ts';
import { type Delimiters, printable, unescapeText } from './escapes.ts';
import { fault, isFault } from './faults.ts';
import type { IntakeLimits } from './profile.ts';
import { readDelimiters } from './segments.ts';

/**
 * The border around the hl7v2 package. It cuts a message into segments, fields, repetitions, components and
 * sub-components, and nothing more: it gets text (from bytes it guesses charsets wrongly), ends of line of one kind (a
 * bare LF makes one segment of the whole), no escape sequence (its own reading of them loses some), no base64 (which
 * costs it minutes), and a dictionary without types, so that a value is what was written and a `&` in any field is a
 * sub-component.
 */
export interface Message {
  readonly segments: readonly Segment[];
  readonly delimiters: Delimiters;
}

/** A leaf is unescaped text; `""` (explicit deletion) is kept as such. */
type Component = readonly string[];

/** One repetition of a field. */
export class Repetition {
  readonly components: readonly Component[];
  readonly #delimiters: Delimiters;

  constructor(components: readonly Component[], delimiters: Delimiters) {
    this.components = components;
    this.#delimiters = delimiters;
  }

  /** Sub-component text, trimmed; empty when absent or `""`. Positions are HL7's, from 1. */
  text(component = 1, subComponent = 1): string {
    const leaf = this.components[component - 1]?.[subComponent - 1] ?? '';
    return leaf === '""' ? '' : leaf.trim();
  }

  /** A component with its sub-components joined again: for texts in which `&` was left unescaped. */
  componentText(component: number): string {
    const joined = (this.components[component - 1] ?? []).join(this.#delimiters.subComponent);
    return joined === '""' ? '' : joined.trim();
  }

  /** The whole repetition as text, delimiters included: for ST, TX and FT, which have no components. */
  whole(): string {
    const joined = this.components
      .map((component) => component.join(this.#delimiters.subComponent))
      .join(this.#delimiters.component);
    return joined === '""' ? '' : joined;
  }

  get empty(): boolean {
    return this.components.every((component) =>
      component.every((leaf) => leaf.trim() === '' || leaf === '""'),
    );
  }

  /** True when the sender asks to delete the value. */
  get deletes(): boolean {
    return this.components[0]?.[0] === '""';
  }
}

export class Segment {
  readonly name: string;
  /** From 1, among the segments of this name in the message. */
  readonly rank: number;
  /** Raw OBX-5 of a document (OBX-2 = ED), which does not pass through the parser. */
  readonly document: string | undefined;
  readonly #fields: readonly (readonly Repetition[])[];

  constructor(
    name: string,
    rank: number,
    fields: readonly (readonly Repetition[])[],
    document: string | undefined,
  ) {
    this.name = name;
    this.rank = rank;
    this.#fields = fields;
    this.document = document;
  }

  /** Repetitions of a field that hold something; position from 1. */
  repetitions(field: number): readonly Repetition[] {
    return (this.#fields[field - 1] ?? []).filter((repetition) => !repetition.empty);
  }

  /** All repetitions, empty ones and deletions included. */
  everyRepetition(field: number): readonly Repetition[] {
    return this.#fields[field - 1] ?? [];
  }

  /** Text of the first repetition. */
  text(field: number, component = 1, subComponent = 1): string {
    return this.#fields[field - 1]?.[0]?.text(component, subComponent) ?? '';
  }

  /** Whole text of the first repetition, trimmed. */
  whole(field: number): string {
    return this.#fields[field - 1]?.[0]?.whole().trim() ?? '';
  }

  /** `OBX[3]-5`, as a fault's position says it. */
  at(field?: number): string {
    return `${this.name}[${this.rank}]${field === undefined ? '' : `-${field}`}`;
  }
}

/** A dictionary where every field is a tree of texts: hl7v2 then neither types nor converts anything. */
const UNTYPED = Object.fromEntries(
  Object.values(HL7Version).map((version) => [
    version,
    new HL7Dictionary({ version, segments: {}, types: { ST: { fields: {} } }, messages: {} }),
  ]),
);

/** Stands for the escape character while hl7v2 works; a Unicode private-use character, or the next one not in use. */
function freeCharacter(text: string): string {
  let code = 0xe000;
  while (text.includes(String.fromCharCode(code))) code += 1;
  return String.fromCharCode(code);
}

/**
 * Reads the segments of a decoded message.
 * @param lines segments without their end of line, MSH first
 * @param position of the message in its file, for faults
 */
export function readMessage(
  lines: readonly string[],
  charset: CharsetName,
  limits: IntakeLimits,
  position: string,
): Message | Fault {
  const delimiters = readDelimiters(lines[0] ?? '', position);
  if (isFault(delimiters)) return delimiters;

  const documents = new Map<number, string>();
  const kept: string[] = [];
  let parts = 0;
  for (const [index, line] of lines.entries()) {
    const cut = cutDocument(line, delimiters);
    if (cut.document !== undefined) documents.set(index, cut.document);
    if (longestField(cut.line, delimiters.field, limits.maxFieldLength) > limits.maxFieldLength) {
      return fault('HL7_TOO_MANY', `${position}, ${line.slice(0, 3)}`, 'longueur d’un champ');
    }
    parts += countParts(cut.line, delimiters);
    if (parts > limits.maxParts) return fault('HL7_TOO_MANY', position, 'nombre de champs et de composants');
    kept.push(cut.line);
  }

  const text = kept.join('\r');
  const stand = freeCharacter(text);
  // MSH-1 and MSH-2 are the delimiters themselves: only what follows them is masked.
  const head = 4 + (kept[0]?.slice(4).indexOf(delimiters.field) ?? 0);
  const masked = text.slice(0, head) + text.slice(head).replaceAll(delimiters.escape, stand);
  const parsed = HL7Message.parse(masked, { dictionaries: UNTYPED });

  const leaf = (value: unknown) =>
    value === null
      ? '""'
      : printable(
          unescapeText(String(value ?? '').replaceAll(stand, delimiters.escape), delimiters, charset),
        );
  const ranks = new Map<string, number>();
  const segments = parsed.segments.map((segment, index) => {
    const rank = (ranks.get(segment.segmentType) ?? 0) + 1;
    ranks.set(segment.segmentType, rank);
    const document = documents.get(index);
    return new Segment(segment.segmentType, rank, readFields(segment, leaf, delimiters), document);
  });
  return { segments, delimiters };
}

function readFields(
  segment: HL7Segment,
  leaf: (value: unknown) => string,
  delimiters: Delimiters,
): readonly (readonly Repetition[])[] {
  return segment.fields.map((field) =>
    field.repetitions.map(
      (repetition) =>
        new Repetition(
          (repetition.components ?? []).map((component) =>
            (component.subComponents ?? []).map(({ value }) => leaf(value)),
          ),
          delimiters,
        ),
    ),
  );
}

/** Takes OBX-5 out of a row whose OBX-2 is ED. */
function cutDocument(line: string, { field }: Delimiters): { line: string; document?: string } {
  if (!line.startsWith(`OBX${field}`)) return { line };
  const fields = line.split(field);
  const document = fields[5];
  if (fields[2]?.trim() !== 'ED' || document === undefined) return { line };
  fields[5] = '';
  return { line: fields.join(field), document };
}

/** Length of the longest field, when the line is long enough to hold one that matters. */
function longestField(line: string, separator: string, limit: number): number {
  if (line.length <= limit) return 0;
  return line.split(separator).reduce((longest, value) => Math.max(longest, value.length), 0);
}

/** How many fields, repetitions, components and sub-components hl7v2 would make of a line. */
function countParts(line: string, { field, component, repetition, subComponent }: Delimiters): number {
  let parts = 1;
  for (const sign of line) {
    if (sign === field || sign === component || sign === repetition || sign === subComponent) parts += 1;
  }
  return parts;
}
