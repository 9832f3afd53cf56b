import { type Addressees, professionalsOf, withProfessionals } from '../report/addressees.ts';
import type { DirectoryAnswer, DirectoryEntry, DirectoryLookup } from '../report/directory-entry.ts';
import { sameFamily } from '../report/names.ts';
import type { Professional } from '../report/people.ts';
import type { Warning } from '../report/report.ts';
import { WARNINGS } from './faults.ts';

/**
 * Gives the prescriber and the recipients of a dossier the MSSanté address that the national directory has for them,
 * where neither the message nor the laboratory's table gave one. Nothing is guessed: see {@link chooseMailbox}.
 * @returns the dossier, each address taken marked with where it comes from; and why the others have none
 */
export function withDirectory<T extends Addressees>(
  dossier: T,
  lookup: DirectoryLookup,
): { readonly dossier: T; readonly warnings: readonly Warning[] } {
  const warnings = new Map<string, Warning>();
  const complete = (person: Professional): Professional => {
    if (person.mssante !== undefined || person.idNat === undefined) return person;
    const answer = lookup(person.idNat);
    if (!answer) return person;
    const chosen = chooseMailbox(answer, { ...person, idNat: person.idNat });
    if (typeof chosen === 'string') {
      const { by, asOf } = answer;
      return { ...person, mssante: chosen, mailboxOrigin: { by, ...(asOf ? { asOf } : {}) } };
    }
    warnings.set(chosen.text, chosen);
    return person;
  };
  return { dossier: withProfessionals(dossier, complete), warnings: [...warnings.values()] };
}

/**
 * The one address of a professional (mssante.md §5):
 * 1. the directory must know the number under the family name that the message writes;
 * 2. boxes whose holder does not accept electronic documents are left out;
 * 3. of several, the one whose structure is the one that the message names with the professional;
 * 4. several still: none.
 * @returns the address, or why there is none
 */
export function chooseMailbox(
  { entries }: Pick<DirectoryAnswer, 'entries'>,
  { idNat, family, structure }: Pick<Professional, 'family' | 'structure'> & { readonly idNat: string },
): string | Warning {
  const theirs = entries.filter((entry) => entry.family !== undefined && sameFamily(entry.family, family));
  if (theirs.length === 0) return entries.length === 0 ? WARNINGS.unknown(idNat) : WARNINGS.otherName(idNat);
  const boxes = theirs.filter(({ mailbox }) => mailbox !== undefined);
  if (boxes.length === 0) return WARNINGS.noMailbox(idNat);
  const open = boxes.filter(({ paperOnly }) => !paperOnly);
  if (open.length === 0) return WARNINGS.paperOnly(idNat);
  const here = open.filter((entry) => entry.structure !== undefined && entry.structure === structure?.idNat);
  for (const candidates of [addresses(open), addresses(here)]) {
    const [only, ...others] = candidates;
    if (only !== undefined && others.length === 0) return only;
  }
  return WARNINGS.several(idNat, addresses(open).length);
}

/** Distinct addresses, whatever their case; one listed at two structures is one. */
function addresses(entries: readonly DirectoryEntry[]): string[] {
  const found = new Map<string, string>();
  for (const { mailbox } of entries)
    if (mailbox !== undefined && !found.has(mailbox.toLowerCase())) found.set(mailbox.toLowerCase(), mailbox);
  return [...found.values()];
}

/** Professionals whom nothing can reach: a local code that the laboratory's table does not know. */
export function unknownCodes(dossier: Addressees): Warning[] {
  const codes = professionalsOf(dossier)
    .filter(({ idNat, mssante }) => idNat === undefined && mssante === undefined)
    .flatMap(({ localCode }) => localCode ?? []);
  return [...new Set(codes)].map(WARNINGS.localCode);
}
