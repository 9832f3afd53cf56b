import type { JournalEntry } from '../store/rows.ts';
import { entryInWords } from './journal-words.ts';
import { type CommonOptions, EXIT, type ExitCode, list, moment, type Output, say } from './output.ts';
import { withStore } from './store.ts';

/** `crbio journal list` */
export function listJournal(output: Output, options: CommonOptions & { report?: string }): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const entries = await store.journal(options.report ? { reportId: options.report } : {});
    list(output, options, entries as (JournalEntry & Record<string, unknown>)[], [
      { french: 'n°', english: 'seq', value: (row) => String(row.seq) },
      { french: 'date', english: 'date', value: (row) => moment(row.at) },
      { french: 'acteur', english: 'actor', value: (row) => row.actor },
      { french: 'action', english: 'action', value: (row) => row.action },
      { french: 'objet', english: 'subject', value: (row) => row.subject },
      { french: 'détails', english: 'details', value: (row) => entryInWords(options, row) },
    ]);
    return EXIT.done;
  });
}

/** `crbio journal verify`: recomputes the hash chain. */
export function verifyJournal(output: Output, options: CommonOptions): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const { entries, brokenAt } = await store.verifyJournal();
    if (options.json) output.out(JSON.stringify({ entries, brokenAt: brokenAt ?? null }));
    else if (brokenAt === undefined)
      output.out(say(options, `journal intact : ${entries} entrées`, `journal intact: ${entries} entries`));
    else
      output.err(
        say(options, `journal altéré à l'entrée ${brokenAt}`, `journal broken at entry ${brokenAt}`),
      );
    return brokenAt === undefined ? EXIT.done : EXIT.refused;
  });
}
