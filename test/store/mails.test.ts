import { describe, expect, test } from 'vitest';
import type { ReturnedContent } from '../../src/report/returned-mail.ts';
import type { Store } from '../../src/store/model.ts';
import type { MailPlace, ReceivedMail } from '../../src/store/records.ts';
import {
  ACT,
  aBench,
  aDossier,
  asking,
  fates,
  leaseOne,
  plan,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const DOCTOR = 'claire.durand@medecin.mssante.invalid';
const SENT = '<1.2.3.1.pro.ab@Labo.invalid>';

/** A mail that a server has taken. @returns its delivery */
async function mailed(store: Store, more = toDoctor()): Promise<string> {
  await tell(store, asking({ reading: true }));
  await render(store);
  await plan(store, more);
  const { deliveryId } = await leaseOne(store, more.channel);
  await store.onWire(deliveryId, SENT);
  await store.delivered(deliveryId, SENT);
  return deliveryId;
}

let uid = 0;
const place = (more: Partial<MailPlace> = {}): MailPlace => {
  uid += 1;
  return { mailbox: 'labo/INBOX', uidValidity: '1', uid, ...more };
};

const received = (content: ReturnedContent, more: Partial<ReceivedMail> = {}): ReceivedMail => {
  const bytes = Buffer.from(`mail ${uid} ${JSON.stringify(content)}`);
  return {
    bytes,
    size: bytes.length,
    seen: false,
    read: { about: ['<other@x>', SENT.toLowerCase()], content },
    ...more,
  };
};

const FAILED: ReturnedContent = {
  kind: 'delivery-report',
  recipients: [
    {
      addresses: [DOCTOR],
      action: 'failed',
      fault: { code: 'MSSANTE_UNKNOWN_MAILBOX', cause: 'inconnue', hint: 'vérifier' },
    },
  ],
};
const reported = (action: 'delivered' | 'delayed' | 'relayed'): ReturnedContent => ({
  kind: 'delivery-report',
  recipients: [{ addresses: [DOCTOR], action }],
});
const READ: ReturnedContent = { kind: 'disposition', disposition: 'displayed' };
const KO: ReturnedContent = { kind: 'disposition', disposition: 'processed', error: '902' };

const acks = async (store: Store) =>
  ((await store.report(REPORT))?.acknowledgements ?? []).map(
    ({ event, done }) => `${event} ${done ? 'Y' : 'N'}`,
  );
const alerts = async (store: Store) =>
  (await store.alerts({})).map(({ kind, subject }) => `${kind} ${subject}`);

describe('a delivery report', () => {
  test('of a failure takes back what was said to be delivered, and corrects what the sender was told', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    expect(await store.mailTaken(place(), received(FAILED))).toMatchObject({
      kind: 'taken',
      effect: 'undelivered',
      code: 'MSSANTE_UNKNOWN_MAILBOX',
      deliveryId: id,
      reportId: REPORT,
    });
    expect(await fates(store)).toEqual(['v1 mssante-pro failed']);
    expect(await acks(store)).toEqual(['Z02 Y', 'Z02 N']);
    expect(await alerts(store)).toEqual([`courriel-non-distribue delivery:${id}`]);
    // The correction waits for what it corrects.
    const [first] = await store.acksDue('sgl', 10);
    expect(first?.done).toBe(true);
    expect(await store.acksDue('sgl', 10)).toHaveLength(1);
    await store.ackSent(first?.ackId ?? '');
    expect(await store.acksDue('sgl', 10)).toMatchObject([{ done: false, error: 'MSSANTE_UNKNOWN_MAILBOX' }]);
  });

  test('of a failure lets a person send again, which the sender learns too', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    await store.mailTaken(place(), received(FAILED));
    expect(await store.retryDelivery(id, ACT)).toMatchObject({ done: true });
    await plan(store, toDoctor());
    await leaseOne(store, 'mssante-pro');
    await store.onWire(id, SENT);
    await store.delivered(id, SENT);
    expect(await acks(store)).toEqual(['Z02 Y', 'Z02 N', 'Z02 Y']);
    expect(new Set((await store.acksDue('sgl', 10)).map(({ ackId }) => ackId)).size).toBe(1);
    expect(await alerts(store)).toEqual([]);
  });

  test.each(['a newer version that came', 'giving it up'])('of a failure is settled by %s', async (how) => {
    const { store } = aBench();
    const id = await mailed(store);
    await store.mailTaken(place(), received(FAILED));
    if (how === 'giving it up') await store.cancelDelivery(id, ACT);
    else {
      await tell(store, aDossier({ clinicalInformation: 'fièvre' }));
      await render(store);
      await plan(store, toDoctor());
      const next = await leaseOne(store, 'mssante-pro');
      await store.onWire(next.deliveryId, '<next@labo>');
      await store.delivered(next.deliveryId, undefined);
    }
    expect(await alerts(store)).toEqual([]);
  });

  test('of a closed Mon espace santé is nobody’s alarm', async () => {
    const { store } = aBench();
    await mailed(store, toDoctor({ channel: 'mssante-patient', recipient: DOCTOR }));
    await store.mailTaken(place(), received(FAILED));
    expect(await fates(store)).toEqual(['v1 mssante-patient failed']);
    expect(await alerts(store)).toEqual([]);
  });

  test('of whatever a server did ends a doubt, and otherwise changes nothing', async () => {
    const { store } = aBench();
    await tell(store, asking({ reading: true }));
    await render(store);
    await plan(store, toDoctor());
    const { deliveryId } = await leaseOne(store, 'mssante-pro');
    await store.onWire(deliveryId, SENT);
    await store.outcomeUnknown(deliveryId, 0, { code: 'MSSANTE_NO_REPLY', cause: '' });
    await store.mailTaken(place(), received(reported('relayed')));
    expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
    await store.mailTaken(place(), received(reported('delayed')));
    await store.mailTaken(place(), received(reported('delivered')));
    expect(await acks(store)).toEqual(['Z02 Y']);
  });

  test('waits for the answer to its own submission', async () => {
    const { store } = aBench();
    await tell(store, asking({ reading: true }));
    await render(store);
    await plan(store, toDoctor());
    const { deliveryId } = await leaseOne(store, 'mssante-pro');
    await store.onWire(deliveryId, SENT);
    const at = place();
    const mail = received(FAILED);
    expect(await store.mailTaken(at, mail)).toEqual({ kind: 'postponed' });
    expect(await store.mailPlaces(at.mailbox, '1')).toMatchObject({
      upTo: at.uid,
      again: [at.uid],
      last: [],
    });
    await store.delivered(deliveryId, SENT);
    expect(await store.mailTaken(at, mail)).toMatchObject({ effect: 'undelivered' });
    expect(await store.mailPlaces(at.mailbox, '1')).toMatchObject({ upTo: at.uid, again: [], last: [] });
    expect(await fates(store)).toEqual(['v1 mssante-pro failed']);
  });

  test('on somebody else is not taken for one on our recipient', async () => {
    const { store } = aBench();
    await mailed(store);
    const other = { addresses: ['x@y.invalid'], action: 'failed' as const };
    const content: ReturnedContent = { kind: 'delivery-report', recipients: [other, other] };
    expect(await store.mailTaken(place(), received(content))).toMatchObject({ effect: 'unclear' });
    expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
    expect(await alerts(store)).toHaveLength(1);
  });
});

