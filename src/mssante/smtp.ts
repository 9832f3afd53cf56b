import type { WireHooks } from '../report/delivery.ts';
import { SmtpSession, type SmtpSettings, type Submission, type SubmissionResult } from './smtp-session.ts';

export interface SmtpClient {
  /**
   * Submits one mail. `hooks.onWire` is awaited when all but the final dot is written: until it resolves the server
   * cannot have taken the mail, afterwards only its reply tells.
   * @throws whatever `hooks.onWire` throws; the mail is then cut before the dot and not delivered
   */
  submit(submission: Submission, hooks: WireHooks): Promise<SubmissionResult>;
  /** Ends every connection, mails under way included. */
  close(): Promise<void>;
}

/** Servers and firewalls dislike endless sessions; nodemailer's own pool has the same limit. */
const MAX_MAILS_PER_CONNECTION = 100;

/**
 * A submission client (RFC 6409 over STARTTLS, RFC 3207) that keeps a few connections open between mails. nodemailer's
 * connection does the protocol; its pool is not used because it hides the moment of the final dot.
 */
export function createSmtpClient(settings: SmtpSettings): SmtpClient {
  const open = new Set<SmtpSession>();
  const idle: SmtpSession[] = [];

  const drop = (session: SmtpSession) => {
    open.delete(session);
    const position = idle.indexOf(session);
    if (position >= 0) idle.splice(position, 1);
    session.close();
  };

  const rest = (session: SmtpSession) => {
    if (session.mails >= MAX_MAILS_PER_CONNECTION || idle.length >= settings.maxIdleConnections)
      drop(session);
    else {
      idle.push(session);
      session.rest(settings.timeouts.idle, () => drop(session));
    }
  };

  const attempt = async (submission: Submission, hooks: WireHooks, session: SmtpSession) => {
    open.add(session);
    try {
      const result = (await session.ready()) ?? (await session.send(submission, hooks));
      if (result.kind === 'accepted') rest(session);
      else drop(session);
      return result;
    } catch (error) {
      drop(session);
      throw error;
    }
  };

  return {
    async submit(submission, hooks) {
      let session = idle.pop() ?? new SmtpSession(settings);
      let committed = false;
      let late = false;
      const deadline = setTimeout(() => {
        late = true;
        drop(session);
      }, settings.timeouts.transaction);
      const watched: WireHooks = {
        at: hooks.at,
        onWire: () => {
          committed = true;
          return hooks.onWire();
        },
      };
      try {
        for (;;) {
          const isUsed = session.mails > 0;
          session.wake();
          const result = await attempt(submission, watched, session);
          // Idle connections die quietly: one that fails without an answer proves nothing, another one tells.
          const isStale = isUsed && result.kind === 'failed' && !result.failure.reply && !committed && !late;
          if (!isStale) return result;
          session = idle.pop() ?? new SmtpSession(settings);
        }
      } finally {
        clearTimeout(deadline);
      }
    },
    async close() {
      for (const session of [...open]) drop(session);
    },
  };
}
