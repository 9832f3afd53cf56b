import { unknownCodes, withDirectory } from '../directory/complete.ts';
import { type Correspondent, withCorrespondents } from '../intake/correspondents.ts';
import { type Addressees, type FoundMailbox, foundMailboxOf } from '../report/addressees.ts';
import type { DirectoryLookup } from '../report/directory-entry.ts';
import type { Professional } from '../report/people.ts';
import type { Warning } from '../report/report.ts';

/** Where the laboratory looks for the address of a professional. */
export interface AddressBooks {
  readonly correspondents: readonly Correspondent[];
  /** The national directory; absent: no folder to find one in. */
  readonly directory?: DirectoryLookup | undefined;
}

/** The message wins over the laboratory's table, the table over the national directory. */
export function withAddresses<T extends Addressees>(
  stated: T,
  { correspondents, directory }: AddressBooks,
): { readonly dossier: T; readonly warnings: readonly Warning[] } {
  const known = withCorrespondents(stated, correspondents);
  const { dossier, warnings } = withDirectory(known, directory ?? (() => undefined));
  return { dossier, warnings: [...warnings, ...unknownCodes(dossier)] };
}

/** Names that deliveries to a professional may have while no address is known: the number, and the codes of the table. */
export function recipientsNamed(idNat: string, correspondents: readonly Correspondent[]): string[] {
  return [idNat, ...correspondents.flatMap((one) => (one.idNat === idNat ? one.localCode : []))];
}

/** What the books say today of somebody whose address the message did not give; undefined: none, or more than one. */
export function lookUpMailbox(person: Professional, books: AddressBooks): FoundMailbox | undefined {
  const { dossier } = withAddresses({ recipients: [{ role: 'copy', professional: person }] }, books);
  return dossier.recipients.map(({ professional }) => foundMailboxOf(professional))[0];
}
