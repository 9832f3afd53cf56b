import type { DispatchFlags } from '../report/dossier.ts';
import { type Context, fromJson } from './context.ts';
import type { Deliveries } from './deliveries.ts';
import { REFUSED } from './faults.ts';
import { layMasks, masksOf, sameFlags } from './masks.ts';
import { isVisibleByRight, type Planning } from './planning.ts';
import type { Act, ActResult, ReleaseRules } from './records.ts';
import type { ReportRow, Reports } from './reports.ts';

/** The mask that ends with the announcement consultation. */
const ANNOUNCEMENT: keyof DispatchFlags = 'invisiblePatient';

/** What a person does to a report: hold, release, mask, withdraw. Each act is in the journal with its author and reason. */
export function createReportActs(
  { db, now, journal, actor }: Context,
  { reports, deliveries, planning }: ReportActParts,
) {
  const setHeld = db.prepare('UPDATE report SET held_by = ?, held_reason = ? WHERE id = ?');
  const setLifted = db.prepare('UPDATE version SET lifted = ? WHERE id = ?');
  const setUntil = db.prepare(
    'UPDATE report SET mask_until = ?, mask_until_ms = ?, until_flags = ? WHERE id = ?',
  );
  const masksDue = db.prepare<[number], ReportRow>(
    'SELECT * FROM report WHERE mask_until_ms IS NOT NULL AND mask_until_ms <= ? ORDER BY mask_until_ms',
  );

  const note = (action: string, reportId: string, act: Act, details: Readonly<Record<string, unknown>>) =>
    journal.append({
      actor: act.by,
      action,
      subject: reportId,
      details: { reason: act.reason, ...details },
    });

  /** A new version with other flags; undefined when they say the same. */
  const maskAnew = (
    report: ReportRow,
    change: DispatchFlags,
    made: { by: string; lifted: readonly string[] },
  ): number | undefined => {
    const source = fromJson<DispatchFlags>(report.source_flags);
    const masks = { ...fromJson<DispatchFlags>(report.masks), ...change };
    const { flags } = layMasks(source, masks, source);
    reports.setMasks(report.id, masks, source);
    const newest = reports.newest(report.id);
    if (sameFlags(flags, fromJson<DispatchFlags>(newest.flags))) return undefined;
    const dossier = reports.dossier(newest);
    return reports.addVersion(report.id, {
      dossier: { ...dossier, flags },
      cause: dossier.withdrawn ? 'withdrawal' : 'masking',
      ...made,
    });
  };

  /** What a person withdrew is published again, unless the source has withdrawn it meanwhile. */
  const giveAgain = ({ id }: ReportRow, act: Act): ActResult => {
    const newest = reports.newest(id);
    const { withdrawn, ...dossier } = reports.dossier(newest);
    if (withdrawn !== 'by-laboratory') return REFUSED.withdrawnBySource();
    reports.setWithdrawn(id, undefined);
    const version = reports.addVersion(id, { dossier, cause: 'correction', by: act.by });
    note('released', id, act, { version, of: 'withdrawal' });
    return { done: true, version };
  };

  /** The date of a mask falls with the mask. */
  const dropDate = (report: ReportRow, change: DispatchFlags): void => {
    const until = fromJson<(keyof DispatchFlags)[]>(report.until_flags);
    const left = until.filter((name) => change[name] !== false);
    if (left.length === 0) setUntil.run(null, null, '[]', report.id);
    else setUntil.run(report.mask_until, report.mask_until_ms, JSON.stringify(left), report.id);
  };

  return {
    hold(reportId: string, act: Act): ActResult {
      const report = reports.find(reportId);
      if (!report) return REFUSED.reportUnknown(reportId);
      if (report.held_by !== null) return REFUSED.alreadyHeld(report.held_by);
      setHeld.run(act.by, act.reason, reportId);
      planning.again(reportId);
      note('held', reportId, act, { version: report.newest });
      return { done: true };
    },

    release(reportId: string, act: Act, rules: ReleaseRules): ActResult {
      const report = reports.find(reportId);
      if (!report) return REFUSED.reportUnknown(reportId);
      const newest = reports.newest(reportId);
      // One that could not be made is tried again first: nothing is published by mistake.
      if (report.withdrawn_by !== null && newest.state !== 'blocked') return giveAgain(report, act);
      if (report.held_by !== null) {
        setHeld.run(null, null, reportId);
        planning.again(reportId);
        note('released', reportId, act, { version: newest.number, of: 'hold' });
        return { done: true };
      }
      if (reports.unblock(newest)) {
        note('released', reportId, act, { version: newest.number, of: 'blocked' });
        return { done: true };
      }
      const held = deliveries
        .ofVersion(reportId, newest.number)
        .filter(({ state, channel }) => state === 'held' && (rules.channels?.includes(channel) ?? true));
      // Only where they hold something now: what waits behind the mask is decided when the mask ends.
      const lift = held
        .filter(({ rule }) => rules.liftable.includes(rule))
        .map(({ rule, channel }) => `${rule}@${channel}`);
      const masked = held.some(({ rule }) => rules.unmask.includes(rule));
      // A patient is shown nothing in passing: the mask ends when it was named, or when it is all there is to release.
      const unmask = masked && (lift.length === 0 || rules.channels !== undefined);
      if (lift.length === 0 && !unmask) {
        if (newest.state !== 'planned' || newest.plan_due === 1) return REFUSED.notReady();
        return held.length === 0
          ? REFUSED.nothingHeld()
          : REFUSED.notReleasable([...new Set(held.map(({ reason }) => reason))]);
      }
      const lifted = [...new Set([...fromJson<string[]>(newest.lifted), ...lift])];
      const change: DispatchFlags = unmask ? { [ANNOUNCEMENT]: false } : {};
      const version = unmask ? maskAnew(report, change, { by: act.by, lifted }) : undefined;
      if (unmask) dropDate(report, change);
      if (version === undefined) {
        setLifted.run(JSON.stringify(lifted), newest.id);
        planning.again(reportId);
      }
      note('released', reportId, act, {
        version: version ?? newest.number,
        rules: [...new Set(lift)],
        unmask,
      });
      return {
        done: true,
        ...(version === undefined ? {} : { version }),
        ...(masked && !unmask ? { stillMasked: true } : {}),
      };
    },

    mask(reportId: string, change: DispatchFlags, until: string | null, act: Act): ActResult {
      const report = reports.find(reportId);
      if (!report) return REFUSED.reportUnknown(reportId);
      const untilMs = until === null ? null : Date.parse(until);
      // A date that is over would show the patient at once what the act was to mask.
      if (untilMs !== null && !(untilMs > now())) return REFUSED.maskDate();
      if (change[ANNOUNCEMENT] && isVisibleByRight(report, now())) return REFUSED.maskOverdue();
      // Rules that a person lifted were lifted for the earlier masks: the new version is decided afresh.
      const version = maskAnew(report, change, { by: act.by, lifted: [] });
      const dated = until !== null && until !== report.mask_until;
      if (version === undefined && !dated) return REFUSED.maskUnchanged();
      if (until === null) dropDate(report, change);
      else {
        const masks = masksOf(change);
        setUntil.run(until, untilMs, JSON.stringify(masks.length > 0 ? masks : [ANNOUNCEMENT]), reportId);
      }
      if (version === undefined) planning.again(reportId);
      note('masked', reportId, act, { version: version ?? report.newest, change, until });
      return version === undefined ? { done: true } : { done: true, version };
    },

    withdraw(reportId: string, act: Act): ActResult {
      const report = reports.find(reportId);
      if (!report) return REFUSED.reportUnknown(reportId);
      const dossier = reports.dossier(reports.newest(reportId));
      if (dossier.withdrawn) return REFUSED.alreadyWithdrawn();
      reports.setWithdrawn(reportId, act.by);
      const version = reports.addVersion(reportId, {
        dossier: { ...dossier, withdrawn: 'by-laboratory' },
        cause: 'withdrawal',
        by: act.by,
      });
      note('withdrawn', reportId, act, { version });
      return { done: true, version };
    },

    masksDue: (): readonly ReportRow[] => masksDue.all(now()),

    /** The date has come: the masks that it ends are opened, as the person who typed it asked. */
    endMasks(report: ReportRow): void {
      const names = fromJson<(keyof DispatchFlags)[]>(report.until_flags);
      const change = Object.fromEntries(names.map((name) => [name, false])) as DispatchFlags;
      const lifted = fromJson<string[]>(reports.newest(report.id).lifted);
      const version = maskAnew(report, change, { by: actor, lifted });
      setUntil.run(null, null, '[]', report.id);
      if (version === undefined) planning.again(report.id);
      note('mask-ended', report.id, { by: actor, reason: `until ${report.mask_until}` }, { change });
    },
  };
}

interface ReportActParts {
  readonly reports: Reports;
  readonly deliveries: Deliveries;
  readonly planning: Planning;
}