test('a mail that a stop left in doubt is not sent again before its report may have come', async () => {
  const bench = aBench();
  await tell(bench.store, asking({ reading: true }));
  await render(bench.store);
  await plan(bench.store, toDoctor());
  const { deliveryId } = await leaseOne(bench.store, 'mssante-pro');
  await bench.store.onWire(deliveryId, SENT);
  const store = bench.crash();
  expect(await store.recover(60_000)).toEqual({ unleased: 0, unknown: 1 });
  expect(await store.lease('mssante-pro', 1, 60_000)).toEqual([]);
  bench.clock.now += 60_001;
  expect(await store.lease('mssante-pro', 1, 60_000)).toMatchObject([{ deliveryId, unknown: true }]);
});

describe('a reading notification', () => {
  test('tells the sender once, however often it comes', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    const at = place();
    const mail = received(READ);
    expect(await store.mailTaken(at, mail)).toMatchObject({ effect: 'read', deliveryId: id });
    expect(await store.mailTaken(at, mail)).toMatchObject({ kind: 'known' });
    expect(await store.mailTaken(place({ uidValidity: '2' }), mail)).toMatchObject({ kind: 'known' });
    await store.mailTaken(place(), received(READ));
    expect(await acks(store)).toEqual(['Z02 Y', 'Z03 Y']);
    expect((await store.acksDue('sgl', 10)).find(({ event }) => event === 'Z03')).toMatchObject({
      mailbox: DOCTOR,
    });
  });

  test('of a failed integration is a business error: told, nothing sent again', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    await store.mailTaken(place(), received(KO));
    expect(await acks(store)).toEqual(['Z02 Y', 'Z03 N']);
    expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
    expect(await alerts(store)).toEqual([`courriel-non-integre delivery:${id}`]);
    await store.mailTaken(place(), received({ ...READ, reader: 'secretariat@chu.invalid' }));
    expect(await acks(store)).toEqual(['Z02 Y', 'Z03 N', 'Z03 Y']);
    expect(await alerts(store)).toEqual([]);
  });

  test('that a mail was deleted unread, or passed on, is only remembered', async () => {
    const { store } = aBench();
    await mailed(store);
    for (const disposition of ['deleted', 'dispatched'] as const)
      await store.mailTaken(place(), received({ kind: 'disposition', disposition }));
    expect(await acks(store)).toEqual(['Z02 Y']);
    expect((await store.mails({ reportId: REPORT })).map(({ effect }) => effect)).toEqual([
      'deleted',
      'dispatched',
    ]);
    expect(await alerts(store)).toEqual([]);
  });
});

