import type { Fault } from '../report/fault.ts';
import type { Alerts } from './alerts.ts';
import type { ApplicationAcks } from './application-acks.ts';
import type { Context } from './context.ts';
import { SET_ASIDE } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { FrameReceipt, FrameReceived, IdentifiedMessage, OwedAck } from './records.ts';

interface ControlRow {
  readonly sha256: string;
  readonly inbox_id: number;
  readonly number: number;
}

/** Stage receive for a listener: a frame, and the numbers (MSH-10) by which its sender knows its messages. */
export function createControlIds({ db }: Context, { inbox, alerts, applicationAcks }: ControlIdParts) {
  const find = db.prepare<[string, string, string], ControlRow>(CONTROL_ID);
  const add = db.prepare(
    'INSERT INTO control_id (source, sender, control_id, sha256, inbox_id, number) VALUES (?, ?, ?, ?, ?, ?)',
  );

  /** Where a message stands beside those taken before, and those before it in its frame. */
  const compare = (source: string, messages: readonly IdentifiedMessage[]) => {
    const inFrame = new Map<string, string>();
    return messages.map((message) => {
      const { sender, controlId, sha256 } = message;
      const key = JSON.stringify([sender, controlId]);
      const known = find.get(source, sender, controlId);
      const before = known?.sha256 ?? inFrame.get(key);
      inFrame.set(key, sha256);
      const standing = before === undefined ? 'new' : before === sha256 ? 'repeated' : 'reused';
      return { message, standing, known } as const;
    });
  };

  return {
    receiveFrame({ source, origin, bytes, messages, refusal }: FrameReceipt): FrameReceived {
      const compared = compare(source, messages);
      const first = compared[0]?.known;
      if (first && compared.every(({ standing }) => standing === 'repeated')) {
        const owed = compared.flatMap(({ message, known = first }) =>
          owedFor(message, known.inbox_id, known.number),
        );
        return { inboxId: first.inbox_id, duplicate: true, reused: [], owed };
      }

      const { inboxId, duplicate } = inbox.receive({ source, origin, bytes });
      const reused = compared.flatMap(({ standing, message }) =>
        standing === 'reused' ? [message.number] : [],
      );
      const aside: Fault | undefined = reused.length > 0 ? SET_ASIDE.controlIdReused(reused) : refusal;
      if (aside) {
        if (!duplicate) inbox.setAside(inboxId, aside);
        if (reused.length > 0) alerts.raise({ kind: 'numero-message-repris', subject: `inbox:${inboxId}` });
        return { inboxId, duplicate, reused, owed: [] };
      }
      for (const { message, standing } of compared)
        if (standing === 'new')
          add.run(source, message.sender, message.controlId, message.sha256, inboxId, message.number);
      const owed = messages.flatMap((message) => owedFor(message, inboxId, message.number));
      applicationAcks.add(source, owed);
      // Refused when it came first, understood since the configuration was mended.
      if (duplicate && messages.length > 0) inbox.takeUp(inboxId);
      return { inboxId, duplicate, reused, owed };
    },
  };
}

/** What a message waits for once it is interpreted. @param number of the message in the one that is kept */
function owedFor({ sender, awaits }: IdentifiedMessage, inboxId: number, number: number): OwedAck[] {
  return awaits === undefined ? [] : [{ inboxId, number, sender, header: awaits }];
}

interface ControlIdParts {
  readonly inbox: Inbox;
  readonly alerts: Alerts;
  readonly applicationAcks: ApplicationAcks;
}

export const CONTROL_ID =
  'SELECT sha256, inbox_id, number FROM control_id WHERE source = ? AND sender = ? AND control_id = ?';
