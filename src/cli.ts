#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import type { AlertListOptions } from './commands/alerts.ts';
import type { ExportOptions } from './commands/catalogue-export.ts';
import type { CatalogueOptions } from './commands/catalogue-files.ts';
import type { RollbackOptions } from './commands/catalogue-history.ts';
import type { ImportOptions } from './commands/catalogue-import-job.ts';
import type { SetOptions } from './commands/catalogue-set.ts';
import type { SuggestOptions } from './commands/catalogue-suggest.ts';
import type { DirectoryImportOptions, DirectorySearchOptions } from './commands/directory.ts';
import { type CommonOptions, complain, EXIT, type ExitCode, STANDARD } from './commands/output.ts';
import type { ShowOptions } from './commands/quarantine.ts';
import type { ReplayOptions } from './commands/quarantine-replay.ts';
import { commandNamed, FRENCH_HELP, languageIn, usageFault } from './commands/usage.ts';

/**
 * The command line: a contract (docs/cli.md). Each command is a thin call into commands/; modules load when called, so
 * that `crbio help` does not open a database.
 */

const output = STANDARD;

function program(lang: string): Command {
  const crbio = new Command('crbio')
    .description('publie les comptes rendus de biologie médicale (CR-Bio) vers le DMP et MSSanté')
    .version(VERSION, '-V, --version', 'donne la version')
    .exitOverride()
    // What is refused is told once, as every other refusal is (see the end of this file).
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
    const { start } = await import('./commands/start.ts');
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
      const { check } = await import('./commands/check.ts');
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
    .action(async (inputs: string[], options: CommonOptions & { out: string; catalogue?: string }) => {
      const { render } = await import('./commands/render.ts');
      exit(await render(output, options, inputs));
    });
  command(
    crbio,
    'validate <FILE...>',
    'contrôle de conformité de documents CR-Bio, archives XDM et PDF',
    'crbio validate sortie/*.cda.xml',
  ).action(async (files: string[], options: CommonOptions) => {
    const { validate } = await import('./commands/validate.ts');
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
      const { demo } = await import('./commands/demo.ts');
      exit(await demo(output, options));
    });

  const catalogue = group(crbio, 'catalogue', 'le catalogue LOINC');
  command(
    catalogue,
    'check <FILE>',
    'contrôle de qualité du catalogue',
    'crbio catalogue check loinc/catalogue.csv',
  ).action(async (file: string, options: CommonOptions) => {
    const { checkCatalogueFile } = await import('./commands/catalogue.ts');
    exit(await checkCatalogueFile(output, options, file));
  });
  catalogueCommands(catalogue);

  const report = group(crbio, 'report', 'les comptes rendus et les actes du biologiste');
  command(report, 'list', 'liste les comptes rendus et leur sort', 'crbio report list --state planned')
    .addOption(
      new Option('--state <STATE>', 'seulement cet état').choices([
        'interpreted',
        'rendered',
        'planned',
        'blocked',
        'held',
      ]),
    )
    .action(async (options: CommonOptions & { state?: string }) =>
      exit(await (await import('./commands/report.ts')).listReports(output, options)),
    );
  command(
    report,
    'show <ID>',
    'versions, documents et envois d’un compte rendu',
    'crbio report show sgl-3f2a…',
  ).action(async (id: string, options: CommonOptions) =>
    exit(await (await import('./commands/report.ts')).showReport(output, options, id)),
  );
  act(
    report,
    'hold <ID>',
    'retient tout ce qui n’est pas parti',
    "crbio report hold sgl-3f2a… --by 'Dr Martin' --reason 'à relire'",
  ).action(async (id, options) =>
    exit(await (await import('./commands/report.ts')).holdReport(output, options, id)),
  );
  act(
    report,
    'release <ID>',
    'libère ce qu’une personne peut libérer',
    "crbio report release sgl-3f2a… --by 'Dr Martin' --reason 'annonce faite'",
  )
    .option('--channel <CHANNEL...>', 'seulement ces canaux : dmp, mssante-pro, mssante-patient')
    .action(async (id, options) =>
      exit(await (await import('./commands/report.ts')).releaseReport(output, options, id)),
    );
  act(
    report,
    'withdraw <ID>',
    'retire le compte rendu partout où il est parti : suppression dans le DMP, avis par courriel',
    "crbio report withdraw sgl-3f2a… --by 'Dr Martin' --reason 'erreur de patient'",
  ).action(async (id, options) =>
    exit(await (await import('./commands/report.ts')).withdrawReport(output, options, id)),
  );
  for (const [name, masked, text] of [
    ['mask', true, 'masque : une nouvelle version remplace la précédente'],
    ['unmask', false, 'lève des masquages (tous si aucun n’est nommé)'],
  ] as const) {
    act(
      report,
      `${name} <ID>`,
      text,
      `crbio report ${name} sgl-3f2a… --patient${masked ? ' --until 2026-04-01' : ''} --by 'Dr Martin' --reason 'annonce'`,
    )
      .option('--ps', 'aux professionnels de santé')
      .option('--patient', 'au patient')
      .option('--representatives', 'aux représentants légaux')
      .addOption(
        new Option('--until <DATE>', 'date qui lève le masquage d’elle-même (AAAA-MM-JJ)').hideHelp(!masked),
      )
      .action(async (id, options) =>
        exit(await (await import('./commands/report.ts')).maskReport(output, options, id, masked)),
      );
  }

  command(
    crbio,
    'explain <ID>',
    'pourquoi chaque envoi a été fait, retenu ou refusé',
    'crbio explain sgl-3f2a…',
  ).action(async (id: string, options: CommonOptions) =>
    exit(await (await import('./commands/report.ts')).explainReport(output, options, id)),
  );

  const patient = group(crbio, 'patient', 'les patients : identité, opposition');
  act(
    patient,
    'oppose <ID>',
    'enregistre ou lève une opposition',
    "crbio patient oppose P0001 --channel dmp --by 'Dr Martin' --reason 'motif légitime'",
  )
    .requiredOption('--channel <CHANNEL...>', 'dmp, mssante-pro, mssante-patient')
    .option('--lift', "lève l'opposition")
    .action(async (id, options) =>
      exit(await (await import('./commands/patient.ts')).opposePatient(output, options, id)),
    );
  command(patient, 'show <ID>', 'identité, consentement, oppositions', 'crbio patient show P0001').action(
    async (id: string, options: CommonOptions) =>
      exit(await (await import('./commands/patient.ts')).showPatient(output, options, id)),
  );

  const queue = group(crbio, 'queue', 'les envois');
  command(queue, 'list', 'envois en attente, retenus, à retenter, en échec', 'crbio queue list').action(
    async (options: CommonOptions) =>
      exit(await (await import('./commands/queue.ts')).listQueue(output, options)),
  );
  act(queue, 'retry <ID>', 'retente un envoi', "crbio queue retry sgl-3f2a…-v1-2 --by 'Dr Martin'").action(
    async (id, options) =>
      exit(await (await import('./commands/queue.ts')).retryDelivery(output, options, id)),
  );
  act(queue, 'cancel <ID>', 'annule un envoi', "crbio queue cancel sgl-3f2a…-v1-2 --by 'Dr Martin'").action(
    async (id, options) =>
      exit(await (await import('./commands/queue.ts')).cancelDelivery(output, options, id)),
  );

  const quarantine = group(crbio, 'quarantine', 'les entrées qui n’ont pu être interprétées');
  command(quarantine, 'list', 'les entrées, leur âge et que faire', 'crbio quarantine list').action(
    async (options: CommonOptions) =>
      exit(await (await import('./commands/quarantine.ts')).listQuarantine(output, options, Date.now())),
  );
  command(quarantine, 'show <ID>', 'motif, conduite à tenir, contenu', 'crbio quarantine show 3 --around')
    .option('--around', 'montre le segment en cause, le champ marqué ; la consultation est journalisée')
    .option('--raw', 'écrit les octets reçus sur la sortie standard (vers un fichier)')
    .option('--out <FILE>', 'écrit les octets reçus dans un nouveau fichier')
    .action(async (id: string, options: ShowOptions) =>
      exit(await (await import('./commands/quarantine.ts')).showQuarantine(output, options, id, Date.now())),
    );
  command(
    quarantine,
    'replay <ID>',
    'réinterprète après correction',
    "crbio quarantine replay 3 --file corrige.hl7 --by 'Dr Martin' --reason 'PID-3 complété'",
  )
    .option('--by <WHO>', 'qui agit ; inutile avec --preview')
    .option('--reason <TEXT>', 'pourquoi', '')
    .option('--preview', 'dit ce que donnerait le rejeu, sans rien faire')
    .option('--file <FILE>', "copie corrigée, prise à la place de l'original, qui est gardé")
    .action(async (id: string, options: ReplayOptions) =>
      exit(await (await import('./commands/quarantine-replay.ts')).replayQuarantine(output, options, id)),
    );

  const alerts = group(crbio, 'alerts', 'ce qu’une personne doit regarder');
  command(alerts, 'list', 'alertes ouvertes et échues', 'crbio alerts list')
    .option('--all', 'aussi celles à venir et celles qui sont closes')
    .option('--report <ID>', 'seulement ce compte rendu')
    .action(async (options: AlertListOptions) =>
      exit(await (await import('./commands/alerts.ts')).listAlerts(output, options)),
    );
  act(
    alerts,
    'close <ID>',
    'clôt une alerte',
    "crbio alerts close 4 --by 'Dr Martin' --reason 'patient prévenu'",
  ).action(async (id, options) =>
    exit(await (await import('./commands/alerts.ts')).closeAlert(output, options, id)),
  );

  directoryCommands(group(crbio, 'directory', "l'annuaire national des professionnels"));

  const journal = group(crbio, 'journal', "le journal d'audit");
  command(journal, 'list', 'les entrées du journal', 'crbio journal list --report sgl-3f2a…')
    .option('--report <ID>', 'seulement ce compte rendu')
    .action(async (options: CommonOptions & { report?: string }) =>
      exit(await (await import('./commands/journal.ts')).listJournal(output, options)),
    );
  command(journal, 'verify', 'vérifie le chaînage', 'crbio journal verify').action(
    async (options: CommonOptions) =>
      exit(await (await import('./commands/journal.ts')).verifyJournal(output, options)),
  );
  return crbio;
}

