import type { DirectoryEntry } from '../report/directory-entry.ts';
import { nameWords } from '../report/names.ts';
import { idNatOfRpps } from '../report/people.ts';
import type { Directory } from '../store/directory.ts';

/** A professional, or a structure that has a mailbox of its own. */
export interface DirectoryHit {
  /** PS_IdNat. */
  readonly idNat?: string;
  /** `DURAND Claire`, or the structure's name. */
  readonly name: string;
  readonly profession?: string;
  /** `CABINET DES LILAS, 75020 PARIS`, each once. */
  readonly places: readonly string[];
  readonly mailboxes: readonly {
    readonly address: string;
    /** Struct_IdNat of the structure where this mailbox is read. */
    readonly structure?: string;
    readonly paperOnly?: true;
  }[];
}

/**
 * Searches the imported directory.
 * @param text an RPPS or PS_IdNat, a mailbox, or words of a name: whole words first, then beginnings of words
 * @param town keeps those who practise in a town of these words; a whole identifier or mailbox needs none
 * @returns each professional once, by name; `more`: the limit left others out
 */
export function searchDirectory(
  directory: Directory,
  text: string,
  town: string,
  limit: number,
): { readonly hits: readonly DirectoryHit[]; readonly more: boolean } {
  const asked = text.trim();
  const idNat = idNatOfRpps(asked);
  if (idNat) return { hits: hitsOf(directory.professional(idNat), directory), more: false };
  if (asked.includes('@')) return { hits: hitsOf(directory.mailbox(asked), directory), more: false };
  const [words, place] = [nameWords(asked), nameWords(town)];
  const found = distinct(directory.search(words, place, false));
  if (found.length < limit + 1) {
    const known = new Set(found.map(keyOf));
    found.push(...distinct(directory.search(words, place, true)).filter((entry) => !known.has(keyOf(entry))));
  }
  return { hits: hitsOf(found.slice(0, limit), directory), more: found.length > limit };
}

/** One entry for each professional or structure, by name. */
function distinct(entries: readonly DirectoryEntry[]): DirectoryEntry[] {
  const first = new Map<string, DirectoryEntry>();
  for (const entry of entries) if (!first.has(keyOf(entry))) first.set(keyOf(entry), entry);
  const byName = new Intl.Collator('fr').compare;
  return [...first.values()].sort((a, b) => byName(nameOf(a), nameOf(b)) || byName(keyOf(a), keyOf(b)));
}

const keyOf = ({ idNat, structure, structureName, mailbox }: DirectoryEntry) =>
  idNat ?? `${structure ?? ''} ${structureName ?? ''} ${structure ? '' : (mailbox ?? '')}`;

const nameOf = ({ family, given, structureName, mailbox }: DirectoryEntry) =>
  family ? [family, given].filter(Boolean).join(' ') : (structureName ?? mailbox ?? '');

/** Each entry's whole person: all activities and mailboxes, from both extractions. */
function hitsOf(entries: readonly DirectoryEntry[], directory: Directory): DirectoryHit[] {
  return distinct(entries).map((entry) => {
    const all = entry.idNat
      ? directory.professional(entry.idNat)
      : entries.filter((e) => keyOf(e) === keyOf(entry));
    const profession = all.find((one) => one.profession)?.profession;
    const mailboxes = new Map(
      all.flatMap((one) => (one.mailbox ? [[one.mailbox.toLowerCase(), one] as const] : [])),
    );
    return {
      ...(entry.idNat ? { idNat: entry.idNat } : {}),
      name: nameOf(entry),
      ...(profession ? { profession } : {}),
      places: [...new Set(all.map(placeOf).filter(Boolean))],
      mailboxes: [...mailboxes.values()].map(({ mailbox = '', structure, paperOnly }) => ({
        address: mailbox,
        ...(structure ? { structure } : {}),
        ...(paperOnly ? { paperOnly } : {}),
      })),
    };
  });
}

function placeOf({ idNat, structureName, postalCode, town }: DirectoryEntry): string {
  const place = [postalCode, town].filter(Boolean).join(' ');
  return [idNat ? structureName : undefined, place].filter(Boolean).join(', ');
}
