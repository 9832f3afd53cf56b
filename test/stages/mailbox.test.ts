import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  MailboxLost,
  type MailboxSession,
  MailRefused,
  mailboxFailure,
  openMailbox,
} from '../../src/mssante/mailbox.ts';
import { readReturnedMail } from '../../src/mssante/returned-mail.ts';
import type { LogFields } from '../../src/ops/log.ts';
import { type MailboxDependencies, startMailbox } from '../../src/stages/mailbox.ts';
import type { Store } from '../../src/store/model.ts';
import { hasDovecot } from '../fixtures/mssante/dovecot.ts';
import { dovecotForTests, PATIENCE_MS } from '../fixtures/mssante/dovecot-for-tests.ts';
import { letter, notification } from '../fixtures/mssante/returned.ts';
import { aBench } from '../store/store-fixtures.ts';

/** The stage over a real store and, but where a server's fault is played, a real server. */

const PATTERNS = { undelivered: [], closed: [] };
const dovecot = dovecotForTests();

const open =
  (user: string, { maxBytes = 100_000, readOnly = false } = {}) =>
  (signal: AbortSignal) =>
    openMailbox(dovecot.settings({ user, maxBytes, readOnly }), signal);

interface Started {
  readonly store: Store;
  readonly events: string[];
  stop(): Promise<void>;
}

function started(
  changes: Pick<MailboxDependencies, 'open'> & Partial<MailboxDependencies>,
  { isSender = true, store = aBench().store } = {},
): Started {
  const events: string[] = [];
  const write = (event: string, fields?: LogFields) => {
    events.push([event, fields?.state ?? fields?.code].filter(Boolean).join(' '));
  };
  const stage = startMailbox(
    { name: 'labo/INBOX', everyMs: 100, isSender, backoff: { baseMs: 10, capMs: 20 } },
    {
      store,
      log: { info: write, warn: write, error: write },
      now: Date.now,
      random: () => 0,
      at: () => {},
      read: (bytes) => readReturnedMail(bytes, PATTERNS),
      next: () => {},
      ...changes,
    },
  );
  onTestFinished(() => stage.stop());
  return { store, events, stop: () => stage.stop() };
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await delay(20);
  }
}
const effects = async (store: Store) => (await store.mails({})).map(({ effect }) => effect).reverse();

