import type { Command } from 'commander';
import type { CommonOptions } from '../commands/output.ts';
import type { ActOptions } from '../commands/report.ts';
import { act, command, exit, group, output } from './command.ts';

const load = () => import('../commands/queue.ts');

/** The deliveries. */
export function queueCommands(crbio: Command): void {
  const queue = group(crbio, 'queue', 'les envois');
  command(queue, 'list', 'envois en attente, retenus, à retenter, en échec', 'crbio queue list').action(
    async (options: CommonOptions) => exit(await (await load()).listQueue(output, options)),
  );
  act(queue, 'retry <ID>', 'retente un envoi', "crbio queue retry sgl-3f2a…-v1-2 --by 'Dr Martin'").action(
    async (id: string, options: ActOptions) => exit(await (await load()).retryDelivery(output, options, id)),
  );
  act(queue, 'cancel <ID>', 'annule un envoi', "crbio queue cancel sgl-3f2a…-v1-2 --by 'Dr Martin'").action(
    async (id: string, options: ActOptions) => exit(await (await load()).cancelDelivery(output, options, id)),
  );
}
