import { type Channel, type DispatchDecision, EXCLUDED_RULE } from '../report/delivery.ts';
import type { DispatchFlags } from '../report/dossier.ts';
import type { Traits } from '../report/identity.ts';
import type { Alerts } from './alerts.ts';
import { type Announcements, VISIBLE_BY_RIGHT_MS } from './announcements.ts';
import type { BusinessAcks } from './business-acks.ts';
import { type Context, fromJson } from './context.ts';
import type { Deliveries, Delivery, DeliveryChange } from './deliveries.ts';
import { OPEN_STATES, UNSENT_STATES } from './delivery-states.ts';
import type { Patients } from './patients.ts';
import type { PlanTask } from './records.ts';
import type { Renewal } from './renewal.ts';
import type { ReportRow, Reports, VersionRow } from './reports.ts';
import type { WatchedIdentities } from './watched-identities.ts';

/** Oldest first. */
export const UNPLANNED = 'SELECT * FROM version WHERE plan_due = 1 ORDER BY id LIMIT ?';
/**
 * Reports of which a date has released a delivery; those already to be planned are left out. The index is named: SQLite
 * would rather read every held delivery.
 */
export const HOLDS_DUE = `
  SELECT DISTINCT delivery.report_id FROM delivery INDEXED BY delivery_until
  JOIN version ON version.report_id = delivery.report_id AND version.number = delivery.version
  WHERE delivery.state = 'held' AND until_ms IS NOT NULL AND until_ms <= ? AND plan_due = 0`;

/** Stage decide: what is asked of the policy, and what its answer makes of the deliveries. */
export function createPlanning(
  { db, now, journal, actor }: Context,
  { acks, reports, patients, deliveries, renewal, watched, announcements, alerts }: PlanningParts,
) {
  const unplanned = db.prepare<[number], VersionRow>(UNPLANNED);
  const setPlanned = db.prepare(`UPDATE version SET state = 'planned', plan_due = 0 WHERE id = ?`);
  const setDue = db.prepare(
    `UPDATE version SET plan_due = 1, revision = revision + 1
     WHERE report_id = ? AND number = ? AND state IN ('rendered', 'planned')`,
  );
  const holdsDue = db.prepare<[number], string>(HOLDS_DUE).pluck();
  const alreadyHave = db.prepare<[string, number], { channel: Channel; recipient: string }>(
    'SELECT DISTINCT channel, recipient FROM reached WHERE report_id = ? AND version < ? ORDER BY channel, recipient',
  );

  /** Not those who got the report again since. */
  const told = db.prepare<[string, number], { channel: Channel; recipient: string }>(
    `SELECT channel, recipient FROM delivery
     WHERE report_id = ? AND version < ? AND withdraws = 1 AND state = 'delivered' AND NOT EXISTS (
       SELECT 1 FROM reached AS later
       WHERE later.report_id = delivery.report_id AND later.channel = delivery.channel
         AND later.recipient = delivery.recipient AND later.version > delivery.version)`,
  );

  const sameDocument = db.prepare<[string, number, string], { channel: Channel; recipient: string }>(
    `SELECT DISTINCT channel, recipient FROM reached
     JOIN version ON version.report_id = reached.report_id AND version.number = reached.version
     WHERE reached.report_id = ? AND reached.version < ? AND document_oid = ? ORDER BY channel, recipient`,
  );

  const traitsOf = db
    .prepare<[number], string>(
      `SELECT json_extract(dossier, '$.patient.traits') FROM version_dossier WHERE version_id = ?`,
    )
    .pluck();
  const reachedAs = db
    .prepare<[string, number], string | null>(
      `SELECT DISTINCT json_extract(dossier, '$.patient.ins.matricule') FROM reached
       JOIN version ON version.report_id = reached.report_id AND version.number = reached.version AND qualified = 1
       JOIN version_dossier ON version_id = version.id
       WHERE reached.report_id = ? AND reached.version < ?`,
    )
    .pluck();

  const task = (row: VersionRow): PlanTask => {
    const report = reports.load(row.report_id);
    return {
      reportId: row.report_id,
      version: row.number,
      revision: row.revision,
      source: report.source,
      completeness: row.completeness,
      facts: fromJson<Record<string, unknown>>(row.facts ?? '{}'),
      flags: fromJson<DispatchFlags>(row.flags),
      maskUntil: report.mask_until,
      visibleByRight: isVisibleByRight(report, now()),
      held: heldBy(report),
      lifted: fromJson<string[]>(row.lifted),
      opposition: patients.oppositions(report.patient_id),
      consent: patients.consent(report.patient_id),
      alreadyHave: alreadyHave.all(row.report_id, row.number),
      toldOfWithdrawal: told.all(row.report_id, row.number),
      sameDocument: sameDocument.all(row.report_id, row.number, row.document_oid ?? ''),
      identity: patients.identity(report.patient_id),
      borne: fromJson<Traits>(traitsOf.get(row.id) ?? '{}'),
      reachedAs: reachedAs.all(row.report_id, row.number).filter((matricule) => matricule !== null),
    };
  };

  const apply = (row: VersionRow, decisions: readonly DispatchDecision[]): void => {
    const existing = deliveries.ofVersion(row.report_id, row.number);
    const named = new Set<Delivery>();
    let rank = existing.length;
    for (const decision of decisions) {
      const { channel, recipient } = decision;
      const earlier = existing.find((d) => d.channel === channel && d.recipient === recipient);
      const plan = planned(decision, now());
      if (earlier) {
        named.add(earlier);
        const freed = decision.decision === 'send' && FREED.includes(earlier.state);
        deliveries.intend(earlier, { ...plan, ...(freed ? { next_at: now() } : {}) });
      } else {
        rank += 1;
        deliveries.add({ report_id: row.report_id, version: row.number }, rank, decision, plan);
      }
    }
    for (const delivery of existing)
      if (!named.has(delivery)) deliveries.intend(delivery, { decision: 'drop' });
    for (const delivery of deliveries.ofVersion(row.report_id, row.number))
      if (delivery.state === 'never') acks.excluded(delivery);
  };

  /** A version that may not go to the DMP replaces nothing there: a person decides whether the earlier one may stay. */
  const watchDmp = (row: VersionRow, decisions: readonly DispatchDecision[]): void => {
    const inDmp = (holders: readonly { channel: Channel; recipient: string }[]) =>
      holders.flatMap(({ channel, recipient }) => (channel === 'dmp' ? recipient : []));
    const had = inDmp(alreadyHave.all(row.report_id, row.number));
    const deleted = inDmp(told.all(row.report_id, row.number));
    const stays = decisions.some(
      ({ channel, recipient, rule }) =>
        channel === 'dmp' &&
        rule === EXCLUDED_RULE &&
        had.includes(recipient) &&
        !deleted.includes(recipient),
    );
    const subject = row.report_id;
    if (stays) alerts.raise({ kind: LEFT_IN_DMP, subject, since: row.created_at });
    else alerts.settle(LEFT_IN_DMP, subject);
  };

  /** The newest version is to be planned again; deliveries do not leave meanwhile. @returns whether there is one */
  const again = (reportId: string): boolean =>
    setDue.run(reportId, reports.load(reportId).newest).changes === 1;

  return {
    unplanned: (limit: number): PlanTask[] => unplanned.all(limit).map(task),

    /**
     * The plan of a version. Nothing when it is no longer wanted: a newer version came, or the circumstances changed
     * since the question (`revision`): the version is then asked for again.
     */
    planned(
      { reportId, version, revision }: Pick<PlanTask, 'reportId' | 'version' | 'revision'>,
      decisions: readonly DispatchDecision[],
    ): void {
      const row = reports.version(reportId, version);
      if (row.plan_due === 0 || row.revision !== revision) return;
      apply(row, decisions);
      setPlanned.run(row.id);
      journal.append({
        actor,
        action: 'planned',
        subject: reportId,
        details: {
          version,
          decisions: decisions.map(({ channel, decision, rule }) => ({ channel, decision, rule })),
        },
      });
      renewal.renewIdentity(reportId);
      watched.check(reportId);
      announcements.check(reportId);
      watchDmp(row, decisions);
    },

    again,

    /**
     * Plans again the person's reports of which something has not left, under whatever number; those being planned too,
     * whose plan may have been made of what was known before. @returns how many
     */
    againForPatient(patientId: number): number {
      const open = patients
        .ofPerson(patientId)
        .flatMap(reports.ofPatient)
        .filter(
          (reportId) =>
            reports.newest(reportId).plan_due === 1 || deliveries.ofReport(reportId).some(mayStillLeave),
        );
      return open.filter(again).length;
    },

    holdsDue: (): string[] => holdsDue.all(now()),
  };
}

