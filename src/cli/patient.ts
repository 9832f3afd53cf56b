import type { Command } from 'commander';
import type { CommonOptions } from '../commands/output.ts';
import type { OpposeOptions } from '../commands/patient.ts';
import { act, command, exit, group, output } from './command.ts';

const load = () => import('../commands/patient.ts');

/** What is known of a patient, and what the patient refuses. */
export function patientCommands(crbio: Command): void {
  const patient = group(crbio, 'patient', 'les patients : identité, opposition');
  act(
    patient,
    'oppose <ID>',
    'enregistre ou lève une opposition',
    "crbio patient oppose P0001 --channel dmp --by 'Dr Martin' --reason 'motif légitime'",
  )
    .requiredOption('--channel <CHANNEL...>', 'dmp, mssante-pro, mssante-patient')
    .option('--lift', "lève l'opposition")
    .action(async (id: string, options: OpposeOptions) =>
      exit(await (await load()).opposePatient(output, options, id)),
    );
  command(patient, 'show <ID>', 'identité, consentement, oppositions', 'crbio patient show P0001').action(
    async (id: string, options: CommonOptions) => exit(await (await load()).showPatient(output, options, id)),
  );
}
