import type { Fault } from '../report/fault.ts';
import type { LocalPatientId, Sex, StatedIdentity, Traits } from '../report/identity.ts';
import { INS_OIDS, type Ins, isInsOid, parseIns } from '../report/ins.ts';
import { nameWords } from '../report/names.ts';
import type { Address } from '../report/people.ts';
import { instantOf, parseTimestamp, type Timestamp } from '../report/timestamp.ts';
import type { ReadingContext } from './context.ts';
import { fault, isFault } from './faults.ts';
import type { Repetition, Segment } from './hl7.ts';
import { authorityOid, readAddress } from './people.ts';

/** INS-C, the identifier before 2017: never used to send. */
const INS_C_OID = '1.2.250.1.213.1.4.6';

/** CX-5 types that name a stay, a request or another scheme, not the patient's number here. */
const OTHER_IDS = /^(?:INS.*|NH|NNFRA|NDP|AN|VN|SS|SNS|PRN)$/;

/**
 * Reads PID (inputs.md §4) into the identity that the source states; whether its INS may serve is not decided here.
 * @param at the message's time, against which the validity of an identifier is judged
 * @param named by: what names the patient here when PID-3 gives no number of an establishment; the INS where no document
 *   is made that would print it as one
 */
export function readPatient(
  pid: Segment,
  at: Timestamp | undefined,
  context: ReadingContext,
  named: { readonly by: 'number' | 'number-or-ins' } = { by: 'number' },
): StatedIdentity | Fault {
  const ins = readIns(pid, at, context);
  const asNumber =
    ins && named.by === 'number-or-ins' ? { value: ins.matricule, authority: ins.oid } : undefined;
  const localId = readLocalId(pid, context) ?? asNumber;
  if (!localId) return fault('PID_NO_NUMBER', context.at(pid, 3));
  const traits = readTraits(pid, context);
  if (isFault(traits)) return traits;
  const address = homeAddress(pid);
  const phone = readPhone(pid);
  return {
    localId,
    ...(ins ? { ins } : {}),
    statuses: pid
      .repetitions(32)
      .map((repetition) => repetition.text().toUpperCase())
      .filter(Boolean),
    traits,
    ...(address ? { address } : {}),
    ...(phone ? { phone } : {}),
  };
}

/** True when an update erases the INS: `""` alone in PID-3, or as the value of the INS. */
export function removesIns(pid: Segment): boolean {
  return pid.everyRepetition(3).some((repetition) => {
    const ofIns = /^INS/.test(repetition.text(5)) || isInsOid(authorityOid(repetition, 4));
    return repetition.deletes && (ofIns || repetition.components.length === 1);
  });
}

/**
 * The patient's number among the identifiers of a list (PID-3, MRG-1): the one of the laboratory's own numbering, else the
 * permanent one (PI), else the first that is of no other kind.
 */
export function readNumber(
  identifiers: readonly Repetition[],
  context: ReadingContext,
): LocalPatientId | undefined {
  const { patientAuthority } = context.profile;
  const candidates = identifiers.filter((repetition) => {
    const oid = authorityOid(repetition, 4);
    return (
      repetition.text() !== '' &&
      !isInsOid(oid) &&
      oid !== INS_C_OID &&
      !OTHER_IDS.test(repetition.text(5).toUpperCase())
    );
  });
  const chosen =
    candidates.find((repetition) => isLaboratorys(authorityOid(repetition, 4), patientAuthority)) ??
    candidates.find((repetition) => /^(?:PI|IPP)$/i.test(repetition.text(5))) ??
    candidates[0];
  return chosen && { value: chosen.text(), authority: authorityOid(chosen, 4) || patientAuthority };
}

function readLocalId(pid: Segment, context: ReadingContext): LocalPatientId | undefined {
  const number = readNumber(pid.repetitions(3), context);
  if (number) return number;
  const legacy = pid.text(2);
  // PID-4 is never taken: old feeds put the NIR there.
  if (!legacy || pid.repetitions(3).length > 0) return undefined;
  context.warn('PATIENT_NUMBER_LEGACY');
  return { value: legacy, authority: context.profile.patientAuthority };
}

/** The source's own numbering, or the laboratory's as a whole, whose OID is the one above. */
function isLaboratorys(oid: string, patientAuthority: string): boolean {
  const laboratory = patientAuthority.slice(0, patientAuthority.lastIndexOf('.'));
  return oid === patientAuthority || (oid !== '' && oid === laboratory);
}

function readIns(pid: Segment, at: Timestamp | undefined, context: ReadingContext): Ins | undefined {
  const found: Ins[] = [];
  for (const repetition of pid.repetitions(3)) {
    const oid = authorityOid(repetition, 4);
    const expiry = parseTimestamp(repetition.text(8), context.profile.zone);
    if (expiry && at && instantOf(expiry) < instantOf(at)) continue;
    if (oid === '' && /^INS/.test(repetition.text(5)) && repetition.text(5) !== 'INS-C')
      context.warn('INS_NO_OID');
    if (!isInsOid(oid)) continue;
    const ins = parseIns(repetition.text(), oid);
    if ('fault' in ins) context.warn(ins.fault === 'key' ? 'INS_KEY' : 'INS_FORM');
    else if (!found.some((other) => other.matricule === ins.matricule && other.oid === ins.oid))
      found.push(ins);
  }
  // A NIR supersedes the NIA that the person had before.
  const nirs = found.filter((ins) => ins.oid !== INS_OIDS.nia);
  const kept = nirs.length > 0 ? nirs : found;
  if (kept.length > 1) {
    context.warn('INS_SEVERAL');
    return undefined;
  }
  return kept[0];
}

