import type { Recipient } from '../report/dossier.ts';
import type { Professional } from '../report/people.ts';
import type { ReadingContext } from './context.ts';
import type { Repetition, Segment } from './hl7.ts';
import type { OrderGroup } from './message-groups.ts';
import { mailboxOf, readOrganization, readPerson, samePerson } from './people.ts';

/** Who ordered, and who is to get the report: OBR-16 or ORC-12, OBR-28, PRT of recipients (inputs.md §3.1, §7). */
export function readRecipients(
  orders: readonly OrderGroup[],
  context: ReadingContext,
): { readonly prescriber?: Professional; readonly recipients: readonly Recipient[] } {
  const recipients: Recipient[] = [];
  const add = (role: Recipient['role'], person: Professional | undefined) => {
    if (!person) return;
    const index = recipients.findIndex(({ professional }) => samePerson(professional, person));
    const known = recipients[index];
    // The same person named again, now with a mailbox: one recipient.
    if (known) recipients[index] = { ...known, professional: { ...person, ...known.professional } };
    else recipients.push({ role, professional: person });
  };

  // A code alone proves nobody: one that was given to somebody else would send them a patient's results.
  const named = (xcn: Repetition): Professional | undefined => {
    const person = readPerson(xcn);
    if (!person) context.warn('RECIPIENT_UNNAMED', xcn.text());
    return person;
  };

  for (const { obr, orc } of orders) {
    const prescribers = obr.repetitions(16).length > 0 ? obr.repetitions(16) : (orc?.repetitions(12) ?? []);
    for (const xcn of prescribers) add('prescriber', named(xcn));
  }
  const prescribers = recipients.length;
  if (prescribers > 1) context.warn('PRESCRIBERS_SEVERAL');
  for (const { obr, participations, observations } of orders) {
    for (const xcn of obr.repetitions(28)) add('copy', named(xcn));
    for (const prt of [...participations, ...observations.flatMap((group) => group.participations)]) {
      const role = prt.text(4).toUpperCase();
      if (role === 'RCT') add('copy', participant(prt));
      if (role === 'OP') add('prescriber', participant(prt));
    }
  }
  const prescriber = recipients.find(({ role }) => role === 'prescriber')?.professional;
  return { ...(prescriber ? { prescriber } : {}), recipients };
}

/** PRT-5 person and PRT-8 organisation with the mailbox of PRT-15.4. A patient (CX type INS) is no professional. */
export function participant(prt: Segment): Professional | undefined {
  const xcn = prt.repetitions(5)[0];
  if (xcn && /^INS/.test(xcn.text(13))) return undefined;
  const person = readPerson(xcn);
  const structure = readOrganization(prt.repetitions(8)[0]);
  const mssante = mailboxOf(prt);
  const mail = mssante ? { mssante } : {};
  if (person) return { ...person, ...(structure ? { structure } : {}), ...mail };
  return structure && { family: structure.name, structure, ...mail };
}
