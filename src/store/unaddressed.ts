import type { Addressees } from '../report/addressees.ts';
import { ADDRESS_RULE } from '../report/delivery.ts';
import type { Timestamp } from '../report/timestamp.ts';
import { type Context, fromJson } from './context.ts';
import type { Planning } from './planning.ts';
import type { FoundAddresses, PlanTask, UnaddressedQuestion, UnaddressedVersion } from './records.ts';
import type { Reports } from './reports.ts';

const withoutAddress = (index: string): string => `
  SELECT delivery.updated_at AS at, delivery.rowid AS row, version.id, version.report_id AS reportId,
    version.number AS version, revision, facts
  FROM delivery INDEXED BY ${index}
  JOIN version ON version.report_id = delivery.report_id AND version.number = delivery.version
  WHERE delivery.state = 'never' AND delivery.rule = '${ADDRESS_RULE}' AND version.state = 'planned' AND plan_due = 0`;

/** Oldest decision first, in pages. */
export const UNADDRESSED = `${withoutAddress('delivery_state')}
  AND (delivery.updated_at, delivery.rowid) > (?, ?) ORDER BY delivery.updated_at, delivery.rowid LIMIT ?`;
export const UNADDRESSED_TO = `${withoutAddress('delivery_unaddressed')} AND delivery.recipient = ?
  AND (delivery.updated_at, delivery.rowid) > (?, ?) ORDER BY delivery.updated_at, delivery.rowid LIMIT ?`;
export const UNADDRESSED_OF = `${withoutAddress('delivery_once')}
  AND delivery.report_id = ? AND delivery.updated_at >= ? LIMIT 1`;

interface Row extends Pick<PlanTask, 'reportId' | 'version' | 'revision'> {
  readonly at: number;
  readonly row: number;
  readonly id: number;
  readonly facts: string;
}

/** Versions of which a professional had no mailbox when they were planned, and what was found since. */
export function createUnaddressed(
  { db, journal, actor }: Context,
  { reports, planning }: { readonly reports: Reports; readonly planning: Planning },
) {
  const page = db.prepare<[number, number, number], Row>(UNADDRESSED);
  const pageTo = db.prepare<[string, number, number, number], Row>(UNADDRESSED_TO);
  const ofReport = db.prepare<[string, number], Row>(UNADDRESSED_OF);
  const addressees = db
    .prepare<[number], string>(
      `SELECT json_extract(dossier, '$.prescriber', '$.recipients', '$.issuedAt') FROM version_dossier
       WHERE version_id = ?`,
    )
    .pluck();
  const dossierOf = db
    .prepare<[number], string>('SELECT dossier FROM version_dossier WHERE version_id = ?')
    .pluck();
  const setDossier = db.prepare('UPDATE version_dossier SET dossier = ? WHERE version_id = ?');
  const setFacts = db.prepare('UPDATE version SET facts = ? WHERE id = ?');

  const rows = ({ of, since, after }: UnaddressedQuestion, limit: number): Row[] => {
    if (of && 'reportId' in of) return ofReport.all(of.reportId, since);
    const { at, row } = after ?? { at: since, row: 0 };
    return of ? pageTo.all(of.recipient, at, row, limit) : page.all(at, row, limit);
  };

  return {
    find: (question: UnaddressedQuestion, limit: number): UnaddressedVersion[] =>
      rows(question, limit).map(({ at, row, id, facts, ...version }) => {
        const said = addressees.get(id);
        if (said === undefined) throw new Error(`content of ${version.reportId} is missing`);
        const [prescriber, recipients, issuedAt] =
          fromJson<[Addressees['prescriber'] | null, Addressees['recipients'], Timestamp]>(said);
        return {
          ...version,
          place: { at, row },
          facts: fromJson<UnaddressedVersion['facts']>(facts),
          addressees: { ...(prescriber ? { prescriber } : {}), recipients },
          issuedAt,
        };
      }),

    /** @returns false when the version is no longer that of the question */
    found(
      { reportId, version, revision }: Pick<PlanTask, 'reportId' | 'version' | 'revision'>,
      { facts, addressees: completed, by }: FoundAddresses,
    ): boolean {
      const row = reports.version(reportId, version);
      const asked = row.state === 'planned' && row.plan_due === 0 && row.revision === revision;
      if (!asked || reports.load(reportId).newest !== version) return false;
      setFacts.run(JSON.stringify(facts), row.id);
      const dossier = fromJson<object>(dossierOf.get(row.id) ?? '{}');
      setDossier.run(JSON.stringify({ ...dossier, ...completed }), row.id);
      planning.again(reportId);
      journal.append({ actor, action: 'address-found', subject: reportId, details: { version, by } });
      return true;
    },
  };
}
