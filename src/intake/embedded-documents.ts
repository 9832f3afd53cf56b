import { bytesOf, sentDocument } from './documents.ts';
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
  let rank = 0;
  let delimiters: ReturnType<typeof readDelimiters> | undefined;
  for (const line of segmentsOf(binary)) {
    if (/^MSH[^\w\s]/.test(line)) {
      message += 1;
      rank = 0;
      delimiters = readDelimiters(line, '');
    }
    if (!delimiters || isFault(delimiters) || !line.startsWith(`OBX${delimiters.field}`)) continue;
    rank += 1;
    const { document } = cutDocument(line, delimiters);
    if (document === undefined) continue;
    const bytes = bytesOf(sentDocument(document, delimiters));
    if (bytes.length > 0) found.push({ position: `message ${message}, OBX[${rank}]-5`, bytes });
  }
  return found;
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
