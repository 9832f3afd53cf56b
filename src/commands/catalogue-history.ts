import { basename } from 'node:path';
import type { Fault } from '../report/fault.ts';
import { checkCatalogue } from '../terminology/catalogue.ts';
import { ACTION_WORDS, sha256Of, type Version, VersionedFile } from '../terminology/versions.ts';
import { type CatalogueOptions, cataloguePath, presentCatalogue, tablesFor } from './catalogue-files.ts';
import { complain, counted, EXIT, type ExitCode, list, moment, type Output, say } from './output.ts';

export interface RollbackOptions extends CatalogueOptions {
  readonly by: string;
  readonly reason: string;
  readonly force?: boolean;
}

/**
 * `crbio catalogue history [CODE]`: the versions and their authors; with a code, every change of its cells
 * (SGL.LOI.09).
 */
export async function showHistory(
  output: Output,
  options: CatalogueOptions,
  code: string | undefined,
): Promise<ExitCode> {
  const path = cataloguePath(output, options, 'read');
  if (!path) return EXIT.usage;
  const file = new VersionedFile(path);
  const versions = file.history();
  if (code !== undefined) return showChanges(output, options, versions, code);
  const active = file.active()?.version;
  list(
    output,
    options,
    versions.map((version) => row(version, active)),
    [
      {
        french: 'version',
        english: 'version',
        value: ({ version, active }) => `${version}${active ? ' *' : ''}`,
      },
      { french: 'date', english: 'date', value: ({ at }) => moment(Date.parse(at)) },
      {
        french: 'acte',
        english: 'act',
        value: ({ action, format }) =>
          `${options.lang === 'en' ? action : ACTION_WORDS[action]}${format ? ` ${format}` : ''}`,
      },
      { french: 'auteur', english: 'author', value: ({ by }) => by || '—' },
      {
        french: 'transcodés',
        english: 'mapped',
        value: ({ measure }) => (measure ? `${measure.mapped}/${measure.codes}` : ''),
      },
      { french: 'motif', english: 'reason', value: ({ reason }) => reason },
    ],
  );
  return EXIT.done;
}

/** The changes themselves are for `history CODE`: a version may have thousands. */
function row({ changes, ...version }: Version, active: number | undefined) {
  return { ...version, cells: changes?.length ?? 0, active: version.version === active };
}

function showChanges(
  output: Output,
  options: CatalogueOptions,
  versions: readonly Version[],
  code: string,
): ExitCode {
  const rows = versions.flatMap(({ version, at, by, reason, changes = [] }) =>
    changes
      .filter((change) => change.code === code)
      .map((change) => ({ version, at, by, reason, ...change })),
  );
  list(output, options, rows, [
    { french: 'version', english: 'version', value: ({ version }) => String(version) },
    { french: 'date', english: 'date', value: ({ at }) => moment(Date.parse(at)) },
    { french: 'auteur', english: 'author', value: ({ by }) => by || '—' },
    { french: 'colonne', english: 'column', value: ({ column }) => column },
    { french: 'avant', english: 'before', value: ({ from }) => from || '—' },
    { french: 'après', english: 'after', value: ({ to }) => to || '—' },
    { french: 'motif', english: 'reason', value: ({ reason }) => reason },
  ]);
  return EXIT.done;
}

/** `crbio catalogue rollback VERSION`: what a version held becomes a new version, checked against today's tables. */
export async function rollback(
  output: Output,
  options: RollbackOptions,
  number: string,
  now: Date,
): Promise<ExitCode> {
  const path = cataloguePath(output, options, 'write');
  const tables = path && tablesFor(output, options, path);
  if (!path || !tables) return EXIT.usage;
  const refuse = (fault: Fault): ExitCode => {
    complain(output, options, fault);
    return EXIT.refused;
  };
  const file = new VersionedFile(path);
  const bytes = file.read(Number(number));
  if ('cause' in bytes) return refuse(bytes);
  const present = presentCatalogue(path);
  const errors = checkCatalogue({ name: basename(path), bytes }, tables).filter(
    ({ level }) => level === 'error',
  );
  if (errors.length > 0 && !options.force) {
    return refuse({
      code: 'VERSION_OUTDATED',
      cause: `La version ${number} a ${counted(errors.length, 'erreur', 'erreurs')} avec les tables de référence d’aujourd’hui.`,
      hint: 'Corriger le catalogue en place, ou forcer (--force) : le démon refusera un catalogue en erreur.',
    });
  }
  const act = {
    at: now.toISOString(),
    by: options.by,
    reason: options.reason || `version ${number}`,
    action: 'rollback',
  } as const;
  const version = file.activate(bytes, act, present && sha256Of(present.bytes));
  if ('cause' in version) return refuse(version);
  output.out(
    options.json
      ? JSON.stringify({ version: version.version, from: Number(number) })
      : say(
          options,
          `version ${version.version} activée, contenu de la version ${number}`,
          `version ${version.version} is active, with what version ${number} held`,
        ),
  );
  return EXIT.done;
}
