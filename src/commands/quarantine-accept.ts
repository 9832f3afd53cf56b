import { type CommonOptions, EXIT, type ExitCode, type Output } from './output.ts';
import { quarantined } from './quarantine.ts';
import { actDone, withStore } from './store.ts';

export interface AcceptOptions extends CommonOptions {
  /** Named again by who looked, so that a slip of the number takes nothing for another's. */
  readonly report: string;
  readonly by: string;
  readonly reason: string;
}

/** `crbio quarantine accept ID`: a biologist has looked at a scan, and takes it for the document of a report. */
export function acceptScan(output: Output, options: AcceptOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const row = await quarantined(store, output, options, id);
    if (!row) return EXIT.refused;
    const { report, by, reason } = options;
    const result = await store.acceptScan(row.quarantineId, report, { by, reason });
    return actDone(output, options, id, result, `sera joint à ${report}`, `will be joined to ${report}`);
  });
}
