import type { Context } from './context.ts';
import type { OwedAck } from './records.ts';

interface Row {
  readonly inbox_id: number;
  readonly number: number;
  readonly sender: string;
  readonly header: string;
}

/** Oldest first. */
export const ACKS_OWED = `
  SELECT inbox_id, number, sender, header FROM application_ack WHERE source = ? AND sender = ?
  ORDER BY inbox_id, number LIMIT ?`;

/** Application acknowledgements (enhanced mode) that senders were promised and have not been sent: what a stop leaves. */
export function createApplicationAcks({ db }: Context) {
  // Of a message refused when it came first, and understood since.
  const insert = db.prepare(
    'INSERT OR IGNORE INTO application_ack (inbox_id, number, source, sender, header) VALUES (?, ?, ?, ?, ?)',
  );
  const owed = db.prepare<[string, string, number], Row>(ACKS_OWED);
  const remove = db.prepare('DELETE FROM application_ack WHERE inbox_id = ? AND number = ?');

  return {
    add(source: string, acks: readonly OwedAck[]): void {
      for (const { inboxId, number, sender, header } of acks)
        insert.run(inboxId, number, source, sender, header);
    },
    owed: (source: string, sender: string, limit: number): OwedAck[] =>
      owed.all(source, sender, limit).map(({ inbox_id, ...row }) => ({ inboxId: inbox_id, ...row })),
    sent({ inboxId, number }: Pick<OwedAck, 'inboxId' | 'number'>): void {
      remove.run(inboxId, number);
    },
  };
}

export type ApplicationAcks = ReturnType<typeof createApplicationAcks>;
