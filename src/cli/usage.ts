import type { Command, Option } from 'commander';
import type { Fault } from '../report/fault.ts';

/** What the argument parser says, in French: it has English words only. */

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': 'Usage :',
  'Options:': 'Options :',
  'Global Options:': 'Options générales :',
  'Commands:': 'Commandes :',
};

/** Titles of a help text, and how an option tells its choices and its default. */
export const FRENCH_HELP = {
  styleTitle: (title: string) => TITLES[title] ?? title,
  optionDescription: ({ description, argChoices, defaultValue }: Option) => {
    const notes = [
      ...(argChoices ? [argChoices.join(', ')] : []),
      ...(defaultValue ? [`par défaut : ${defaultValue}`] : []),
    ];
    return notes.length > 0 ? `${description} (${notes.join(' ; ')})` : description;
  },
};

/** The parser's refusals, each with its French sentence. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/^unknown option '(.+)'/, 'option inconnue : $1'],
  [/^unknown command '(.+)'/, 'commande inconnue : $1'],
  [/^missing required argument '(.+)'/, 'il manque un argument : $1'],
  [/^option '(.+)' argument missing/, 'l’option $1 demande une valeur'],
  [/^required option '(.+)' not specified/, 'option obligatoire : $1'],
  [/^too many arguments.*/, 'trop d’arguments'],
  [
    /^option '(.+)' argument '(.*)' is invalid\. Allowed choices are (.+)\./,
    'option $1 : $2 n’est pas permis, seulement $3',
  ],
];

/**
 * What is wrong with a command line.
 * @param message the parser's, in English
 * @param path words of the command that was called, without `crbio`
 */
export function usageFault(message: string, path: readonly string[], lang: string): Fault {
  const help = ['crbio', 'help', ...path].join(' ');
  const [first = '', ...others] = message.replace(/^error: /, '').split('\n');
  if (lang === 'en')
    return { code: 'USAGE', cause: [first, ...others].join(' '), hint: `${help} shows the usage` };
  const refusal = REFUSALS.find(([pattern]) => pattern.test(first));
  const cause = refusal ? first.replace(...refusal) : first;
  const near = /Did you mean (?:one of )?(.+)\?/.exec(others.join(' '))?.[1];
  return {
    code: 'USAGE',
    cause: near ? `${cause} (peut-être ${near})` : cause,
    hint: `${help} montre l’usage`,
  };
}

/** The command that words name, as far as they name one: its path, and the first word that names none. */
export function commandNamed(
  root: Command,
  words: readonly string[],
): { readonly path: readonly string[]; readonly unknown?: string } {
  let at = root;
  const path: string[] = [];
  for (const word of words) {
    if (word === 'help') continue;
    const below = at.commands.find((command) => command.name() === word);
    if (!below) return at.commands.length > 0 && !word.startsWith('-') ? { path, unknown: word } : { path };
    path.push(word);
    at = below;
  }
  return { path };
}

/** The value of `--lang` on a command line that may not be understood otherwise. */
export function languageIn(words: readonly string[]): string {
  const at = words.findIndex((word) => /^--lang(=|$)/.test(word));
  return (words[at]?.split('=')[1] ?? words[at + 1]) === 'en' && at >= 0 ? 'en' : 'fr';
}
