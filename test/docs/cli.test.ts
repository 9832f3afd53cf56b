import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { sectionOf } from './sources.ts';

/** The page against the built program's own help: commands, arguments, options, exit codes. */

const PAGE = readFileSync('docs/cli.md', 'utf8');
const PROGRAM = 'dist/cli.js';
/** Some thirty processes one after the other, on a machine that may be busy. */
const PATIENCE_MS = 180_000;

const help = (...path: string[]): string =>
  execFileSync(process.execPath, [PROGRAM, ...path, '--help'], { encoding: 'utf8' });

/** Options that every command has, and those of every act: the page tells them once. */
const COMMON = ['--config', '--json', '--lang', '--help', '--version'];
const ACT = ['--by', '--reason'];

interface CommandHelp {
  /** `report mask <ID>`. */
  readonly usage: string;
  readonly options: readonly string[];
}

/** The commands of a help text, `help` apart. */
const namesIn = (text: string): string[] =>
  [...(text.split('Commandes :\n')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'help');

/** Every command of the program that is not a group, from its help. */
function commandsOf(path: readonly string[] = []): CommandHelp[] {
  const text = help(...path);
  const below = namesIn(text);
  if (below.length > 0) return below.flatMap((name) => commandsOf([...path, name]));
  const [, argument = ''] = /^Usage : crbio [a-z ]+\[options\] ?(.*)$/m.exec(text) ?? [];
  const options = [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z]+)/gm)].map((match) => match[1] ?? '');
  return [{ usage: [...path, argument].join(' ').trim(), options }];
}

/** The page's rows `crbio …`, with the options that their second cell names. */
const told: CommandHelp[] = [...PAGE.matchAll(/^\| `crbio ([^`]+)` \|([^|]*)\|/gm)].map(
  ([, usage = '', cell = '']) => ({
    usage,
    options: [
      ...(/^ acte/.test(cell) ? ACT : []),
      ...[...cell.matchAll(/`(--[a-z]+)/g)].map((match) => match[1] ?? ''),
    ],
  }),
);

describe.skipIf(!existsSync(PROGRAM))('docs/cli.md', { timeout: PATIENCE_MS }, () => {
  let commands: CommandHelp[] = [];
  beforeAll(() => {
    commands = commandsOf();
  }, PATIENCE_MS);

  it('tells every command with its arguments, and no other', () => {
    expect(told.map(({ usage }) => usage).sort()).toEqual(commands.map(({ usage }) => usage).sort());
  });

  it("tells each command's own options, and no other", () => {
    for (const { usage, options } of commands) {
      const row = told.find((candidate) => candidate.usage === usage);
      const own = options.filter((option) => !COMMON.includes(option));
      expect({ usage, options: [...(row?.options ?? [])].sort() }).toEqual({ usage, options: own.sort() });
    }
  });

  it('tells the options that all commands have', () => {
    const common = sectionOf(PAGE, '## Règles communes');
    for (const option of [...COMMON, ...ACT]) expect(common).toContain(option);
    for (const { usage, options } of commands)
      expect({ usage, options: COMMON.filter((option) => !options.includes(option)) }).toEqual({
        usage,
        options: [],
      });
  });

  it('says how to ask for the help of a command of a group', () => {
    const asked = execFileSync(process.execPath, [PROGRAM, 'report', 'help', 'release'], {
      encoding: 'utf8',
    });
    expect(asked).toBe(help('report', 'release'));
  });

  it('tells the exit codes that the program gives', () => {
    const status = (...words: string[]) => spawnSync(process.execPath, [PROGRAM, ...words]).status;
    expect(status('--version')).toBe(0);
    expect(status('validate', 'package.json')).toBe(1);
    expect(status('unknown-command')).toBe(2);
    expect(status('queue', 'list', '--config', '/nonexistent.yaml')).toBe(2);
    expect(status('validate', '/nonexistent')).toBe(3);
  });
});
