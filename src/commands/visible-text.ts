/**
 * Text that came from outside, for a terminal: nothing in it moves the cursor, changes colours, or turns the direction of
 * writing. Control characters are shown as their Unicode pictures (U+2400 and after), format characters by their number.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
