import type { DispatchFlags } from '../report/dossier.ts';
import type { Alerts } from './alerts.ts';
import { fromJson } from './context.ts';
import type { Reports } from './reports.ts';

const DAY_MS = 24 * 3_600_000;
/** CSP R.1111-53: without consultation in two weeks the patient is invited to consult. */
const REMINDER_MS = 14 * DAY_MS;
/** CSP R.1111-53: one month after the deposit, the data open to the patient. */
export const VISIBLE_BY_RIGHT_MS = 30 * DAY_MS;

/** The clock of what is masked to the patient until an announcement: it starts with the first deposit, and with no later one. */
export function createAnnouncements({
  reports,
  alerts,
}: {
  readonly reports: Reports;
  readonly alerts: Alerts;
}) {
  const check = (reportId: string): void => {
    const { deposited_at: since } = reports.load(reportId);
    const { flags, cause } = reports.newest(reportId);
    const masked = fromJson<DispatchFlags>(flags).invisiblePatient === true;
    if (since === null || !masked || cause === 'withdrawal') {
      alerts.settle('annonce-14-jours', reportId);
      alerts.settle('annonce-30-jours', reportId);
      return;
    }
    const subject = reportId;
    alerts.raise({ kind: 'annonce-14-jours', subject, since, due: since + REMINDER_MS });
    alerts.raise({ kind: 'annonce-30-jours', subject, since, due: since + VISIBLE_BY_RIGHT_MS });
  };

  return {
    /** After a plan: the mask may have come or gone. */
    check,
    /** The DMP has it; only the first time starts the clock. */
    deposited(reportId: string): void {
      reports.deposited(reportId);
      check(reportId);
    },
  };
}

export type Announcements = ReturnType<typeof createAnnouncements>;
