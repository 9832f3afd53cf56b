import { bytesOf, sentDocument } from './documents.ts';
import type { Delimiters } from './escapes.ts';

/** What a row carries: its analysis (OBX-3) and raw OBX-5. */
export interface CarriedPart {
  readonly analysis: string;
  readonly raw: string;
}

/** A PDF begun by a row: what its next rows add, and how it ends so far. */
interface Begun {
  readonly encoding: string;
  readonly parts: string[];
  length: number;
  tail: string;
}

/** Characters of base64 or hexadecimal in which the end mark of a PDF is looked for; a multiple of four. */
const TAIL = 2048;

/**
 * Joins the rows among which a sender cuts one PDF, to a length that its fields bear: one after the other, of one analysis, the
 * first alone beginning as a PDF and the last alone ending as one. Their parts become repetitions of one field.
 * @param partOf undefined of a row that carries no document
 * @param joined makes one row of the first and of those that go on, with the whole of their document
 */
export function joinParts<Row>(
  rows: readonly Row[],
  delimiters: Delimiters,
  partOf: (row: Row) => CarriedPart | undefined,
  joined: (first: Row, more: readonly Row[], raw: string) => Row,
): readonly Row[] {
  const groups: {
    readonly rows: Row[];
    readonly part: CarriedPart | undefined;
    begun?: Begun | undefined;
  }[] = [];
  for (const row of rows) {
    const part = partOf(row);
    const above = groups.at(-1);
    if (part && above?.part?.analysis === part.analysis) {
      // Looked into only now: most documents stand alone, and may be large.
      above.begun ??= beginning(above.part, delimiters);
      if (above.begun && goesOn(above.begun, part, delimiters)) {
        above.rows.push(row);
        continue;
      }
    }
    groups.push({ rows: [row], part });
  }
  return groups.flatMap(({ rows: [first, ...more], begun }) => {
    if (first === undefined) return [];
    return more.length === 0 || !begun
      ? [first]
      : [joined(first, more, begun.parts.join(delimiters.repetition))];
  });
}

function beginning({ raw }: CarriedPart, delimiters: Delimiters): Begun | undefined {
  const { encoding, data } = sentDocument(raw, delimiters);
  if (!isPdf(encoding, data)) return undefined;
  const begun = { encoding, parts: [], length: 0, tail: '' };
  add(begun, raw, data);
  return begun;
}

/** Adds a row to the document above it, when it is a part of it. */
function goesOn(begun: Begun, { raw }: CarriedPart, delimiters: Delimiters): boolean {
  if (ends(begun)) return false;
  const { data } = sentDocument(raw, delimiters);
  if (data === '' || isPdf(begun.encoding, data)) return false;
  add(begun, raw, data);
  return true;
}

function add(begun: Begun, raw: string, data: string): void {
  begun.parts.push(raw);
  begun.length += data.length;
  begun.tail = `${begun.tail}${data.slice(-TAIL)}`.slice(-TAIL);
}

const isPdf = (encoding: string, data: string): boolean =>
  decoded(encoding, data.slice(0, TAIL)).includes('%PDF-');

function ends({ encoding, length, tail }: Begun): boolean {
  // From a whole group of four characters.
  const start = (4 - ((length - tail.length) % 4)) % 4;
  return decoded(encoding, tail.slice(start)).includes('%%EOF');
}

const decoded = (encoding: string, data: string): string =>
  Buffer.from(bytesOf({ announced: '', encoding, data })).toString('latin1');
