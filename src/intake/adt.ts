import type { Fault } from '../report/fault.ts';
import type { StatedIdentity } from '../report/identity.ts';
import { parseTimestamp, type Timestamp } from '../report/timestamp.ts';
import type { ReadingContext } from './context.ts';
import { fault, isFault } from './faults.ts';
import type { Message, Segment } from './hl7.ts';
import { readPatient, removesIns } from './patient.ts';

/** PAM.fr events that carry identity and consent (inputs.md §9). */
const UPDATES = ['A01', 'A04', 'A08', 'A28', 'A31'];

/** ZFA-9 and -10: whether the patient lets the DMP be fed. */
interface AlimentationConsent {
  readonly alimentation: 'INO' | 'IO' | 'NA';
  readonly at?: Timestamp;
}

export interface AdtUpdate {
  readonly identity: StatedIdentity;
  readonly insRemoved?: boolean;
  readonly consent?: AlimentationConsent;
  /** MSH-7 (else EVN-2): updates are ordered by it, not by arrival. */
  readonly at: Timestamp;
}

/** An ADT that changes nothing here. */
export interface AdtIgnored {
  readonly reason: string;
}

/**
 * Reads an ADT of PAM.fr: identity (PID-3, PID-32, traits) and the patient's choice on the DMP (ZFA). ZFA-11 speaks of
 * reading the DMP and is not taken.
 */
export function readAdt(
  message: Message,
  at: Timestamp,
  context: ReadingContext,
): AdtUpdate | AdtIgnored | Fault {
  const msh = message.segments.find(({ name }) => name === 'MSH');
  const event = msh?.text(9, 2) || message.segments.find(({ name }) => name === 'EVN')?.text(1) || '';
  if (event === 'A03') return { reason: 'Sortie du patient (ADT A03) : enregistrée, sans effet.' };
  if (!UPDATES.includes(event)) {
    return /^[AZ]\d{2}$/.test(event)
      ? { reason: `Mouvement ADT ${event} : il ne change ni l’identité ni le consentement ici.` }
      : fault('HL7_TYPE', `${context.position}, MSH-9`, 'ADT');
  }
  const pid = message.segments.find(({ name }) => name === 'PID');
  if (!pid) return fault('PID_MISSING', context.position);
  const identity = readPatient(pid, at, context);
  if (isFault(identity)) return identity;
  const consent = readConsent(
    message.segments.find(({ name }) => name === 'ZFA'),
    context,
  );
  return {
    identity,
    ...(removesIns(pid) ? { insRemoved: true } : {}),
    ...(consent ? { consent } : {}),
    at,
  };
}

function readConsent(zfa: Segment | undefined, context: ReadingContext): AlimentationConsent | undefined {
  const choice = zfa?.text(9).toUpperCase() ?? '';
  if (choice !== 'INO' && choice !== 'IO' && choice !== 'NA') return undefined;
  const at = parseTimestamp(zfa?.text(10) ?? '', context.profile.zone);
  return { alimentation: choice, ...(at ? { at } : {}) };
}
