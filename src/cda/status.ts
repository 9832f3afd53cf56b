import type { Battery, Content } from '../report/report.ts';
import type { Result } from '../report/result.ts';

/** statusCode of an act, a battery or an isolate (cr-bio §6). */
export type ParentStatus = 'completed' | 'active' | 'aborted';

/** `active` while a result is awaited or may still change; `aborted` when none will be done. */
export function statusOfResults(results: readonly Pick<Result, 'status'>[]): ParentStatus {
  if (results.some(({ status }) => status === 'pending' || status === 'preliminary')) return 'active';
  return results.length > 0 && results.every(({ status }) => status === 'cancelled')
    ? 'aborted'
    : 'completed';
}

/** Every result of a battery, those of its isolates included. */
function resultsOf(battery: Battery): Pick<Result, 'status'>[] {
  return [
    ...battery.results,
    ...battery.isolates.flatMap((isolate) => [
      ...(isolate.count ? [isolate.count] : []),
      ...isolate.antibiogram,
    ]),
  ];
}

export function statusOfContent(content: Content): ParentStatus {
  return statusOfResults(content.batteries.flatMap(resultsOf));
}
