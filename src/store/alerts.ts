import type { AlertKind } from '../report/alert.ts';
import type { Context } from './context.ts';
import { REFUSED } from './faults.ts';
import type { Act, ActResult, NewAlert } from './records.ts';
import type { AlertFilter, AlertRow } from './rows.ts';

interface Row {
  readonly id: number;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly since: number;
  readonly due: number;
  readonly told_at: number | null;
  readonly closed_at: number | null;
  readonly closed_by: string | null;
  readonly closed_reason: string | null;
}

/** Longest due first. */
export const ALERTS_DUE = `
  SELECT * FROM alert WHERE told_at IS NULL AND closed_at IS NULL AND due <= ? ORDER BY due LIMIT ?`;

/** What persons have to be told: raised by stages, told once by the daemon, closed by a person or with its cause. */
export function createAlerts({ db, now, journal, actor }: Context) {
  const byId = db.prepare<[number], Row>('SELECT * FROM alert WHERE id = ?');
  const open = db.prepare<[string, AlertKind], Row>(
    'SELECT * FROM alert WHERE subject = ? AND kind = ? AND closed_at IS NULL',
  );
  const dismissed = db
    .prepare<[string, AlertKind, number], 1>(
      'SELECT 1 FROM alert WHERE subject = ? AND kind = ? AND since = ? AND closed_by_person = 1',
    )
    .pluck();
  const insert = db.prepare('INSERT INTO alert (kind, subject, since, due) VALUES (?, ?, ?, ?)');
  const setClosed = db.prepare(
    'UPDATE alert SET closed_at = ?, closed_by = ?, closed_reason = ?, closed_by_person = ? WHERE id = ?',
  );
  const setTold = db.prepare('UPDATE alert SET told_at = ? WHERE id = ?');
  const due = db.prepare<[number, number], Row>(ALERTS_DUE);
  const shown = db.prepare<[{ subject: string | null; all: number; now: number; limit: number }], Row>(
    `SELECT * FROM alert
     WHERE (@subject IS NULL OR subject = @subject) AND (@all = 1 OR (closed_at IS NULL AND due <= @now))
     ORDER BY due DESC, id DESC LIMIT @limit`,
  );

  const note = (row: Row, action: string, by: string, details: Readonly<Record<string, unknown>>): void =>
    journal.append({
      actor: by,
      action,
      subject: row.subject,
      details: { alert: row.id, kind: row.kind, ...details },
    });

  return {
    /**
     * Once for each cause: nothing while the same kind is open for the subject, nor after a person closed it for the same
     * `since`. @returns whether it is new
     */
    raise({ kind, subject, since = now(), due: at = now() }: NewAlert): boolean {
      if (open.get(subject, kind) || dismissed.get(subject, kind, since)) return false;
      insert.run(kind, subject, since, at);
      return true;
    },

    isOpen: (kind: AlertKind, subject: string): boolean => open.get(subject, kind) !== undefined,

    /** Its cause has ended. @returns whether it was open */
    settle(kind: AlertKind, subject: string): boolean {
      const row = open.get(subject, kind);
      if (!row) return false;
      setClosed.run(now(), actor, '', 0, row.id);
      if (row.told_at !== null) note(row, 'alert-closed', actor, {});
      return true;
    },

    close(alertId: number, act: Act): ActResult {
      const row = byId.get(alertId);
      if (!row) return REFUSED.alertUnknown(alertId);
      if (row.closed_at !== null) return REFUSED.alertClosed();
      setClosed.run(now(), act.by, act.reason, 1, row.id);
      note(row, 'alert-closed', act.by, { reason: act.reason });
      return { done: true };
    },

    due: (limit: number): AlertRow[] => due.all(now(), limit).map(rowOf),

    told(alertId: number): void {
      const row = byId.get(alertId);
      if (!row || row.told_at !== null) return;
      setTold.run(now(), alertId);
      note(row, 'alert-told', actor, {});
    },

    list: ({ subject, all = false, limit }: AlertFilter & { limit: number }): AlertRow[] =>
      shown.all({ subject: subject ?? null, all: all ? 1 : 0, now: now(), limit }).map(rowOf),
  };
}

export type Alerts = ReturnType<typeof createAlerts>;

function rowOf(row: Row): AlertRow {
  return {
    alertId: row.id,
    kind: row.kind,
    subject: row.subject,
    since: row.since,
    due: row.due,
    ...(row.told_at === null ? {} : { toldAt: row.told_at }),
    ...(row.closed_at === null
      ? {}
      : { closedAt: row.closed_at, closedBy: row.closed_by ?? '', closedReason: row.closed_reason ?? '' }),
  };
}
