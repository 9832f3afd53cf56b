import type { Config } from '../config.ts';
import { mailboxesOf } from '../mailbox-settings.ts';
import { openMailbox } from '../mssante/mailbox.ts';

interface MailboxFinding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'error';
  readonly text: string;
  /** The server is at fault, not a file of the laboratory. */
  readonly environment?: true;
}

const CHECK = 'mssante.mailbox';

/** The mailboxes that the laboratory reads: what they are opened with; with `reach`, that they open. */
export async function checkMailboxes(config: Config, reach: boolean): Promise<MailboxFinding[]> {
  const feeds = mailboxesOf(config);
  if (!feeds) {
    if (!config.mssante) return [];
    const text = 'non configurée : avis de non-distribution, accusés de lecture et réponses ne sont pas lus';
    return [{ check: CHECK, level: 'warning', text }];
  }
  if (Array.isArray(feeds))
    return feeds.map(({ cause, hint, code }) => ({
      check: CHECK,
      level: 'error',
      text: `${cause} — ${hint} [${code}]`,
    }));
  if (!reach) return [];
  return Promise.all(
    feeds.mailboxes.map(async ({ name, settings }): Promise<MailboxFinding> => {
      // Nothing in it changes for having been looked at.
      const opened = await openMailbox({ ...settings, readOnly: true });
      const check = `${CHECK} ${name}`;
      if ('fault' in opened) {
        const { cause, hint, code } = opened.fault;
        const text = `${settings.host}:${settings.port} : ${cause} — ${hint} [${code}]`;
        return { check, level: 'error', text, ...(opened.blocked ? {} : { environment: true }) };
      }
      await opened.close();
      return { check, level: 'ok', text: `${settings.host}:${settings.port} : ouverte` };
    }),
  );
}
