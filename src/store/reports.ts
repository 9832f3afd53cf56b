import { createHash } from 'node:crypto';
import type { DispatchFlags, Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import { qualify } from '../report/identity.ts';
import type { Warning } from '../report/report.ts';
import { type VersionCause, weightiestCause } from '../report/versions.ts';
import type { Alerts } from './alerts.ts';
import type { BusinessAcks } from './business-acks.ts';
import { asJson, type Context, fromJson } from './context.ts';
import type { Deliveries } from './deliveries.ts';
import { OPEN_STATES } from './delivery-states.ts';
import type { Dossiers } from './dossiers.ts';
import type { RenderedVersion, RenderTask, VersionId } from './records.ts';

/** A row of the table. */
export interface ReportRow {
  readonly id: string;
  readonly source: string;
  readonly dossier: string;
  readonly set_oid: string;
  /** Who has it, after merges; and the number under which its messages name the patient. */
  readonly patient_id: number;
  readonly stated_patient_id: number;
  readonly newest: number;
  readonly held_by: string | null;
  readonly held_reason: string | null;
  /** Who took it back, when a person did. */
  readonly withdrawn_by: string | null;
  readonly masks: string;
  readonly source_flags: string;
  readonly mask_until: string | null;
  readonly mask_until_ms: number | null;
  readonly until_flags: string;
  readonly created_at: number;
  /** First deposit in the DMP. */
  readonly deposited_at: number | null;
}

export type VersionState = 'interpreted' | 'rendered' | 'planned' | 'blocked' | 'superseded';

export interface VersionRow {
  readonly id: number;
  readonly report_id: string;
  readonly number: number;
  readonly state: VersionState;
  readonly cause: VersionCause;
  readonly completeness: 'partial' | 'complete';
  readonly qualified: number;
  readonly flags: string;
  readonly plan_due: number;
  readonly revision: number;
  readonly lifted: string;
  readonly document_oid: string | null;
  /** Of an N1 that came written. */
  readonly n1_oid: string | null;
  /** JSON AcknowledgementOrders. */
  readonly acknowledge: string | null;
  readonly facts: string | null;
  readonly interpret_warnings: string;
  readonly render_warnings: string;
  readonly faults: string;
  readonly inbox_id: number | null;
  readonly created_at: number;
}

export interface NewVersion {
  readonly dossier: Dossier;
  readonly cause: VersionCause;
  readonly warnings?: readonly Warning[];
  readonly inboxId?: number;
  /** Rules lifted for the earlier version that stay lifted: its clinical content is the same. */
  readonly lifted?: readonly string[];
  /** Who made it: the daemon, or a person. */
  readonly by: string;
}

/**
 * On a row of `delivery`: a deposit in the DMP that may have gone through, over an earlier one. Which of the two is there
 * must be known before a newer version is made, since its document names the one that it replaces. The doubt on a first
 * deposit makes no such difference, and a mail's can never be ended: neither keeps a newer version waiting.
 */
const BLOCKING_DOUBT = `channel = 'dmp' AND ambiguous = 1 AND EXISTS (
    SELECT 1 FROM delivery AS before
    WHERE before.report_id = delivery.report_id AND before.channel = delivery.channel
      AND before.recipient = delivery.recipient AND before.version < delivery.version
      AND (before.state = 'delivered' OR before.ambiguous = 1))`;

/** Oldest first; a version waits while a delivery of its report is under way, or in a doubt that changes its content. */
export const UNRENDERED = `
  SELECT version.* FROM version
  WHERE state = 'interpreted' AND NOT EXISTS (
    SELECT 1 FROM delivery
    WHERE delivery.report_id = version.report_id AND delivery.state IN ('leased', 'on-wire'))
  AND NOT EXISTS (
    SELECT 1 FROM delivery WHERE delivery.report_id = version.report_id AND ${BLOCKING_DOUBT})
  ORDER BY version.id LIMIT ?`;

/** Reports and their versions, from content to document. */
export function createReports(
  { db, now, journal, actor }: Context,
  { dossiers, deliveries, acks, alerts }: ReportParts,
) {
  const byId = db.prepare<[string], ReportRow>('SELECT * FROM report WHERE id = ?');
  const insertReport = db.prepare(
    `INSERT INTO report (id, source, dossier, set_oid, patient_id, stated_patient_id, created_at)
     VALUES (@reportId, @source, @dossier, @setOid, @holderId, @statedId, @at)`,
  );
  const setPatient = db.prepare('UPDATE report SET patient_id = ?, stated_patient_id = ? WHERE id = ?');
  const move = db
    .prepare<[number, number], string>(
      'UPDATE report SET patient_id = ? WHERE stated_patient_id = ? RETURNING id',
    )
    .pluck();
  const setDeposited = db.prepare('UPDATE report SET deposited_at = ? WHERE id = ? AND deposited_at IS NULL');
  const setMasks = db.prepare('UPDATE report SET masks = ?, source_flags = ? WHERE id = ?');
  const setNewest = db.prepare('UPDATE report SET newest = ? WHERE id = ?');
  const ofPatient = db.prepare<[number], string>('SELECT id FROM report WHERE patient_id = ?').pluck();
  const version = db.prepare<[string, number], VersionRow>(
    'SELECT * FROM version WHERE report_id = ? AND number = ?',
  );
  const versions = db.prepare<[string], VersionRow>(
    'SELECT * FROM version WHERE report_id = ? ORDER BY number',
  );
  const insertVersion = db.prepare(
    `INSERT INTO version (report_id, number, state, cause, completeness, qualified, flags, lifted, interpret_warnings,
       acknowledge, inbox_id, created_at)
     VALUES (@report_id, @number, 'interpreted', @cause, @completeness, @qualified, @flags, @lifted, @warnings,
       @acknowledge, @inbox_id, @created_at)`,
  );
  const setAside = db.prepare(
    `UPDATE version SET plan_due = 0, state = CASE WHEN state IN ('interpreted', 'blocked') THEN 'superseded' ELSE state END
     WHERE report_id = ? AND number < ? AND (plan_due = 1 OR state IN ('interpreted', 'blocked'))`,
  );
  const insertDossier = db.prepare('INSERT INTO version_dossier (version_id, dossier) VALUES (?, ?)');
  const dossierOf = db
    .prepare<[number], string>('SELECT dossier FROM version_dossier WHERE version_id = ?')
    .pluck();
  const unrendered = db.prepare<[number], VersionRow>(UNRENDERED);
  const reachedByChannel = db.prepare<[string], { dmp: number | null; any: number | null }>(
    `SELECT max(version) FILTER (WHERE channel = 'dmp') AS dmp, max(version) AS "any" FROM reached WHERE report_id = ?`,
  );
  const setRendered = db.prepare(
    `UPDATE version SET state = 'rendered', plan_due = 1, document_oid = ?, n1_oid = ?, facts = ?, render_warnings = ?, faults = '[]'
     WHERE id = ?`,
  );
  const insertDocument = db.prepare(
    'INSERT INTO version_document (version_id, cda, n1, pdf, pdf_name, mail) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const documentsOf = db.prepare<[string, number], { oid: string; cda: Buffer }>(
    `SELECT document_oid AS oid, cda FROM version JOIN version_document ON version_id = version.id
     WHERE report_id = ? AND number < ? ORDER BY number DESC`,
  );
  const setWithdrawn = db.prepare('UPDATE report SET withdrawn_by = ? WHERE id = ?');
  const setBlocked = db.prepare(`UPDATE version SET state = 'blocked', faults = ? WHERE id = ?`);
  const unblock = db.prepare(`UPDATE version SET state = 'interpreted' WHERE id = ? AND state = 'blocked'`);

  const load = (reportId: string): ReportRow => {
    const report = byId.get(reportId);
    if (!report) throw new Error(`report ${reportId} is missing from the data file`);
    return report;
  };
  const loadVersion = (reportId: string, number: number): VersionRow => {
    const row = version.get(reportId, number);
    if (!row) throw new Error(`version ${number} of ${reportId} is missing from the data file`);
    return row;
  };
  const dossier = (row: VersionRow): Dossier => {
    const text = dossierOf.get(row.id);
    if (text === undefined) throw new Error(`content of ${row.report_id} v${row.number} is missing`);
    return dossiers.fromJson(text);
  };

  /** The latest version in the DMP, else the latest that reached anybody. */
  const replaced = (reportId: string): VersionRow | undefined => {
    const reached = reachedByChannel.get(reportId);
    const number = reached?.dmp ?? reached?.any;
    return number ? loadVersion(reportId, number) : undefined;
  };

  const renderTask = (row: VersionRow): RenderTask => {
    const earlier = replaced(row.report_id);
    const content = dossier(row);
    return {
      reportId: row.report_id,
      version: row.number,
      setOid: load(row.report_id).set_oid,
      dossier: content,
      cause: causeFor(row, earlier, content),
      ...(earlier?.document_oid
        ? {
            replaces: {
              documentOid: earlier.document_oid,
              number: earlier.number,
              effectiveTime: dossier(earlier).issuedAt,
            },
          }
        : {}),
      flags: fromJson<DispatchFlags>(row.flags),
      ...(content.finished ? { earlier: documentsBefore(row) } : {}),
    };
  };

  /** Newest first. */
  const documentsBefore = ({ report_id, number }: VersionRow) =>
    documentsOf.all(report_id, number).map(({ oid, cda }) => ({
      documentOid: oid,
      sha256: createHash('sha256').update(cda).digest('hex'),
    }));

  /** What a reader must be told: versions that never left count together, and one that nobody had before is the first. */
  const causeFor = (row: VersionRow, earlier: VersionRow | undefined, content: Dossier): VersionCause => {
    if (content.withdrawn) return 'withdrawal';
    if (!earlier) return 'first';
    const unseen = versions
      .all(row.report_id)
      .filter(({ number }) => number > earlier.number && number <= row.number)
      // Taken back, and given again before anybody was told: it stands.
      .filter(({ cause }) => cause !== 'withdrawal');
    return weightiestCause(unseen.map(({ cause }) => cause));
  };

  return {
    find: (reportId: string): ReportRow | undefined => byId.get(reportId),
    load,
    ofPatient: (patientId: number): string[] => ofPatient.all(patientId),
    version: loadVersion,
    versions: (reportId: string): VersionRow[] => versions.all(reportId),
    newest: (reportId: string): VersionRow => loadVersion(reportId, load(reportId).newest),
    dossier,
    /** Has any version reached anybody? */
    reached: (reportId: string): boolean => replaced(reportId) !== undefined,

    /** Has any version gone to this mailbox, or may it have? */
    hasLeftFor: (reportId: string, mailbox: string): boolean =>
      deliveries
        .ofReport(reportId)
        .some(
          ({ recipient, state, ambiguous }) =>
            recipient.toLowerCase() === mailbox.toLowerCase() && (ambiguous > 0 || LEFT.includes(state)),
        ),

    /** Finds or makes the report. @throws Error when its identifier belongs to another dossier (a collision of hashes) */
    open(
      ids: { reportId: string; setOid: string },
      of: Dossier,
      patient: { statedId: number; holderId: number },
    ): ReportRow {
      const known = byId.get(ids.reportId);
      if (!known) insertReport.run({ ...ids, ...patient, source: of.source, dossier: of.number, at: now() });
      else if (known.source !== of.source || known.dossier !== of.number)
        throw new Error(`report identifier ${ids.reportId} names two dossiers`);
      else if (known.patient_id !== patient.holderId || known.stated_patient_id !== patient.statedId)
        setPatient.run(patient.holderId, patient.statedId, ids.reportId);
      return load(ids.reportId);
    },

    /** A merge gives the reports of a number to another patient. @returns them */
    move: (statedId: number, holderId: number): string[] => move.all(holderId, statedId),

    /** It is in the DMP: the first time counts. */
    deposited(reportId: string): void {
      setDeposited.run(now(), reportId);
    },

    setMasks(reportId: string, masks: DispatchFlags, sourceFlags: DispatchFlags): void {
      setMasks.run(JSON.stringify(masks), JSON.stringify(sourceFlags), reportId);
    },

    /** @param by undefined: nobody any more */
    setWithdrawn(reportId: string, by: string | undefined): void {
      setWithdrawn.run(by ?? null, reportId);
    },

    /** Adds a version; what has not left of the earlier ones is superseded. @returns its number */
    addVersion(reportId: string, made: NewVersion): number {
      const number = load(reportId).newest + 1;
      const { lastInsertRowid } = insertVersion.run({
        report_id: reportId,
        number,
        cause: made.cause,
        completeness: made.dossier.completeness,
        qualified: qualify(made.dossier.patient).kind === 'qualified' ? 1 : 0,
        flags: JSON.stringify(made.dossier.flags),
        lifted: JSON.stringify(made.lifted ?? []),
        warnings: JSON.stringify(made.warnings ?? []),
        // What the laboratory takes back by itself answers nothing that the sender asked.
        acknowledge: asJson(
          made.dossier.withdrawn === 'by-laboratory' ? undefined : made.dossier.finished?.acknowledge,
        ),
        inbox_id: made.inboxId ?? null,
        created_at: now(),
      });
      insertDossier.run(lastInsertRowid, dossiers.toJson(made.dossier));
      setNewest.run(number, reportId);
      setAside.run(reportId, number);
      alerts.settle('retrait-non-abouti', reportId);
      for (const delivery of deliveries.ofReport(reportId)) {
        if (delivery.version === number) continue;
        deliveries.tryMove(delivery, 'supersede');
        if (delivery.withdraws === 1) alerts.settle('retrait-non-abouti', `delivery:${delivery.id}`);
      }
      journal.append({
        actor: made.by,
        action: 'version-made',
        subject: reportId,
        details: {
          version: number,
          cause: made.cause,
          ...(made.inboxId === undefined ? {} : { inbox: made.inboxId }),
        },
      });
      return number;
    },

    unrendered(limit: number, besides: readonly VersionId[] = []): RenderTask[] {
      const isAtHand = (row: VersionRow) =>
        besides.some(({ reportId, version }) => reportId === row.report_id && version === row.number);
      const rows = unrendered.all(limit + besides.length).filter((row) => !isAtHand(row));
      return rows.slice(0, limit).map(renderTask);
    },

    /** Nothing when the version is no longer to be rendered: a newer one came, or another call was first. */
    rendered({ reportId, version: number }: VersionId, result: RenderedVersion): void {
      const row = loadVersion(reportId, number);
      if (row.state !== 'interpreted') return;
      const { documentOid, n1DocumentOid, cda, n1, pdf, pdfName, warnings, facts, mail } = result;
      setRendered.run(
        documentOid,
        n1DocumentOid ?? null,
        JSON.stringify(facts),
        JSON.stringify(warnings),
        row.id,
      );
      if (row.cause === 'withdrawal') alerts.settle('retrait-non-abouti', reportId);
      insertDocument.run(row.id, cda, n1 ?? null, pdf, pdfName, asJson(mail));
      journal.append({
        actor,
        action: 'rendered',
        subject: reportId,
        details: { version: number, documentOid, warnings: warnings.map(({ code }) => code) },
      });
    },

    renderFailed({ reportId, version: number }: VersionId, faults: readonly Fault[]): void {
      const row = loadVersion(reportId, number);
      if (row.state !== 'interpreted') return;
      setBlocked.run(JSON.stringify(faults), row.id);
      if (row.cause === 'withdrawal') alerts.raise({ kind: 'retrait-non-abouti', subject: reportId });
      if (fromJson<DispatchFlags>(row.flags).destDmp !== false)
        acks.refused(reportId, number, faults[0]?.code ?? '');
      journal.append({
        actor,
        action: 'render-failed',
        subject: reportId,
        details: { version: number, codes: faults.map(({ code }) => code) },
      });
    },

    /** A blocked version is rendered again. @returns whether it was blocked */
    unblock: (row: VersionRow): boolean => unblock.run(row.id).changes === 1,
  };
}

const LEFT: readonly string[] = ['delivered', ...OPEN_STATES];

interface ReportParts {
  readonly dossiers: Dossiers;
  readonly deliveries: Deliveries;
  readonly acks: BusinessAcks;
  readonly alerts: Alerts;
}

export type Reports = ReturnType<typeof createReports>;
