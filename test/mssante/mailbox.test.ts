import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type MailboxFailure,
  MailboxLost,
  type MailboxSettings,
  MailRefused,
  openMailbox,
} from '../../src/mssante/mailbox.ts';
import { newAuthority } from '../fixtures/mssante/authority.ts';
import { hasDovecot, SERVER_NAME, startDovecot } from '../fixtures/mssante/dovecot.ts';
import { dovecotForTests, mailboxSettings, PATIENCE_MS } from '../fixtures/mssante/dovecot-for-tests.ts';
import { given, type ImapScript, startImapPeer } from '../fixtures/mssante/imap-peer.ts';
import { letter } from '../fixtures/mssante/returned.ts';

/** Against a real server: Dovecot asks for a client certificate and STARTTLS. */

const stranger = newAuthority('Autre AC');
const dovecot = dovecotForTests();

async function opened(more: Partial<MailboxSettings> = {}, signal?: AbortSignal) {
  const session = await openMailbox(dovecot.settings(more), signal);
  if ('fault' in session) throw new Error(session.fault.code);
  return session;
}
const refused = async (more: Partial<MailboxSettings>): Promise<MailboxFailure> => {
  const failure = await openMailbox(dovecot.settings(more));
  if (!('fault' in failure)) throw new Error('it opened');
  return failure;
};

describe.skipIf(!hasDovecot)('a mailbox', { timeout: PATIENCE_MS }, () => {
  it('gives its mails by number, and is changed only where it is told', async () => {
    const mails = [letter({ text: 'un' }), letter({ text: 'deux' })];
    for (const mail of mails) dovecot.server.deliver('deux', mail);
    const session = await opened({ user: 'deux' });
    expect(session.uidValidity).toMatch(/^\d+$/);
    expect(await session.above(0)).toEqual([1, 2]);
    expect(await session.above(1)).toEqual([2]);
    expect(await session.above(2)).toEqual([]);
    const first = await session.fetch(1);
    expect(Buffer.from(first?.bytes ?? []).equals(mails[0] ?? Buffer.alloc(0))).toBe(true);
    expect(first).toMatchObject({ seen: false, size: mails[0]?.length });
    expect(await session.fetch(9)).toBeUndefined();
    expect(dovecot.server.seen('deux')).toBe(0);
    await session.markSeen(1);
    expect(await session.fetch(1)).toMatchObject({ seen: true });
    await session.close();
    expect(dovecot.server.seen('deux')).toBe(1);
  });

  it('tells which of its mails are older than a day', async () => {
    const ages = ['2026-01-05', '2026-02-05', '2026-01-06', '2026-03-05'];
    for (const day of ages)
      dovecot.server.deliver('ages', letter(), { receivedAt: new Date(`${day}T12:00:00Z`) });
    const session = await opened({ user: 'ages' });
    // In the order of their numbers: the third came late to this folder.
    expect(await session.olderThan(new Date('2026-02-01'))).toEqual({ upTo: 1, count: 1 });
    expect(await session.olderThan(new Date('2026-03-01'))).toEqual({ upTo: 3, count: 3 });
    expect(await session.olderThan(new Date('2026-04-01'))).toEqual({ upTo: 4, count: 4 });
    expect(await session.olderThan(new Date('2025-01-01'))).toEqual({ upTo: 0, count: 0 });
    expect(await session.fetch(2)).toMatchObject({ receivedAt: Date.parse('2026-02-05T12:00:00Z') });
    await session.close();
    const empty = await opened({ user: 'vide' });
    expect(await empty.olderThan(new Date('2026-01-01'))).toEqual({ upTo: 0, count: 0 });
    await empty.close();
  });

  it('gives of a large mail its beginning', async () => {
    dovecot.server.deliver('gros', letter({ text: 'x'.repeat(50_000) }));
    const session = await opened({ user: 'gros', maxBytes: 2_000 });
    const mail = await session.fetch(1);
    expect(mail?.bytes).toHaveLength(2_000);
    expect(mail?.size).toBeGreaterThan(50_000);
    await session.close();
  });

  it('that people read is not changed at all', async () => {
    dovecot.server.deliver('orga', letter());
    const session = await opened({ user: 'orga', readOnly: true });
    await session.fetch(1);
    await expect(session.markSeen(1)).resolves.toBeUndefined();
    await session.close();
    expect(dovecot.server.seen('orga')).toBe(0);
  });

  it('numbered anew has another UIDVALIDITY', async () => {
    dovecot.server.deliver('anew', letter());
    const before = await opened({ user: 'anew' });
    await before.close();
    await dovecot.server.renumber('anew');
    const after = await opened({ user: 'anew' });
    expect(after.uidValidity).not.toBe(before.uidValidity);
    await after.close();
  });
});

