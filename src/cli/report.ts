import { type Command, Option } from 'commander';
import type { CommonOptions } from '../commands/output.ts';
import type { ActOptions, MaskOptions } from '../commands/report.ts';
import { act, command, exit, group, output } from './command.ts';

const load = () => import('../commands/report.ts');

/** What became of the reports, and what a biologist does with one. */
export function reportCommands(crbio: Command): void {
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
      exit(await (await load()).listReports(output, options)),
    );
  command(
    report,
    'show <ID>',
    'versions, documents et envois d’un compte rendu',
    'crbio report show sgl-3f2a…',
  ).action(async (id: string, options: CommonOptions) =>
    exit(await (await load()).showReport(output, options, id)),
  );
  act(
    report,
    'hold <ID>',
    'retient tout ce qui n’est pas parti',
    "crbio report hold sgl-3f2a… --by 'Dr Martin' --reason 'à relire'",
  ).action(async (id: string, options: ActOptions) =>
    exit(await (await load()).holdReport(output, options, id)),
  );
  act(
    report,
    'release <ID>',
    'libère ce qu’une personne peut libérer',
    "crbio report release sgl-3f2a… --by 'Dr Martin' --reason 'annonce faite'",
  )
    .option('--channel <CHANNEL...>', 'seulement ces canaux : dmp, mssante-pro, mssante-patient')
    .action(async (id: string, options: ActOptions & { channel?: readonly string[] }) =>
      exit(await (await load()).releaseReport(output, options, id)),
    );
  act(
    report,
    'withdraw <ID>',
    'retire le compte rendu partout où il est parti : suppression dans le DMP, avis par courriel',
    "crbio report withdraw sgl-3f2a… --by 'Dr Martin' --reason 'erreur de patient'",
  ).action(async (id: string, options: ActOptions) =>
    exit(await (await load()).withdrawReport(output, options, id)),
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
      .action(async (id: string, options: MaskOptions) =>
        exit(await (await load()).maskReport(output, options, id, masked)),
      );
  }

  command(
    crbio,
    'explain <ID>',
    'pourquoi chaque envoi a été fait, retenu ou refusé',
    'crbio explain sgl-3f2a…',
  ).action(async (id: string, options: CommonOptions) =>
    exit(await (await load()).explainReport(output, options, id)),
  );
}
