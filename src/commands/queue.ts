import type { DeliveryState } from '../store/records.ts';
import type { DeliveryRow } from '../store/rows.ts';
import { type CommonOptions, EXIT, type ExitCode, list, moment, type Output } from './output.ts';
import { type ActOptions, actOf } from './report.ts';
import { actDone, withStore } from './store.ts';
import { CHANNEL_WORDS, STATE_WORDS } from './words.ts';

const OPEN: readonly DeliveryState[] = ['waiting', 'held', 'leased', 'on-wire', 'unknown', 'failed'];

/** `crbio queue list`: deliveries waiting, held, retrying, failed. */
export function listQueue(output: Output, options: CommonOptions): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const rows = await store.deliveries({ states: OPEN });
    list(output, options, rows as (DeliveryRow & Record<string, unknown>)[], [
      { french: 'envoi', english: 'delivery', value: (row) => row.deliveryId },
      { french: 'compte rendu', english: 'report', value: (row) => `${row.reportId} v${row.version}` },
      {
        french: 'canal',
        english: 'channel',
        value: (row) => (options.lang === 'en' ? row.channel : CHANNEL_WORDS[row.channel]),
      },
      {
        french: 'état',
        english: 'state',
        value: (row) => (options.lang === 'en' ? row.state : STATE_WORDS[row.state]),
      },
      { french: 'essais', english: 'tries', value: (row) => String(row.attempts) },
      {
        french: 'prochain',
        english: 'next',
        value: (row) => (row.nextAt === undefined ? (row.until ?? '') : moment(row.nextAt)),
      },
      {
        french: 'motif',
        english: 'reason',
        value: (row) =>
          row.lastCause && row.state !== 'held' ? `${row.lastCause} [${row.lastCode}]` : row.reason,
      },
    ]);
    return EXIT.done;
  });
}

/** `crbio queue retry ID` */
export function retryDelivery(output: Output, options: ActOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) =>
    actDone(
      output,
      options,
      id,
      await store.retryDelivery(id, actOf(options)),
      'sera retenté',
      'will be tried again',
    ),
  );
}

/** `crbio queue cancel ID` */
export function cancelDelivery(output: Output, options: ActOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) =>
    actDone(output, options, id, await store.cancelDelivery(id, actOf(options)), 'annulé', 'cancelled'),
  );
}
