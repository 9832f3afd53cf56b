import { Command } from 'commander';
import type { CommonOptions } from '../commands/output.ts';
import type { RenderOptions } from '../commands/render.ts';
import { alertCommands } from './alerts.ts';
import { catalogueCommands } from './catalogue.ts';
import { command, exit, output } from './command.ts';
import { directoryCommands } from './directory.ts';
import { journalCommands } from './journal.ts';
import { mailCommands } from './mail.ts';
import { patientCommands } from './patient.ts';
import { quarantineCommands } from './quarantine.ts';
import { queueCommands } from './queue.ts';
import { reportCommands } from './report.ts';
import { FRENCH_HELP } from './usage.ts';

const VERSION = '0.1.0';

/**
 * Every command of crbio, with its options and its help: a contract (docs/cli.md). Each is a thin call into commands/,
 * whose modules load when called, so that `crbio help` does not open a database.
 * @param lang of the help's own words
 */
export function program(lang: string): Command {
  const crbio = new Command('crbio')
    .description('publie les comptes rendus de biologie médicale (CR-Bio) vers le DMP et MSSanté')
    .version(VERSION, '-V, --version', 'donne la version')
    .exitOverride()
    // Whoever parses tells what is refused, as every other refusal is told.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true, ...(lang === 'fr' ? FRENCH_HELP : {}) })
    .helpCommand('help [command]', "montre l'usage d'une commande, avec un exemple")
    .helpOption('-h, --help', "montre l'usage");

  command(
    crbio,
    'start',
    'lance le démon au premier plan ; journal en JSON sur la sortie standard',
    'crbio start --config /etc/crbio/crbio.yaml',
  ).action(async (options: CommonOptions) => {
    const { start } = await import('../commands/start.ts');
    exit(await start(output, options));
  });
  command(
    crbio,
    'check',
    'vérifie tout ce qui peut se savoir avant de lancer',
    'crbio check --config /etc/crbio/crbio.yaml --reach',
  )
    .option('--reach', 'joint aussi les destinataires')
    .action(async (options: CommonOptions & { reach?: boolean }) => {
      const { check } = await import('../commands/check.ts');
      exit(await check(output, options));
    });
  command(
    crbio,
    'render <INPUT...>',
    'hors ligne : écrit CDA, PDF, XDM et plan de chaque compte rendu',
    'crbio render --out /tmp/sortie resultats/',
  )
    .requiredOption('--out <DIR>', "dossier d'écriture")
    .option('--catalogue <FILE>', 'catalogue LOINC à employer')
    .action(async (inputs: string[], options: RenderOptions) => {
      const { render } = await import('../commands/render.ts');
      exit(await render(output, options, inputs));
    });
  command(
    crbio,
    'validate <FILE...>',
    'contrôle de conformité de documents CR-Bio, archives XDM et PDF',
    'crbio validate sortie/*.cda.xml',
  ).action(async (files: string[], options: CommonOptions) => {
    const { validate } = await import('../commands/validate.ts');
    exit(await validate(output, options, files));
  });
  command(
    crbio,
    'demo',
    'bac à sable : faux DMP et faux opérateur MSSanté, laboratoire et résultats d’exemple',
    'crbio demo --keep',
  )
    .option('--keep', 'reste en marche après le résumé')
    .action(async (options: CommonOptions & { keep?: boolean }) => {
      const { demo } = await import('../commands/demo.ts');
      exit(await demo(output, options));
    });

  catalogueCommands(crbio);
  reportCommands(crbio);
  patientCommands(crbio);
  queueCommands(crbio);
  mailCommands(crbio);
  quarantineCommands(crbio);
  alertCommands(crbio);
  directoryCommands(crbio);
  journalCommands(crbio);
  return crbio;
}
