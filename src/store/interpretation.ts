import { type FoundMailbox, withFoundMailboxes } from '../report/addressees.ts';
import { confirmRows } from '../report/confirmations.ts';
import type { Contribution } from '../report/contribution.ts';
import { isSilent } from '../report/contribution-patient.ts';
import type { DispatchFlags, Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { StatedIdentity } from '../report/identity.ts';
import type { Warning } from '../report/report.ts';
import type { LocalCode } from '../report/result.ts';
import { answersCancelled, awaitsLaboratory, mergeReport, orderNumbersOf } from '../report/subcontracting.ts';
import { nextVersion } from '../report/versions.ts';
import type { Acceptances } from './acceptances.ts';
import type { Alerts } from './alerts.ts';
import { type Context, fromJson } from './context.ts';
import type { Contributions } from './contributions.ts';
import type { Dossiers } from './dossiers.ts';
import { DUPLICATE_SOURCE, notThePatients, SET_ASIDE } from './faults.ts';
import type { FileAnswers } from './file-answers.ts';
import type { Inbox } from './inbox.ts';
import { layMasks } from './masks.ts';
import type { PatientChange, Patients } from './patients.ts';
import type { Planning } from './planning.ts';
import type { InterpretedItem, InterpretedOutcome } from './records.ts';
import type { Renewal } from './renewal.ts';
import type { Reports } from './reports.ts';
import type { WatchedIdentities } from './watched-identities.ts';

/** Stage interpret: what a message says becomes patients, versions, or quarantine. */
export function createInterpretation({ db, now, actor, journal }: Context, parts: InterpretationParts) {
  const { inbox, dossiers, contributions, patients, reports, planning, renewal, watched, alerts } = parts;
  const { acceptances, fileAnswers } = parts;
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

  const nothingToConfirm = (inboxId: number, rows: readonly LocalCode[]): InterpretedOutcome => ({
    kind: 'quarantined',
    quarantineId: inbox.quarantine(inboxId, SET_ASIDE.confirmsNothing(rows.map(({ code }) => code))),
  });

  const takeDossier = (
    inboxId: number,
    item: Extract<InterpretedItem, { kind: 'dossier' }>,
  ): InterpretedOutcome => {
    const { dossier, reportId, setOid, warnings } = item;
    const foreign = notTheirs(dossier, reportId);
    if (foreign) return { kind: 'quarantined', quarantineId: inbox.quarantine(inboxId, foreign) };
    const read = confirmRows(dossier, () => statements.all(reportId).map(dossiers.fromJson));
    if ('unknown' in read) return nothingToConfirm(inboxId, read.unknown);
    const stated: Dossier = { ...dossier, exams: read.exams };
    const change = patients.state({ identity: stated.patient, at: stated.messageAt }, inboxId);
    reports.open({ reportId, setOid }, stated, patientOf(stated));
    addStatement.run(reportId, inboxId, dossiers.toJson(stated));
    const numbers = orderNumbersOf(stated);
    contributions.name(reportId, numbers);
    const waiting = contributions.waitingFor(numbers, stated.source);
    for (const { id, inboxId: from, contribution } of waiting) {
      const fault = notOurs(contribution, reportId, from);
      if (fault) {
        contributions.drop(id);
        inbox.setAside(from, fault, reportId);
      } else contributions.give(id, reportId);
      if (!contributions.isWaiting(from)) alerts.settle(AWAITS_REPORT, inboxSubject(from));
    }
    const { outcome, awaits } = remake(reportId, inboxId, warnings);
    if (waiting.length > 0) tellCancelled(reportId);
    if (awaits && item.subcontractedWaitMs !== undefined)
      alerts.raise({ kind: AWAITS_RESULT, subject: reportId, due: now() + item.subcontractedWaitMs });
    follow(change, inboxId);
    return outcome;
  };

  const showsAll = (reportId: string): boolean => {
    const stated = statements.all(reportId).map(dossiers.fromJson);
    return stated.length === 0 || !answersCancelled(stated, contributions.of(reportId));
  };

  /** What has just come from another laboratory may answer what was cancelled here: nothing shows it. */
  const tellCancelled = (reportId: string): void => {
    if (!showsAll(reportId)) alerts.raise({ kind: ANSWERS_CANCELLED, subject: reportId });
  };

  /** What all that was said of a report comes to now: a new version, or nothing new. */
  const remake = (
    reportId: string,
    inboxId: number,
    warnings: readonly Warning[],
  ): { readonly outcome: InterpretedOutcome; readonly awaits: boolean } => {
    const stated = statements.all(reportId).map(dossiers.fromJson);
    // What our own side said was taken back: it says it again before anything is made of it.
    if (stated.length === 0) return { outcome: { kind: 'unchanged', reportId }, awaits: false };
    const content = mergeReport(stated, contributions.of(reportId));
    const awaits = awaitsLaboratory(content);
    if (!awaits) alerts.settle(AWAITS_RESULT, reportId);
    if (alerts.isOpen(ANSWERS_CANCELLED, reportId) && showsAll(reportId))
      alerts.settle(ANSWERS_CANCELLED, reportId);
    const { set_oid: setOid } = reports.load(reportId);
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
    const current = newest && reports.dossier(newest);
    // An address found meanwhile is no news, but none of a new version: the books may have lost it since, as a wrong one.
    // The laboratory's own table loses none by itself: what has not gone there must not go.
    const stillCounts = ({ mssante, mailboxOrigin }: FoundMailbox) =>
      mailboxOrigin.by !== 'table' || reports.hasLeftFor(reportId, mssante);
    const next = nextVersion(
      current,
      current ? withFoundMailboxes(incoming, current, stillCounts) : incoming,
    );
    if (next.kind === 'unchanged') {
      // The same content sent again after a mend of the catalogue: worth another try.
      if (newest) reports.unblock(newest);
      return { outcome: { kind: 'unchanged', reportId }, awaits };
    }
    const version = reports.addVersion(reportId, {
      dossier: incoming,
      cause: next.cause,
      warnings: inbox.isCopy(inboxId) ? [...warnings, DUPLICATE_SOURCE] : warnings,
      inboxId,
      by: actor,
    });
    return { outcome: { kind: 'version', reportId, version }, awaits };
  };

  /** Why what another laboratory says cannot be part of this report. */
  const notOurs = (
    { patient, processing }: Contribution,
    reportId: string,
    inboxId: number,
  ): Fault | undefined => {
    const [said] = statements.all(reportId).map(dossiers.fromJson).slice(-1);
    if (said?.finished) return SET_ASIDE.subcontractedFinished();
    if (processing && said && processing !== said.processing) return SET_ASIDE.subcontractedProcessing();
    if (isSilent(patient) && acceptances.reportOf(inboxId) === reportId) return undefined;
    return notThePatients(patient, patients.identity(reports.load(reportId).patient_id), reportId);
  };

  const takeContribution = (
    inboxId: number,
    { contribution: said, waitMs }: Extract<InterpretedItem, { kind: 'contribution' }>,
  ): InterpretedOutcome => {
    const found = contributions.reportsOf(said);
    const [reportId, second] = found;
    const read = confirmRows(said, () =>
      reportId === undefined ? [] : contributions.before(said, reportId),
    );
    if ('unknown' in read) return nothingToConfirm(inboxId, read.unknown);
    const contribution: Contribution = { ...said, exams: read.exams };
    if (reportId === undefined) {
      contributions.wait(inboxId, contribution);
      alerts.raise({ kind: AWAITS_REPORT, subject: inboxSubject(inboxId), due: now() + waitMs });
      return { kind: 'waiting' };
    }
    const fault =
      second === undefined ? notOurs(contribution, reportId, inboxId) : SET_ASIDE.subcontractedAmbiguous();
    if (fault) {
      const report = second === undefined ? reportId : undefined;
      return { kind: 'quarantined', quarantineId: inbox.quarantine(inboxId, fault, report) };
    }
    contributions.attach(inboxId, contribution, reportId);
    const { outcome, awaits } = remake(reportId, inboxId, contribution.warnings);
    // What it takes back is awaited anew.
    if (awaits) alerts.raise({ kind: AWAITS_RESULT, subject: reportId, due: now() + waitMs });
    tellCancelled(reportId);
    return outcome;
  };

  /** What a message had said before is replaced by what it says now. @returns reports that lose a part by it */
  const takeBack = (inboxId: number): string[] => {
    forget.run(inboxId);
    const left = contributions.forget(inboxId);
    alerts.settle(AWAITS_REPORT, inboxSubject(inboxId));
    return left;
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
      case 'contribution':
        return takeContribution(inboxId, item);
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
    interpreted(
      inboxId: number,
      items: readonly InterpretedItem[],
      { answered = false }: { readonly answered?: boolean } = {},
    ): InterpretedOutcome[] {
      const message = inbox.load(inboxId);
      // Interpreted already, by a call whose answer was lost: the same answer.
      if (message.state !== 'received') return fromJson<InterpretedOutcome[]>(message.outcomes);
      const left = takeBack(inboxId);
      // A mended copy says all that the original said.
      const original = inbox.mended(inboxId);
      if (original !== undefined) left.push(...takeBack(original));
      const outcomes = items.map((item) => take(inboxId, item));
      for (const reportId of left) remake(reportId, inboxId, []);
      inbox.finish(inboxId, outcomes);
      if (answered) fileAnswers.owe(inboxId, outcomes);
      return outcomes;
    },
  };
}

/** A result came before the report of its order; a report waits for another laboratory. */
const AWAITS_REPORT = 'sous-traitance-sans-dossier';
const AWAITS_RESULT = 'sous-traitance-en-attente';
/** A result came for what was cancelled. */
const ANSWERS_CANCELLED = 'sous-traitance-annulee';
const inboxSubject = (inboxId: number) => `inbox:${inboxId}`;

interface InterpretationParts {
  readonly inbox: Inbox;
  readonly dossiers: Dossiers;
  readonly contributions: Contributions;
  readonly acceptances: Acceptances;
  readonly fileAnswers: FileAnswers;
  readonly alerts: Alerts;
  readonly patients: Patients;
  readonly reports: Reports;
  readonly planning: Planning;
  readonly renewal: Renewal;
  readonly watched: WatchedIdentities;
}

export type Interpretation = ReturnType<typeof createInterpretation>;
