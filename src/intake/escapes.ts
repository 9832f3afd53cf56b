import { type CharsetName, decodeStrict } from './charset.ts';

/** Delimiters of a message, as MSH-1 and MSH-2 announce them. */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subComponent: string;
  /** Fifth sign of MSH-2 (v2.7 §2.5.5.2): ends a value that the sender cut short. */
  readonly truncation?: string;
}

/**
 * Replaces the escape sequences of a raw value (HL7 v2.5.1 §2.7), after it was split on the delimiters. Line commands
 * become line breaks, highlighting disappears, what is unknown stays as written.
 * @param charset the message's own, for `\Xhh…\`
 */
export function unescapeText(raw: string, delimiters: Delimiters, charset: CharsetName): string {
  const sign = delimiters.escape;
  if (!raw.includes(sign)) return raw;
  let out = '';
  let from = 0;
  for (;;) {
    const open = raw.indexOf(sign, from);
    const close = open < 0 ? -1 : raw.indexOf(sign, open + 1);
    if (close < 0) return out + raw.slice(from);
    const bytes = bytesFrom(raw, open, sign);
    if (bytes) {
      out += raw.slice(from, open) + (textOf(bytes.hex, charset) ?? raw.slice(open, bytes.end));
      from = bytes.end;
      continue;
    }
    const replacement = meaning(raw.slice(open + 1, close), delimiters);
    if (replacement === undefined) {
      // Not a sequence: the second character may open one.
      out += raw.slice(from, close);
      from = close;
    } else {
      out += raw.slice(from, open) + replacement;
      from = close + 1;
    }
  }
}

/** The bytes of `\Xhh…\` and of those that follow at once: senders write one for each byte of a character, or of CR LF. */
function bytesFrom(raw: string, open: number, sign: string): { hex: string; end: number } | undefined {
  let hex = '';
  let end = open;
  while (raw.startsWith(`${sign}X`, end)) {
    const close = raw.indexOf(sign, end + 2);
    const digits = raw.slice(end + 2, close);
    if (close < 0 || !/^(?:[0-9A-Fa-f]{2})+$/.test(digits)) break;
    hex += digits;
    end = close + 1;
  }
  return hex === '' ? undefined : { hex, end };
}

/**
 * What bytes of escapes say, judged as those of a message (inputs.md §2): well-formed UTF-8, else the charset of the message,
 * else windows-1252; undefined where they say nothing, or a character that was lost.
 */
function textOf(hex: string, charset: CharsetName): string | undefined {
  const bytes = Buffer.from(hex, 'hex');
  const charsets = ['utf-8', charset, 'windows-1252'] as const;
  const text = charsets.map((one) => decodeStrict(bytes, one)).find((one) => one !== undefined);
  return text?.includes('\ufffd') ? undefined : text?.replace(/\r\n?/g, '\n');
}

function meaning(sequence: string, delimiters: Delimiters): string | undefined {
  switch (sequence) {
    case 'F':
      return delimiters.field;
    case 'S':
      return delimiters.component;
    case 'T':
      return delimiters.subComponent;
    case 'R':
      return delimiters.repetition;
    case 'E':
      return delimiters.escape;
    case 'P':
      return delimiters.truncation;
    case 'H':
    case 'N':
      return '';
  }
  return formatting(sequence);
}

/** Commands of formatted text (FT), also met in ST, TX and NTE. */
function formatting(sequence: string): string | undefined {
  const command = /^\.(br|sp|fi|nf|in|ti|sk|ce)\s*([+-]?\d{0,3})$/i.exec(sequence);
  if (!command) return undefined;
  const count = Math.min(Math.max(Number(command[2] || '1'), 1), 100);
  switch (command[1]?.toLowerCase()) {
    case 'br':
    case 'ce':
      return '\n';
    case 'sp':
      return '\n'.repeat(count);
    case 'sk':
      return ' '.repeat(count);
    default:
      return '';
  }
}

// Controls, tabs and line feeds apart, lone surrogates and non-characters: what XML 1.0 cannot carry, and C1.
const UNPRINTABLE = /(?![\t\n])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/** True when {@link printable} has nothing to drop. */
export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) < 0;
}

/** Drops what no document can carry: control characters, lone surrogates. Vertical tabs and form feeds break lines. */
export function printable(text: string): string {
  return text.replace(/[\v\f]/g, '\n').replace(UNPRINTABLE, '');
}