function readTraits(pid: Segment, context: ReadingContext): Traits | Fault {
  const names = pid.repetitions(5);
  const ofType = (type: string) => names.find((name) => name.text(7).toUpperCase() === type);
  const untyped = names.find((name) => name.text(7) === '');
  const birth = ofType('L') ?? untyped ?? ofType('B') ?? ofType('M') ?? ofType('N') ?? ofType('D');
  if (!birth || birth.text(1) === '') return fault('PID_NO_NAME', context.at(pid, 5));
  if (!ofType('L')) context.warn('BIRTH_NAME_UNTYPED');

  // Old feeds: PID-5 is the name in use and PID-6, by a misuse, the birth name.
  const maiden = ofType('L') ? '' : pid.text(6);
  const daily = ofType('D');
  const usedName = daily?.text(1) || (maiden && maiden !== birth.text(1) ? birth.text(1) : '');
  const usedGiven = daily?.text(2);
  const firstGiven = birth.text(2);
  const birthGivens = allGivens(firstGiven, birth.text(3));
  const birthDate = readBirthDate(pid, context);
  const place = readBirthPlace(pid, context);
  return {
    birthName: maiden || birth.text(1),
    ...(firstGiven ? { firstGiven } : {}),
    ...(birthGivens ? { birthGivens } : {}),
    sex: readSex(pid, context),
    ...(birthDate ? { birthDate } : {}),
    ...place,
    ...(usedName ? { usedName } : {}),
    ...(usedGiven ? { usedGiven } : {}),
  };
}

/**
 * PAM.fr writes the whole list in XPN-3; international senders write there what follows the first given name. The list of the
 * INS often has no hyphen where the first given name has one (RNIV).
 */
function allGivens(first: string, list: string): string | undefined {
  if (!list || !first) return list || undefined;
  const listed = nameWords(list);
  return nameWords(first).every((word, index) => word === listed[index]) ? list : `${first} ${list}`;
}

/** PID-8 (table 0001); a code of the sender's own is told of: it may say what the report then leaves undetermined. */
function readSex(pid: Segment, context: ReadingContext): Sex {
  const sex = pid.text(8).trim().toUpperCase();
  if (sex === 'M' || sex === 'F') return sex;
  if (!/^[UAONI]?$/.test(sex)) context.warn('SEX_UNKNOWN');
  return 'UN';
}

/** A birth date, the time of the day apart: that of HL7, or with the hyphens of ISO 8601. */
const BIRTH_DATE =
  /^(\d{4}(?:\d{2}(?:\d{2})?)?|\d{4}-\d{2}-\d{2})(?:(?:\d{2}){1,3}(?:\.\d+)?|[T ].*)?(?:[+-]\d{4})?$/;

/** A birth date may be partial; zeros stand for the unknown month or day. */
function readBirthDate(pid: Segment, context: ReadingContext): Timestamp | undefined {
  const sent = pid.text(7);
  if (sent === '') return undefined;
  const digits = BIRTH_DATE.exec(sent)?.[1]?.replaceAll('-', '') ?? '';
  const known = digits.length === 8 ? digits.replace(/(?:00){1,2}$/, '') : digits;
  const date = parseTimestamp(known, context.profile.zone);
  if (!date) context.warn('BIRTH_DATE');
  return date;
}

function readBirthPlace(
  pid: Segment,
  context: ReadingContext,
): Pick<Traits, 'birthPlaceCode' | 'birthPlaceName'> {
  const bdl = pid.repetitions(11).find((address) => address.text(7).toUpperCase() === 'BDL');
  const code = bdl?.text(9).toUpperCase() ?? '';
  const valid = /^(?:\d{5}|2[AB]\d{3})$/.test(code);
  if (code !== '' && !valid) context.warn('BIRTH_PLACE_CODE');
  const name = bdl?.text(3) || pid.text(23);
  return { ...(valid ? { birthPlaceCode: code } : {}), ...(name ? { birthPlaceName: name } : {}) };
}

function homeAddress(pid: Segment): Address | undefined {
  const addresses = pid.repetitions(11).filter((address) => address.text(7).toUpperCase() !== 'BDL');
  return readAddress(addresses.find((address) => address.text(7) === 'H') ?? addresses[0]);
}

function readPhone(pid: Segment): string | undefined {
  const phones: readonly Repetition[] = pid.repetitions(13);
  for (const phone of phones) {
    const number = phone.text(1) || phone.text(12) || phone.text(7);
    if (/\d{6}/.test(number.replace(/[\s.]/g, ''))) return number;
  }
  return undefined;
}
