import { TRAITS_RULE } from '../report/delivery.ts';
import { qualify, strictTraitsDiffer } from '../report/identity.ts';
import { fromJson } from './context.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import { UNSENT_STATES } from './delivery-states.ts';
import type { Patients } from './patients.ts';
import type { Reports } from './reports.ts';

/** Names of the rules that hold a report for its identity begin with one of these (policy/rules.ts). */
const IDENTITY_RULES = ['ins', 'identite'];

/** An identity that becomes qualified, or changes its INS or a strict trait, after a report was made. */
export function createRenewal({
  reports,
  patients,
  deliveries,
  actor,
}: {
  readonly reports: Reports;
  readonly patients: Patients;
  readonly deliveries: Deliveries;
  readonly actor: string;
}) {
  return {
    /**
     * Makes a new version with the identity as it is now, when the newest version, planned and not gone yet, either is
     * held for lack of that qualified identity, or for a status that no longer blocks, or carries another INS, other strict traits or a number that was merged,
     * which nobody has received. One that could not become a document is tried again with it. (Had somebody, a person must have that withdrawn first: the plan holds.) Never with the identity of somebody else,
     * nor for one that lost its qualification: the plan holds these too. Rules that a person lifted stay lifted, but for
     * the one about the traits that have just changed.
     * @returns its number
     */
    renewIdentity(reportId: string): number | undefined {
      const newest = reports.newest(reportId);
      if (newest.state !== 'planned' && newest.state !== 'blocked') return undefined;
      const { patient_id: patientId } = reports.load(reportId);
      const identity = patients.identity(patientId);
      const now = qualify(identity);
      if (now.kind === 'unqualified' && (newest.qualified === 1 || now.cause === 'status-blocked'))
        return undefined;
      const planned = deliveries.ofVersion(reportId, newest.number);
      const earlier = reports.dossier(newest);
      if (patients.isAnother(patientId, earlier.patient)) return undefined;
      const moved =
        earlier.patient.localId.value !== identity.localId.value ||
        earlier.patient.localId.authority !== identity.localId.authority ||
        strictTraitsDiffer(earlier.patient.traits, identity.traits) ||
        (newest.qualified === 1 && earlier.patient.ins?.matricule !== identity.ins?.matricule);
      const waits = newest.state === 'blocked' || planned.some(isHeldForIdentity);
      const before = qualify(earlier.patient);
      const wasBlocked = before.kind === 'unqualified' && before.cause === 'status-blocked';
      const gained = newest.qualified === 0 && waits && (now.kind === 'qualified' || wasBlocked);
      if (!gained && !(moved && planned.every(isUnsent) && !reports.reached(reportId))) return undefined;
      return reports.addVersion(reportId, {
        dossier: { ...earlier, patient: identity },
        cause: earlier.withdrawn ? 'withdrawal' : 'identity',
        lifted: fromJson<string[]>(newest.lifted).filter((rule) => !rule.startsWith(TRAITS_RULE)),
        by: actor,
      });
    },
  };
}

const UNSENT: readonly string[] = UNSENT_STATES;
const isUnsent = ({ state }: Delivery) => UNSENT.includes(state);
const isHeldForIdentity = ({ state, rule }: Delivery) =>
  state === 'held' && IDENTITY_RULES.some((name) => rule.startsWith(name));

export type Renewal = ReturnType<typeof createRenewal>;