describe.skipIf(!hasDovecot)('the reading of a mailbox', { timeout: PATIENCE_MS }, () => {
  it('takes each mail in order, the bad and the huge ones too, and marks seen what is kept whole', async () => {
    dovecot.server.deliver('a', Buffer.from('\u0000\u0001 rien'));
    dovecot.server.deliver('a', letter({ text: 'x'.repeat(200_000) }));
    dovecot.server.deliver('a', letter(), { seen: true });
    dovecot.server.deliver('a', notification({ about: '<x@y.invalid>' }));
    const { store } = started({ open: open('a') });
    await until(async () => (await store.mails({})).length === 4);
    expect(await effects(store)).toEqual(['unreadable', 'letter', 'letter', 'read']);
    const huge = (await store.mails({})).find(({ kept, size }) => kept < size);
    expect(huge).toMatchObject({ kept: 100_000 });
    await until(() => dovecot.server.seen('a') === 3);
    // The letter that somebody had read already alerts nobody.
    expect((await store.alerts({})).map(({ kind }) => kind)).toEqual(['courrier-recu', 'courrier-recu']);
  });

  it('takes what a cut connection kept from it at the next reading', async () => {
    dovecot.server.deliver('b', letter());
    let cuts = 0;
    let session: MailboxSession | undefined;
    const { store, events } = started({
      open: async (signal) => {
        const opened = await open('b')(signal);
        session = 'fault' in opened ? undefined : opened;
        return opened;
      },
      at: (point) => {
        if (point !== 'mailbox:after-fetch' || cuts > 0) return;
        cuts += 1;
        session?.abort();
        dovecot.server.deliver('b', letter());
      },
    });
    await until(async () => (await store.mails({})).length === 2);
    expect(events).toContain('mailbox-failed MSSANTE_UNREACHABLE');
    await until(() => events.includes('mailbox-resumed'));
  });

  it('takes nothing again where the server has numbered everything anew', async () => {
    dovecot.server.deliver('c', letter());
    dovecot.server.deliver('c', letter());
    const first = started({ open: open('c') });
    await until(async () => (await first.store.mails({})).length === 2);
    await first.stop();
    await dovecot.server.renumber('c');
    dovecot.server.deliver('c', letter());
    const second = started({ open: open('c') }, { store: first.store });
    await until(async () => (await first.store.mails({})).length === 3);
    expect(second.events.filter((event) => event === 'mail-received letter')).toHaveLength(1);
  });

  it('begins with the mails of today where nothing was sent, once, and tells what it skipped', async () => {
    const old = new Date('2020-01-01T00:00:00Z');
    for (const text of ['un', 'deux']) dovecot.server.deliver('e', letter({ text }), { receivedAt: old });
    dovecot.server.deliver('e', letter({ text: 'trois' }));
    const { store } = started({ open: open('e') });
    await until(async () => (await store.mails({})).length === 1);
    await until(() => dovecot.server.seen('e') === 1);
    dovecot.server.deliver('e', letter({ text: 'quatre' }), { receivedAt: old });
    await until(async () => (await store.mails({})).length === 2);
    const begun = (await store.journal({})).filter(({ action }) => action === 'mailbox-started');
    expect(begun).toMatchObject([{ details: { upTo: 2, skipped: 2 } }]);
  });

  it('changes nothing where people read too', async () => {
    dovecot.server.deliver('d', letter());
    const { store, stop } = started({ open: open('d', { readOnly: true }) }, { isSender: false });
    await until(async () => (await store.mails({})).length === 1);
    await stop();
    expect(dovecot.server.seen('d')).toBe(0);
  });
});

