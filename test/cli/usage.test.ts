import { Command, CommanderError, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandNamed, FRENCH_HELP, languageIn, usageFault } from '../../src/cli/usage.ts';

/** A program of two levels, as crbio is. */
function aProgram(): Command {
  const program = new Command('crbio')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp(FRENCH_HELP);
  const report = program.command('report').exitOverride();
  report
    .command('mask <ID>')
    .exitOverride()
    .requiredOption('--by <WHO>', 'qui agit')
    .option('--reason <TEXT>', 'pourquoi', '')
    .addOption(new Option('--lang <LANG>', 'langue').choices(['fr', 'en']).default('fr'));
  return program;
}

function refused(words: readonly string[], lang = 'fr') {
  const program = aProgram();
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return usageFault(error.message, commandNamed(program, words).path, lang);
    throw error;
  }
  throw new Error('accepted');
}

describe('a command line that is not understood', () => {
  it.each([
    ['report mask X --by me --nope', 'option inconnue : --nope'],
    ['report msk X', 'commande inconnue : msk (peut-être mask)'],
    ['report mask --by me', 'il manque un argument : ID'],
    ['report mask X --by', 'l’option --by <WHO> demande une valeur'],
    ['report mask X', 'option obligatoire : --by <WHO>'],
    ['report mask X Y --by me', 'trop d’arguments'],
    ['report mask X --lang de', 'option --lang <LANG> : de n’est pas permis, seulement fr, en'],
  ])('%s: %s', (line, cause) => {
    expect(refused(line.split(' '))).toMatchObject({ code: 'USAGE', cause });
  });

  it('says where the usage is told', () => {
    expect(refused(['report', 'mask', 'X']).hint).toBe('crbio help report mask montre l’usage');
    expect(refused(['report', 'msk']).hint).toBe('crbio help report montre l’usage');
  });

  it('is told in English where English was asked for', () => {
    expect(refused(['report', 'msk'], 'en')).toEqual({
      code: 'USAGE',
      cause: "unknown command 'msk' (Did you mean mask?)",
      hint: 'crbio help report shows the usage',
    });
    expect(
      ['--lang en', '--lang=en', '--lang fr', 'report en', ''].map((line) => languageIn(line.split(' '))),
    ).toEqual(['en', 'en', 'fr', 'fr', 'fr']);
  });
});

it('names the first word that is no command, whatever asks for help', () => {
  const named = (line: string) => commandNamed(aProgram(), line.split(' '));
  expect(named('help report mask')).toEqual({ path: ['report', 'mask'] });
  expect(named('report help msk')).toEqual({ path: ['report'], unknown: 'msk' });
  expect(named('report mask X')).toEqual({ path: ['report', 'mask'] });
});

it('gives the help in French', () => {
  const mask = aProgram().commands[0]?.commands[0];
  const help = mask?.helpInformation() ?? '';
  expect(help).toMatch(/^Usage : .+\n[\s\S]+Options :\n/);
  expect(help).toContain('langue (fr, en ; par défaut : fr)');
  expect(help).toMatch(/pourquoi$/m);
});
