import type { Channel } from '../report/delivery.ts';
import { isAnotherPatient, type LocalPatientId, type StatedIdentity } from '../report/identity.ts';
import type { Consent, PatientUpdate } from '../report/patient-update.ts';
import { sole } from '../report/sole.ts';
import { instantOf } from '../report/timestamp.ts';
import { type Context, fromJson } from './context.ts';
import { inMessageOrder } from './message-order.ts';
import { type AdtOpposition, adtOppositions } from './patient-consent.ts';
import {
  dispatchedAs,
  effectiveIdentity,
  type IdentityStatement,
  type InsStatement,
  identityState,
} from './patient-identity.ts';
import { holdersOf, type Merge } from './patient-merges.ts';
import type { PatientStatements } from './patient-statements.ts';
import type { Act, PlanTask } from './records.ts';
import type { PatientDetails, PatientEvent } from './rows.ts';

interface PatientRow {
  readonly id: number;
  readonly authority: string;
  readonly local_id: string;
  readonly stated: string;
  readonly stated_at: number;
  readonly ins_stated: string | null;
  readonly matricule: string | null;
  readonly holder_id: number | null;
  readonly identity_since: number | null;
}

interface MergeRow {
  readonly id: number;
  readonly merged_id: number;
  readonly survivor_id: number;
  readonly at: number;
  readonly control_id: string;
  readonly inbox_id: number | null;
}

/** An opposition that a person of the laboratory recorded. */
interface OppositionRow {
  readonly id: number;
  readonly channel: Channel;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
  readonly lifted_at: number | null;
}

/** What a message changed that reports may have to follow. */
export interface PatientChange {
  /** Row of the number that the message names; undefined when it changes nothing of anybody. */
  readonly statedId: number | undefined;
  /** Those who have reports to follow it. */
  readonly changed: readonly {
    readonly patientId: number;
    /** Its qualification, the cause that it lacks one, its INS or a strict trait is no longer the same. */
    readonly identity: boolean;
    readonly opposition: boolean;
  }[];
  /** Numbers whose reports go to another patient, or come back. */
  readonly moved: readonly { readonly statedId: number; readonly holderId: number }[];
}

/** Who states an opposition of the ADT flow, in journals and reasons. */
const ADT = 'ADT';
/** ZFA-9 speaks of feeding the DMP only (inputs.md §9). */
const CONSENT_CHANNEL: Channel = 'dmp';
const ZFA_REASON = 'ZFA-9 = IO';

/**
 * Patients by (authority, local number). Their state follows from what messages said, in the messages' order. A number
 * that was merged (A40) leaves its reports to the patient who stays, its holder. Consents and oppositions are the
 * person's: they count under every number of the same INS or holder.
 */
