import type { Dossier } from './dossier.ts';
import { sameFamily } from './names.ts';
import type { MailboxOrigin, Professional } from './people.ts';

/** The professionals of a dossier: each may get its report. */
export type Addressees = Pick<Dossier, 'prescriber' | 'recipients'>;

/** An address that the message did not give. */
export interface FoundMailbox {
  readonly mssante: string;
  readonly mailboxOrigin: MailboxOrigin;
}

/** Names a professional's delivery while no mailbox is known: PS_IdNat, else the local code, else the family name. */
export const keyOf = ({
  idNat,
  localCode,
  family,
}: Pick<Professional, 'idNat' | 'localCode' | 'family'>): string => idNat ?? localCode ?? family;

/** The prescriber, then the recipients; one person may be several times there. */
export function professionalsOf({ prescriber, recipients }: Addressees): Professional[] {
  return [...(prescriber ? [prescriber] : []), ...recipients.map(({ professional }) => professional)];
}

/** The same dossier, each professional changed. */
export function withProfessionals<T extends Addressees>(
  dossier: T,
  change: (person: Professional) => Professional,
): T {
  return {
    ...dossier,
    ...(dossier.prescriber ? { prescriber: change(dossier.prescriber) } : {}),
    recipients: dossier.recipients.map((recipient) => ({
      ...recipient,
      professional: change(recipient.professional),
    })),
  };
}

/**
 * Gives the professionals of a dossier the addresses that were found for them after its messages had come: to compare it
 * with the version that has them, and for nothing else. Without them the next message would seem to say that they have
 * none any more, and replace everywhere a report that says nothing new.
 * @param earlier the version that has them
 * @param counts does this one? One that was wrong, and to which nothing has gone yet, must not be kept
 */
export function withFoundMailboxes<T extends Addressees>(
  dossier: T,
  earlier: Addressees,
  counts: (found: FoundMailbox) => boolean,
): T {
  const known = professionalsOf(earlier).filter((person) => {
    const found = foundMailboxOf(person);
    return found !== undefined && counts(found);
  });
  return withProfessionals(dossier, (person) => {
    if (person.mssante !== undefined) return person;
    const same = known.find((one) => keyOf(one) === keyOf(person) && sameFamily(one.family, person.family));
    return { ...person, ...(same && foundMailboxOf(same)) };
  });
}

/** The address of a professional, when it is not the message's. */
export function foundMailboxOf({ mssante, mailboxOrigin }: Professional): FoundMailbox | undefined {
  return mssante !== undefined && mailboxOrigin ? { mssante, mailboxOrigin } : undefined;
}
