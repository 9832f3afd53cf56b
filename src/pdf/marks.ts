import type { Report } from '../report/report.ts';
import type { Result } from '../report/result.ts';
import { ownBatteries } from './contents.ts';

/** Beside an examination that the laboratory's accreditation covers. */
export const ACCREDITED_MARK = '*';
/** Beside an examination that no human reviewed. */
export const AUTOMATIC_MARK = '†';

/** What signs beside an examination's name say; nothing is explained that no examination bears. */
export interface Marks {
  /** At least one examination is accredited, and the accreditation is known (Cofrac GEN REF 11). */
  readonly accreditation: boolean;
  readonly automatic: boolean;
  /** Signs of one result, with the space before them; empty for most. */
  readonly of: (result: Result) => string;
}

/**
 * Signs of a report's results. Those that another laboratory made bear none: our accreditation does not cover them, nor
 * does our review.
 */
export function marksOf(report: Report): Marks {
  const accredited = new Set<Result>();
  const automatic = new Set<Result>();
  const add = (result: Result, covered: true | undefined) => {
    if (result.performer || result.status === 'cancelled') return;
    if (covered && report.laboratory.accreditation) accredited.add(result);
    if (result.automaticValidation) automatic.add(result);
  };
  for (const { results, isolates } of ownBatteries(report)) {
    for (const result of results) add(result, result.coding.accredited);
    for (const { count, countCoding, antibiogram } of isolates) {
      if (count) add(count, countCoding?.accredited);
      for (const result of antibiogram) add(result, result.coding.accredited);
    }
  }
  return {
    accreditation: accredited.size > 0,
    automatic: automatic.size > 0,
    of: (result) => {
      const signs =
        (accredited.has(result) ? ACCREDITED_MARK : '') + (automatic.has(result) ? AUTOMATIC_MARK : '');
      return signs === '' ? '' : `\u00a0${signs}`;
    },
  };
}
