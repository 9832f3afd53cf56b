import type { Context } from './context.ts';
import { REFUSED, SET_ASIDE } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { Act, ActResult } from './records.ts';

/**
 * Scans of other laboratories that a person took for the document of a report, as nothing in them can prove it. An
 * acceptance is of one input, byte for byte, and of one report: it holds when that input is interpreted again.
 */
export function createAcceptances({ db, now, journal }: Context, inbox: Inbox) {
  const add = db.prepare('INSERT OR REPLACE INTO accepted_scan (inbox_id, report_id, at) VALUES (?, ?, ?)');
  const of = db.prepare<[number], string>('SELECT report_id FROM accepted_scan WHERE inbox_id = ?').pluck();

  return {
    accept(quarantineId: number, reportId: string, act: Act): ActResult {
      const row = inbox.find(quarantineId);
      if (!row) return REFUSED.quarantineUnknown(quarantineId);
      if (row.replayedAt !== undefined) return REFUSED.alreadyReplayed();
      if (row.inboxId === undefined || row.fault.code !== SCAN) return REFUSED.notAcceptable();
      if (row.reportId !== reportId) return REFUSED.acceptElsewhere();
      add.run(row.inboxId, reportId, now());
      inbox.replay(quarantineId, row.inboxId);
      journal.append({
        actor: act.by,
        action: 'scan-accepted',
        subject: reportId,
        details: { reason: act.reason, quarantine: quarantineId, inbox: row.inboxId },
      });
      return { done: true };
    },

    /** The report for which a person accepted this input. */
    reportOf: (inboxId: number): string | undefined => of.get(inboxId),
  };
}

const SCAN = SET_ASIDE.subcontractedScan('').code;

export type Acceptances = ReturnType<typeof createAcceptances>;
