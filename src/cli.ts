#!/usr/bin/env node
import { CommanderError } from 'commander';
import { program } from './cli/program.ts';
import { isSystemError, systemFault } from './cli/system-fault.ts';
import { commandNamed, languageIn, usageFault } from './cli/usage.ts';
import { complain, EXIT, STANDARD } from './commands/output.ts';

// `crbio report list | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode);
});

const words = process.argv.slice(2);
const lang = languageIn(words);
const crbio = program(lang);
try {
  const { path, unknown } = commandNamed(crbio, words);
  const asksForHelp = words[0] === 'help' || words[1] === 'help';
  if (asksForHelp && unknown !== undefined) crbio.error(`error: unknown command '${unknown}'`);
  // `crbio help report release`: commander's own help command knows one level.
  await crbio.parseAsync(asksForHelp ? [...path, '--help'] : words, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    // A group called alone has shown its commands.
    if (error.exitCode !== 0 && error.code !== 'commander.help')
      complain(
        STANDARD,
        { json: words.includes('--json'), lang },
        usageFault(error.message, commandNamed(crbio, words).path, lang),
      );
  } else if (isSystemError(error)) {
    // The machine's fault; anything else is a bug and shows its stack.
    complain(STANDARD, { json: words.includes('--json'), lang }, systemFault(error, lang));
    process.exitCode = EXIT.environment;
  } else throw error;
}
