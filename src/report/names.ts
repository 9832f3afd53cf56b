/** A text as systems that have capitals alone write it: without accents, œ and æ as two letters. */
export function inCapitals(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/œ/gi, 'OE')
    .replace(/æ/gi, 'AE')
    .toUpperCase();
}

/**
 * Names of people as different systems write them: without case, accents, hyphens and apostrophes.
 * @returns the words, in capitals: `Lévy-d’Aubigné` → LEVY, D, AUBIGNE
 */
export function nameWords(name: string): string[] {
  return inCapitals(name)
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);
}

/**
 * Does a message mean the person whom a table or a directory knows by this family name? The same words; a message may
 * write the given name with the family's. A reused code or a mistyped number would otherwise send a patient's results to
 * somebody else.
 */
export function sameFamily(known: string, inMessage: string): boolean {
  const sent = nameWords(inMessage);
  const words = nameWords(known);
  return words.length > 0 && words.every((word) => sent.includes(word));
}
