import type { Consent } from '../report/patient-update.ts';
import { instantOf } from '../report/timestamp.ts';

/** What a message said of feeding the DMP, under one number of a person. */
export interface ConsentStatement {
  readonly patient: number;
  readonly consent: Consent;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** An opposition told by ADT. */
export interface AdtOpposition {
  /** ZFA-10, else the message's time. */
  readonly since: number;
  readonly liftedAt?: number;
}

/**
 * Oppositions of a person to the feeding of their DMP, told by ADT under any of their numbers. Consents are ordered by the
 * time of their message: ZFA-10 is when the patient said so, often typed by hand, and tells nothing of what the source
 * knows now. NA says nothing.
 * @param statements oldest first
 * @param counts the time after which what is told under the first number lifts what was told under the second: numbers
 *   that a merge brought together answer for each other after it only, so that an opposition of either stays
 */
export function adtOppositions(
  statements: readonly ConsentStatement[],
  counts: (by: number, of: number) => number,
): AdtOpposition[] {
  const found: { patient: number; since: number; liftedAt?: number }[] = [];
  for (const { patient, consent, at } of statements) {
    const open = found.filter(({ liftedAt }) => liftedAt === undefined);
    if (consent.alimentation === 'IO' && !open.some((one) => one.patient === patient))
      found.push({ patient, since: consent.at ? instantOf(consent.at) : at });
    if (consent.alimentation === 'INO')
      for (const one of open) if (at > counts(patient, one.patient)) one.liftedAt = at;
  }
  return found.map(({ since, liftedAt }) => ({ since, ...(liftedAt === undefined ? {} : { liftedAt }) }));
}
