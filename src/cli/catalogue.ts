import { type Command, Option } from 'commander';
import type { ExportOptions } from '../commands/catalogue-export.ts';
import type { CatalogueOptions } from '../commands/catalogue-files.ts';
import type { RollbackOptions } from '../commands/catalogue-history.ts';
import type { ImportOptions } from '../commands/catalogue-import-job.ts';
import type { SetOptions } from '../commands/catalogue-set.ts';
import type { SuggestOptions } from '../commands/catalogue-suggest.ts';
import type { CommonOptions } from '../commands/output.ts';
import { command, exit, group, output } from './command.ts';

/** What keeps the catalogue: check, import, export, changes by hand, history, coverage and suggestions. */
export function catalogueCommands(crbio: Command): void {
  const catalogue = group(crbio, 'catalogue', 'le catalogue LOINC');
  command(
    catalogue,
    'check <FILE>',
    'contrôle de qualité du catalogue',
    'crbio catalogue check loinc/catalogue.csv',
  ).action(async (file: string, options: CommonOptions) => {
    const { checkCatalogueFile } = await import('../commands/catalogue.ts');
    exit(await checkCatalogueFile(output, options, file));
  });
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
    .action(async (files: string[], options: ImportOptions) => {
      const { importCatalogue } = await import('../commands/catalogue-import.ts');
      exit(await importCatalogue(output, options, files, new Date()));
    });
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
    .action(async (options: ExportOptions) => {
      const { exportCatalogue } = await import('../commands/catalogue-export.ts');
      exit(await exportCatalogue(output, options, new Date()));
    });
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
    .action(async (code: string, options: SetOptions) => {
      const { setCatalogueCode } = await import('../commands/catalogue-set.ts');
      exit(await setCatalogueCode(output, options, code, new Date()));
    });
  named(
    catalogue,
    'history [CODE]',
    'versions du catalogue et leurs auteurs, ou modifications d’un code',
    'crbio catalogue history GLYC',
  ).action(async (code: string | undefined, options: CatalogueOptions) => {
    const { showHistory } = await import('../commands/catalogue-history.ts');
    exit(await showHistory(output, options, code));
  });
  named(
    catalogue,
    'rollback <VERSION>',
    'remet le contenu d’une version gardée',
    "crbio catalogue rollback 3 --by 'Dr Martin' --reason 'import erroné'",
  )
    .requiredOption('--by <WHO>', 'qui en répond')
    .option('--reason <TEXT>', 'pourquoi', '')
    .option('--force', 'malgré des erreurs')
    .action(async (version: string, options: RollbackOptions) => {
      const { rollback } = await import('../commands/catalogue-history.ts');
      exit(await rollback(output, options, version, new Date()));
    });
  named(
    catalogue,
    'coverage <INPUT...>',
    "part des résultats d'un flux qui partent en LOINC, par codes et par volume",
    'crbio catalogue coverage --catalogue loinc/catalogue.csv resultats/',
  ).action(async (inputs: string[], options: CatalogueOptions) => {
    const { showCoverage } = await import('../commands/catalogue-coverage.ts');
    exit(await showCoverage(output, options, inputs));
  });
  named(
    catalogue,
    'suggest [CODE]',
    'codes LOINC candidats, avec leurs raisons ; ne décide rien',
    'crbio catalogue suggest --all --input resultats/',
  )
    .option('--all', 'toutes les analyses sans code validé')
    .option('--input <INPUT...>', 'fichiers de résultats : analyses absentes du catalogue')
    .option('--limit <N>', 'candidats par analyse', '5')
    .action(async (code: string | undefined, options: SuggestOptions) => {
      const { suggestCodes } = await import('../commands/catalogue-suggest.ts');
      exit(await suggestCodes(output, options, code));
    });
}

/** A command about a catalogue: the one named, else the configuration's. */
function named(parent: Command, usage: string, description: string, example: string): Command {
  return command(parent, usage, description, example).option('--catalogue <FILE>', 'catalogue LOINC');
}
