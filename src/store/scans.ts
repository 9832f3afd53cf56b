import type { Alerts } from './alerts.ts';
import type { Context } from './context.ts';

/** A scanner that restarts, or loads its signatures, is back within minutes: a person is told of one that is not. */
const ALERT_AFTER_MS = 10 * 60_000;
const SUBJECT = 'antivirus:analyse';

/** Messages whose documents no antivirus could look at: they wait, and nothing of them is opened. */
export function createScans({ db, now }: Context, alerts: Alerts) {
  const find = db.prepare<[number], { attempts: number; next_at: number }>(
    'SELECT attempts, next_at FROM scan_wait WHERE inbox_id = ?',
  );
  const postpone = db.prepare(
    `INSERT INTO scan_wait (inbox_id, since, attempts, next_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (inbox_id) DO UPDATE SET attempts = attempts + 1, next_at = excluded.next_at`,
  );
  const end = db.prepare('DELETE FROM scan_wait WHERE inbox_id = ?');
  const waiting = db.prepare<[], 1>('SELECT 1 FROM scan_wait LIMIT 1').pluck();

  return {
    /** Times that the documents of this message could not be looked at. */
    attempts: (inboxId: number): number => find.get(inboxId)?.attempts ?? 0,
    waitsUntil: (inboxId: number): number | undefined => find.get(inboxId)?.next_at,

    postponed(inboxId: number, until: number): void {
      postpone.run(inboxId, now(), until);
      alerts.raise({ kind: 'antivirus-indisponible', subject: SUBJECT, due: now() + ALERT_AFTER_MS });
    },

    done(inboxId: number): void {
      end.run(inboxId);
      if (waiting.get() === undefined) alerts.settle('antivirus-indisponible', SUBJECT);
    },
  };
}
