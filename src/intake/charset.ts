import iconv from 'iconv-lite';
import { isFrench, isStrayUtf8, isWestern, soundness } from './mojibake.ts';

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

/** What the systems of before the year 2000 wrote, and no MSH-18 names: a site says it of its source. */
const OLD = ['macroman', 'cp850'] as const;
const isOld = (charset: CharsetName): boolean => OLD.some((old) => old === charset);

/**
 * Decodes a message. Bytes that are well-formed UTF-8 beyond ASCII are UTF-8 whatever is announced: no French text in a
 * single-byte charset looks like it, but for a few words of Macintosh. Others are of the charset of MSH-18, else of the source; where they are invalid there, or
 * show letters that no text has, of windows-1252 (inputs.md §2). A source configured for Macintosh or MS-DOS is read so,
 * whatever MSH-18 says, unless the text is certainly Western. Of any other source, these two are tried last, and taken where
 * one alone of them gives French.
 * @returns undefined where no charset, or more than one, gives a text without changed letters; never U+FFFD
 */
export function decode(bytes: Uint8Array, declared: string, fallback: CharsetName): Decoded | undefined {
  const known = charsetNamed(declared);
  const announced = known ?? fallback;
  const doubt = declared.trim() !== '' && !known ? ({ doubt: 'unknown' } as const) : {};
  const misdeclared = { doubt: 'misdeclared' } as const;

  const utf8 = decodeStrict(bytes, 'utf-8');
  if (utf8 !== undefined && (isAscii(utf8) || !isStrayUtf8(utf8, decodeStrict(bytes, 'macroman') ?? ''))) {
    // ASCII is of every charset: what escapes stand for is of the one announced.
    if (isAscii(utf8)) return { text: utf8, charset: announced, ...doubt };
    return { text: utf8, charset: 'utf-8', ...(announced === 'utf-8' ? doubt : misdeclared) };
  }
  const text = announced === 'utf-8' ? undefined : decodeStrict(bytes, announced);
  if (isOld(fallback) && (text === undefined || !known || !isWestern(text))) {
    const configured = decodeStrict(bytes, fallback);
    if (configured !== undefined)
      return { text: configured, charset: fallback, ...(known ? misdeclared : doubt) };
  }
  if (text !== undefined && soundness(text) === 'sound') return { text, charset: announced, ...doubt };
  const western = decodeStrict(bytes, 'windows-1252');
  const verdict = western === undefined ? 'impossible' : soundness(western);
  if (western !== undefined && verdict === 'sound')
    return { text: western, charset: 'windows-1252', ...misdeclared };
  return verdict === 'doubtful' ? undefined : oldReading(bytes);
}

/** What Macintosh or MS-DOS wrote, where only one of them can have written it. */
function oldReading(bytes: Uint8Array): Decoded | undefined {
  const [only, other] = OLD.flatMap((charset) => {
    const text = decodeStrict(bytes, charset);
    return text !== undefined && isFrench(text) ? [{ text, charset, doubt: 'misdeclared' as const }] : [];
  });
  return other && other.text !== only?.text ? undefined : only;
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
