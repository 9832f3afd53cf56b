import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Config, parseConfig } from '../src/config.ts';
import { type MailboxFeeds, mailboxesOf } from '../src/mailbox-settings.ts';

const EXAMPLE = parseConfig(readFileSync('config/crbio.example.yaml', 'utf8'), 'c.yaml') as Config;
const folder = mkdtempSync(join(tmpdir(), 'crbio-mailbox-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
};

const sender = {
  ...EXAMPLE.mssante,
  host: 'operateur.invalid',
  authorities: file('ca.pem', 'CA'),
  client: { certificate: file('c.pem', 'CERTIFICATE'), key: file('c.key', 'KEY') },
} as NonNullable<Config['mssante']>;

function feeds(mailbox: object | undefined, more: Partial<typeof sender> = {}): MailboxFeeds | undefined {
  const { mailbox: _, ...channel } = { ...sender, ...more };
  const { base: __, ...rest } = EXAMPLE;
  const config = parseConfig(
    stringify({ ...rest, mssante: { ...channel, ...(mailbox ? { mailbox } : {}) } }),
    join(folder, 'c.yaml'),
  );
  if (Array.isArray(config)) throw new Error(config.map(({ cause }) => cause).join());
  const found = mailboxesOf(config);
  if (Array.isArray(found)) throw new Error(found.map(({ code }) => code).join());
  return found;
}

describe('the mailbox that is read', () => {
  it('is none unless one is asked for', () => {
    expect(feeds(undefined)).toBeUndefined();
  });

  it('is the one that sends, by what it sends with', () => {
    const found = feeds({});
    expect(found?.everyMs).toBe(60_000);
    expect(found?.mailboxes).toMatchObject([
      {
        name: `${sender.from}/INBOX`,
        settings: {
          host: 'operateur.invalid',
          port: 143,
          security: 'starttls',
          clientCertificate: 'CERTIFICATE',
          clientKey: 'KEY',
          authorities: 'CA',
          user: sender.from,
          readOnly: false,
        },
      },
    ]);
    // The library logs in with some password or not at all; the certificate is the identity.
    expect(found?.mailboxes[0]?.settings.password).not.toBe('');
  });

  it('has the login of submission where there is one', () => {
    const password = file('password', 'secret\n');
    const plain = feeds({}, { authentication: { mode: 'PLAIN', user: 'moi', password } });
    expect(plain?.mailboxes[0]?.settings).toMatchObject({ user: 'moi', password: 'secret' });
    const external = feeds({}, { authentication: { mode: 'EXTERNAL', identity: 'elle@labo.invalid' } });
    expect(external?.mailboxes[0]?.settings.user).toBe('elle@labo.invalid');
  });

  it('may have company: the one that people read, where nothing is changed', () => {
    const password = file('orga', 'autre');
    const found = feeds({ organisation: { user: 'orga@labo.invalid', password } });
    expect(
      found?.mailboxes.map(({ name, settings }) => [name, settings.readOnly, settings.password]),
    ).toEqual([
      [`${sender.from}/INBOX`, false, 'certificat'],
      ['orga@labo.invalid/INBOX', true, 'autre'],
    ]);
  });

  it('is refused with what cannot be read, or with a pattern that is none', () => {
    expect(() => feeds({ password: join(folder, 'absent') })).toThrow('CREDENTIAL_UNREADABLE');
    expect(() => feeds({ closedMailbox: ['('] })).toThrow('expression régulière mal écrite');
  });
});