describe.skipIf(!hasDovecot)('a refusal says what to mend', { timeout: PATIENCE_MS }, () => {
  it('without a certificate of its operator', async () => {
    const other = stranger.issue({ name: 'labo', use: 'client' });
    const failure = await refused({ clientCertificate: other.certificate, clientKey: other.key });
    expect(failure).toMatchObject({ blocked: true, fault: { code: 'MSSANTE_CLIENT_CERTIFICATE' } });
  });

  it('of a server that is not of the trusted authorities', async () => {
    const failure = await refused({ authorities: stranger.certificate });
    expect(failure).toMatchObject({ blocked: true, fault: { code: 'MSSANTE_SERVER_CERTIFICATE' } });
  });

  it('of a server of another name', async () => {
    const failure = await refused({ servername: 'autre.operateur.invalid' });
    expect(failure).toMatchObject({ blocked: true, fault: { code: 'MSSANTE_SERVER_CERTIFICATE' } });
  });

  it('of a folder that is not there', async () => {
    expect(await refused({ folder: 'Absent' })).toMatchObject({
      blocked: true,
      fault: { code: 'MSSANTE_FOLDER' },
    });
  });

  it('where nobody listens', async () => {
    expect(await refused({ port: 1 })).toMatchObject({
      blocked: false,
      fault: { code: 'MSSANTE_UNREACHABLE' },
    });
  });

  it('never logs in without TLS', async () => {
    const plain = await startDovecot({ security: 'plain' });
    try {
      const failure = await refused({ port: plain.port });
      expect(failure).toMatchObject({ blocked: true, fault: { code: 'MSSANTE_NO_STARTTLS' } });
      expect(plain.log()).not.toContain('Login');
    } finally {
      await plain.stop();
    }
  });
});

describe.skipIf(!hasDovecot)('a lost connection', { timeout: PATIENCE_MS }, () => {
  it('is told by what was asked', async () => {
    dovecot.server.deliver('coupe', letter());
    const session = await opened({ user: 'coupe' });
    session.abort();
    await expect(session.above(0)).rejects.toBeInstanceOf(MailboxLost);
    await expect(session.fetch(1)).rejects.toBeInstanceOf(MailboxLost);
    await session.close();
  });

  it('is given up at once, even while it opens', async () => {
    const sockets: Socket[] = [];
    const mute: Server = createServer((socket) => {
      socket.on('error', () => {});
      sockets.push(socket);
      stopping.abort();
    });
    const stopping = new AbortController();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    expect(await openMailbox(dovecot.settings({ port }), stopping.signal)).toMatchObject({ blocked: false });
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
});

describe('a mail that the server does not give', { timeout: PATIENCE_MS }, () => {
  const authority = newAuthority('AC du serveur');
  const pair = authority.issue({ name: 'labo', use: 'client' });

  async function peerSession(script: ImapScript) {
    const peer = await startImapPeer(authority, SERVER_NAME, script);
    onTestFinished(() => peer.stop());
    const session = await openMailbox(
      mailboxSettings({ port: peer.port, authorities: authority.certificate }, pair, {
        security: 'tls',
        maxBytes: 100_000,
      }),
    );
    if ('fault' in session) throw new Error(session.fault.code);
    return session;
  }

  it('and still has is refused, and gone only when it is no longer found', async () => {
    const mail = letter();
    const session = await peerSession({
      uids: [1, 3, 4],
      fetch: (uid) => {
        if (uid === 3) return given(3, mail);
        return uid === 4 ? { tagged: 'NO [LIMIT] later' } : { tagged: 'OK throttled' };
      },
    });
    await expect(session.fetch(1)).rejects.toBeInstanceOf(MailRefused);
    expect(await session.fetch(2)).toBeUndefined();
    await expect(session.fetch(4)).rejects.toBeInstanceOf(MailRefused);
    expect(Buffer.from((await session.fetch(3))?.bytes ?? []).equals(mail)).toBe(true);
    await session.close();
  });

  it('is refused where the server will not search either, and lost with the connection', async () => {
    const session = await peerSession({
      uids: [1],
      fetch: (uid) => (uid === 9 ? 'cut' : { tagged: 'OK throttled' }),
      search: 'NO later',
    });
    await expect(session.fetch(1)).rejects.toBeInstanceOf(MailRefused);
    await expect(session.fetch(9)).rejects.toBeInstanceOf(MailboxLost);
  });
});
