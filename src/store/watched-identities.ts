import { qualify } from '../report/identity.ts';
import type { Alerts } from './alerts.ts';
import type { Deliveries } from './deliveries.ts';
import { UNSENT_STATES } from './delivery-states.ts';
import type { Patients } from './patients.ts';
import type { Reports } from './reports.ts';

/** Rules by which an identity freezes what has not left (policy/rules.ts). */
const FREEZING: readonly string[] = ['identite-changee', 'identite-bloquee'];

/** Tells persons of the reports that their patient's identity freezes, and of those that left under one that no longer holds. */
export function createWatchedIdentities({
  reports,
  patients,
  deliveries,
  alerts,
}: {
  readonly reports: Reports;
  readonly patients: Patients;
  readonly deliveries: Deliveries;
  readonly alerts: Alerts;
}) {
  const isFrozen = (reportId: string): boolean => {
    const newest = reports.newest(reportId);
    const waits = deliveries
      .ofVersion(reportId, newest.number)
      .some(({ state, rule }) => UNSENT.includes(state) && FREEZING.includes(rule));
    if (waits || newest.qualified === 0 || !reports.reached(reportId)) return waits;
    const now = qualify(patients.identity(reports.load(reportId).patient_id));
    return now.kind === 'unqualified' || reports.dossier(newest).patient.ins?.matricule !== now.ins.matricule;
  };

  return {
    /** After a plan, or a change of the identity. */
    check(reportId: string): void {
      if (!isFrozen(reportId)) alerts.settle('identite-gelee', reportId);
      else {
        const since = patients.identitySince(reports.load(reportId).patient_id);
        alerts.raise({ kind: 'identite-gelee', subject: reportId, since });
      }
    },
  };
}

export type WatchedIdentities = ReturnType<typeof createWatchedIdentities>;

const UNSENT: readonly string[] = UNSENT_STATES;
