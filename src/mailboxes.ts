import type { MailboxFeeds } from './mailbox-settings.ts';
import { openMailbox } from './mssante/mailbox.ts';
import { readReturnedMail } from './mssante/returned-mail.ts';
import type { Backoff } from './ops/backoff.ts';
import { type MailboxDependencies, startMailbox } from './stages/mailbox.ts';

interface Dependencies extends Omit<MailboxDependencies, 'open' | 'read' | 'random'> {
  readonly backoff: Backoff;
}

/** Reads the mailboxes of a configuration, each by itself, until stopped. */
export function startMailboxes(
  { everyMs, patterns, mailboxes }: MailboxFeeds,
  { backoff, ...dependencies }: Dependencies,
): { stop(): Promise<void> } {
  const running = mailboxes.map(({ name, settings }) =>
    startMailbox(
      { name, everyMs, isSender: !settings.readOnly, backoff },
      {
        ...dependencies,
        random: Math.random,
        open: (signal) => openMailbox(settings, signal),
        read: (bytes) => readReturnedMail(bytes, patterns),
      },
    ),
  );
  return {
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}
