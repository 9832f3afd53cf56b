import type { Fault } from '../report/fault.ts';
import type { MailOrders } from '../report/finished.ts';
import type { Warning } from '../report/report.ts';
import type { BusinessAcks } from './business-acks.ts';
import { type Context, fromJson } from './context.ts';
import { type Deliveries, type Delivery, deliveryRow } from './deliveries.ts';
import type { Patients } from './patients.ts';
import type { DeliveryState, VersionDocuments, VersionId } from './records.ts';
import type { ReportRow, Reports, VersionRow } from './reports.ts';
import type { DeliveryRow, ReportDetails, ReportSummary } from './rows.ts';

/** Rows that a list answers when no limit is asked. */
export const DEFAULT_LIMIT = 500;

/** The questions that persons ask: reports, their versions and documents, deliveries. */
export function createQueries(
  { db }: Context,
  {
    reports,
    deliveries,
    patients,
    acks,
  }: { reports: Reports; deliveries: Deliveries; patients: Patients; acks: BusinessAcks },
) {
  const newestReports = db.prepare<[{ state: string | null; limit: number }], ReportRow>(
    `SELECT report.* FROM report
     JOIN version ON version.report_id = report.id AND version.number = report.newest
     WHERE @state IS NULL OR version.state = @state
        OR (@state = 'held' AND (held_by IS NOT NULL OR EXISTS (
             SELECT 1 FROM delivery WHERE delivery.report_id = report.id AND delivery.version = report.newest
               AND delivery.state = 'held')))
     ORDER BY report.created_at DESC, report.rowid DESC LIMIT @limit`,
  );
  const received = db.prepare<[number], { origin: string; sha256: string }>(
    'SELECT origin, sha256 FROM inbox WHERE id = ?',
  );
  const documents = db.prepare<
    [string, number],
    { cda: Buffer; n1: Buffer | null; pdf: Buffer; pdfName: string; mail: string | null }
  >(
    `SELECT cda, n1, pdf, pdf_name AS pdfName, mail FROM version_document
     JOIN version ON version.id = version_id WHERE report_id = ? AND number = ?`,
  );
  const byStates = db.prepare<[string, number], Delivery>(
    `SELECT * FROM delivery WHERE state IN (SELECT value FROM json_each(?)) ORDER BY updated_at DESC LIMIT ?`,
  );
  const newestDeliveries = db.prepare<[number], Delivery>(
    'SELECT * FROM delivery ORDER BY rowid DESC LIMIT ?',
  );

  const summary = (report: ReportRow, rows: readonly Delivery[]): ReportSummary => {
    const newest = reports.version(report.id, report.newest);
    return {
      reportId: report.id,
      source: report.source,
      dossier: report.dossier,
      version: newest.number,
      completeness: newest.completeness,
      state: stateOf(newest),
      held: report.held_by !== null,
      createdAt: report.created_at,
      deliveries: rows.map(deliveryRow),
    };
  };

  const versionDetails = (row: VersionRow): ReportDetails['versions'][number] => {
    const message = row.inbox_id === null ? undefined : received.get(row.inbox_id);
    return {
      version: row.number,
      cause: row.cause,
      ...(row.document_oid === null ? {} : { documentOid: row.document_oid }),
      createdAt: row.created_at,
      state: row.state,
      warnings: [...fromJson<Warning[]>(row.interpret_warnings), ...fromJson<Warning[]>(row.render_warnings)],
      faults: fromJson<Fault[]>(row.faults),
      ...message,
    };
  };

  return {
    reports: ({ state, limit = DEFAULT_LIMIT }: { state?: string; limit?: number }): ReportSummary[] =>
      newestReports
        .all({ state: state ?? null, limit })
        .map((report) => summary(report, deliveries.ofVersion(report.id, report.newest))),

    report(reportId: string): ReportDetails | undefined {
      const report = reports.find(reportId);
      if (!report) return undefined;
      return {
        ...summary(report, deliveries.ofReport(reportId)),
        patient: patients.nameOf(report.patient_id),
        acknowledgements: acks.ofReport(report.id),
        versions: reports.versions(reportId).map(versionDetails),
      };
    },

    documents({ reportId, version }: VersionId): VersionDocuments | undefined {
      const row = documents.get(reportId, version);
      if (!row) return undefined;
      const { n1, mail, ...others } = row;
      return {
        ...others,
        ...(n1 ? { n1 } : {}),
        ...(mail ? { mail: fromJson<MailOrders>(mail) } : {}),
      };
    },

    deliveries({ states, reportId, limit = DEFAULT_LIMIT }: DeliveryFilter): DeliveryRow[] {
      const wanted = (delivery: Delivery) => !states || states.includes(delivery.state);
      const rows =
        reportId !== undefined
          ? deliveries.ofReport(reportId).filter(wanted).slice(0, limit)
          : states
            ? byStates.all(JSON.stringify(states), limit)
            : newestDeliveries.all(limit);
      return rows.map(deliveryRow);
    },
  };
}

interface DeliveryFilter {
  readonly states?: readonly DeliveryState[];
  readonly reportId?: string;
  readonly limit?: number;
}

/** The newest version is never superseded. */
function stateOf({ state }: VersionRow): ReportSummary['state'] {
  if (state === 'superseded') throw new Error('the newest version is superseded');
  return state;
}

export type Queries = ReturnType<typeof createQueries>;
