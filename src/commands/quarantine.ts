import type { QuarantineRow } from '../store/model.ts';
import {
  type CommonOptions,
  complain,
  EXIT,
  type ExitCode,
  list,
  moment,
  type Output,
  say,
} from './output.ts';
import { type ActOptions, actOf } from './report.ts';
import { actDone, withStore } from './store.ts';

/** `crbio quarantine list` */
export function listQuarantine(output: Output, options: CommonOptions): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const rows = await store.quarantine({});
    list(output, options, rows as (QuarantineRow & Record<string, unknown>)[], [
      { french: 'n°', english: 'id', value: (row) => String(row.quarantineId) },
      { french: 'depuis', english: 'since', value: (row) => moment(row.at) },
      { french: 'source', english: 'source', value: (row) => row.source },
      { french: 'fichier', english: 'file', value: (row) => row.origin },
      { french: 'position', english: 'position', value: (row) => row.fault.position ?? '' },
      { french: 'motif', english: 'reason', value: (row) => `${row.fault.cause} [${row.fault.code}]` },
    ]);
    return EXIT.done;
  });
}

/** `crbio quarantine show ID` */
export function showQuarantine(output: Output, options: CommonOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const [row] = await store.quarantine({ id: Number(id) });
    if (!row) {
      complain(output, options, {
        code: 'QUARANTINE_UNKNOWN',
        cause: `la quarantaine n'a pas d'entrée ${id}`,
        hint: 'crbio quarantine list donne les numéros',
      });
      return EXIT.refused;
    }
    if (options.json) output.out(JSON.stringify(row));
    else {
      output.out(`${row.origin} (${row.source}) — ${moment(row.at)}`);
      complain({ ...output, err: output.out }, options, row.fault);
      if (row.replayedAt !== undefined)
        output.out(say(options, `rejoué le ${moment(row.replayedAt)}`, `replayed ${moment(row.replayedAt)}`));
    }
    return EXIT.done;
  });
}

/** `crbio quarantine replay ID` */
export function replayQuarantine(output: Output, options: ActOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) =>
    actDone(
      output,
      options,
      id,
      await store.replay(Number(id), actOf(options)),
      'sera réinterprété',
      'will be interpreted again',
    ),
  );
}
