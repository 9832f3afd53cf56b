import { type AnswerStamp, acknowledge } from '../intake/mllp/acknowledgement.ts';
import { wants, wishesOf } from '../intake/mllp/acknowledgement-mode.ts';
import type { LaterAnswer, Peer } from '../intake/mllp/connection.ts';
import { type RawHeader, readHeader } from '../intake/mllp/header.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { Store } from '../store/model.ts';
import type { OwedAck } from '../store/records.ts';
import type { InterpretationWatch } from './interpretation-watch.ts';

interface ApplicationAckDependencies {
  readonly store: Pick<Store, 'inboxState' | 'applicationAcksOwed' | 'applicationAckSent'>;
  readonly log: Log;
  readonly watch: InterpretationWatch;
  readonly stamp: () => AnswerStamp;
}

/** Acknowledgements left from before that one frame takes up: its own is not to wait long behind them. */
const LEFT_AT_ONCE = 100;

/** Does this message ask for an application acknowledgement (MSH-16)? */
export function wantsApplication(header: RawHeader): boolean {
  const wishes = wishesOf(header);
  return wishes.mode === 'enhanced' && wishes.application !== 'NE';
}

/**
 * Application acknowledgements of a listener (enhanced mode): each follows the interpretation of its message, on the
 * connection that brought it. The store knows those that are owed. One whose connection ended before, or whose daemon did,
 * goes to the same sender (MSH-3, MSH-4) behind its next message that asks for one too: only then is it known who is there,
 * and that it reads them.
 */
export function createApplicationAcks(source: string, dependencies: ApplicationAckDependencies) {
  const { store, log, watch, stamp } = dependencies;
  /** Who will be told, of each acknowledgement that waits for an interpretation. */
  const inHand = new Map<string, Peer>();

  /** Said once to a peer that may have been gone. */
  const doubtful = new Set<string>();
  /** Senders whose acknowledgements each connection was asked to take up. */
  const asked = new WeakMap<Peer, Set<string>>();
  /** Senders of whom one was left since. */
  const leftSince = new Set<string>();

  /** Is something to be looked for in the store? Not at each message of a flood. */
  const mayBeLeft = (peer: Peer, sender: string): boolean => {
    const senders = asked.get(peer) ?? new Set<string>();
    asked.set(peer, senders);
    const isNew = !senders.has(sender);
    senders.add(sender);
    return leftSince.delete(sender) || isNew;
  };

  const letGo = (peer: Peer, ack: OwedAck): void => {
    if (inHand.get(keyOf(ack)) === peer) inHand.delete(keyOf(ack));
  };

  const settle = async (ack: OwedAck): Promise<void> => {
    doubtful.delete(keyOf(ack));
    try {
      await store.applicationAckSent(ack);
    } catch (error) {
      // Told again behind its sender's next message: better than never.
      log.warn('acknowledgement-not-noted', { inbox: ack.inboxId, source, code: codeOf(error) });
    }
  };

  /** Faults of a message once it is interpreted. */
  const outcomeOf = async (inboxId: number): Promise<readonly Fault[]> => {
    const interpreted = watch.of(inboxId);
    if ((await store.inboxState(inboxId)).state !== 'received') watch.done(inboxId);
    await interpreted;
    return (await store.inboxState(inboxId)).faults;
  };

  const answerOf = async (peer: Peer, ack: OwedAck): Promise<LaterAnswer | undefined> => {
    const faults = await outcomeOf(ack.inboxId);
    const holder = inHand.get(keyOf(ack));
    // Its connection was over, and another one has taken it up.
    if (holder !== undefined && holder !== peer) return undefined;
    return {
      messages: messagesOf(ack, faults, stamp),
      ended(fate) {
        letGo(peer, ack);
        // A sender that always ends its side first is told twice, one that had gone is told when it is back.
        if (fate === 'sent' || (fate === 'doubtful' && doubtful.has(keyOf(ack)))) {
          void settle(ack);
          return;
        }
        if (fate === 'doubtful') doubtful.add(keyOf(ack));
        leftSince.add(ack.sender);
      },
    };
  };

  const leftOf = async (sender: string): Promise<readonly OwedAck[]> => {
    try {
      const left = await store.applicationAcksOwed(source, sender, LEFT_AT_ONCE);
      if (left.length === LEFT_AT_ONCE) leftSince.add(sender);
      return left;
    } catch {
      // A disk that fails: what this frame asks for is not to fail with it, and the next one asks again.
      leftSince.add(sender);
      return [];
    }
  };

  const owe = (peer: Peer, ack: OwedAck): void => {
    inHand.set(keyOf(ack), peer);
    const answer = answerOf(peer, ack).catch(() => {
      // The store has closed, or its disk fails: it is left for later.
      letGo(peer, ack);
      leftSince.add(ack.sender);
      return undefined;
    });
    peer.later(answer);
  };

  /**
   * Tells a peer, in time, what became of the messages that it has just given, and of those before which nobody was told of.
   * @param owed to that frame
   */
  return async function follow(peer: Peer, owed: readonly OwedAck[]): Promise<void> {
    for (const ack of owed) owe(peer, ack);
    for (const sender of new Set(owed.map((ack) => ack.sender))) {
      if (!mayBeLeft(peer, sender)) continue;
      for (const left of await leftOf(sender)) if (!inHand.get(keyOf(left))?.isOpen) owe(peer, left);
    }
  };
}

const keyOf = ({ inboxId, number }: OwedAck): string => `${inboxId}/${number}`;

/** @returns one message, or none when this outcome is not wanted */
function messagesOf(
  { number, header: segment }: OwedAck,
  faults: readonly Fault[],
  stamp: () => AnswerStamp,
): Buffer[] {
  const header = readHeader(segment);
  const wishes = wishesOf(header);
  if (wishes.mode === 'original') return [];
  // A fault names its message, or is about all of them.
  const fault = faults.find(
    ({ position }) => !position?.startsWith('message ') || new RegExp(`^message ${number}\\b`).test(position),
  );
  if (!wants(wishes.application, fault === undefined)) return [];
  return [acknowledge(header, fault ? { code: 'AE', fault } : { code: 'AA' }, stamp())];
}
