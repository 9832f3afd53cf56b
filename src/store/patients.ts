import type { Channel } from '../report/delivery.ts';
import type { StatedIdentity } from '../report/identity.ts';
import { instantOf } from '../report/timestamp.ts';
import { type Context, fromJson } from './context.ts';
import type { Act, Consent, PatientDetails, PatientUpdate, PlanTask } from './model.ts';
import { dispatchedAs, effectiveIdentity, type InsStatement, settledBy } from './patient-identity.ts';

interface PatientRow {
  readonly id: number;
  readonly authority: string;
  readonly local_id: string;
  readonly stated: string;
  readonly stated_at: number;
  readonly ins_stated: string | null;
  readonly ins_stated_at: number | null;
  readonly consent: string | null;
  readonly consent_at: number | null;
  readonly opposition_stated_at: number | null;
  readonly matricule: string | null;
}

interface OppositionRow {
  readonly id: number;
  readonly channel: Channel;
  readonly origin: 'person' | 'adt';
  readonly by: string;
  readonly reason: string;
  readonly at: number;
  readonly lifted_at: number | null;
}

/** What a statement changed that reports may have to follow. */
export interface PatientChange {
  readonly patientId: number;
  /** Its qualification, the cause that it lacks one, its INS or a strict trait is no longer the same. */
  readonly identity: boolean;
  readonly opposition: boolean;
}

/** Who states an opposition of the ADT flow, in journals and reasons. */
const ADT = 'ADT';
/** ZFA-9 speaks of feeding the DMP only (inputs.md §9). */
const CONSENT_CHANNEL: Channel = 'dmp';

/**
 * Patients by (authority, local number). Each fact keeps the time of the message that stated it, so that an older message
 * that arrives late never overrides a newer one; at equal times the later arrival wins. Consents and oppositions are the
 * person's: they count under every number of the same INS.
 */
