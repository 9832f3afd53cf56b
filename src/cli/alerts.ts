import type { Command } from 'commander';
import type { AlertListOptions } from '../commands/alerts.ts';
import type { ActOptions } from '../commands/report.ts';
import { act, command, exit, group, output } from './command.ts';

const load = () => import('../commands/alerts.ts');

/** What a person must look at. */
export function alertCommands(crbio: Command): void {
  const alerts = group(crbio, 'alerts', 'ce qu’une personne doit regarder');
  command(alerts, 'list', 'alertes ouvertes et échues', 'crbio alerts list')
    .option('--all', 'aussi celles à venir et celles qui sont closes')
    .option('--report <ID>', 'seulement ce compte rendu')
    .action(async (options: AlertListOptions) => exit(await (await load()).listAlerts(output, options)));
  act(
    alerts,
    'close <ID>',
    'clôt une alerte',
    "crbio alerts close 4 --by 'Dr Martin' --reason 'patient prévenu'",
  ).action(async (id: string, options: ActOptions) =>
    exit(await (await load()).closeAlert(output, options, id)),
  );
}
