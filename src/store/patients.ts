import type { Channel } from '../report/delivery.ts';
import { qualify, type StatedIdentity } from '../report/identity.ts';
import { instantOf } from '../report/timestamp.ts';
import { type Context, fromJson } from './context.ts';
import type { Act, Consent, PatientDetails, PatientUpdate, PlanTask } from './model.ts';
import { effectiveIdentity, type InsStatement, settlesIns } from './patient-identity.ts';

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
  /** The identity became qualified, ceased to be, or is now qualified by another INS. */
  readonly qualification: boolean;
  readonly opposition: boolean;
}

/** Who states an opposition of the ADT flow, in journals and reasons. */
const ADT = 'ADT';
/** ZFA-9 speaks of feeding the DMP only (inputs.md §9). */
const CONSENT_CHANNEL: Channel = 'dmp';

/**
 * Patients by (authority, local number). Each fact keeps the time of the message that stated it, so that an older message
 * that arrives late never overrides a newer one; at equal times the later arrival wins.
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
  const setStated = db.prepare('UPDATE patient SET stated = ?, stated_at = ? WHERE id = ?');
  const setIns = db.prepare('UPDATE patient SET ins_stated = ?, ins_stated_at = ? WHERE id = ?');
  const setConsent = db.prepare('UPDATE patient SET consent = ?, consent_at = ? WHERE id = ?');
  const setOppositionTime = db.prepare('UPDATE patient SET opposition_stated_at = ? WHERE id = ?');
  const inForce = db.prepare<[number], OppositionRow>(
    'SELECT * FROM opposition WHERE patient_id = ? AND lifted_at IS NULL ORDER BY origin DESC',
  );
  const allOppositions = db.prepare<[number], OppositionRow>(
    'SELECT * FROM opposition WHERE patient_id = ? ORDER BY id',
  );
  const addOpposition = db.prepare(
    'INSERT INTO opposition (patient_id, channel, origin, by, reason, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const liftOpposition = db.prepare('UPDATE opposition SET lifted_at = ?, lifted_by = ? WHERE id = ?');

  const effective = (row: PatientRow): StatedIdentity =>
    effectiveIdentity(
      fromJson<StatedIdentity>(row.stated),
      row.ins_stated === null ? undefined : fromJson<InsStatement>(row.ins_stated),
    );
  const load = (id: number): PatientRow => {
    const row = byId.get(id);
    if (!row) throw new Error(`patient ${id} is missing from the data file`);
    return row;
  };
  /** The INS of a qualified identity, else undefined. */
  const qualifiedBy = (row: PatientRow): string | undefined => {
    const identity = qualify(effective(row));
    return identity.kind === 'qualified' ? identity.ins.matricule : undefined;
  };
  const current = (id: number, channel: Channel, origin: 'person' | 'adt') =>
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
    if (settlesIns(identity, insRemoved) && at >= (known?.ins_stated_at ?? -Infinity)) {
      const statement: InsStatement = { identity, removed: insRemoved };
      setIns.run(JSON.stringify(statement), at, id);
    }
    return id;
  };

  /** @returns whether an opposition began or ended */
  const takeConsent = (id: number, consent: Consent, messageAt: number): boolean => {
    const row = load(id);
    const at = consent.at ? instantOf(consent.at) : messageAt;
    if (at >= (row.consent_at ?? -Infinity)) setConsent.run(JSON.stringify(consent), at, id);
    if (consent.alimentation === 'NA' || at < (row.opposition_stated_at ?? -Infinity)) return false;
    setOppositionTime.run(at, id);
    const standing = current(id, CONSENT_CHANNEL, 'adt');
    if (consent.alimentation === 'IO') {
      if (standing) return false;
      addOpposition.run(id, CONSENT_CHANNEL, 'adt', ADT, 'ZFA-9 = IO', at);
      return true;
    }
    if (!standing) return false;
    liftOpposition.run(at, ADT, standing.id);
    return true;
  };

  return {
    /** Takes what a message says of a patient. */
    state({ identity, insRemoved = false, consent, at }: PatientUpdate): PatientChange {
      const time = instantOf(at);
      const { value, authority = '' } = identity.localId;
      const known = byNumber.get(value, authority);
      const before = known ? qualifiedBy(known) : undefined;
      const patientId = takeIdentity(identity, time, insRemoved);
      const opposition = consent ? takeConsent(patientId, consent, time) : false;
      const qualification = known !== undefined && before !== qualifiedBy(load(patientId));
      return { patientId, qualification, opposition };
    },

    find: (patient: string): number | undefined => find(patient)?.id,
    /** `authority|number`, or the number alone in the laboratory's own numbering. */
    nameOf: (id: number): string => nameOf(load(id)),
    identity: (id: number): StatedIdentity => effective(load(id)),
    consent: (id: number): Consent | undefined => consentOf(load(id)),

    /** Oppositions in force by channel; a person's is told before the ADT's. */
    oppositions(id: number): PlanTask['opposition'] {
      const found: { -readonly [C in Channel]?: { by: string; at: number; reason: string } } = {};
      for (const { channel, by, at, reason } of inForce.all(id)) found[channel] ??= { by, at, reason };
      return found;
    },

    /** @returns the channels on which an opposition of a person began */
    oppose(id: number, channels: readonly Channel[], { by, reason }: Act): Channel[] {
      const added = channels.filter((channel) => !current(id, channel, 'person'));
      for (const channel of added) addOpposition.run(id, channel, 'person', by, reason, now());
      return added;
    },
    /** Ends what persons recorded; the ADT's own ends by ADT only. */
    lift(id: number, channels: readonly Channel[], { by }: Act): { lifted: Channel[]; byAdt: boolean } {
      const lifted = channels.filter((channel) => {
        const standing = current(id, channel, 'person');
        if (standing) liftOpposition.run(now(), by, standing.id);
        return standing !== undefined;
      });
      return { lifted, byAdt: channels.some((channel) => current(id, channel, 'adt') !== undefined) };
    },

    details(patient: string): PatientDetails | undefined {
      const row = find(patient);
      if (!row) return undefined;
      return {
        patient: nameOf(row),
        identity: effective(row),
        consent: consentOf(row),
        oppositions: allOppositions.all(row.id).map(({ channel, by, reason, at, lifted_at }) => ({
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

const consentOf = ({ consent }: PatientRow) => (consent === null ? undefined : fromJson<Consent>(consent));
