import type { Fault } from '../report/fault.ts';
import type { CharsetName } from './charset.ts';
import { PDF_IN_BASE64 } from './documents.ts';
import { type Delimiters, isPrintable, printable, unescapeText } from './escapes.ts';
import { fault, isFault } from './faults.ts';
import type { IntakeLimits } from './profile.ts';
import { readDelimiters } from './segments.ts';

/**
 * A message cut into segments, fields, repetitions, components and sub-components, each as text: no type is assumed, so
 * that a value is what was written and a `&` in any field is a sub-component.
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

  /** Did the sender mark its last part as cut short (v2.7 §2.5.5.2)? */
  cutAt(truncation: string): boolean {
    return this.components.at(-1)?.at(-1)?.endsWith(truncation) ?? false;
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

  // Most texts hold nothing to take out: told once for the message, not for each of its parts.
  const clean = kept.every(isPrintable);
  const leaf = (raw: string) => {
    if (raw.includes(delimiters.escape)) return printable(unescapeText(raw, delimiters, charset));
    return clean ? raw : printable(raw);
  };
  const ranks = new Map<string, number>();
  const segments = kept.map((line, index) => {
    const [name = '', ...fields] = line.split(delimiters.field);
    const rank = (ranks.get(name) ?? 0) + 1;
    ranks.set(name, rank);
    const read =
      name === 'MSH'
        ? readHeaderFields(fields, delimiters, leaf)
        : readFields(name, fields, delimiters, leaf);
    return new Segment(name, rank, read, documents.get(index));
  });
  return { segments, delimiters };
}

/** The fields of MSH: its first two are the delimiters themselves. */
function readHeaderFields(
  [encoding = '', ...fields]: readonly string[],
  delimiters: Delimiters,
  leaf: (raw: string) => string,
): readonly (readonly Repetition[])[] {
  const verbatim = (text: string) => [new Repetition([[text]], delimiters)];
  return [verbatim(delimiters.field), verbatim(encoding), ...readFields('MSH', fields, delimiters, leaf)];
}

/** What a power of ten is of: a volume, a unit, a word. */
const COUNTED = String.raw`\s?(?:\/|u\.?f\.?c|c\.?f\.?u|germes|bact|copies|cellules|UI|m?L(?!\p{L}))|\s\p{L}`;
/**
 * `10^6 UFC/mL`, `< 10^4`, `10^3 - 10^5 /mL`, `1,5.10^9`: this sign between a ten and what is its power, and not between two
 * values. `5.10^6` alone may be 5.10 and 6; before a unit it is five millions.
 */
const POWER = new RegExp(
  String.raw`(?<=(?:^|[^\d.,]|,\d+\.)10)\^(?=[+-]?\d{1,2}(?:$|${COUNTED}|\s?(?:-|–|à|et)\s?10\^))` +
    String.raw`|(?<=(?:^|[^\d.,])\d{1,2}\.10)\^(?=[+-]?\d{1,2}(?:${COUNTED}))`,
  'giu',
);

/**
 * The repetitions of a field. Where `^` separates them, as in HPRIM, a power of ten that a result, a range or a comment holds
 * is written with it too.
 */
export function splitRepetitions(segment: string, position: number, field: string, sign: string): string[] {
  const holdsText = segment === 'OBX' ? position >= 5 && position <= 7 : /^(?:NTE|C)$/.test(segment);
  if (sign !== '^' || !holdsText) return field.split(sign);
  const kept = '\u0000';
  return field
    .replaceAll(POWER, kept)
    .split(sign)
    .map((one) => one.replaceAll(kept, sign));
}

function readFields(
  segment: string,
  fields: readonly string[],
  delimiters: Delimiters,
  leaf: (raw: string) => string,
): readonly (readonly Repetition[])[] {
  const { repetition, component, subComponent } = delimiters;
  return fields.map((field, index) =>
    field === ''
      ? []
      : splitRepetitions(segment, index + 1, field, repetition).map(
          (one) =>
            new Repetition(
              one.split(component).map((part) => part.split(subComponent).map(leaf)),
              delimiters,
            ),
        ),
  );
}

/**
 * Takes OBX-5 out of a row whose OBX-2 is ED, or that holds, under another type, base64 announced as such or that begins as a
 * PDF.
 */
export function cutDocument(
  line: string,
  { field, component }: Delimiters,
): { line: string; document?: string } {
  if (!line.startsWith(`OBX${field}`)) return { line };
  const fields = line.split(field);
  const document = fields[5];
  if (document === undefined) return { line };
  const parts = document.slice(0, 256).split(component);
  const isBase64 = parts[3]?.trim().toLowerCase() === 'base64' || parts.some(beginsPdf);
  if (fields[2]?.trim() !== 'ED' && !isBase64) return { line };
  fields[5] = '';
  return { line: fields.join(field), document };
}

const beginsPdf = (part: string): boolean => part.trim().startsWith(PDF_IN_BASE64);

/** Length of the longest field, when the line is long enough to hold one that matters. */
function longestField(line: string, separator: string, limit: number): number {
  if (line.length <= limit) return 0;
  return line.split(separator).reduce((longest, value) => Math.max(longest, value.length), 0);
}

/** How many fields, repetitions, components and sub-components a line is cut into. */
function countParts(line: string, { field, component, repetition, subComponent }: Delimiters): number {
  let parts = 1;
  for (const sign of line) {
    if (sign === field || sign === component || sign === repetition || sign === subComponent) parts += 1;
  }
  return parts;
}
