import type { Context } from './context.ts';
import type { MailboxStart } from './records.ts';

const DAY_MS = 24 * 3_600_000;
/** What comes back later is told by no machine (mssante.md §3), and a person writes again. */
const LONGEST_MS = 30 * DAY_MS;

/** Where the reading of each mailbox begins: not with years of other people's mails. */
export function createMailboxStarts({ db, now, journal, actor }: Context) {
  const find = db
    .prepare<[string, string], number>(
      'SELECT up_to FROM mailbox_start WHERE mailbox = ? AND uid_validity = ?',
    )
    .pluck();
  const first = db
    .prepare<[string], number | null>('SELECT min(at) FROM mailbox_start WHERE mailbox = ?')
    .pluck();
  const insert = db.prepare(
    'INSERT INTO mailbox_start (mailbox, uid_validity, up_to, at) VALUES (?, ?, ?, ?)',
  );
  // Asked once for a mailbox. A mail leaves after its version was made.
  const oldestSent = db
    .prepare<[], number | null>(
      `SELECT min(created_at) FROM sent_mail JOIN delivery ON delivery.id = delivery_id
       JOIN version ON version.report_id = delivery.report_id AND version.number = delivery.version`,
    )
    .pluck();

  return {
    /** Up to which UID a mailbox is skipped; undefined: its reading has not begun. */
    upTo: (mailbox: string, uidValidity: string): number | undefined => find.get(mailbox, uidValidity),

    /** Since when a mail may be about one of ours, at the most 30 days; a day more than needed, servers count in their own. */
    since(): number {
      const today = now() - (now() % DAY_MS);
      const oldest = oldestSent.get() ?? undefined;
      return oldest === undefined ? today : Math.max(oldest - DAY_MS, now() - LONGEST_MS);
    },

    /** Did its server take the mail since the mailbox was first read? A mail of unknown age did; clocks may differ by a day. */
    isAfterStart(mailbox: string, receivedAt: number | undefined): boolean {
      return receivedAt === undefined || receivedAt >= (first.get(mailbox) ?? 0) - DAY_MS;
    },

    started({ mailbox, uidValidity, upTo, skipped, since }: MailboxStart): void {
      insert.run(mailbox, uidValidity, upTo, now());
      journal.append({
        actor,
        action: 'mailbox-started',
        subject: `mailbox:${mailbox}`,
        details: { uidValidity, upTo, skipped, since: new Date(since).toISOString() },
      });
    },
  };
}

export type MailboxStarts = ReturnType<typeof createMailboxStarts>;
