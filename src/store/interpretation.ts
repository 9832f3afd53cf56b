import type { DispatchFlags, Dossier } from '../report/dossier.ts';
import { mergeDossiers } from '../report/merge.ts';
import { nextVersion } from '../report/versions.ts';
import { type Context, fromJson } from './context.ts';
import type { Dossiers } from './dossiers.ts';
import type { Inbox } from './inbox.ts';
import { layMasks } from './masks.ts';
import type { InterpretedItem, InterpretedOutcome } from './model.ts';
import type { PatientChange, Patients } from './patients.ts';
import type { Planning } from './planning.ts';
import type { Renewal } from './renewal.ts';
import type { Reports } from './reports.ts';

/** Stage interpret: what a message says becomes patients, versions, or quarantine. */
export function createInterpretation(
  { db, actor }: Context,
  { inbox, dossiers, patients, reports, planning, renewal }: InterpretationParts,
) {
  const addStatement = db.prepare('INSERT INTO statement (report_id, inbox_id, dossier) VALUES (?, ?, ?)');
  const forget = db.prepare('DELETE FROM statement WHERE inbox_id = ?');
  const statements = db
    .prepare<[string], string>('SELECT dossier FROM statement WHERE report_id = ? ORDER BY inbox_id, id')
    .pluck();

  /** Reports that a change of the patient concerns: planned again, or made again with the identity. */
  const follow = ({ patientId, qualification, opposition }: PatientChange): void => {
    if (!qualification && !opposition) return;
    if (qualification) for (const reportId of reports.ofPatient(patientId)) renewal.renewIdentity(reportId);
    planning.againForPatient(patientId);
  };

  const takeDossier = (
    inboxId: number,
    { dossier: stated, reportId, setOid, warnings }: Extract<InterpretedItem, { kind: 'dossier' }>,
  ): InterpretedOutcome => {
    const change = patients.state({ identity: stated.patient, at: stated.messageAt });
    reports.open({ reportId, setOid }, stated, change.patientId);
    addStatement.run(reportId, inboxId, dossiers.toJson(stated));
    const content = mergeDossiers(statements.all(reportId).map(dossiers.fromJson));
    const report = reports.open({ reportId, setOid }, content, patientOf(content));
    const { flags, masks } = layMasks(
      content.flags,
      fromJson<DispatchFlags>(report.masks),
      fromJson<DispatchFlags>(report.source_flags),
    );
    reports.setMasks(reportId, masks, content.flags);
    const incoming = { ...content, patient: patients.identity(report.patient_id), flags };
    const newest = report.newest > 0 ? reports.newest(reportId) : undefined;
    const next = nextVersion(newest && reports.dossier(newest), incoming);
    if (next.kind === 'unchanged') {
      // The same content sent again after a mend of the catalogue: worth another try.
      if (newest) reports.unblock(newest);
      follow(change);
      return { kind: 'unchanged', reportId };
    }
    const version = reports.addVersion(reportId, {
      dossier: next.dossier,
      cause: next.cause,
      warnings,
      inboxId,
      by: actor,
    });
    follow(change);
    return { kind: 'version', reportId, version };
  };

  const patientOf = ({ patient: { localId } }: Dossier): number => {
    const id = patients.find(`${localId.authority ?? ''}|${localId.value}`);
    if (id === undefined) throw new Error('the patient of a statement is missing from the data file');
    return id;
  };

  const take = (inboxId: number, item: InterpretedItem): InterpretedOutcome => {
    switch (item.kind) {
      case 'dossier':
        return takeDossier(inboxId, item);
      case 'patient':
        follow(patients.state(item.update));
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
}