describe('the mailbox that people read', () => {
  const shown = (content: ReturnedContent) => received(content, { onlyShown: true });

  test('changes no delivery: what it says of one is linked, and bad news are for a person', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    for (const content of [FAILED, KO, READ])
      expect(await store.mailTaken(place(), shown(content))).toMatchObject({ kind: 'taken', deliveryId: id });
    expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
    expect(await acks(store)).toEqual(['Z02 Y']);
    expect((await store.mails({ reportId: REPORT })).map(({ effect }) => effect)).toEqual([
      'undelivered',
      'not-integrated',
      'read',
    ]);
    expect((await alerts(store)).map((alert) => alert.split(' ')[0])).toEqual([
      'courrier-recu',
      'courrier-recu',
    ]);
  });
});

describe('the same mail under other bytes', () => {
  const named = (content: ReturnedContent, trace: string, messageId = '<dsn-1@operateur.invalid>') => {
    const bytes = Buffer.from(`Received: ${trace}`);
    return received(content, {
      bytes,
      size: bytes.length,
      read: { messageId, about: [SENT.toLowerCase()], content },
    });
  };

  test('is kept and moves nothing: what was sent again meanwhile stays delivered', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    await store.mailTaken(place(), named(FAILED, 'un'));
    await store.retryDelivery(id, ACT);
    await plan(store, toDoctor());
    await leaseOne(store, 'mssante-pro');
    await store.onWire(id, SENT);
    await store.delivered(id, SENT);
    const at = place();
    const again = await store.mailTaken(at, named(FAILED, 'deux'));
    if (again.kind !== 'known') throw new Error('it counted again');
    expect(Buffer.from((await store.mailContent(again.mailId)) ?? []).toString()).toBe('Received: deux');
    expect(await store.mailTaken(at, named(FAILED, 'deux'))).toEqual(again);
    expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
    expect(await acks(store)).toEqual(['Z02 Y', 'Z02 N', 'Z02 Y']);
    expect(await alerts(store)).toEqual([]);
    expect((await store.journal({ reportId: REPORT })).at(-1)).toMatchObject({
      action: 'mail-received',
      details: { mail: again.mailId, first: again.mailId - 1 },
    });
    // A bounce of what was sent again has a name of its own.
    await store.mailTaken(place(), named(FAILED, 'trois', '<dsn-2@operateur.invalid>'));
    expect(await fates(store)).toEqual(['v1 mssante-pro failed']);
  });

  test('counts when it says something else, or was only shown before', async () => {
    const { store } = aBench();
    await mailed(store);
    const shown = { ...named(FAILED, 'un'), onlyShown: true };
    await store.mailTaken(place({ mailbox: 'contact/INBOX' }), shown);
    expect(await store.mailTaken(place(), named(reported('delayed'), 'deux'))).toMatchObject({
      effect: 'delayed',
    });
    expect(await store.mailTaken(place(), named(FAILED, 'trois'))).toMatchObject({ effect: 'undelivered' });
    expect(await fates(store)).toEqual(['v1 mssante-pro failed']);
  });
});

