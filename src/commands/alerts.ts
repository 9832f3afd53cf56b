import { ALERTS } from '../report/alert.ts';
import type { AlertRow } from '../store/rows.ts';
import { type CommonOptions, EXIT, type ExitCode, list, moment, type Output, say } from './output.ts';
import { type ActOptions, actOf } from './report.ts';
import { actDone, withStore } from './store.ts';

export interface AlertListOptions extends CommonOptions {
  /** Also those to come and those closed. */
  readonly all?: boolean;
  readonly report?: string;
}

/** `crbio alerts list`: what a person has to look at. */
export function listAlerts(output: Output, options: AlertListOptions): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const rows = await store.alerts({
      all: options.all ?? false,
      ...(options.report === undefined ? {} : { subject: options.report }),
    });
    const worded = rows.map((row) => ({ ...row, ...ALERTS[row.kind] }));
    list(output, options, worded, [
      { french: 'n°', english: 'id', value: (row) => String(row.alertId) },
      { french: 'depuis', english: 'since', value: (row) => moment(row.since) },
      { french: 'objet', english: 'about', value: (row) => row.subject },
      {
        french: 'alerte',
        english: 'alert',
        value: (row) => `${row.what} [${row.kind}]${stateOf(options, row)} → ${row.todo}`,
      },
    ]);
    return EXIT.done;
  });
}

/** `crbio alerts close ID` */
export function closeAlert(output: Output, options: ActOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) =>
    actDone(
      output,
      options,
      id,
      await store.closeAlert(Number(id), actOf(options)),
      'alerte close',
      'alert closed',
    ),
  );
}

function stateOf(options: CommonOptions, { closedAt, closedBy, due, toldAt }: AlertRow): string {
  if (closedAt !== undefined)
    return ` — ${say(options, 'close', 'closed')} ${moment(closedAt)}, ${closedBy ?? ''}`;
  return toldAt === undefined ? ` — ${say(options, 'échéance', 'due')} ${moment(due)}` : '';
}
