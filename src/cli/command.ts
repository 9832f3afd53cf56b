import { type Command, Option } from 'commander';
import { type ExitCode, STANDARD } from '../commands/output.ts';

/** Where every command writes. */
export const output = STANDARD;

/** Ends the program once what it still does has ended. */
export function exit(code: ExitCode): void {
  process.exitCode = code;
}

/** Commands under one word. */
export function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).exitOverride();
}

/** A command with the options that all share, and its example. */
export function command(parent: Command, usage: string, description: string, example: string): Command {
  return parent
    .command(usage)
    .description(description)
    .exitOverride()
    .option('--config <FILE>', 'fichier de configuration')
    .option('--json', 'un objet JSON par ligne')
    .addOption(new Option('--lang <LANG>', 'langue des messages').choices(['fr', 'en']).default('fr'))
    .addHelpText('after', `\nExemple :\n  ${example}`);
}

/** A person's act: who, and why. */
export function act(parent: Command, usage: string, description: string, example: string): Command {
  return command(parent, usage, description, example)
    .requiredOption('--by <WHO>', 'qui agit')
    .option('--reason <TEXT>', 'pourquoi', '');
}