test('the same bytes read first where people read count where they were sent from, once', async () => {
  const { store } = aBench();
  const id = await mailed(store);
  const mail = received(FAILED, {
    read: { messageId: '<dsn@x>', about: [SENT.toLowerCase()], content: FAILED },
  });
  const people = { mailbox: 'contact/INBOX' };
  await store.mailTaken(place(people), { ...mail, onlyShown: true });
  expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
  const at = place();
  const counted = await store.mailTaken(at, mail);
  expect(counted).toMatchObject({ kind: 'taken', effect: 'undelivered', deliveryId: id });
  expect(await fates(store)).toEqual(['v1 mssante-pro failed']);
  expect(await alerts(store)).toEqual([`courriel-non-distribue delivery:${id}`]);
  expect(await store.mails({ reportId: REPORT })).toMatchObject([{ mailbox: 'labo/INBOX' }]);
  await store.retryDelivery(id, ACT);
  await plan(store, toDoctor());
  await leaseOne(store, 'mssante-pro');
  await store.onWire(id, SENT);
  await store.delivered(id, SENT);
  for (const again of [at, place(), place(people)])
    expect(await store.mailTaken(again, mail)).toMatchObject({ kind: 'known' });
  expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
});

describe('the reading of a mailbox begins', () => {
  const DAY = 24 * 3_600_000;
  const BOX = { mailbox: 'labo/INBOX', uidValidity: '1' };
  const since = async (store: Store) => (await store.mailPlaces(BOX.mailbox, BOX.uidValidity)).since;

  test('today where nothing was sent yet, else with the oldest of our mails, a month back at the most', async () => {
    const { store, clock } = aBench();
    expect(await since(store)).toBe(Date.parse('2026-03-02T00:00:00Z'));
    const sentAt = clock.now;
    await mailed(store);
    clock.now += 5 * DAY;
    expect(await since(store)).toBe(sentAt - DAY);
    clock.now += 60 * DAY;
    expect(await since(store)).toBe(clock.now - 30 * DAY);
  });

  test('once, in the journal with what is skipped, and again under another numbering', async () => {
    const { store, clock } = aBench();
    await store.mailboxStarted({ ...BOX, upTo: 40, skipped: 12, since: clock.now });
    expect(await store.mailPlaces(BOX.mailbox, '1')).toEqual({ upTo: 40, again: [], last: [] });
    expect(await store.mailPlaces(BOX.mailbox, '2')).toMatchObject({ since: expect.any(Number), upTo: 0 });
    expect((await store.journal({})).at(-1)).toMatchObject({
      action: 'mailbox-started',
      subject: 'mailbox:labo/INBOX',
      details: { upTo: 40, skipped: 12, since: '2026-03-02T10:00:00.000Z' },
    });
  });

  test('and keeps, of the one that people read, what is about a delivery and the letters since', async () => {
    const { store, clock } = aBench();
    await mailed(store);
    await store.mailboxStarted({ ...BOX, upTo: 0, skipped: 0, since: clock.now - 20 * DAY });
    const old = { onlyShown: true, receivedAt: clock.now - 3 * DAY };
    const fresh = { onlyShown: true, receivedAt: clock.now };
    const about = (content: ReturnedContent) => ({ read: { about: ['<x@y>'], content } });
    const take = async (content: ReturnedContent, more: Partial<ReceivedMail>) =>
      (await store.mailTaken(place(), received(content, more))).kind;
    expect(await take({ kind: 'letter' }, { ...old, ...about({ kind: 'letter' }) })).toBe('not-ours');
    expect(await take({ kind: 'letter' }, { ...fresh, ...about({ kind: 'letter' }) })).toBe('taken');
    expect(await take({ kind: 'letter' }, old)).toBe('taken');
    for (const content of [FAILED, READ, { kind: 'automatic' }, { kind: 'unreadable' }] as const) {
      expect(await take(content, { ...fresh, ...about(content) })).toBe('not-ours');
      expect(await take(content, fresh)).toBe('taken');
    }
    expect(await take({ kind: 'letter' }, { ...about({ kind: 'letter' }), receivedAt: 0 })).toBe('taken');
    expect((await store.mailPlaces(BOX.mailbox, '1')).last).toEqual([]);
  });
});

