import { joinParts } from './document-parts.ts';
import { bytesOf, sentDocument } from './documents.ts';
import type { Delimiters } from './escapes.ts';
import { isFault } from './faults.ts';
import { cutDocument } from './hl7.ts';
import { readDelimiters } from './segments.ts';

/** A document inside a message, decoded and not looked into. */
export interface EmbeddedBytes {
  /** `message 2, OBX[3]-5`. */
  readonly position: string;
  readonly bytes: Uint8Array;
}

/**
 * Every document that the rows of an input carry in base64 or in hexadecimal, whatever the readers make of it: for an antivirus, which comes
 * before them. Rows are taken as readMessage takes them; what base64 decodes of a damaged one is given all the same.
 * @param binary the input, one character a byte
 */
export function embeddedDocuments(binary: string): readonly EmbeddedBytes[] {
  const found: EmbeddedBytes[] = [];
  let message = 0;
  let rows: DocumentRow[] = [];
  let rank = 0;
  let delimiters: ReturnType<typeof readDelimiters> | undefined;
  const endMessage = () => {
    if (delimiters && !isFault(delimiters)) found.push(...documentsOf(rows, message, delimiters));
    rows = [];
  };
  for (const line of segmentsOf(binary)) {
    if (/^MSH[^\w\s]/.test(line)) {
      endMessage();
      message += 1;
      rank = 0;
      delimiters = readDelimiters(line, '');
    }
    if (!delimiters || isFault(delimiters) || !line.startsWith(`OBX${delimiters.field}`)) continue;
    rank += 1;
    const { line: rest, document } = cutDocument(line, delimiters);
    rows.push({ rank, analysis: rest.split(delimiters.field, 4)[3] ?? '', raw: document });
  }
  endMessage();
  return found;
}

/** An OBX, and the document that it carries, if any. */
interface DocumentRow {
  readonly rank: number;
  readonly analysis: string;
  readonly raw: string | undefined;
}

function documentsOf(
  rows: readonly DocumentRow[],
  message: number,
  delimiters: Delimiters,
): readonly EmbeddedBytes[] {
  const partOf = ({ analysis, raw }: DocumentRow) => (raw === undefined ? undefined : { analysis, raw });
  const whole = joinParts(rows, delimiters, partOf, (first, _, raw) => ({ ...first, raw }));
  return whole.flatMap(({ rank, raw }) => {
    const bytes = raw === undefined ? undefined : bytesOf(sentDocument(raw, delimiters));
    return bytes?.length ? [{ position: `message ${message}, OBX[${rank}]-5`, bytes }] : [];
  });
}

/** Lines, those that begin no segment joined to the one before: a document may be cut by line breaks. */
function* segmentsOf(binary: string): Generator<string> {
  let current = '';
  // UTF-16 shows as text with a zero after each letter.
  const text = binary.replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '').replaceAll('\0', '');
  for (const written of text.split(/\r\n|\r|\n/)) {
    const line = written.replace(/^\p{Cc}+/u, '');
    if (/^[A-Z][A-Z0-9]{2}(?:[^A-Za-z0-9+/=\s]|$)/.test(line)) {
      yield current;
      current = line;
    } else current += line;
  }
  yield current;
}
