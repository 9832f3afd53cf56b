import {
  type Acknowledgement,
  type AnswerStamp,
  acknowledge,
  acknowledgeBatch,
} from '../intake/mllp/acknowledgement.ts';
import { isAcknowledgement, wants, wishesOf } from '../intake/mllp/acknowledgement-mode.ts';
import type { Peer, StrayBytes } from '../intake/mllp/connection.ts';
import {
  type ExaminedFrame,
  type ExaminedMessage,
  examineFrame,
  firstMessage,
} from '../intake/mllp/examine.ts';
import { mllpFault } from '../intake/mllp/faults.ts';
import { readHeader } from '../intake/mllp/header.ts';
import type { ListenerHandler, Refusal } from '../intake/mllp/server.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import { fromInstant, toCda } from '../report/timestamp.ts';
import { SET_ASIDE } from '../store/faults.ts';
import type { Store } from '../store/model.ts';
import type { FrameReceived, IdentifiedMessage } from '../store/records.ts';
import { createApplicationAcks, wantsApplication } from './application-acks.ts';
import type { InterpretationWatch } from './interpretation-watch.ts';
import { createThrottle } from './throttle.ts';

export interface FrameDependencies {
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** MSH-10 of an answer: never given before, 20 characters at most. */
  readonly newControlId: () => string;
  readonly at: (point: string) => void;
  /** Something waits to be interpreted. */
  readonly next: () => void;
  readonly watch: InterpretationWatch;
}

/** A peer that fills the quarantine with bytes that are no message is kept this often an hour, then only counted. */
const STRAYS_KEPT_AN_HOUR = 100;
const HOUR_MS = 3_600_000;
/** MSH and MSA of an acknowledgement are within these bytes. */
const HEAD_BYTES = 4_096;
/** A peer that is turned away tries again at once, all day. */
const REFUSAL_LOG_MS = 30_000;

/** What a message is told: taken, not understood, not stored (HL7 table 0008 without its first letter). */
interface Verdict {
  readonly letter: 'A' | 'E' | 'R';
  readonly fault?: Fault;
}

/**
 * Stage `receive` for a listener. A frame is examined, committed with what the examination says, and only then answered
 * (inputs.md §2.2): AA stored and understood, AE not understood (kept in quarantine) or a used MSH-10 with other bytes, AR
 * not stored. In enhanced mode that is the accept acknowledgement; the application's follows the interpretation.
 */
export function createFrameReceiver(
  profile: SourceProfile,
  dependencies: FrameDependencies,
): ListenerHandler {
  const { store, log, now, newControlId, at, next, watch } = dependencies;
  const source = profile.name;
  const keepStray = createThrottle({ now, times: STRAYS_KEPT_AN_HOUR, everyMs: HOUR_MS });
  const refusals = new Map<Refusal, () => boolean>();

  const stamp = (): AnswerStamp => ({
    time: toCda(fromInstant(now(), profile.zone)),
    controlId: newControlId(),
    charset: profile.charset,
  });

  const followUp = createApplicationAcks(source, { store, log, watch, stamp });

  /** What could not even be examined is a bug met by one message: its bytes are kept, the others go on. */
  const examine = (bytes: Buffer): ExaminedFrame => {
    try {
      return examineFrame(bytes, profile);
    } catch (error) {
      return firstMessage(bytes, internal(codeOf(error)));
    }
  };

  /** Asks for the commit at once: the order of the calls is the order of the messages. */
  const keep = async (bytes: Buffer, examined: ExaminedFrame): Promise<FrameReceived | undefined> => {
    const asked = now();
    const understood = examined.refusal ? [] : examined.messages.filter(({ refusal }) => !refusal);
    const refusal = examined.refusal ?? (understood.length === 0 ? examined.messages[0]?.refusal : undefined);
    try {
      const received = await store.receiveFrame({
        source,
        origin: originOf(examined),
        bytes,
        messages: understood.map(identityOf),
        ...(refusal ? { refusal } : {}),
      });
      const { inboxId, duplicate, reused } = received;
      const refused = reused.length > 0 ? SET_ASIDE.controlIdReused(reused) : refusal;
      at('mllp:after-store');
      log.info(duplicate ? 'received-again' : 'received', { inbox: inboxId, source, ms: now() - asked });
      if (refused) log.warn('message-refused', { inbox: inboxId, source, code: refused.code });
      else next();
      return received;
    } catch (error) {
      log.error('message-not-stored', { source, code: codeOf(error) });
      return undefined;
    }
  };

  const frame = async (bytes: Buffer, peer: Peer): Promise<Buffer | undefined> => {
    const examined = examine(bytes);
    if (examined.messages.length > 0 && examined.messages.every(({ header }) => isAcknowledgement(header)))
      return noteAcknowledgement(bytes);
    const received = await keep(bytes, examined);
    const told = examined.messages.map((message) => ({
      message,
      verdict: verdictOf(message, examined, received),
    }));
    // Its place is taken before this answer, so that a connection that ends after it still waits for them.
    if (received) await followUp(peer, received.owed);
    return answerOf(examined, told, stamp);
  };

  /** What the peer thinks of an answer of ours changes nothing of the message: known, never answered. */
  const noteAcknowledgement = async (bytes: Buffer): Promise<undefined> => {
    const code = /[\r\n]MSA[^\w\s]([AC][AER])\b/.exec(bytes.toString('latin1', 0, HEAD_BYTES))?.[1] ?? 'NONE';
    if (code.endsWith('A')) log.info('acknowledgement-received', { source, code });
    else log.warn('acknowledgement-received', { source, code });
    const entry = { actor: 'crbio', action: 'acknowledgement-received', subject: source, details: { code } };
    await store
      .note(entry)
      .catch((error) => log.error('message-not-stored', { source, code: codeOf(error) }));
  };

  const stray = async ({ kind, head, size }: StrayBytes): Promise<Buffer | undefined> => {
    const fault = STRAY_FAULTS[kind]();
    log.warn('bytes-set-aside', { source, code: fault.code, count: size });
    try {
      if (keepStray()) await store.refuse({ source, origin: 'mllp', size, fault, bytes: head });
    } catch (error) {
      log.error('message-not-stored', { source, code: codeOf(error) });
    }
    if (kind !== 'oversized') return undefined;
    const examined = firstMessage(head, fault);
    const told = examined.messages.map((message) => ({ message, verdict: { letter: 'E', fault } as const }));
    return answerOf(examined, told, stamp);
  };

  return {
    frame,
    stray,
    refused(why, address) {
      const isTold = refusals.get(why) ?? createThrottle({ now, times: 1, everyMs: REFUSAL_LOG_MS });
      refusals.set(why, isTold);
      if (isTold()) log.warn('peer-refused', { source, code: why, ...(address ? { peer: address } : {}) });
    },
  };
}