/** Import, export, changes by hand, history, coverage and suggestions: what keeps the catalogue. */
function catalogueCommands(catalogue: Command): void {
  named(
    catalogue,
    'import <FILE...>',
    "essaie un import et montre son rapport ; l'applique avec --apply",
    "crbio catalogue import LOINC_6_transcodage.csv --from segur --apply --by 'Dr Martin'",
  )
    .addOption(
      new Option('--from <FORMAT>', 'format du fichier')
        .choices(['native', 'segur', 'circuit', 'loinc', 'omop', 'usagi', 'conceptmap'])
        .makeOptionMandatory(),
    )
    .option('--apply', 'active une nouvelle version')
    .option('--by <WHO>', 'qui en répond')
    .option('--reason <TEXT>', 'pourquoi', '')
    .option('--force', 'active même un import moins bon que la version en place')
    .option('--report <FILE>', "écrit le rapport d'import (CSV)")
    .option('--concepts <FILE>', "omop, usagi : CONCEPT.csv du vocabulaire LOINC d'OMOP")
    .option('--column <CHAMP=EN-TÊTE...>', 'circuit : en-tête d’une colonne nommée autrement')
    .action(async (files: string[], options: ImportOptions) =>
      exit(
        await (await import('./commands/catalogue-import.ts')).importCatalogue(
          output,
          options,
          files,
          new Date(),
        ),
      ),
    );
  named(
    catalogue,
    'export',
    'écrit les fichiers LOINC_1, LOINC_2, LOINC_3 d’un transcodeur, ou le catalogue entier',
    'crbio catalogue export --format segur --out /tmp/transcodage',
  )
    .addOption(
      new Option('--format <FORMAT>', 'forme des fichiers').choices(['segur', 'native']).default('segur'),
    )
    .requiredOption('--out <DIR>', "dossier d'écriture")
    .action(async (options: ExportOptions) =>
      exit(
        await (await import('./commands/catalogue-export.ts')).exportCatalogue(output, options, new Date()),
      ),
    );
  named(
    catalogue,
    'set <CODE>',
    'modifie une analyse à la main, auteur et date gardés',
    "crbio catalogue set GLYC --loinc 14749-6 --by 'Dr Martin' --reason 'circuit 1.1.19'",
  )
    .requiredOption('--by <WHO>', 'qui en répond')
    .option('--reason <TEXT>', 'pourquoi', '')
    .option('--loinc <CODE>', 'code LOINC du résultat ; validé par --by')
    .option('--order-loinc <CODE>', 'code LOINC de la demande')
    .option('--chapter <CODE>', 'chapitre')
    .option('--sub-chapter <CODE>', 'sous-chapitre')
    .option('--ucum <UNIT>', 'unité émise')
    .option('--status <STATUS>', 'validated, review, unmapped, waiting, retired')
    .option('--comment <TEXT>', 'commentaire')
    .option('--specimen <CODE>', 'échantillon (table 0487) de la ligne, quand le code en a plusieurs')
    .option('--valid-from <DATE>', 'ferme la ligne la veille et en ouvre une (AAAA-MM-JJ)')
    .action(async (code: string, options: SetOptions) =>
      exit(
        await (await import('./commands/catalogue-set.ts')).setCatalogueCode(
          output,
          options,
          code,
          new Date(),
        ),
      ),
    );
  named(
    catalogue,
    'history [CODE]',
    'versions du catalogue et leurs auteurs, ou modifications d’un code',
    'crbio catalogue history GLYC',
  ).action(async (code: string | undefined, options: CatalogueOptions) =>
    exit(await (await import('./commands/catalogue-history.ts')).showHistory(output, options, code)),
  );
  named(
    catalogue,
    'rollback <VERSION>',
    'remet le contenu d’une version gardée',
    "crbio catalogue rollback 3 --by 'Dr Martin' --reason 'import erroné'",
  )
    .requiredOption('--by <WHO>', 'qui en répond')
    .option('--reason <TEXT>', 'pourquoi', '')
    .option('--force', 'malgré des erreurs')
    .action(async (version: string, options: RollbackOptions) =>
      exit(
        await (await import('./commands/catalogue-history.ts')).rollback(
          output,
          options,
          version,
          new Date(),
        ),
      ),
    );
  named(
    catalogue,
    'coverage <INPUT...>',
    "part des résultats d'un flux qui partent en LOINC, par codes et par volume",
    'crbio catalogue coverage --catalogue loinc/catalogue.csv resultats/',
  ).action(async (inputs: string[], options: CatalogueOptions) =>
    exit(await (await import('./commands/catalogue-coverage.ts')).showCoverage(output, options, inputs)),
  );
  named(
    catalogue,
    'suggest [CODE]',
    'codes LOINC candidats, avec leurs raisons ; ne décide rien',
    'crbio catalogue suggest --all --input resultats/',
  )
    .option('--all', 'toutes les analyses sans code validé')
    .option('--input <INPUT...>', 'fichiers de résultats : analyses absentes du catalogue')
    .option('--limit <N>', 'candidats par analyse', '5')
    .action(async (code: string | undefined, options: SuggestOptions) =>
      exit(await (await import('./commands/catalogue-suggest.ts')).suggestCodes(output, options, code)),
    );
}

