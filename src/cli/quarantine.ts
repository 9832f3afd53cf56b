import type { Command } from 'commander';
import type { CommonOptions } from '../commands/output.ts';
import type { ShowOptions } from '../commands/quarantine.ts';
import type { AcceptOptions } from '../commands/quarantine-accept.ts';
import type { ReplayOptions } from '../commands/quarantine-replay.ts';
import { act, command, exit, group, output } from './command.ts';

/** The inputs that could not be interpreted. */
export function quarantineCommands(crbio: Command): void {
  const quarantine = group(crbio, 'quarantine', 'les entrées qui n’ont pu être interprétées');
  command(quarantine, 'list', 'les entrées, leur âge et que faire', 'crbio quarantine list').action(
    async (options: CommonOptions) => {
      const { listQuarantine } = await import('../commands/quarantine.ts');
      exit(await listQuarantine(output, options, Date.now()));
    },
  );
  command(quarantine, 'show <ID>', 'motif, conduite à tenir, contenu', 'crbio quarantine show 3 --around')
    .option('--around', 'montre le segment en cause, le champ marqué ; la consultation est journalisée')
    .option('--raw', 'écrit les octets reçus sur la sortie standard (vers un fichier)')
    .option('--out <FILE>', 'écrit les octets reçus dans un nouveau fichier')
    .action(async (id: string, options: ShowOptions) => {
      const { showQuarantine } = await import('../commands/quarantine.ts');
      exit(await showQuarantine(output, options, id, Date.now()));
    });
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
    .action(async (id: string, options: ReplayOptions) => {
      const { replayQuarantine } = await import('../commands/quarantine-replay.ts');
      exit(await replayQuarantine(output, options, id));
    });
  act(
    quarantine,
    'accept <ID>',
    'joint un PDF numérisé de sous-traitant, reconnu par un biologiste',
    "crbio quarantine accept 3 --report sgl-905f43db0bd49240 --by 'Dr Martin' --reason 'identité lue sur le document'",
  )
    .requiredOption('--report <ID>', 'le compte rendu que ce document complète')
    .action(async (id: string, options: AcceptOptions) => {
      const { acceptScan } = await import('../commands/quarantine-accept.ts');
      exit(await acceptScan(output, options, id));
    });
}