export function createPatients({ db, now }: Context, statements: PatientStatements) {
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
  const heldBy = db.prepare<[number], number>('SELECT id FROM patient WHERE holder_id = ?').pluck();
  const setHolder = db.prepare('UPDATE patient SET holder_id = ? WHERE id = ?');
  const setState = db.prepare(
    `UPDATE patient SET stated = ?, stated_at = ?, ins_stated = ?, ins_stated_at = ?, matricule = ?, identity_since = ?
     WHERE id = ?`,
  );
  const mergesOf = db.prepare<[number, number], MergeRow>(
    'SELECT * FROM patient_merge WHERE merged_id = ? OR survivor_id = ?',
  );
  const addMerge = db.prepare(
    'INSERT INTO patient_merge (merged_id, survivor_id, at, control_id, inbox_id) VALUES (?, ?, ?, ?, ?)',
  );
  const inForce = db.prepare<[number], OppositionRow>(
    'SELECT * FROM opposition WHERE patient_id = ? AND lifted_at IS NULL',
  );
  const allOppositions = db.prepare<[number], OppositionRow>('SELECT * FROM opposition WHERE patient_id = ?');
  const addOpposition = db.prepare(
    `INSERT INTO opposition (patient_id, channel, origin, by, reason, at) VALUES (?, ?, 'person', ?, ?, ?)`,
  );
  const liftOpposition = db.prepare('UPDATE opposition SET lifted_at = ?, lifted_by = ? WHERE id = ?');

  const load = (id: number): PatientRow => {
    const row = byId.get(id);
    if (!row) throw new Error(`patient ${id} is missing from the data file`);
    return row;
  };
  const holderOf = (id: number): number => load(id).holder_id ?? id;
  const numberRow = ({ value, authority = '' }: LocalPatientId) => byNumber.get(value, authority);
  const effective = ({ stated, ins_stated }: PatientRow): StatedIdentity =>
    effectiveIdentity(
      fromJson<StatedIdentity>(stated),
      ins_stated === null ? undefined : fromJson<InsStatement>(ins_stated),
    );
  const identity = (id: number): StatedIdentity => effective(load(holderOf(id)));

  /** Rows of the same person: of the same holder, and of the same INS. */
  const ofPerson = (id: number): number[] => {
    const found = new Set<number>();
    const todo = [holderOf(id)];
    for (let holder = todo.pop(); holder !== undefined; holder = todo.pop())
      for (const row of [holder, ...heldBy.all(holder)]) {
        if (found.has(row)) continue;
        found.add(row);
        const { matricule } = load(row);
        if (matricule !== null) todo.push(...byMatricule.all(matricule).map(holderOf));
      }
    return [...found].sort((a, b) => a - b);
  };

  /** Every merge that has to do with a number, oldest first, and the numbers that they name. */
  const mergesAround = (id: number): { numbers: number[]; merges: Merge[] } => {
    const rows = new Map<number, MergeRow>();
    const numbers = new Set([id]);
    for (const number of numbers)
      for (const row of mergesOf.all(number, number)) {
        rows.set(row.id, row);
        numbers.add(row.merged_id).add(row.survivor_id);
      }
    const merges = [...rows.values()].sort(byTime).map(mergeOf);
    return { numbers: [...numbers], merges };
  };

  /** What ADT told of a person's opposition, under all their numbers. */
  const toldByAdt = (person: readonly number[]): AdtOpposition[] =>
    adtOppositions(statements.consents(person), (by, of) => {
      if (by === of) return -Infinity;
      const [one, other] = [load(by), load(of)];
      if (one.matricule !== null && one.matricule === other.matricule) return -Infinity;
      const holder = holdersOf(mergesAround(by).merges);
      const [mine, theirs] = [holder(by), holder(of)];
      return mine.id === theirs.id ? Math.max(mine.since, theirs.since) : Infinity;
    });
  const opposedByAdt = (id: number) =>
    toldByAdt(ofPerson(id)).filter(({ liftedAt }) => liftedAt === undefined);

  const oppositionsOf = (id: number): PlanTask['opposition'] => {
    const found: { -readonly [C in Channel]?: { by: string; at: number; reason: string } } = {};
    for (const { channel, by, at, reason } of ofPerson(id).flatMap((row) => inForce.all(row)))
      found[channel] ??= { by, at, reason };
    const [told] = opposedByAdt(id);
    if (told) found[CONSENT_CHANNEL] ??= { by: ADT, at: told.since, reason: ZFA_REASON };
    return found;
  };

  /** Oppositions of persons on a channel, under any number of the patient. */
  const standing = (id: number, channel: Channel) =>
    ofPerson(id)
      .flatMap((row) => inForce.all(row))
      .filter((row) => row.channel === channel);

  const find = (patient: string): PatientRow | undefined => {
    const bar = patient.indexOf('|');
    if (bar >= 0) return byNumber.get(patient.slice(bar + 1), patient.slice(0, bar));
    const found = byLocalId.all(patient);
    return found.find((row) => row.authority === '') ?? sole(found);
  };

  const identityStatements = (id: number): IdentityStatement[] =>
    statements.of(id).flatMap(({ identity, removed, at }) => (identity ? [{ identity, removed, at }] : []));

  /** Works out a row from what was said under its number. A number known from a merge alone keeps what that told. */
  const refresh = (id: number): void => {
    const [first, ...others] = identityStatements(id);
    if (!first) return;
    const { latest, settled, matricule, since } = identityState([first, ...others]);
    const ins = settled && JSON.stringify({ identity: settled.identity, removed: settled.removed });
    const stated = JSON.stringify(latest.identity);
    setState.run(stated, latest.at, ins ?? null, settled?.at ?? null, matricule ?? null, since, id);
  };

  const rowFor = (identity: StatedIdentity, at: number): number => {
    const { value, authority = '' } = identity.localId;
    const known = byNumber.get(value, authority);
    return known?.id ?? Number(insert.run(authority, value, JSON.stringify(identity), at).lastInsertRowid);
  };

  /** Records an A40. @returns numbers whose holder is another one now */
  const merge = (
    mergedId: number,
    survivorId: number,
    { controlId = '', at }: PatientUpdate,
    inboxId: number,
  ): PatientChange['moved'] => {
    const time = instantOf(at);
    const known = mergesOf.all(mergedId, mergedId);
    const told = known.some((row) => row.survivor_id === survivorId && row.at === time);
    if (!told) addMerge.run(mergedId, survivorId, time, controlId, inboxId);
    const { numbers, merges } = mergesAround(mergedId);
    const holder = holdersOf(merges);
    return numbers.flatMap((statedId) => {
      const holderId = holder(statedId).id;
      if (holderId === holderOf(statedId)) return [];
      setHolder.run(holderId === statedId ? null : holderId, statedId);
      return [{ statedId, holderId }];
    });
  };

  /** What plans follow of a patient. */
  const followed = (id: number) => ({
    identity: dispatchedAs(identity(id)),
    opposition: JSON.stringify([ofPerson(id), oppositionsOf(id)]),
  });

  return {
    /** Takes what a message says of a patient. */
    state(update: PatientUpdate, inboxId: number): PatientChange {
      const known = numberRow(update.identity.localId);
      if (update.recordedOnly) {
        if (known) statements.add(known.id, update, inboxId);
        return { statedId: known?.id, changed: [], moved: [] };
      }
      const lost = update.merged && numberRow(update.merged);
      // All whose numbers answer for each other: the message may part them.
      const people = new Set([known, lost].flatMap((row) => (row ? ofPerson(row.id).map(holderOf) : [])));
      const before = new Map([...people].map((id) => [id, followed(id)]));
      const time = instantOf(update.at);
      const statedId = rowFor(update.identity, time);
      statements.add(statedId, update, inboxId);
      refresh(statedId);
      // A number that nobody has named yet: what is said under it later must find the merge.
      const mergedId =
        update.merged &&
        rowFor({ localId: update.merged, statuses: [], traits: update.identity.traits }, time);
      const moved = mergedId === undefined ? [] : merge(mergedId, statedId, update, inboxId);
      const holders = new Set([...before.keys(), holderOf(statedId), ...moved.map((one) => one.holderId)]);
      return {
        statedId,
        moved,
        changed: [...holders].map((patientId) => {
          const [then, since] = [before.get(patientId), followed(patientId)];
          const received = moved.some(({ holderId }) => holderId === patientId);
          return {
            patientId,
            identity: received || (then !== undefined && then.identity !== since.identity),
            opposition: received || (then ? then.opposition !== since.opposition : true),
          };
        }),
      };
    },

    find: (patient: string): number | undefined => find(patient)?.id,
    holderOf,
    /** `authority|number`, or the number alone in the laboratory's own numbering. */
    nameOf: (id: number): string => nameOf(load(id)),
    /** Of the patient who has what is this number's. */
    identity,
    /** When what documents follow of that identity last changed. */
    identitySince: (id: number): number => {
      const { identity_since, stated_at } = load(holderOf(id));
      return identity_since ?? stated_at;
    },
    /**
     * Is this stated identity somebody else's than the patient's? Numbers that a merge brought together are one number.
     */
    isAnother(id: number, stated: StatedIdentity): boolean {
      const holder = identity(id);
      const row = numberRow(stated.localId);
      const merged = row !== undefined && holderOf(row.id) === holderOf(id);
      return isAnotherPatient(holder, merged ? { ...stated, localId: holder.localId } : stated);
    },
    consent: (id: number): Consent | undefined => statements.consents(ofPerson(id)).at(-1)?.consent,
    ofPerson,
    oppositions: oppositionsOf,

    /** @returns the channels on which an opposition of a person began */
    oppose(id: number, channels: readonly Channel[], { by, reason }: Act): Channel[] {
      const own = inForce.all(id).map(({ channel }) => channel);
      const added = channels.filter((channel) => !own.includes(channel));
      for (const channel of added) addOpposition.run(id, channel, by, reason, now());
      return added;
    },
    /** Ends what persons recorded; the ADT's own ends by ADT only. */
    lift(id: number, channels: readonly Channel[], { by }: Act): { lifted: Channel[]; byAdt: boolean } {
      const lifted = channels.filter((channel) => {
        const ended = standing(id, channel);
        for (const opposition of ended) liftOpposition.run(now(), by, opposition.id);
        return ended.length > 0;
      });
      return { lifted, byAdt: channels.includes(CONSENT_CHANNEL) && opposedByAdt(id).length > 0 };
    },

    details(patient: string): PatientDetails | undefined {
      const row = find(patient);
      if (!row) return undefined;
      const person = ofPerson(row.id);
      const holder = holderOf(row.id);
      const told = toldByAdt(person).map(({ since, liftedAt }) => ({
        channel: CONSENT_CHANNEL,
        by: ADT,
        reason: ZFA_REASON,
        at: since,
        ...(liftedAt === undefined ? {} : { liftedAt }),
      }));
      const recorded = person
        .flatMap((id) => allOppositions.all(id))
        .map(({ channel, by, reason, at, lifted_at }) => ({
          channel,
          by,
          reason,
          at,
          ...(lifted_at === null ? {} : { liftedAt: lifted_at }),
        }));
      const consent = statements.consents(person).at(-1)?.consent;
      return {
        patient: nameOf(row),
        ...(holder === row.id ? {} : { mergedInto: nameOf(load(holder)) }),
        identity: effective(load(holder)),
        consent,
        oppositions: [...recorded, ...told].sort((a, b) => a.at - b.at),
        history: historyOf(row.id),
      };
    },
  };

  /** What was said under a number, oldest first, with the identity that then applied. */
  function historyOf(id: number): PatientEvent[] {
    const all = statements.of(id);
    const [first, ...others] = identityStatements(id);
    const applied = first ? [...identityState([first, ...others]).applied] : [];
    const said = all.map(({ identity, removed: _removed, ...rest }): PatientEvent => {
      const now = identity && applied.shift();
      return { ...rest, ...(now ? { identity: now } : {}) };
    });
    const merges = [...mergesOf.all(id, id)].sort(byTime).map((row): PatientEvent => {
      const away = row.merged_id === id;
      const other = nameOf(load(away ? row.survivor_id : row.merged_id));
      return {
        at: row.at,
        event: 'A40',
        ...(row.inbox_id === null ? {} : { inboxId: row.inbox_id }),
        ...(away ? { mergedInto: other } : { merged: other }),
      };
    });
    return [...said, ...merges].sort((a, b) => a.at - b.at);
  }
}

export type Patients = ReturnType<typeof createPatients>;

const nameOf = ({ authority, local_id }: PatientRow) => (authority ? `${authority}|${local_id}` : local_id);
const byTime = (a: MergeRow, b: MergeRow) => inMessageOrder(timeOf(a), timeOf(b));
const timeOf = ({ at, control_id, id }: MergeRow) => ({ at, adt: true, controlId: control_id, id });
const mergeOf = ({ merged_id, survivor_id, at }: MergeRow): Merge => ({
  merged: merged_id,
  survivor: survivor_id,
  at,
});