/** The national directory: import of its extractions, search, state. */
function directoryCommands(directory: Command): void {
  command(
    directory,
    'import <FILE...>',
    "importe les extractions de l'Annuaire Santé : toutes ou aucune",
    'crbio directory import Extraction_Correspondance_MSSante_202608261013.zip',
  )
    .option('--force', 'malgré une extraction plus ancienne ou bien plus courte que celle en place')
    .action(async (files: string[], options: DirectoryImportOptions) =>
      exit(
        await (await import('./commands/directory.ts')).importExtractions(output, options, files, Date.now()),
      ),
    );
  command(
    directory,
    'search <TEXT>',
    'cherche un professionnel ou une structure : nom, RPPS ou adresse MSSanté',
    "crbio directory search 'durand claire' --town paris",
  )
    .option('--town <TOWN>', 'seulement ceux qui exercent dans cette ville')
    .option('--limit <N>', 'nombre de réponses', '20')
    .action(async (text: string, options: DirectorySearchOptions) =>
      exit(await (await import('./commands/directory.ts')).searchExtractions(output, options, text)),
    );
  command(
    directory,
    'status',
    'extractions importées, leur date, leur nombre de lignes',
    'crbio directory status',
  ).action(async (options: CommonOptions) =>
    exit(await (await import('./commands/directory.ts')).showDirectory(output, options, Date.now())),
  );
}

/** A command about a catalogue: the one named, else the configuration's. */
function named(parent: Command, usage: string, description: string, example: string): Command {
  return command(parent, usage, description, example).option('--catalogue <FILE>', 'catalogue LOINC');
}

const VERSION = '0.1.0';

function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).exitOverride();
}

/** A command with the options that all share, and its example. */
function command(parent: Command, usage: string, description: string, example: string): Command {
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
function act(parent: Command, usage: string, description: string, example: string): Command {
  return command(parent, usage, description, example)
    .requiredOption('--by <WHO>', 'qui agit')
    .option('--reason <TEXT>', 'pourquoi', '');
}

function exit(code: ExitCode): void {
  process.exitCode = code;
}

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
        output,
        { json: words.includes('--json'), lang },
        usageFault(error.message, commandNamed(crbio, words).path, lang),
      );
  } else if (isEnvironmentError(error)) {
    output.err(`${error.code} ${error.path ?? ''}`);
    process.exitCode = EXIT.environment;
  } else throw error;
}

/** A system error (disk, port, rights): the machine's fault, exit 3; anything else is a bug and shows its stack. */
function isEnvironmentError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'errno' in error
  );
}
