import type { Log } from '../ops/log.ts';
import type { DispatchFacts, ProfessionalFact } from '../policy/facts.ts';
import { type FoundMailbox, keyOf, professionalsOf, withProfessionals } from '../report/addressees.ts';
import type { Professional } from '../report/people.ts';
import { instantOf } from '../report/timestamp.ts';
import type { Store } from '../store/model.ts';
import type { FoundAddresses, UnaddressedQuestion, UnaddressedVersion } from '../store/records.ts';

export interface LateAddressDependencies {
  readonly store: Pick<Store, 'unaddressed' | 'addressFound'>;
  readonly log: Log;
  readonly now: () => number;
  /** What the laboratory's table and the directory say today of somebody; undefined: no address, or more than one. */
  readonly mailboxOf: (person: Professional) => FoundMailbox | undefined;
  /** Changes when the imported directory does. */
  readonly edition: () => string | undefined;
  /** Age (ms) from which a report is left to a person: an old result that comes unasked is taken for a new one. 0: all are. */
  readonly maxAgeMs: number;
  /** Something may be waiting to be decided. */
  readonly next: () => void;
  /** There is something to search. */
  readonly wake: () => void;
}

/** Versions looked at in a turn: each reads a dossier, and messages must not wait for that. */
const PAGE = 20;
/** The API's answers grow old, and a search asks it again: what has no address is looked for every day. */
const AGAIN_MS = 24 * 3_600_000;

/**
 * Searches again for the addresses that planned versions lack: all of them at the start and with each new directory, one
 * professional's when the API has answered, one report's after its plan. What is found is kept with the version, which is
 * then to be planned again; nobody else gets anything.
 */
export function createAddressSearch(dependencies: LateAddressDependencies) {
  const { store, log, now, mailboxOf, maxAgeMs, next, wake } = dependencies;
  /** Searches to make, by what they are of; in the order of asking. */
  const searches = new Map<string, Pick<UnaddressedQuestion, 'of' | 'after'>>();
  let edition: string | undefined;
  let againAt = Number.NEGATIVE_INFINITY;

  /** Begins anew one that is under way: what it has passed may be found now. */
  const search = (of?: UnaddressedQuestion['of']): void => {
    searches.set(JSON.stringify(of ?? 'all'), of ? { of } : {});
    wake();
  };

  const complete = async (version: UnaddressedVersion): Promise<boolean> => {
    const found = addressesOf(version, mailboxOf);
    if (!found || !(await store.addressFound(version, found))) return false;
    log.info('address-found', { report: version.reportId, version: version.version });
    return true;
  };

  return {
    learned: (recipients: readonly string[]): void => {
      for (const recipient of recipients) search({ recipient });
    },

    planned: (reportId: string): void => search({ reportId }),

    /** One turn: a page of the search that was asked for first. */
    async turn(): Promise<number> {
      if (maxAgeMs === 0) return 0;
      if (dependencies.edition() !== edition || now() >= againAt) {
        edition = dependencies.edition();
        againAt = now() + AGAIN_MS;
        search();
      }
      const [first] = searches;
      if (!first) return 0;
      const [name, question] = first;
      const since = now() - maxAgeMs;
      const page = await store.unaddressed({ ...question, since }, PAGE);
      const last = page.at(-1);
      if (searches.get(name) === question) {
        if (last && page.length === PAGE) searches.set(name, { ...question, after: last.place });
        else searches.delete(name);
      }
      let count = 0;
      for (const version of page)
        if (instantOf(version.issuedAt) >= since && (await complete(version))) count += 1;
      if (count > 0) next();
      return 1;
    },
  };
}

/** A version with what is found today; undefined when that is nothing. */
function addressesOf(
  { facts, addressees }: UnaddressedVersion,
  mailboxOf: LateAddressDependencies['mailboxOf'],
): FoundAddresses | undefined {
  // The store keeps as JSON what factsOf gave it.
  const { professionals } = facts as unknown as DispatchFacts;
  const lacking = new Set(professionals.filter(({ mailbox }) => mailbox === undefined).map(({ key }) => key));
  const found = new Map<string, FoundMailbox>();
  for (const person of professionalsOf(addressees)) {
    const mailbox = lacking.has(keyOf(person)) ? mailboxOf(person) : undefined;
    if (mailbox) found.set(keyOf(person), asWritten(mailbox, professionals));
  }
  if (found.size === 0) return undefined;
  return {
    facts: {
      ...facts,
      professionals: professionals.map((fact): ProfessionalFact => {
        const mailbox = found.get(fact.key);
        return mailbox ? { ...fact, mailbox: mailbox.mssante, origin: mailbox.mailboxOrigin } : fact;
      }),
    },
    addressees: withProfessionals(addressees, (person) => ({ ...person, ...found.get(keyOf(person)) })),
    by: [...new Set([...found.values()].map(({ mailboxOrigin }) => mailboxOrigin.by))],
  };
}

/** Somebody else of the report may have that mailbox, and the report: one box is one recipient, whatever its case. */
function asWritten(found: FoundMailbox, professionals: readonly ProfessionalFact[]): FoundMailbox {
  const address = found.mssante.toLowerCase();
  const other = professionals.find(({ mailbox }) => mailbox?.toLowerCase() === address);
  return { ...found, mssante: other?.mailbox ?? found.mssante };
}
