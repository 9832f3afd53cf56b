import type { Log, LogFields } from '../ops/log.ts';
import type { Store } from '../store/model.ts';
import type { AlertRow } from '../store/rows.ts';

const BATCH = 50;

/** Tells the alerts that are due: one `warn` line each. A crash between the line and its record tells twice, never not. */
export function createAlertTeller({ store, log }: { readonly store: Store; readonly log: Log }) {
  return {
    /** @returns how many were told */
    async turn(): Promise<number> {
      const alerts = await store.alertsDue(BATCH);
      for (const alert of alerts) {
        log.warn('alert', { alert: alert.alertId, code: alert.kind, ...subjectOf(alert) });
        await store.alertTold(alert.alertId);
      }
      return alerts.length;
    },
  };
}

/** The field of the log that its subject has; a patient's row has none. */
function subjectOf({ subject }: AlertRow): LogFields {
  const [kind, id = ''] = subject.split(':');
  if (kind === 'inbox') return { inbox: Number(id) };
  if (kind === 'mail') return { mail: Number(id) };
  if (kind === 'source') return { source: id };
  if (kind === 'delivery') return { delivery: id };
  return id === '' ? { report: subject } : {};
}
