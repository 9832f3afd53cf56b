import { type Config, pathOf } from '../config.ts';
import type { DirectoryKind, DirectorySource } from '../report/directory-entry.ts';
import { importDirectory } from '../stages/directory-import.ts';
import { type Directory, openDirectory } from '../store/directory.ts';
import { type DirectoryHit, searchDirectory } from './directory-search.ts';
import {
  type CommonOptions,
  complain,
  EXIT,
  type ExitCode,
  list,
  moment,
  type Output,
  say,
} from './output.ts';
import { configured } from './store.ts';

export interface DirectoryImportOptions extends CommonOptions {
  readonly force?: boolean;
}

export interface DirectorySearchOptions extends CommonOptions {
  readonly town?: string;
  readonly limit: string;
}

/** Extractions are published every day; a directory older than this gives addresses that have moved. */
const STALE_DAYS = 30;
const DAY_MS = 24 * 3_600_000;
const MAX_LIMIT = 1_000;

/** `crbio directory import FILE…`: all of the files or nothing; the daemon uses the new directory at its next message. */
export async function importExtractions(
  output: Output,
  options: DirectoryImportOptions,
  files: readonly string[],
  now: number,
): Promise<ExitCode> {
  const config = configured(output, options);
  if (!config) return EXIT.usage;
  const imported = await importDirectory({
    files,
    folder: dataOf(config),
    now,
    force: options.force ?? false,
  });
  if ('cause' in imported) {
    complain(output, options, imported);
    return ['DIRECTORY_UNREADABLE', 'DIRECTORY_BUSY'].includes(imported.code)
      ? EXIT.environment
      : EXIT.refused;
  }
  for (const source of imported) {
    if (options.json) output.out(JSON.stringify(source));
    else
      output.out(
        `${source.file} : ${source.rows} ${say(options, 'lignes importées', 'rows imported')} (${kindWords(options, source.kind)}), ${source.skipped} ${say(options, 'laissées', 'left out')}`,
      );
  }
  return EXIT.done;
}

/** `crbio directory search TEXT`: by name (and town), by RPPS, by mailbox. */
export async function searchExtractions(
  output: Output,
  options: DirectorySearchOptions,
  text: string,
): Promise<ExitCode> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    output.err(
      say(options, `--limit : un nombre de 1 à ${MAX_LIMIT}`, `--limit: a number from 1 to ${MAX_LIMIT}`),
    );
    return EXIT.usage;
  }
  return withDirectory(output, options, (directory) => {
    const { hits, more } = searchDirectory(directory, text, options.town ?? '', limit);
    list(output, options, hits as (DirectoryHit & Record<string, unknown>)[], [
      { french: 'RPPS', english: 'RPPS', value: ({ idNat }) => idNat?.replace(/^8(?=\d{11}$)/, '') ?? '' },
      { french: 'nom', english: 'name', value: ({ name }) => name },
      { french: 'profession', english: 'profession', value: ({ profession }) => profession ?? '' },
      { french: 'lieux', english: 'places', value: ({ places }) => places.join(' · ') },
      {
        french: 'boîtes MSSanté',
        english: 'MSSanté mailboxes',
        value: ({ mailboxes }) =>
          mailboxes
            .map(({ address, paperOnly }) =>
              paperOnly ? `${address} (${say(options, 'papier seulement', 'paper only')})` : address,
            )
            .join(' · '),
      },
    ]);
    if (more && !options.json)
      output.err(
        say(options, 'd’autres existent : préciser, ou --limit', 'there are more: be precise, or --limit'),
      );
    return EXIT.done;
  });
}

/** `crbio directory status`: which extractions, of when. */
export async function showDirectory(output: Output, options: CommonOptions, now: number): Promise<ExitCode> {
  return withDirectory(output, options, (directory) => {
    list(output, options, directory.sources() as (DirectorySource & Record<string, unknown>)[], [
      { french: 'extraction', english: 'extraction', value: ({ kind }) => kindWords(options, kind) },
      { french: 'fichier', english: 'file', value: ({ file }) => file },
      { french: 'lignes', english: 'rows', value: ({ rows }) => String(rows) },
      { french: 'laissées', english: 'left out', value: ({ skipped }) => String(skipped) },
      { french: 'importée', english: 'imported', value: ({ importedAt }) => moment(importedAt) },
      {
        french: 'âge',
        english: 'age',
        value: ({ importedAt }) => {
          const days = Math.floor((now - importedAt) / DAY_MS);
          return `${days} ${say(options, 'j', 'd')}${days > STALE_DAYS ? ` — ${say(options, 'à renouveler', 'to be renewed')}` : ''}`;
        },
      },
    ]);
    return EXIT.done;
  });
}

function withDirectory(
  output: Output,
  options: CommonOptions,
  command: (directory: Directory) => ExitCode,
): ExitCode {
  const config = configured(output, options);
  if (!config) return EXIT.usage;
  const directory = openDirectory(dataOf(config));
  try {
    if (directory.sources().length > 0) return command(directory);
    output.err(
      say(
        options,
        "pas encore d'annuaire national : crbio directory import",
        'no national directory yet: crbio directory import',
      ),
    );
    return EXIT.environment;
  } finally {
    directory.close();
  }
}

const dataOf = (config: Config) => pathOf(config, config.data);

const kindWords = (options: CommonOptions, kind: DirectoryKind) =>
  kind === 'activity' ? say(options, 'activités', 'activities') : say(options, 'boîtes MSSanté', 'mailboxes');
