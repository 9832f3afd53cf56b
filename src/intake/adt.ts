import type { Fault } from '../report/fault.ts';
import type { Consent, IdentityProof, PatientUpdate } from '../report/patient-update.ts';
import { parseTimestamp, type Timestamp } from '../report/timestamp.ts';
import type { ReadingContext } from './context.ts';
import { fault, isFault } from './faults.ts';
import type { Message, Segment } from './hl7.ts';
import { readNumber, readPatient, removesIns } from './patient.ts';

/** What an event of PAM.fr says of an identity (inputs.md §9). */
type Meaning =
  /** The identity whole, as the source has it now: an INS that it no longer gives is removed. */
  | 'identity'
  /** A movement that repeats the identity: it may add to it, its silence removes nothing. */
  | 'movement'
  /** Kept in the history, without effect: the end of a stay, a movement taken back. */
  | 'recorded'
  | 'merge'
  /** Numbers linked, parted or changed in a way that is not applied: a person has to know. */
  | 'refused';

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...named('identity', 'A01', 'A04', 'A05', 'A08', 'A28', 'A31'),
  ...named('movement', 'A02', 'A06', 'A07', 'Z99'),
  ...named('recorded', 'A03', 'A11', 'A12', 'A13'),
  ...named('merge', 'A40'),
  ...named('refused', 'A18', 'A24', 'A30', 'A34', 'A35', 'A36', 'A37', 'A39'),
  ...named('refused', 'A41', 'A42', 'A43', 'A44', 'A45', 'A46', 'A47', 'A48', 'A49', 'A50', 'A51'),
};

function named(meaning: Meaning, ...events: readonly string[]): Record<string, Meaning> {
  return Object.fromEntries(events.map((event) => [event, meaning]));
}

/** An ADT that changes nothing here. */
export interface AdtIgnored {
  readonly reason: string;
}

/**
 * Reads an ADT of PAM.fr: identity (PID-3, PID-32, traits), the patient's choices on the DMP (ZFA), how the identity was
 * got (ZFD), merges (MRG). ZFA of versions up to 2.10 ends at field 8 and says nothing of feeding.
 * @returns one update, or one for each pair of an A40; what is ignored says why
 */
export function readAdt(
  message: Message,
  at: Timestamp,
  context: ReadingContext,
): (PatientUpdate | AdtIgnored | Fault)[] {
  const first = (name: string) => message.segments.find((segment) => segment.name === name);
  const msh = first('MSH');
  const event = (msh?.text(9, 2) || first('EVN')?.text(1) || '').toUpperCase();
  const meaning = MEANINGS[event];
  if (!meaning) {
    return /^[AZ]\d{2}$/.test(event)
      ? [{ reason: `Mouvement ADT ${event} : il ne change ni l’identité ni le consentement ici.` }]
      : [fault('HL7_TYPE', `${context.position}, MSH-9`, 'ADT')];
  }
  if (meaning === 'refused') return [fault('ADT_EVENT', `${context.position}, MSH-9`, event)];
  const controlId = msh?.text(10);
  const common = { event, ...(controlId ? { controlId } : {}), at };
  if (meaning === 'merge') return readMerges(message, common, context);

  const pid = first('PID');
  const identity = pid ? readPatient(pid, at, context) : fault('PID_MISSING', context.position);
  if (meaning === 'recorded') {
    return isFault(identity)
      ? [{ reason: `Mouvement ADT ${event} : enregistré, sans effet.` }]
      : [{ identity, recordedOnly: true, ...common }];
  }
  if (!pid || isFault(identity)) return isFault(identity) ? [identity] : [];
  const consent = readConsent(first('ZFA'), context);
  if (consent && isFault(consent)) return [consent];
  const proof = readProof(first('ZFD'), context);
  const removed = removesIns(pid) || (meaning === 'identity' && !identity.ins);
  return [
    {
      identity,
      ...(removed ? { insRemoved: true } : {}),
      ...(consent ? { consent } : {}),
      ...(proof ? { proof } : {}),
      ...common,
    },
  ];
}

/** A40: each PID is the patient who stays, each MRG after it a number that goes to them. */
function readMerges(
  message: Message,
  common: Pick<PatientUpdate, 'event' | 'controlId' | 'at'>,
  context: ReadingContext,
): (PatientUpdate | Fault)[] {
  const found: (PatientUpdate | Fault)[] = [];
  let pid: Segment | undefined;
  for (const segment of message.segments) {
    if (segment.name === 'PID') pid = segment;
    if (segment.name !== 'MRG') continue;
    const identity = pid ? readPatient(pid, common.at, context) : fault('PID_MISSING', context.position);
    if (!pid || isFault(identity)) {
      if (isFault(identity)) found.push(identity);
      continue;
    }
    const merged = readNumber(segment.repetitions(1), context);
    const { value, authority } = identity.localId;
    if (!merged || (merged.value === value && merged.authority === authority))
      found.push(fault('ADT_MERGE', context.at(segment, 1)));
    else found.push({ identity, merged, ...(removesIns(pid) ? { insRemoved: true } : {}), ...common });
  }
  return found.length > 0 ? found : [fault('ADT_MERGE', context.position)];
}

/** @returns a fault for a choice that is not understood: it may be an opposition */
function readConsent(zfa: Segment | undefined, context: ReadingContext): Consent | undefined | Fault {
  if (!zfa || zfa.text(9) === '') return undefined;
  const alimentation = oneOf(['INO', 'IO', 'NA'] as const, zfa.text(9));
  if (!alimentation) return fault('ADT_CONSENT', context.at(zfa, 9));
  const consultation = oneOf(['IC', 'INC', 'NA'] as const, zfa.text(11));
  const [at, consultationAt] = [10, 12].map((field) => parseTimestamp(zfa.text(field), context.profile.zone));
  return {
    alimentation,
    ...(at ? { at } : {}),
    ...(consultation ? { consultation } : {}),
    ...(consultation && consultationAt ? { consultationAt } : {}),
  };
}

/** Codes only: what is not written like one is left out. */
function readProof(zfd: Segment | undefined, context: ReadingContext): IdentityProof | undefined {
  if (!zfd) return undefined;
  const [mode, document] = [5, 7].map((field) => /^[A-Z0-9_]{1,12}$/.exec(zfd.text(field))?.[0]);
  const insiAt = parseTimestamp(zfd.text(6), context.profile.zone);
  if (!mode && !document && !insiAt) return undefined;
  return {
    ...(mode ? { mode } : {}),
    ...(insiAt ? { insiAt } : {}),
    ...(document ? { document } : {}),
  };
}

function oneOf<Code extends string>(codes: readonly Code[], text: string | undefined): Code | undefined {
  return codes.find((code) => code === text?.toUpperCase());
}
