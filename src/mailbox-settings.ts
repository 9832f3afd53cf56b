import type { Config } from './config.ts';
import type { MailboxSettings } from './mssante/mailbox.ts';
import type { ReturnPatterns } from './mssante/returned-mail.ts';
import { MSSANTE_DEFAULTS } from './mssante/settings.ts';
import type { Fault } from './report/fault.ts';
import { credentialReader } from './settings.ts';

/** A mailbox to read. */
export interface MailboxFeed {
  /** Names it in the store. */
  readonly name: string;
  readonly settings: MailboxSettings;
}

export interface MailboxFeeds {
  readonly everyMs: number;
  readonly patterns: ReturnPatterns;
  /** The one that sends; and the one that people read, when its credentials are given. */
  readonly mailboxes: readonly MailboxFeed[];
}

/** Where the certificate is the identity, the login still needs a word (mssante.md §2). */
const NO_PASSWORD = 'certificat';

/** The mailboxes that a configuration names, certificates and secrets read; or what could not be read. Undefined: none. */
export function mailboxesOf(config: Config): MailboxFeeds | Fault[] | undefined {
  const { mssante } = config;
  const mailbox = mssante?.mailbox;
  if (!mailbox) return undefined;
  const reader = credentialReader(config);
  const { authentication } = mssante;
  const client = reader.pair(mailbox.client ?? mssante.client);
  const password =
    mailbox.password ?? (authentication.mode === 'PLAIN' ? authentication.password : undefined);
  const own: MailboxSettings = {
    host: mailbox.host ?? mssante.host,
    port: mailbox.port,
    security: mailbox.security,
    ...(mailbox.servername ? { servername: mailbox.servername } : {}),
    clientCertificate: client.certificate,
    clientKey: client.key,
    authorities: reader.open(mailbox.authorities ?? mssante.authorities),
    ciphers: MSSANTE_DEFAULTS.ciphers,
    user: mailbox.user ?? identityOf(mssante),
    password: password === undefined ? NO_PASSWORD : reader.secret(password).trim(),
    folder: mailbox.folder,
    readOnly: false,
    maxBytes: mailbox.maxBytes,
  };
  const { organisation } = mailbox;
  const all = [
    own,
    ...(organisation
      ? [
          {
            ...own,
            user: organisation.user,
            password: reader.secret(organisation.password).trim(),
            folder: organisation.folder,
            readOnly: true,
          },
        ]
      : []),
  ];
  if (reader.faults.length > 0) return reader.faults;
  return {
    everyMs: mailbox.everyMs,
    patterns: {
      undelivered: mailbox.undeliveredSubjects.map(compiled),
      closed: mailbox.closedMailbox.map(compiled),
    },
    mailboxes: all.map((settings) => ({ name: `${settings.user}/${settings.folder}`, settings })),
  };
}

/** The mailbox as the operator's submission server knows it. */
function identityOf({ authentication, from }: NonNullable<Config['mssante']>): string {
  switch (authentication.mode) {
    case 'PLAIN':
      return authentication.user;
    case 'EXTERNAL':
      return authentication.identity ?? from;
    case 'none':
      return from;
  }
}

const compiled = (text: string): RegExp => new RegExp(text, 'iu');
