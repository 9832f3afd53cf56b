/** What a system upstream writes in the place of a character that it could not convert. */
const REPLACEMENT = '\ufffd';

/** Segments whose texts a report or a patient's record shows. */
const SHOWN = ['PID', 'MRG', 'PV1', 'ORC', 'OBR', 'OBX', 'NTE', 'SPM', 'PRT'];

/**
 * Finds a character lost before the message came: it is nowhere published (inputs.md §2), and what it stood for cannot be
 * known here.
 * @param lines segments of a decoded message
 * @returns where, `PID[1]-5`; undefined when nothing that is shown is damaged
 */
export function damagedField(lines: readonly string[], fieldSeparator: string): string | undefined {
  const ranks = new Map<string, number>();
  for (const line of lines) {
    const name = line.slice(0, 3);
    const rank = (ranks.get(name) ?? 0) + 1;
    ranks.set(name, rank);
    if (!SHOWN.includes(name) || !line.includes(REPLACEMENT)) continue;
    const field = line.split(fieldSeparator).findIndex((text) => text.includes(REPLACEMENT));
    return `${name}[${rank}]-${field}`;
  }
  return undefined;
}
