import type { StatedIdentity } from '../report/identity.ts';
import type { Consent, IdentityProof, PatientUpdate } from '../report/patient-update.ts';
import { instantOf } from '../report/timestamp.ts';
import { type Context, fromJson } from './context.ts';
import { inMessageOrder } from './message-order.ts';
import type { ConsentStatement } from './patient-consent.ts';

interface Row {
  readonly id: number;
  readonly patient_id: number;
  readonly at: number;
  readonly event: string;
  readonly control_id: string;
  readonly inbox_id: number | null;
  readonly identity: string | null;
  readonly ins_removed: number;
  readonly consent: string | null;
  readonly proof: string | null;
}

/** What one message said of a patient. */
export interface PatientStatement {
  readonly at: number;
  /** `A31`; empty: an ORU. */
  readonly event: string;
  readonly inboxId?: number;
  /** Absent: a movement that is only recorded. */
  readonly identity?: StatedIdentity;
  readonly removed: boolean;
  readonly consent?: Consent;
  readonly proof?: IdentityProof;
}

/** What messages said of patients, kept so that the state follows from the messages' own order, not from arrival. */
export function createPatientStatements({ db }: Context) {
  const byPatient = db.prepare<[number], Row>('SELECT * FROM patient_statement WHERE patient_id = ?');
  const insert = db.prepare(
    `INSERT INTO patient_statement (patient_id, at, event, control_id, inbox_id, identity, ins_removed, consent, proof)
     VALUES (@patient_id, @at, @event, @control_id, @inbox_id, @identity, @ins_removed, @consent, @proof)`,
  );
  const remove = db.prepare('DELETE FROM patient_statement WHERE id = ?');

  const ordered = (patientId: number): Row[] => byPatient.all(patientId).sort(byTime);

  return {
    /**
     * Keeps what a message says, once. Results repeat the same identity many times: of a run of them, the first and the
     * last say all.
     */
    add(patientId: number, update: PatientUpdate, inboxId: number): void {
      const row = rowOf(patientId, update, inboxId);
      const rows = [...ordered(patientId), row].sort(byTime);
      const rank = rows.indexOf(row);
      if (rows.some((other) => other !== row && other.at === row.at && same(other, row))) return;
      const repeats = (step: number): boolean => {
        const other = rows[rank + step];
        return row.event === '' && other !== undefined && same(other, row);
      };
      if (repeats(-1) && repeats(1)) return;
      insert.run(row);
      for (const side of [-1, 1]) {
        const middle = rows[rank + side];
        if (middle && repeats(side) && repeats(2 * side)) remove.run(middle.id);
      }
    },

    /** Oldest first. */
    of: (patientId: number): PatientStatement[] => ordered(patientId).map(statementOf),

    /** What any of these numbers said of the DMP, oldest first. */
    consents: (patients: readonly number[]): ConsentStatement[] =>
      patients
        .flatMap((patientId) => byPatient.all(patientId))
        .sort(byTime)
        .flatMap(({ patient_id, at, consent }) =>
          consent === null ? [] : [{ patient: patient_id, at, consent: fromJson<Consent>(consent) }],
        ),
  };
}

export type PatientStatements = ReturnType<typeof createPatientStatements>;

const byTime = (a: Row, b: Row): number => inMessageOrder(timeOf(a), timeOf(b));
const timeOf = ({ at, event, control_id, id }: Row) => ({ at, adt: event !== '', controlId: control_id, id });

/** Do two statements say the same thing, whenever they did? */
const same = (a: Row, b: Row): boolean =>
  a.event === b.event &&
  a.identity === b.identity &&
  a.ins_removed === b.ins_removed &&
  a.consent === b.consent &&
  a.proof === b.proof;

function rowOf(patientId: number, update: PatientUpdate, inboxId: number): Row {
  const { identity, event = '', controlId = '', insRemoved, recordedOnly, consent, proof, at } = update;
  return {
    // Not yet in the table: after all that are.
    id: Number.MAX_SAFE_INTEGER,
    patient_id: patientId,
    at: instantOf(at),
    event,
    control_id: controlId,
    inbox_id: inboxId,
    identity: recordedOnly ? null : JSON.stringify(identity),
    ins_removed: insRemoved ? 1 : 0,
    consent: consent ? JSON.stringify(consent) : null,
    proof: proof ? JSON.stringify(proof) : null,
  };
}

function statementOf(row: Row): PatientStatement {
  return {
    at: row.at,
    event: row.event,
    removed: row.ins_removed === 1,
    ...(row.inbox_id === null ? {} : { inboxId: row.inbox_id }),
    ...(row.identity === null ? {} : { identity: fromJson<StatedIdentity>(row.identity) }),
    ...(row.consent === null ? {} : { consent: fromJson<Consent>(row.consent) }),
    ...(row.proof === null ? {} : { proof: fromJson<IdentityProof>(row.proof) }),
  };
}
