/**
 * The strings that a small finite pattern matches: literal text, groups of alternatives, `[ab]`, and `?`. Anchors are
 * passed over. Enough for tables of codes; anything else in a pattern is an error, so that no code is missed in silence.
 */
export function expansions(pattern: string): string[] {
  const text = pattern.replace(/^\/|\/[a-z]*$/g, '').replace(/\^|\$$/g, '');
  let at = 0;

  const alternatives = (): string[] => {
    const all = sequence();
    while (text[at] === '|') {
      at++;
      all.push(...sequence());
    }
    return all;
  };

  const sequence = (): string[] => {
    let all = [''];
    while (at < text.length && text[at] !== '|' && text[at] !== ')') {
      const part = atom();
      if (text[at] === '?') {
        at++;
        part.push('');
      }
      all = all.flatMap((before) => part.map((after) => before + after));
    }
    return all;
  };

  const atom = (): string[] => {
    const char = text[at] ?? '';
    at++;
    if (char === '(') {
      const inside = alternatives();
      if (text[at] !== ')') throw new Error(`unclosed group in ${pattern}`);
      at++;
      return inside;
    }
    if (char === '[') {
      const end = text.indexOf(']', at);
      const inside = [...text.slice(at, end)];
      at = end + 1;
      return inside;
    }
    if (!/[A-Za-z0-9]/.test(char)) throw new Error(`« ${char} » is not understood in ${pattern}`);
    return [char];
  };

  const all = alternatives();
  if (at !== text.length) throw new Error(`« ${text.slice(at)} » is left of ${pattern}`);
  return [...new Set(all)];
}
