import iconv from 'iconv-lite';

/** Charsets that French feeds use; the last two by systems of before the year 2000. */
export type CharsetName =
  | 'utf-8'
  | 'iso-8859-1'
  | 'iso-8859-15'
  | 'windows-1252'
  | 'ascii'
  | 'macroman'
  | 'cp850';

/** HL7 table 0211 and what senders write instead of it. */
const DECLARED: Readonly<Record<string, CharsetName>> = {
  ASCII: 'ascii',
  'ISO IR6': 'ascii',
  '8859/1': 'iso-8859-1',
  '8859': 'iso-8859-1',
  'ISO-8859-1': 'iso-8859-1',
  'ISO8859-1': 'iso-8859-1',
  '8859/15': 'iso-8859-15',
  'ISO-8859-15': 'iso-8859-15',
  'ISO8859-15': 'iso-8859-15',
  'WINDOWS-1252': 'windows-1252',
  CP1252: 'windows-1252',
  'UNICODE UTF-8': 'utf-8',
  'UTF-8': 'utf-8',
  UTF8: 'utf-8',
};

/** The charset that MSH-18 names; undefined when it is empty or unknown. */
export function charsetNamed(declared: string): CharsetName | undefined {
  return DECLARED[declared.trim().toUpperCase()];
}

export interface Decoded {
  readonly text: string;
  readonly charset: CharsetName;
  /** `unknown`: MSH-18 names no charset we know; `misdeclared`: the bytes are of another one than announced. */
  readonly doubt?: 'unknown' | 'misdeclared';
}

/**
 * Decodes a message: by MSH-18, else the source's charset; where the bytes are invalid there, strict UTF-8, then
 * windows-1252 (inputs.md §2), then what Macintosh and MS-DOS wrote, where French words come out of it. Bytes that are well-formed UTF-8 beyond ASCII are UTF-8 whatever is announced: no French
 * text in a single-byte charset looks like it.
 * @returns undefined when a byte has no meaning in any of them, or the text shows signs inside words; never U+FFFD
 */
export function decode(bytes: Uint8Array, declared: string, fallback: CharsetName): Decoded | undefined {
  const known = charsetNamed(declared);
  const announced = known ?? fallback;
  const doubt = declared.trim() !== '' && !known ? ({ doubt: 'unknown' } as const) : {};
  const misdeclared = { doubt: 'misdeclared' } as const;

  const utf8 = decodeStrict(bytes, 'utf-8');
  if (utf8 !== undefined) {
    const asAnnounced = announced === 'utf-8' || isAscii(utf8);
    return { text: utf8, charset: 'utf-8', ...(asAnnounced ? doubt : misdeclared) };
  }
  const text = decodeStrict(bytes, announced);
  if (text !== undefined && !isMisread(text)) return { text, charset: announced, ...doubt };
  const western = text === undefined ? decodeStrict(bytes, 'windows-1252') : undefined;
  if (western !== undefined && !isMisread(western))
    return { text: western, charset: 'windows-1252', ...misdeclared };
  for (const charset of ['macroman', 'cp850'] as const) {
    const old = decodeStrict(bytes, charset);
    if (old !== undefined && isFrench(old)) return { text: old, charset, ...misdeclared };
  }
  return undefined;
}

/**
 * Signs that windows-1252 shows where Macintosh or MS-DOS wrote an accented letter, in places where no text has them: after a
 * letter (é, à), and before the unit of a quantity (µ).
 */
const isMisread = (text: string): boolean =>
  /\p{L}[\u0192\u201a\u02c6]|\p{Ll}[\u0160\u017d]|\u00e6(?:mol|g\/)/u.test(text);

const FRENCH = /^[\p{ASCII}\u00a0àâäçéèêëîïôöùûüÿñœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÑŒÆ°µ²³±×«»’‘“”…–—·€½≤≥]*$/u;

/** Letters and signs of French alone, no capital inside a word in small letters nor the other way round. */
function isFrench(text: string): boolean {
  return (
    FRENCH.test(text) &&
    !/\p{Ll}[À-ÖØ-ÞŒ]\p{Ll}|\p{Ll}[À-ÖØ-ÞŒ](?!\p{L})|\p{Lu}[à-öø-ÿœ]\p{Lu}|Ê(?:mol|g\/)/u.test(text)
  );
}

/** Decodes the bytes of a `\X…\` escape; undefined when they mean nothing in that charset. */
export function decodeStrict(bytes: Uint8Array, charset: CharsetName): string | undefined {
  if (charset === 'utf-8') {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    } catch {
      return undefined;
    }
  }
  // iconv-lite and not TextDecoder: on Node 20 the latter reads 0x80–0x9F of windows-1252 as control characters.
  const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), charset);
  // C1 controls never occur in a text: they betray another charset behind an 8859 label.
  return hasForbidden(text, charset) ? undefined : text;
}

function hasForbidden(text: string, charset: CharsetName): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd || (code >= 0x80 && code <= 0x9f)) return true;
    if (charset === 'ascii' && code > 0x7f) return true;
  }
  return false;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
