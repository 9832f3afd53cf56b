/**
 * Names of people as different systems write them: without case, accents, hyphens and apostrophes.
 * @returns the words, in capitals: `Lévy-d’Aubigné` → LEVY, D, AUBIGNE
 */
export function nameWords(name: string): string[] {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/œ/gi, 'OE')
    .replace(/æ/gi, 'AE')
    .toUpperCase()
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
