import { ALERTS } from '../report/alert.ts';
import type { AlertRow } from '../store/rows.ts';
import { type CommonOptions, say } from './output.ts';

/** One alert of a report in a line: what happened, what to do, the number that closes it. */
export function alertLine(options: CommonOptions, alert: AlertRow): string {
  const { what, todo } = ALERTS[alert.kind];
  return `  ⚠ ${what} [${alert.kind}] → ${todo}  (${say(options, 'alerte', 'alert')} ${alert.alertId})`;
}
