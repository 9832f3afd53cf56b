import { describe, expect, test } from 'vitest';
import { at } from '../fixtures/people.ts';
import {
  ACT,
  aBench,
  aDossier,
  anExam,
  aRow,
  deliver,
  fates,
  hold,
  leaseOne,
  plan,
  planned,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const WHY = { code: '503', cause: 'occupé' };
const FAULT = { code: '550', cause: 'boîte inconnue', hint: 'vérifier l’adresse' };

describe('a try', () => {
  test('accepted: on the wire, then delivered with the destination’s identifier and remarks', async () => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId, attempts, unknown } = await leaseOne(store);
    expect({ attempts, unknown }).toEqual({ attempts: 0, unknown: false });
    expect(await store.onWire(deliveryId)).toBe(true);
    await store.delivered(deliveryId, 'remote-1', { warnings: ['XDSWarning'] });
    await store.delivered(deliveryId, 'remote-1');
    expect(await store.deliveries({ reportId: REPORT })).toMatchObject([
      {
        state: 'delivered',
        attempts: 1,
        remoteId: 'remote-1',
        warnings: ['XDSWarning'],
        possibleDuplicate: false,
      },
    ]);
  });

  test('to be tried again: not before its time, counted, with the same prepared bytes', async () => {
    const { store, clock } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.prepared(deliveryId, Buffer.from('signed'));
    await store.onWire(deliveryId);
    await store.retryAt(deliveryId, clock.now + 5_000, WHY);
    expect(await store.lease('dmp', 10, 1)).toEqual([]);
    expect(await store.nextDue('dmp')).toBe(clock.now + 5_000);
    clock.now += 5_000;
    const again = await leaseOne(store);
    expect(again).toMatchObject({ deliveryId, attempts: 1, unknown: false });
    expect(Buffer.from(again.prepared ?? []).toString()).toBe('signed');
  });

  test('in doubt: looked up later, in doubt until the destination answers, whatever ends the lease', async () => {
    const { store, clock } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await store.outcomeUnknown(deliveryId, clock.now + 1_000, WHY);
    clock.now += 1_000;
    expect(await leaseOne(store)).toMatchObject({ unknown: true, attempts: 1 });
    await store.unlease(deliveryId);
    expect(await fates(store)).toEqual(['v1 dmp unknown']);
    await leaseOne(store);
    await store.retryAt(deliveryId, clock.now, WHY);
    expect(await fates(store)).toEqual(['v1 dmp unknown']);
    await leaseOne(store);
    await store.delivered(deliveryId, 'found', { possibleDuplicate: true });
    expect(await store.deliveries({ reportId: REPORT })).toMatchObject([
      { state: 'delivered', attempts: 3, possibleDuplicate: true },
    ]);
    expect((await store.journal({ reportId: REPORT })).map(({ action }) => action)).toEqual([
      'version-made',
      'rendered',
      'planned',
      'outcome-unknown',
      'delivered',
      'possible-duplicate',
    ]);
  });

  test('refused for good: set aside with its fault, until a person asks for another try', async () => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await store.failed(deliveryId, FAULT);
    expect(await store.deliveries({ states: ['failed'] })).toMatchObject([
      { lastCode: '550', lastCause: FAULT.cause, lastHint: FAULT.hint },
    ]);
    expect(await store.lease('dmp', 10, 1)).toEqual([]);
    expect(await store.retryDelivery(deliveryId, ACT)).toEqual({ done: true });
    expect(await store.lease('dmp', 10, 1)).toEqual([]);
    await plan(store, send());
    expect(await leaseOne(store)).toMatchObject({ deliveryId, attempts: 1 });
  });

  test('a lane that stopped gives back without counting, on the wire or not', async () => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.unlease(deliveryId);
    await leaseOne(store);
    await store.onWire(deliveryId);
    await store.unlease(deliveryId);
    expect(await leaseOne(store)).toMatchObject({ attempts: 0, unknown: false });
  });

  test('an outcome of a delivery that no lane has is a bug', async () => {
    const { store } = aBench();
    await planned(store);
    const [row] = await store.deliveries({ reportId: REPORT });
    await expect(store.retryAt(row?.deliveryId ?? '', 0, WHY)).rejects.toThrow(/retry refused/);
    await expect(store.delivered('none', undefined)).rejects.toThrow(/missing/);
    expect(await fates(store)).toEqual(['v1 dmp waiting']);
  });
});