export function createPatients({ db, now }: Context) {
  const byNumber = db.prepare<[string, string], PatientRow>(
    'SELECT * FROM patient WHERE local_id = ? AND authority = ?',
  );
  const byLocalId = db.prepare<[string], PatientRow>('SELECT * FROM patient WHERE local_id = ?');
  const byId = db.prepare<[number], PatientRow>('SELECT * FROM patient WHERE id = ?');
  const insert = db.prepare(
    'INSERT INTO patient (authority, local_id, stated, stated_at) VALUES (?, ?, ?, ?)',
  );
  const byMatricule = db
    .prepare<[string], number>('SELECT id FROM patient WHERE matricule = ? ORDER BY id')
    .pluck();
  const setMatricule = db.prepare('UPDATE patient SET matricule = ? WHERE id = ?');
  const setStated = db.prepare('UPDATE patient SET stated = ?, stated_at = ? WHERE id = ?');
  const setIns = db.prepare('UPDATE patient SET ins_stated = ?, ins_stated_at = ? WHERE id = ?');
  const setConsent = db.prepare('UPDATE patient SET consent = ?, consent_at = ? WHERE id = ?');
  const setOppositionTime = db.prepare('UPDATE patient SET opposition_stated_at = ? WHERE id = ?');
  const inForce = db.prepare<[number], OppositionRow>(
    'SELECT * FROM opposition WHERE patient_id = ? AND lifted_at IS NULL',
  );
  const allOppositions = db.prepare<[number], OppositionRow>('SELECT * FROM opposition WHERE patient_id = ?');
  const addOpposition = db.prepare(
    'INSERT INTO opposition (patient_id, channel, origin, by, reason, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const liftOpposition = db.prepare('UPDATE opposition SET lifted_at = ?, lifted_by = ? WHERE id = ?');

  const settled = ({ ins_stated }: PatientRow): InsStatement | undefined =>
    ins_stated === null ? undefined : fromJson<InsStatement>(ins_stated);
  const effective = (row: PatientRow): StatedIdentity =>
    effectiveIdentity(fromJson<StatedIdentity>(row.stated), settled(row));
  const load = (id: number): PatientRow => {
    const row = byId.get(id);
    if (!row) throw new Error(`patient ${id} is missing from the data file`);
    return row;
  };
  /** Rows of the same person: the row itself and those of the same INS. */
  const ofPerson = (id: number): number[] => {
    const { matricule } = load(id);
    return matricule === null ? [id] : byMatricule.all(matricule);
  };
  /** Oppositions of one origin on a channel, under any number of the person. */
  const standing = (id: number, channel: Channel, origin: OppositionRow['origin']) =>
    ofPerson(id)
      .flatMap((row) => inForce.all(row))
      .filter((row) => row.channel === channel && row.origin === origin);
  const own = (id: number, channel: Channel, origin: OppositionRow['origin']) =>
    inForce.all(id).find((row) => row.channel === channel && row.origin === origin);

  const find = (patient: string): PatientRow | undefined => {
    const bar = patient.indexOf('|');
    if (bar >= 0) return byNumber.get(patient.slice(bar + 1), patient.slice(0, bar));
    const found = byLocalId.all(patient);
    return found.find((row) => row.authority === '') ?? (found.length === 1 ? found[0] : undefined);
  };

  /** Finds or makes the row, then takes the statement where it is the newer one. */
  const takeIdentity = (identity: StatedIdentity, at: number, insRemoved: boolean): number => {
    const { value, authority = '' } = identity.localId;
    const known = byNumber.get(value, authority);
    const id =
      known?.id ?? Number(insert.run(authority, value, JSON.stringify(identity), at).lastInsertRowid);
    if (known && at >= known.stated_at) setStated.run(JSON.stringify(identity), at, id);
    const statement = settledBy(identity, insRemoved, known && settled(known));
    if (statement && at >= (known?.ins_stated_at ?? -Infinity)) setIns.run(JSON.stringify(statement), at, id);
    // Kept when a statement says nothing of it: oppositions under the person's other numbers still count.
    const matricule = effective(load(id)).ins?.matricule ?? (insRemoved ? null : known?.matricule);
    setMatricule.run(matricule ?? null, id);
    return id;
  };

  /**
   * Consents are ordered by the time of their message: ZFA-10 is when the patient said so, often typed by hand, and tells
   * nothing of what the source knows now.
   * @returns whether an opposition began or ended
   */
  const takeConsent = (id: number, consent: Consent, at: number): boolean => {
    if (at >= (load(id).consent_at ?? -Infinity)) setConsent.run(JSON.stringify(consent), at, id);
    const told = ofPerson(id).map((row) => load(row).opposition_stated_at ?? -Infinity);
    if (consent.alimentation === 'NA' || at < Math.max(...told)) return false;
    setOppositionTime.run(at, id);
    if (consent.alimentation === 'IO') {
      if (own(id, CONSENT_CHANNEL, 'adt')) return false;
      const since = consent.at ? instantOf(consent.at) : at;
      addOpposition.run(id, CONSENT_CHANNEL, 'adt', ADT, 'ZFA-9 = IO', since);
      return true;
    }
    const ended = standing(id, CONSENT_CHANNEL, 'adt');
    for (const opposition of ended) liftOpposition.run(at, ADT, opposition.id);
    return ended.length > 0;
  };

  /** The latest that any number of the person was told with. */
  const consentOf = (id: number): Consent | undefined => {
    const [latest] = ofPerson(id)
      .map(load)
      .sort((a, b) => (b.consent_at ?? -Infinity) - (a.consent_at ?? -Infinity));
    return latest && latest.consent !== null ? fromJson<Consent>(latest.consent) : undefined;
  };

  return {
    /** Takes what a message says of a patient. */
    state({ identity, insRemoved = false, consent, at }: PatientUpdate): PatientChange {
      const time = instantOf(at);
      const { value, authority = '' } = identity.localId;
      const known = byNumber.get(value, authority);
      const before = known && dispatchedAs(effective(known));
      const patientId = takeIdentity(identity, time, insRemoved);
      const opposition = consent ? takeConsent(patientId, consent, time) : false;
      const moved = before !== undefined && before !== dispatchedAs(effective(load(patientId)));
      return { patientId, identity: moved, opposition };
    },

    find: (patient: string): number | undefined => find(patient)?.id,
    /** `authority|number`, or the number alone in the laboratory's own numbering. */
    nameOf: (id: number): string => nameOf(load(id)),
    identity: (id: number): StatedIdentity => effective(load(id)),
    consent: consentOf,
    ofPerson,

    /** Oppositions in force by channel; a person's is told before the ADT's. */
    oppositions(id: number): PlanTask['opposition'] {
      const found: { -readonly [C in Channel]?: { by: string; at: number; reason: string } } = {};
      const all = ofPerson(id).flatMap((row) => inForce.all(row));
      const byOrigin = [...all.filter((row) => row.origin === 'person'), ...all];
      for (const { channel, by, at, reason } of byOrigin) found[channel] ??= { by, at, reason };
      return found;
    },

    /** @returns the channels on which an opposition of a person began */
    oppose(id: number, channels: readonly Channel[], { by, reason }: Act): Channel[] {
      const added = channels.filter((channel) => !own(id, channel, 'person'));
      for (const channel of added) addOpposition.run(id, channel, 'person', by, reason, now());
      return added;
    },
    /** Ends what persons recorded; the ADT's own ends by ADT only. */
    lift(id: number, channels: readonly Channel[], { by }: Act): { lifted: Channel[]; byAdt: boolean } {
      const lifted = channels.filter((channel) => {
        const ended = standing(id, channel, 'person');
        for (const opposition of ended) liftOpposition.run(now(), by, opposition.id);
        return ended.length > 0;
      });
      return { lifted, byAdt: channels.some((channel) => standing(id, channel, 'adt').length > 0) };
    },

    details(patient: string): PatientDetails | undefined {
      const row = find(patient);
      if (!row) return undefined;
      return {
        patient: nameOf(row),
        identity: effective(row),
        consent: consentOf(row.id),
        oppositions: ofPerson(row.id)
          .flatMap((id) => allOppositions.all(id))
          .sort((a, b) => a.id - b.id)
          .map(({ channel, by, reason, at, lifted_at }) => ({
            channel,
            by,
            reason,
            at,
            ...(lifted_at === null ? {} : { liftedAt: lifted_at }),
          })),
      };
    },
  };
}

export type Patients = ReturnType<typeof createPatients>;

const nameOf = ({ authority, local_id }: PatientRow) => (authority ? `${authority}|${local_id}` : local_id);