const STRAY_FAULTS: Readonly<Record<StrayBytes['kind'], () => Fault>> = {
  oversized: () => mllpFault('MLLP_OVERSIZED'),
  unfinished: () => mllpFault('MLLP_UNFINISHED'),
  unframed: () => mllpFault('MLLP_UNFRAMED'),
};

function identityOf({ number, header, sha256 }: ExaminedMessage): IdentifiedMessage {
  const sender = [header.field(3), header.field(4)].join(header.delimiters.field);
  const awaits = wantsApplication(header) ? { awaits: header.segment } : {};
  return { number, sender, controlId: header.field(10).trim(), sha256, ...awaits };
}

/** How a person finds the message at its sender. */
function originOf({ messages }: ExaminedFrame): string {
  const id = messages[0]?.header
    .field(10)
    .replace(/[^\x21-\x7e]/g, '')
    .slice(0, 40);
  const more = messages.length > 1 ? ` +${messages.length - 1}` : '';
  return id ? `mllp:${id}${more}` : 'mllp';
}

function verdictOf(
  message: ExaminedMessage,
  frame: ExaminedFrame,
  received: FrameReceived | undefined,
): Verdict {
  if (!received) return { letter: 'R', fault: notStored() };
  const refusal = message.refusal ?? frame.refusal;
  if (refusal) return { letter: 'E', fault: refusal };
  if (received.reused.length > 0) return { letter: 'E', fault: SET_ASIDE.controlIdReused(received.reused) };
  return { letter: 'A' };
}

type Told = readonly { readonly message: ExaminedMessage; readonly verdict: Verdict }[];

/** The answer to a frame: one acknowledgement a message, those of a batch together; undefined when none is wanted. */
function answerOf(frame: ExaminedFrame, told: Told, stamp: () => AnswerStamp): Buffer | undefined {
  if (frame.messages.length === 0 && frame.refusal)
    return acknowledge(readHeader('MSH|^~\\&'), { code: 'AE', fault: frame.refusal }, stamp());
  const acknowledgements = told.flatMap(({ message, verdict }) => {
    const ack = acknowledgementOf(message, verdict);
    return ack ? [{ header: message.header, ack }] : [];
  });
  const [first] = acknowledgements;
  if (!first) return undefined;
  const alone =
    frame.messages.length === 1 && frame.batchHeader === undefined && frame.fileHeader === undefined;
  return alone
    ? acknowledge(first.header, first.ack, stamp())
    : acknowledgeBatch(acknowledgements, frame, stamp);
}

function acknowledgementOf({ header }: ExaminedMessage, verdict: Verdict): Acknowledgement | undefined {
  const wishes = wishesOf(header);
  const { letter, fault } = verdict;
  const because = fault ? { fault } : {};
  if (wishes.mode === 'original') return { code: `A${letter}`, ...because };
  if (wants(wishes.accept, letter === 'A')) return { code: `C${letter}`, ...because };
  // Nobody listens for the accept acknowledgement: what will never be interpreted is told at the other level.
  if (letter !== 'A' && wants(wishes.application, false)) return { code: `A${letter}`, ...because };
  return undefined;
}

function notStored(): Fault {
  return {
    code: 'MESSAGE_NOT_STORED',
    cause: 'le message n’a pas pu être conservé',
    hint: 'le renvoyer plus tard ; côté laboratoire, vérifier la place sur le disque',
  };
}

function internal(code: string): Fault {
  return {
    code: 'INTERPRET_INTERNAL',
    cause: `erreur interne pendant la lecture du message (${code})`,
    hint: 'signaler ce message à l’éditeur ; après mise à jour : crbio quarantine replay',
  };
}
