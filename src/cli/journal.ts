import type { Command } from 'commander';
import type { CommonOptions } from '../commands/output.ts';
import { command, exit, group, output } from './command.ts';

const load = () => import('../commands/journal.ts');

/** The audit journal. */
export function journalCommands(crbio: Command): void {
  const journal = group(crbio, 'journal', "le journal d'audit");
  command(journal, 'list', 'les entrées du journal', 'crbio journal list --report sgl-3f2a…')
    .option('--report <ID>', 'seulement ce compte rendu')
    .action(async (options: CommonOptions & { report?: string }) =>
      exit(await (await load()).listJournal(output, options)),
    );
  command(journal, 'verify', 'vérifie le chaînage', 'crbio journal verify').action(
    async (options: CommonOptions) => exit(await (await load()).verifyJournal(output, options)),
  );
}
