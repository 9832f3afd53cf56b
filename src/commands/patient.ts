import { readChannels } from './channels.ts';
import { type CommonOptions, complain, EXIT, type ExitCode, moment, type Output, say } from './output.ts';
import { historyLines } from './patient-history.ts';
import { type ActOptions, actOf } from './report.ts';
import { actDone, withStore } from './store.ts';
import { CHANNEL_WORDS } from './words.ts';

export interface OpposeOptions extends ActOptions {
  readonly channel: readonly string[];
  /** The opposition ends. */
  readonly lift?: boolean;
}

/** `crbio patient oppose ID --channel …`: opposition of a patient, with author and motive (R.1111-47). */
export function opposePatient(output: Output, options: OpposeOptions, id: string): Promise<ExitCode> {
  const channels = readChannels(output, options, options.channel);
  if (!channels) return Promise.resolve(EXIT.usage);
  return withStore(output, options, async (store) =>
    actDone(
      output,
      options,
      id,
      await store.oppose(id, channels, !options.lift, actOf(options)),
      options.lift ? 'opposition levée' : 'opposition enregistrée',
      options.lift ? 'opposition lifted' : 'opposition recorded',
    ),
  );
}

/** `crbio patient show ID` */
export function showPatient(output: Output, options: CommonOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const patient = await store.patient(id);
    if (!patient) {
      complain(output, options, {
        code: 'PATIENT_UNKNOWN',
        cause: `aucun patient ne porte l'identifiant ${id}`,
        hint: "l'identifiant est le numéro de patient du laboratoire",
      });
      return EXIT.refused;
    }
    if (options.json) {
      output.out(JSON.stringify(patient));
      return EXIT.done;
    }
    const { traits, statuses } = patient.identity;
    output.out(
      `${patient.patient} — ${traits.birthName} ${traits.firstGiven ?? ''} (${statuses.join(', ') || say(options, 'sans statut', 'no status')})`,
    );
    if (patient.mergedInto)
      output.out(
        `  ${say(options, 'fusionné dans', 'merged into')} ${patient.mergedInto}${say(options, ' : identité et oppositions sont les siennes', ': identity and oppositions are its own')}`,
      );
    if (patient.consent)
      output.out(
        `  ${say(options, 'alimentation du DMP (ADT)', 'DMP feeding (ADT)')} : ${patient.consent.alimentation}`,
      );
    for (const { channel, by, reason, at, liftedAt } of patient.oppositions) {
      output.out(
        `  ${say(options, 'opposition', 'opposition')} ${CHANNEL_WORDS[channel]} — ${by}, ${moment(at)} : ${reason}${liftedAt === undefined ? '' : ` (${say(options, 'levée le', 'lifted')} ${moment(liftedAt)})`}`,
      );
    }
    for (const line of historyLines(options, patient.history)) output.out(line);
    return EXIT.done;
  });
}
