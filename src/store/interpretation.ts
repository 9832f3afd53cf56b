import type { DispatchFlags, Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { StatedIdentity } from '../report/identity.ts';
import { mergeDossiers } from '../report/merge.ts';
import { nextVersion } from '../report/versions.ts';
import { type Context, fromJson } from './context.ts';
import type { Dossiers } from './dossiers.ts';
import { DUPLICATE_SOURCE, SET_ASIDE } from './faults.ts';
import type { Inbox } from './inbox.ts';
import { layMasks } from './masks.ts';
import type { InterpretedItem, InterpretedOutcome } from './model.ts';
import type { PatientChange, Patients } from './patients.ts';
import type { Planning } from './planning.ts';
import type { Renewal } from './renewal.ts';
import type { Reports } from './reports.ts';
import type { WatchedIdentities } from './watched-identities.ts';

/** Stage interpret: what a message says becomes patients, versions, or quarantine. */
export function createInterpretation(
  { db, actor, journal }: Context,
  { inbox, dossiers, patients, reports, planning, renewal, watched }: InterpretationParts,
) {
  const addStatement = db.prepare('INSERT INTO statement (report_id, inbox_id, dossier) VALUES (?, ?, ?)');
  const forget = db.prepare('DELETE FROM statement WHERE inbox_id = ?');
  const statements = db
    .prepare<[string], string>('SELECT dossier FROM statement WHERE report_id = ? ORDER BY inbox_id, id')
    .pluck();

  /** Reports that a change of the patient concerns: planned again, or made again with the identity. */
  const follow = ({ changed, moved }: PatientChange, inboxId: number): void => {
    for (const { statedId, holderId } of moved) moveReports(statedId, holderId, inboxId);
    for (const { patientId, identity, opposition } of changed) {
      if (identity)
        for (const reportId of reports.ofPatient(patientId)) {
          renewal.renewIdentity(reportId);
          watched.check(reportId);
        }
      if (identity || opposition) planning.againForPatient(patientId);
    }
  };

  /** A merge (A40) gives the reports of one number to the patient who stays. */
  const moveReports = (statedId: number, holderId: number, inboxId: number): void => {
    const moved = reports.move(statedId, holderId);
    const [from, to] = [`patient:${statedId}`, `patient:${holderId}`];
    for (const subject of [from, ...moved])
      journal.append({ actor, action: 'patient-merged', subject, details: { from, to, inbox: inboxId } });
  };

  /** Why this request cannot be taken as the patient's that it names: the dossier or the number is another's. */
  const notTheirs = ({ patient, number }: Dossier, reportId: string): Fault | undefined => {
    const report = reports.find(reportId);
    if (report && patients.isAnother(report.patient_id, patient)) return SET_ASIDE.dossierOfAnother(number);
    const known = patients.find(patientKey(patient));
    if (known !== undefined && patients.isAnother(known, patient)) return SET_ASIDE.numberOfAnother();
    return undefined;
  };

  const takeDossier = (
    inboxId: number,
    { dossier: stated, reportId, setOid, warnings }: Extract<InterpretedItem, { kind: 'dossier' }>,
  ): InterpretedOutcome => {
    const foreign = notTheirs(stated, reportId);
    if (foreign) return { kind: 'quarantined', quarantineId: inbox.quarantine(inboxId, foreign) };
    const change = patients.state({ identity: stated.patient, at: stated.messageAt }, inboxId);
    reports.open({ reportId, setOid }, stated, patientOf(stated));
    addStatement.run(reportId, inboxId, dossiers.toJson(stated));
    const content = mergeDossiers(statements.all(reportId).map(dossiers.fromJson));
    const report = reports.open({ reportId, setOid }, content, patientOf(content));
    const { flags, masks } = layMasks(
      content.flags,
      fromJson<DispatchFlags>(report.masks),
      fromJson<DispatchFlags>(report.source_flags),
    );
    reports.setMasks(reportId, masks, content.flags);
    const incoming: Dossier = {
      ...content,
      patient: patients.identity(report.patient_id),
      flags,
      // A person took it back: only a person gives it again.
      ...(report.withdrawn_by !== null && !content.withdrawn ? { withdrawn: 'by-laboratory' } : {}),
    };
    const newest = report.newest > 0 ? reports.newest(reportId) : undefined;
    const next = nextVersion(newest && reports.dossier(newest), incoming);
    if (next.kind === 'unchanged') {
      // The same content sent again after a mend of the catalogue: worth another try.
      if (newest) reports.unblock(newest);
      follow(change, inboxId);
      return { kind: 'unchanged', reportId };
    }
    const version = reports.addVersion(reportId, {
      dossier: next.dossier,
      cause: next.cause,
      warnings: inbox.isCopy(inboxId) ? [...warnings, DUPLICATE_SOURCE] : warnings,
      inboxId,
      by: actor,
    });
    follow(change, inboxId);
    return { kind: 'version', reportId, version };
  };

  const patientKey = ({ localId }: StatedIdentity): string => `${localId.authority ?? ''}|${localId.value}`;

  /** The number that a dossier names, and who has what is that number's. */
  const patientOf = ({ patient }: Dossier): { statedId: number; holderId: number } => {
    const statedId = patients.find(patientKey(patient));
    if (statedId === undefined) throw new Error('the patient of a statement is missing from the data file');
    return { statedId, holderId: patients.holderOf(statedId) };
  };

  const take = (inboxId: number, item: InterpretedItem): InterpretedOutcome => {
    switch (item.kind) {
      case 'dossier':
        return takeDossier(inboxId, item);
      case 'patient':
        follow(patients.state(item.update, inboxId), inboxId);
        return { kind: 'patient' };
      case 'rejected':
        return { kind: 'quarantined', quarantineId: inbox.quarantine(inboxId, item.fault) };
      case 'ignored':
        return { kind: 'ignored' };
    }
  };

  return {
    interpreted(inboxId: number, items: readonly InterpretedItem[]): InterpretedOutcome[] {
      const message = inbox.load(inboxId);
      // Interpreted already, by a call whose answer was lost: the same answer.
      if (message.state !== 'received') return fromJson<InterpretedOutcome[]>(message.outcomes);
      forget.run(inboxId);
      // A mended copy says all that the original said.
      const original = inbox.mended(inboxId);
      if (original !== undefined) forget.run(original);
      const outcomes = items.map((item) => take(inboxId, item));
      inbox.finish(inboxId, outcomes);
      return outcomes;
    },
  };
}

interface InterpretationParts {
  readonly inbox: Inbox;
  readonly dossiers: Dossiers;
  readonly patients: Patients;
  readonly reports: Reports;
  readonly planning: Planning;
  readonly renewal: Renewal;
  readonly watched: WatchedIdentities;
}

export type Interpretation = ReturnType<typeof createInterpretation>;