describe('leases', () => {
  test('no more than asked, longest due first, of the channel asked', async () => {
    const { store, clock } = aBench();
    for (const number of ['1', '2', '3']) {
      await tell(store, aDossier({ number }));
      await render(store);
      await plan(store, send(), toDoctor());
      clock.now += 1_000;
    }
    const dossiers = new Map((await store.reports()).map(({ reportId, dossier }) => [reportId, dossier]));
    const two = await store.lease('dmp', 2, 60_000);
    expect(two.map(({ reportId }) => dossiers.get(reportId))).toEqual(['1', '2']);
    const rest = await store.lease('dmp', 5, 60_000);
    expect(rest.map(({ reportId }) => dossiers.get(reportId))).toEqual(['3']);
    expect(await store.lease('mssante-pro', 5, 60_000)).toHaveLength(3);
  });

  test('a lease ends by itself: not on the wire, it waits again; on the wire, it is in doubt', async () => {
    const { store, clock } = aBench();
    await planned(store, send(), toDoctor());
    await leaseOne(store, 'dmp');
    const mail = await leaseOne(store, 'mssante-pro');
    await store.onWire(mail.deliveryId);
    expect(await store.nextDue('dmp')).toBe(clock.now + 60_000);
    clock.now += 60_000;
    expect(await leaseOne(store, 'dmp')).toMatchObject({ attempts: 0, unknown: false });
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({ attempts: 1, unknown: true });
  });

  test('recovery: leased waits again, on the wire is in doubt, and both are due at once', async () => {
    const bench = aBench();
    await planned(bench.store, send(), toDoctor());
    await leaseOne(bench.store, 'dmp');
    const mail = await leaseOne(bench.store, 'mssante-pro');
    await bench.store.onWire(mail.deliveryId);
    const store = bench.crash();
    expect(await store.recover()).toEqual({ unleased: 1, unknown: 1 });
    expect(await store.recover()).toEqual({ unleased: 0, unknown: 0 });
    expect(await leaseOne(store, 'dmp')).toMatchObject({ unknown: false });
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({ unknown: true });
  });

  test('recovery keeps the doubt of a delivery that was being looked up', async () => {
    const bench = aBench();
    await planned(bench.store);
    const { deliveryId } = await leaseOne(bench.store);
    await bench.store.onWire(deliveryId);
    await bench.store.outcomeUnknown(deliveryId, bench.clock.now, WHY);
    await leaseOne(bench.store);
    await bench.crash().recover();
    expect(await leaseOne(bench.store)).toMatchObject({ unknown: true });
  });

  test('nothing due: undefined, and nothing that waits for planning counts', async () => {
    const { store } = aBench();
    expect(await store.nextDue('dmp')).toBeUndefined();
    await planned(store);
    await store.hold(REPORT, ACT);
    expect(await store.nextDue('dmp')).toBeUndefined();
  });
});

describe('withdrawn between lease and wire', () => {
  test.each<[string, (store: ReturnType<typeof aBench>['store']) => Promise<unknown>]>([
    ['held', (store) => store.hold(REPORT, ACT)],
    ['opposed', (store) => store.oppose('P0001', ['dmp'], true, ACT)],
    ['masked', (store) => store.mask(REPORT, { masquePs: true }, null, ACT)],
  ])('%s: it does not go on the wire', async (_name, act) => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await act(store);
    expect(await store.onWire(deliveryId)).toBe(false);
    await store.unlease(deliveryId);
    expect(await store.lease('dmp', 10, 1)).toEqual([]);
  });

  test('held and planned again while a lane had it: still not, and it is held as soon as it comes back', async () => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.hold(REPORT, ACT);
    await plan(store, hold('retenu'));
    expect(await fates(store)).toEqual(['v1 dmp leased']);
    expect(await store.onWire(deliveryId)).toBe(false);
    expect(await fates(store)).toEqual(['v1 dmp held']);
  });

  test('forbidden while on the wire: what comes back for another try is not tried', async () => {
    const { store, clock } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await store.oppose('P0001', ['dmp'], true, ACT);
    await plan(store, send({ decision: 'never', rule: 'opposition' }));
    await store.retryAt(deliveryId, clock.now, WHY);
    expect(await fates(store)).toEqual(['v1 dmp never']);
  });

  test('a mail in doubt that is held is remembered as in doubt when it is released', async () => {
    const { store, clock } = aBench();
    await planned(store, toDoctor());
    const { deliveryId } = await leaseOne(store, 'mssante-pro');
    await store.onWire(deliveryId);
    await store.outcomeUnknown(deliveryId, clock.now, WHY);
    await store.hold(REPORT, ACT);
    await plan(store, hold('retenu', { channel: 'mssante-pro', recipient: toDoctor().recipient }));
    await leaseOne(store, 'mssante-pro');
    expect(await store.onWire(deliveryId)).toBe(false);
    expect(await fates(store)).toEqual(['v1 mssante-pro held']);
    await store.release(REPORT, ACT, { liftable: [], unmask: [] });
    await plan(store, toDoctor());
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({ unknown: true });
  });
});

describe('versions to one recipient', () => {
  const SECOND = aDossier({ messageAt: at('20260302120000'), exams: [anExam('TSH', [aRow('TSH', '2')])] });

  test('go in order, the second replacing the first', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor());
    await deliver(store, 'mssante-pro');
    const first = await leaseOne(store, 'dmp');
    await store.onWire(first.deliveryId);
    await tell(store, SECOND);
    expect(await render(store)).toEqual([]);
    await store.delivered(first.deliveryId, 'r');
    await render(store);
    expect((await store.unplanned(1))[0]?.alreadyHave).toEqual([
      { channel: 'dmp', recipient: 'DMP' },
      { channel: 'mssante-pro', recipient: toDoctor().recipient },
    ]);
    await plan(store, send(), toDoctor());
    expect(await leaseOne(store, 'dmp')).toMatchObject({
      version: 2,
      replaces: expect.stringMatching(/\.1$/),
    });
  });

  test('a mail whose doubt was given up counts as had; a DMP deposit does not', async () => {
    const { store, clock } = aBench();
    await planned(store, send(), toDoctor());
    for (const channel of ['dmp', 'mssante-pro'] as const) {
      const { deliveryId } = await leaseOne(store, channel);
      await store.onWire(deliveryId);
      await store.outcomeUnknown(deliveryId, clock.now, WHY);
      expect(await store.cancelDelivery(deliveryId, ACT)).toEqual({ done: true });
    }
    await tell(store, SECOND);
    await render(store);
    await plan(store, send(), toDoctor());
    expect(await leaseOne(store, 'dmp')).not.toHaveProperty('replaces');
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({ replaces: expect.stringMatching(/\.1$/) });
  });
});