describe('a mailbox in trouble', { timeout: PATIENCE_MS }, () => {
  const session = (mails: Readonly<Record<number, Uint8Array | 'refused' | 'fatal'>>): MailboxSession => ({
    uidValidity: '1',
    olderThan: async () => ({ upTo: 0, count: 0 }),
    above: async (upTo) =>
      Object.keys(mails)
        .map(Number)
        .filter((uid) => uid > upTo),
    async fetch(uid) {
      const mail = mails[uid];
      if (mail === 'refused') throw new MailRefused();
      if (mail === 'fatal') throw new MailboxLost(new Error('closed by the server'));
      return mail && { bytes: mail, size: mail.length, seen: false };
    },
    markSeen: async () => {},
    abort: () => {},
    close: async () => {},
  });

  it('gives the others when it refuses one, which is left to a person in the end', async () => {
    const { store, events } = started({ open: async () => session({ 1: 'refused', 2: letter() }) });
    await until(() => events.includes('mail-given-up'));
    expect(await effects(store)).toEqual(['letter']);
    expect(events.filter((event) => event === 'mail-refused')).toHaveLength(4);
    expect((await store.alerts({})).map(({ kind }) => kind).sort()).toEqual([
      'courrier-recu',
      'courrier-refuse',
    ]);
  });

  it('whose connection dies over one gives those behind it, and leaves that one to a person in the end', async () => {
    const { store, events } = started({
      open: async () => session({ 1: 'fatal', 2: letter(), 3: 'fatal', 4: letter() }),
    });
    await until(() => events.filter((event) => event === 'mail-given-up').length === 2);
    expect(await effects(store)).toEqual(['letter', 'letter']);
    expect(events.filter((event) => event === 'mail-received letter').length).toBe(2);
    expect(events.indexOf('mail-received letter')).toBeLessThan(events.indexOf('mail-given-up'));
    expect((await store.alerts({})).map(({ kind }) => kind)).toContain('courrier-refuse');
    await until(() => events.includes('mailbox-resumed'));
  });

  it('counts nothing against a mail when it stops, or loses the connection elsewhere', async () => {
    const { store } = aBench();
    let tries = 0;
    const lost = () => Promise.reject(new MailboxLost(new Error('closed by the server')));
    const first = started(
      {
        open: async () => {
          tries += 1;
          return { ...session({ 1: letter() }), above: lost };
        },
      },
      { store },
    );
    await until(() => tries > 1);
    await first.stop();
    let isAsked = false;
    const second = started(
      {
        open: async (signal) => ({
          ...session({ 1: letter() }),
          fetch: async () => {
            isAsked = true;
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            return lost();
          },
        }),
      },
      { store },
    );
    await until(() => isAsked);
    await second.stop();
    expect(await store.mailPlaces('labo/INBOX', '1')).toMatchObject({ upTo: 0, last: [] });
  });

  it('does not ask again for one that was removed before it was given', async () => {
    const answers: MailboxSession[] = [session({ 1: 'refused', 2: letter() }), session({ 2: letter() })];
    const { store, events } = started({ open: async () => answers.shift() ?? session({ 2: letter() }) });
    await until(async () => events.includes('mail-refused') && answers.length === 0);
    await until(async () => (await store.mailPlaces('labo/INBOX', '1')).last.length === 0);
    expect(events).not.toContain('mail-given-up');
    expect((await store.journal({})).filter(({ action }) => action === 'mail-gone')).toMatchObject([
      { subject: 'mailbox:labo/INBOX', details: { uidValidity: '1', uid: 1 } },
    ]);
  });

  it('is told after an hour, at once where only a person can mend it, and no more when it is back', async () => {
    const failures = [
      mailboxFailure(Object.assign(new Error(), { code: 'ECONNREFUSED' })),
      mailboxFailure({ authenticationFailed: true }),
    ];
    const bench = aBench();
    bench.clock.now = Date.now();
    let back = false;
    for (const failure of failures) {
      const { events, stop } = started(
        { open: async () => (back ? session({}) : failure) },
        { store: bench.store },
      );
      const count = failures.indexOf(failure) + 1;
      await until(async () => (await bench.store.alerts({ all: true })).length === count);
      bench.clock.now = Date.now();
      const shown = await bench.store.alerts({});
      expect(shown.map(({ kind }) => kind)).toEqual(failure.blocked ? ['boite-injoignable'] : []);
      back = true;
      await until(() => events.includes('mailbox-resumed'));
      expect(await bench.store.alerts({})).toEqual([]);
      back = false;
      await stop();
    }
  });

  it('is not waited for when the daemon stops', async () => {
    const { stop } = started({
      open: (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve(mailboxFailure(new Error('closed')))),
        ),
    });
    await delay(10);
    await stop();
  });

  it('gives the others when the program itself fails over one, which is kept for a person', async () => {
    const broken = letter({ text: 'cassé' });
    const { store, events } = started({
      open: async () => session({ 1: broken, 2: letter() }),
      read: async (bytes) => {
        if (bytes === broken) throw new TypeError('a bug');
        return readReturnedMail(bytes, PATTERNS);
      },
    });
    await until(async () => (await store.mails({})).length === 2);
    expect(await effects(store)).toEqual(['unreadable', 'letter']);
    expect(events).toContain('mail-crashed TypeError');
    expect(await store.alerts({})).toHaveLength(2);
  });

  it('whose mails cannot be kept stays as it is until the disk is mended', async () => {
    const { store } = aBench();
    let isFull = true;
    const marked: number[] = [];
    const { events } = started({
      store: {
        ...store,
        mailTaken: (place, mail) =>
          isFull
            ? Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }))
            : store.mailTaken(place, mail),
      },
      open: async () => ({ ...session({ 1: letter() }), markSeen: async (uid) => void marked.push(uid) }),
    });
    await until(() => events.includes('stage-failed return'));
    expect(marked).toEqual([]);
    isFull = false;
    await until(() => marked.length === 1);
    expect(await effects(store)).toEqual(['letter']);
  });
});