describe('any mail', () => {
  test('is kept with its bytes, and told in the journal of its report', async () => {
    const { store } = aBench();
    await mailed(store);
    const mail = received({ kind: 'letter' }, {});
    const taken = await store.mailTaken(place(), mail);
    if (taken.kind !== 'taken') throw new Error('not taken');
    expect(await store.mailContent(taken.mailId)).toEqual(mail.bytes);
    expect(await alerts(store)).toEqual([`courrier-recu mail:${taken.mailId}`]);
    const entries = await store.journal({ reportId: REPORT });
    expect(entries.at(-1)).toMatchObject({ action: 'mail-received', details: { effect: 'letter' } });
    expect((await store.verifyJournal()).brokenAt).toBeUndefined();
  });

  test('of a person that somebody has read already alerts nobody', async () => {
    const { store } = aBench();
    await mailed(store);
    await store.mailTaken(place(), received({ kind: 'letter' }, { seen: true }));
    expect(await alerts(store)).toEqual([]);
  });

  test('about nothing of ours changes nothing; bad news among them are for a person', async () => {
    const { store } = aBench();
    await mailed(store);
    const stranger = { about: ['<unknown@x>'], content: FAILED };
    expect(await store.mailTaken(place(), received(FAILED, { read: stranger }))).toMatchObject({
      effect: 'undelivered',
    });
    const displayed = { about: [], content: READ };
    await store.mailTaken(place(), received(READ, { read: displayed }));
    expect(await fates(store)).toEqual(['v1 mssante-pro delivered']);
    expect(await alerts(store)).toHaveLength(1);
  });

  test('may name the delivery itself, never one of the DMP', async () => {
    const { store } = aBench();
    const id = await mailed(store);
    await tell(store, aDossier({ number: '2' }));
    await render(store);
    await plan(store, send());
    const [dmp] = await store.lease('dmp', 1, 60_000);
    const named = (envelopeId = '') => ({ about: [], envelopeId, content: reported('delivered') });
    expect(
      await store.mailTaken(place(), received(reported('delivered'), { read: named(id) })),
    ).toMatchObject({ deliveryId: id });
    expect(
      await store.mailTaken(place(), received(reported('delivered'), { read: named(dmp?.deliveryId) })),
    ).not.toHaveProperty('deliveryId');
  });

  test('that the server will not give is asked for again, then left to a person', async () => {
    const { store } = aBench();
    const at = place();
    for (let tries = 1; tries < 5; tries += 1) {
      expect(await store.mailRefused(at)).toBe(false);
      expect(await store.mailPlaces(at.mailbox, '1')).toMatchObject({ again: [], last: [at.uid] });
    }
    expect(await store.mailRefused(at)).toBe(true);
    expect(await store.mailPlaces(at.mailbox, '1')).toMatchObject({ again: [], last: [] });
    expect(await alerts(store)).toEqual(['courrier-refuse mailbox:labo/INBOX']);
  });

  test('survives a crash, and is then known', async () => {
    const bench = aBench();
    await mailed(bench.store);
    const at = place();
    const mail = received(READ);
    await bench.store.mailTaken(at, mail);
    const store = bench.crash();
    expect(await store.mailTaken(at, mail)).toMatchObject({ kind: 'known' });
    expect(await acks(store)).toEqual(['Z02 Y', 'Z03 Y']);
  });
});
