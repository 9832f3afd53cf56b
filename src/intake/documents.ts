import type { ResultImage } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { Delimiters } from './escapes.ts';
import { fault } from './faults.ts';

/** A document carried by an OBX of type ED. */
export type EmbeddedDocument =
  | { readonly kind: 'pdf'; readonly base64: string }
  | { readonly kind: 'image'; readonly mediaType: ResultImage['mediaType']; readonly base64: string }
  /** CDA or other XML. */
  | { readonly kind: 'xml'; readonly base64: string }
  /** A text, or a format that no report can show. */
  | { readonly kind: 'other' };

/** What a report says of a document that it cannot show. */
export const NOT_JOINED = 'Document non joint à ce compte rendu : le demander au laboratoire';

/** First bytes of the image formats that a CR-Bio may show (cr-bio.md §7.9). */
const IMAGES: readonly (readonly [string, ResultImage['mediaType']])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
];

/** `%PDF-` in base64. */
export const PDF_IN_BASE64 = 'JVBERi0';

/** A document as raw OBX-5 of an ED sends it. */
interface SentDocument {
  /** Type and subtype, as written. */
  readonly announced: string;
  /** Table 0299, in small letters; empty when none is said. */
  readonly encoding: string;
  /** Base64 or hexadecimal, not checked. */
  readonly data: string;
}

/**
 * Cuts raw OBX-5 of an ED: source ^ type ^ subtype ^ encoding ^ data; line breaks in the data are removed, repetitions joined.
 * Whoever looks at the document, an antivirus included, has it from here.
 */
export function sentDocument(raw: string, delimiters: Delimiters): SentDocument {
  const { component, repetition, escape: sign } = delimiters;
  const repetitions = raw.split(repetition);
  const [, type = '', subtype = '', encoding = ''] = (repetitions[0] ?? '').split(component, 4);
  const data = repetitions
    .map((one) => one.split(component).at(-1) ?? '')
    .join('')
    .replaceAll(`${sign}.br${sign}`, '')
    .replaceAll(/\\X0[DdAa](?:0[AaDd])?\\/g, '')
    .replace(/\s+/g, '');
  return { announced: `${type} ${subtype}`, encoding: encoding.trim().toLowerCase(), data };
}

/** The bytes of a document; of one that is damaged, what can be decoded. */
export function bytesOf({ encoding, data }: SentDocument): Uint8Array {
  return Buffer.from(data, encoding === 'hex' ? 'hex' : 'base64');
}

/**
 * Reads raw OBX-5 of an ED ({@link sentDocument}), in Base64 or Hex (table 0299). The type is told by the first bytes and not
 * by its name. Padding (`=`) left out is put back where the end of the document shows that nothing else is missing.
 * @returns a fault when the data is no base64 or a document announced as PDF is none
 */
export function readDocument(
  raw: string,
  delimiters: Delimiters,
  position: string,
): EmbeddedDocument | Fault {
  const sent = sentDocument(raw, delimiters);
  const { encoding } = sent;
  const written = encoding === 'hex' ? base64OfHex(sent) : sent.data;
  const announcedPdf = /pdf/i.test(sent.announced) || sent.data.startsWith(PDF_IN_BASE64);
  if (encoding !== 'base64' && encoding !== 'hex' && !announcedPdf) return { kind: 'other' };
  const data = written.padEnd(Math.ceil(written.length / 4) * 4, '=');
  if (!isBase64(data) || (data !== written && !endsWhole(data))) return fault('ED_UNREADABLE', position);

  const start = Buffer.from(data.slice(0, 1024), 'base64').toString('latin1');
  // Readers accept a few bytes before the mark; a PDF cut short shows at its end, which the document stage checks.
  if (start.slice(0, 512).includes('%PDF-')) return { kind: 'pdf', base64: data };
  if (announcedPdf) return fault('ED_UNREADABLE', position);
  const mediaType = imageType(start);
  if (mediaType) return { kind: 'image', mediaType, base64: data };
  const isXml = /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml|^\s*<ClinicalDocument/.test(start);
  return isXml ? { kind: 'xml', base64: data } : { kind: 'other' };
}

/** @param start first bytes of a file, one character a byte */
export function imageType(start: string): ResultImage['mediaType'] | undefined {
  return IMAGES.find(([mark]) => start.startsWith(mark))?.[1];
}

/** Longest mail body that a sender may give: some pages. */
const MAX_TEXT_BYTES = 64 * 1024;

/**
 * Reads raw OBX-5 of an ED that holds a text in base64, UTF-8, as {@link readDocument} reads a document.
 * @returns undefined when it is cut, is no text, or is too long
 */
export function embeddedText(raw: string, delimiters: Delimiters): string | undefined {
  const { data } = sentDocument(raw, delimiters);
  if (!isBase64(data) || data.length > (MAX_TEXT_BYTES * 4) / 3) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(data, 'base64'));
    const clean = text.replace(/\r\n?|[\v\f]/g, '\n').trim();
    return clean === '' || /(?![\n\t])\p{Cc}/u.test(clean) ? undefined : clean;
  } catch {
    return undefined;
  }
}

/** Does the file end as a PDF (ISO 32000-1 §7.5.5) or an XML document does? Base64 cut in the middle ends anyhow. */
function endsWhole(data: string): boolean {
  const end = Buffer.from(data.slice(-1024), 'base64').toString('latin1');
  return end.includes('%%EOF') || /<\/[\w.:-]+>\s*$/.test(end);
}

/** The same bytes in base64; empty when they are not whole. */
function base64OfHex(sent: SentDocument): string {
  return /^(?:[\dA-Fa-f]{2})+$/.test(sent.data) ? Buffer.from(bytesOf(sent)).toString('base64') : '';
}

function isBase64(data: string): boolean {
  return data.length > 0 && data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}
