import { qualify, type StatedIdentity, strictTraitsDiffer } from '../report/identity.ts';
import type { PatientEvent } from '../store/rows.ts';
import { type CommonOptions, moment, say } from './output.ts';

/** A patient's history, one line for each message that changed something or moved the patient. */
export function historyLines(options: CommonOptions, history: readonly PatientEvent[]): string[] {
  let before: StatedIdentity | undefined;
  return history.flatMap((event) => {
    const said = [...changes(options, event, before), ...choices(options, event)];
    before = event.identity ?? before;
    if (said.length === 0) return [];
    const inbox = event.inboxId === undefined ? '' : ` (inbox:${event.inboxId})`;
    return [
      `  ${moment(event.at)}  ${event.event ? `ADT ${event.event}` : 'ORU'} : ${said.join(' ; ')}${inbox}`,
    ];
  });
}

function changes(
  options: CommonOptions,
  { event, identity, merged, mergedInto }: PatientEvent,
  before: StatedIdentity | undefined,
): string[] {
  if (merged) return [say(options, `reçoit ce qui était à ${merged}`, `takes over ${merged}`)];
  if (mergedInto) return [say(options, `fusionné dans ${mergedInto}`, `merged into ${mergedInto}`)];
  if (!identity) {
    const words = MOVEMENTS[event] ?? ['mouvement', 'movement'];
    return [say(options, `${words[0]}, sans effet`, `${words[1]}, no effect`)];
  }
  const found: string[] = [];
  const [had, has] = [before?.ins?.matricule, identity.ins?.matricule];
  if (!had && has) found.push(say(options, 'INS ajoutée', 'INS added'));
  if (had && !has) found.push(say(options, 'INS retirée', 'INS removed'));
  if (had && has && had !== has) found.push(say(options, 'INS changée', 'INS changed'));
  const statuses = identity.statuses.join(', ') || say(options, 'aucun', 'none');
  if (!before || before.statuses.join() !== identity.statuses.join())
    found.push(say(options, `statut ${statuses}`, `status ${statuses}`));
  if (before && strictTraitsDiffer(before.traits, identity.traits))
    found.push(say(options, 'traits stricts changés', 'strict traits changed'));
  const [was, is] = [before && qualify(before).kind, qualify(identity).kind];
  if (is === 'qualified' && was !== is) found.push(say(options, 'identité qualifiée', 'identity qualified'));
  if (was === 'qualified' && was !== is)
    found.push(say(options, 'identité déqualifiée', 'identity no longer qualified'));
  return found;
}

/** What the patient chose, and how the source got the identity. */
function choices(options: CommonOptions, { consent, proof }: PatientEvent): string[] {
  return [
    ...(consent ? [`${say(options, 'alimentation', 'feeding')} ${consent.alimentation}`] : []),
    ...(consent?.consultation ? [`${say(options, 'consultation', 'reading')} ${consent.consultation}`] : []),
    ...(proof?.mode ? [`${say(options, 'identité par', 'identity by')} ${proof.mode}`] : []),
  ];
}

const MOVEMENTS: Readonly<Record<string, readonly [string, string]>> = {
  A03: ['sortie', 'discharge'],
  A11: ['admission annulée', 'admission cancelled'],
  A12: ['mutation annulée', 'transfer cancelled'],
  A13: ['sortie annulée', 'discharge cancelled'],
};
