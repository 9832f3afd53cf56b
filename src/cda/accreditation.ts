import type { Accreditation, Laboratory } from '../report/laboratory.ts';
import type { Report } from '../report/report.ts';
import type { ResultCoding } from '../report/result.ts';
import { leaves } from './chapters.ts';

/**
 * Accreditation as Cofrac GEN REF 11 wants it told: a mark on each examination covered, the number, scope and activity
 * once, and nothing of it on a report without any such examination.
 */

export const ACCREDITATION_MARK = '*';

/** Identifier spaces of accreditations (cr-bio §3). */
export const ACCREDITATION_ROOTS: Readonly<Record<Accreditation['body'], string>> = {
  COFRAC: '1.2.250.1.213.6.3.1',
  EFI: '1.2.250.1.213.6.3.2',
};

export function isAccredited(coding: ResultCoding, { accreditation }: Laboratory): boolean {
  return accreditation !== undefined && coding.accredited === true;
}

/** The laboratory's accreditation, when an examination of this report is covered by it. */
export function accreditationOf(report: Report): Accreditation | undefined {
  const codings = leaves(report)
    .flatMap(({ content }) => content.batteries)
    .flatMap(({ results, isolates }) => [
      ...results.map(({ coding }) => coding),
      ...isolates.flatMap(({ countCoding, antibiogram }) => [
        countCoding ?? {},
        ...antibiogram.map(({ coding }) => coding),
      ]),
    ]);
  return codings.some((coding) => coding.accredited === true) ? report.laboratory.accreditation : undefined;
}
