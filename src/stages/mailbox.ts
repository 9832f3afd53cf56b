import {
  type FetchedMail,
  type MailboxFailure,
  MailboxLost,
  type MailboxSession,
  MailRefused,
} from '../mssante/mailbox.ts';
import { type Backoff, backoff } from '../ops/backoff.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { ReturnedMail } from '../report/returned-mail.ts';
import type { Store } from '../store/model.ts';
import type { MailPlace, MailTaken } from '../store/records.ts';
import { startLoop } from './loop.ts';

export interface MailboxDependencies {
  readonly store: Pick<
    Store,
    | 'mailPlaces'
    | 'mailboxStarted'
    | 'mailTaken'
    | 'mailRefused'
    | 'mailGone'
    | 'raiseAlert'
    | 'settleAlert'
    | 'note'
  >;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: (point: string) => void;
  /** Opens the folder anew; the signal gives it up. */
  readonly open: (signal: AbortSignal) => Promise<MailboxSession | MailboxFailure>;
  readonly read: (bytes: Uint8Array) => Promise<ReturnedMail>;
  /** A delivery or an acknowledgement has changed. */
  readonly next: () => void;
}

export interface MailboxOptions {
  /** Names the mailbox in the store, for ever: its login and folder. */
  readonly name: string;
  /** Between two readings. */
  readonly everyMs: number;
  /** It sent the reports: what comes back to it counts, and is marked seen. False: people read it, nothing in it changes. */
  readonly isSender: boolean;
  /** Waits after failures. */
  readonly backoff: Backoff;
}

/** How often it is looked whether a reading is due. */
const TICK_MS = 1_000;
/** A mailbox that cannot be read for so long is told of; what no delay mends, at once. */
const TOLD_AFTER_MS = 3_600_000;
/** Reports are of no use days later: a server that is back is read soon. */
const LONGEST_WAIT_MS = 600_000;

/**
 * Stage `return` for one mailbox: takes what is new in it, each mail in one commit with what it changes, and only then
 * marks it seen. A connection of its own for each reading; what fails is tried again later and disturbs nothing else.
 */
export function startMailbox(
  options: MailboxOptions,
  dependencies: MailboxDependencies,
): { stop(): Promise<void> } {
  const { store, log, now, random, at, open, read, next } = dependencies;
  const { name: mailbox, everyMs, isSender } = options;
  const waits = { ...options.backoff, capMs: Math.min(options.backoff.capMs, LONGEST_WAIT_MS) };
  const subject = `mailbox:${mailbox}`;
  const stopping = new AbortController();
  let failures = 0;
  let dueAt = 0;
  /** An alert may be open since before the start. */
  let isSettled = false;

  const failed = async ({ blocked, fault }: MailboxFailure): Promise<void> => {
    failures += 1;
    isSettled = false;
    dueAt = now() + backoff(failures, random(), waits);
    const nextAt = new Date(dueAt).toISOString();
    log.warn('mailbox-failed', { code: fault.code, attempt: failures, nextAt });
    const due = now() + (blocked ? 0 : TOLD_AFTER_MS);
    if (await store.raiseAlert({ kind: 'boite-injoignable', subject, due }))
      await store.note({
        actor: 'crbio',
        action: 'mailbox-failed',
        subject,
        details: { code: fault.code, cause: fault.cause, hint: fault.hint },
      });
  };

  const succeeded = async (): Promise<void> => {
    dueAt = now() + everyMs;
    if (failures > 0) log.info('mailbox-resumed', { attempt: failures });
    failures = 0;
    if (!isSettled) await store.settleAlert('boite-injoignable', subject);
    isSettled = true;
  };

  /** A mail over which the program itself fails is kept for a person, and holds up no other. */
  const keep = async (place: MailPlace, mail: FetchedMail): Promise<MailTaken> => {
    const received = { ...mail, onlyShown: !isSender };
    try {
      return await store.mailTaken(place, { ...received, read: await read(mail.bytes) });
    } catch (error) {
      const code = codeOf(error);
      if (code.startsWith('SQLITE')) throw error;
      log.error('mail-crashed', { code });
      return store.mailTaken(place, { ...received, read: { about: [], content: { kind: 'unreadable' } } });
    }
  };

  const takeOne = async (folder: MailboxSession, uid: number): Promise<void> => {
    const place = { mailbox, uidValidity: folder.uidValidity, uid };
    let mail: FetchedMail | undefined;
    try {
      mail = await folder.fetch(uid);
    } catch (error) {
      const isLost = error instanceof MailboxLost && !stopping.signal.aborted;
      if (!isLost && !(error instanceof MailRefused)) throw error;
      // One mail over which every connection dies would keep all those behind it.
      const isGivenUp = await store.mailRefused(place);
      log.warn(isGivenUp ? 'mail-given-up' : 'mail-refused');
      if (isLost) throw error;
      return;
    }
    // Removed meanwhile by somebody.
    if (!mail) return store.mailGone(place);
    at('mailbox:after-fetch');
    const taken = await keep(place, mail);
    at('mailbox:after-commit');
    if (taken.kind === 'postponed' || taken.kind === 'not-ours') return;
    if (taken.kind === 'taken') {
      const { mailId, effect, code, deliveryId, reportId } = taken;
      log.info('mail-received', {
        mail: mailId,
        state: effect,
        ...(code ? { code } : {}),
        ...(deliveryId ? { delivery: deliveryId } : {}),
        ...(reportId ? { report: reportId } : {}),
      });
      next();
    }
    // What is kept in part only is left unread, for who looks into the mailbox.
    const isCut = taken.kind === 'taken' && taken.isCut;
    if (isSender && !isCut && !mail.seen) await folder.markSeen(uid);
  };

  /** Years of mails lie in a mailbox that is read for the first time, or numbered anew. @returns up to where they are skipped */
  const begin = async (folder: MailboxSession, since: number): Promise<number> => {
    const { upTo, count: skipped } = await folder.olderThan(new Date(since));
    await store.mailboxStarted({ mailbox, uidValidity: folder.uidValidity, upTo, skipped, since });
    return upTo;
  };

  const takeAll = async (folder: MailboxSession): Promise<void> => {
    const { since, upTo, again, last } = await store.mailPlaces(mailbox, folder.uidValidity);
    const from = since === undefined ? upTo : await begin(folder, since);
    for (const uid of [...again, ...(await folder.above(from)), ...last]) {
      if (stopping.signal.aborted) return;
      await takeOne(folder, uid);
    }
  };

  const turn = async (): Promise<number> => {
    if (stopping.signal.aborted || now() < dueAt) return 0;
    const opened = await open(stopping.signal);
    if ('fault' in opened) {
      if (!stopping.signal.aborted) await failed(opened);
      return 0;
    }
    try {
      await takeAll(opened);
      await opened.close();
      await succeeded();
    } catch (error) {
      opened.abort();
      // A disk that is full is not the mailbox's fault: the loop tells it.
      if (!(error instanceof MailboxLost)) throw error;
      if (!stopping.signal.aborted) await failed(error.failure);
    }
    return 0;
  };

  const loop = startLoop('return', turn, { log, idleMs: TICK_MS });
  return {
    async stop() {
      // A server that does not answer is not waited for; what was taken is committed.
      stopping.abort();
      await loop.stop();
    },
  };
}