const LEFT_IN_DMP = 'version-restee-au-dmp';

interface PlanningParts {
  readonly acks: BusinessAcks;
  readonly reports: Reports;
  readonly patients: Patients;
  readonly deliveries: Deliveries;
  readonly renewal: Renewal;
  readonly watched: WatchedIdentities;
  readonly announcements: Announcements;
  readonly alerts: Alerts;
}

export type Planning = ReturnType<typeof createPlanning>;

/** Deposited a month ago: open to the patient whatever its mask (CSP R.1111-53). */
export function isVisibleByRight({ deposited_at }: ReportRow, at: number): boolean {
  return deposited_at !== null && at >= deposited_at + VISIBLE_BY_RIGHT_MS;
}

/** States from which a plan that sends makes the delivery due at once; one that waits keeps its time. */
const FREED: readonly string[] = ['held', 'never', 'superseded'];
const MAY_STILL_LEAVE: readonly string[] = [...UNSENT_STATES, ...OPEN_STATES];
const mayStillLeave = ({ state }: Delivery) => MAY_STILL_LEAVE.includes(state);

function heldBy({ held_by, held_reason }: ReportRow): PlanTask['held'] {
  return held_by === null ? undefined : { by: held_by, reason: held_reason ?? '' };
}

/** A date in the past releases nothing more: it is shown, and no longer waited for. */
function planned(decision: DispatchDecision, at: number): DeliveryChange {
  const until = decision.until === null ? Number.NaN : Date.parse(decision.until);
  return {
    decision: decision.decision,
    until: decision.until,
    until_ms: until > at ? until : null,
    reason: decision.reason,
    rule: decision.rule,
    confidentiality: JSON.stringify(decision.confidentiality),
    secret_connection: decision.secretConnection ? 1 : 0,
    no_reply: decision.noReply ? 1 : 0,
    withdraws: decision.withdraws ? 1 : 0,
  };
}
