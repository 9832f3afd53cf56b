import type { Command } from 'commander';
import type { DirectoryImportOptions, DirectorySearchOptions } from '../commands/directory.ts';
import type { CommonOptions } from '../commands/output.ts';
import { command, exit, group, output } from './command.ts';

const load = () => import('../commands/directory.ts');

/** The national directory: import of its extractions, search, state. */
export function directoryCommands(crbio: Command): void {
  const directory = group(crbio, 'directory', "l'annuaire national des professionnels");
  command(
    directory,
    'import <FILE...>',
    "importe les extractions de l'Annuaire Santé : toutes ou aucune",
    'crbio directory import Extraction_Correspondance_MSSante_202608261013.zip',
  )
    .option('--force', 'malgré une extraction plus ancienne ou bien plus courte que celle en place')
    .action(async (files: string[], options: DirectoryImportOptions) =>
      exit(await (await load()).importExtractions(output, options, files, Date.now())),
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
      exit(await (await load()).searchExtractions(output, options, text)),
    );
  command(
    directory,
    'status',
    'extractions importées, leur date, leur nombre de lignes',
    'crbio directory status',
  ).action(async (options: CommonOptions) =>
    exit(await (await load()).showDirectory(output, options, Date.now())),
  );
}
