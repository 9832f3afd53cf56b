import { describe, expect, test } from 'vitest';
import { at, statedPatient } from '../fixtures/people.ts';
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

  test('looked up, absent, and then out of reach: nothing is in doubt, nobody is told', async () => {
    const { store, clock } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await store.outcomeUnknown(deliveryId, clock.now, WHY);
    await leaseOne(store);
    await store.notFound(deliveryId);
    await store.outcomeUnknown(deliveryId, clock.now, WHY);
    clock.now += 2 * 3_600_000;
    expect(await store.alertsDue(10)).toEqual([]);
    await leaseOne(store);
    await store.onWire(deliveryId);
    await store.outcomeUnknown(deliveryId, clock.now, WHY);
    clock.now += 2 * 3_600_000;
    expect(await store.alertsDue(10)).toMatchObject([{ kind: 'depot-incertain' }]);
    await store.delivered(deliveryId, 'found');
    expect(await store.alertsDue(10)).toEqual([]);
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

  test('a mail sent again after a doubt is flagged at once, and left to a person when a stop interrupts it', async () => {
    const bench = aBench();
    const { store } = bench;
    await planned(store, toDoctor());
    const { deliveryId } = await leaseOne(store, 'mssante-pro');
    await store.onWire(deliveryId, '<m@labo>');
    const restarted = bench.crash();
    expect(await restarted.recover()).toEqual({ unleased: 0, unknown: 1 });
    await leaseOne(restarted, 'mssante-pro');
    await restarted.onWire(deliveryId, '<m@labo>');
    const again = bench.crash();
    expect(await again.recover()).toEqual({ unleased: 0, unknown: 1 });
    expect(await again.deliveries({ reportId: REPORT })).toMatchObject([
      { state: 'failed', lastCode: 'INTERRUPTED', possibleDuplicate: true },
    ]);
    expect(await again.retryDelivery(deliveryId, ACT)).toEqual({ done: true });
    await plan(again, toDoctor());
    expect(await leaseOne(again, 'mssante-pro')).toMatchObject({ deliveryId, unknown: true });
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

  test('what may have arrived counts as had, in the DMP too', async () => {
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
    expect(await leaseOne(store, 'dmp')).toMatchObject({ replaces: expect.stringMatching(/\.1$/) });
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({ replaces: expect.stringMatching(/\.1$/) });
  });
});

describe('a deposit in doubt over an earlier version', () => {
  const version = (hour: number) =>
    aDossier({ messageAt: at(`20260302${hour}0000`), exams: [anExam('TSH', [aRow('TSH', `${hour}`)])] });

  /** Version 1 is in the DMP, version 2 in doubt and given up, version 3 told. */
  async function inDoubt(bench: ReturnType<typeof aBench>, giveUp: (id: string) => Promise<unknown>) {
    const { store, clock } = bench;
    await planned(store);
    await deliver(store);
    await tell(store, version(12));
    await render(store);
    await plan(store, send());
    const second = await leaseOne(store);
    await store.prepared(second.deliveryId, Buffer.from('lot 2'));
    await store.onWire(second.deliveryId);
    await store.outcomeUnknown(second.deliveryId, clock.now, WHY);
    expect(await store.doubts('dmp', 10)).toEqual([]);
    await giveUp(second.deliveryId);
    await tell(store, version(14));
    return second.deliveryId;
  }
  const cancelled = async (bench: ReturnType<typeof aBench>) =>
    inDoubt(bench, (id) => bench.store.cancelDelivery(id, ACT));

  test('given up or set aside, it is asked for, and the next version waits for the answer', async () => {
    for (const failed of [false, true]) {
      const bench = aBench();
      const { store } = bench;
      const id = failed
        ? await inDoubt(bench, async (one) => {
            await leaseOne(store);
            await store.failed(one, FAULT);
          })
        : await cancelled(bench);
      expect(await store.unrendered(10)).toEqual([]);
      expect(await store.doubts('dmp', 10)).toMatchObject([{ deliveryId: id, version: 2, unknown: true }]);
      expect(await store.doubts('mssante-pro', 10)).toEqual([]);
    }
  });

  test('found: it was delivered, and the next version replaces it alone', async () => {
    const bench = aBench();
    const { store } = bench;
    await store.delivered(await cancelled(bench), 'urn:uuid:2');
    expect(await fates(store)).toEqual(['v1 dmp delivered', 'v2 dmp delivered']);
    expect(await store.unrendered(10)).toMatchObject([{ version: 3, replaces: { number: 2 } }]);
    await render(store);
    await plan(store, send());
    const third = await leaseOne(store);
    expect(third).toMatchObject({ version: 3, replaces: expect.stringMatching(/\.2$/) });
    expect(third).not.toHaveProperty('earlier');
  });

  test('not found: the next version replaces the first, and has the doubt looked up once more', async () => {
    const bench = aBench();
    const { store } = bench;
    await store.notFound(await cancelled(bench));
    expect(await store.doubts('dmp', 10)).toEqual([]);
    expect(await fates(store)).toEqual(['v1 dmp delivered', 'v2 dmp cancelled']);
    expect(await store.unrendered(10)).toMatchObject([{ version: 3, replaces: { number: 1 } }]);
    await render(store);
    await plan(store, send());
    expect(await leaseOne(store)).toMatchObject({
      version: 3,
      replaces: expect.stringMatching(/\.2$/),
      earlier: [expect.stringMatching(/\.1$/)],
    });
  });

  test('still unknown: asked again later, and a person is told after an hour, until it ends', async () => {
    const bench = aBench();
    const { store, clock } = bench;
    const id = await cancelled(bench);
    await store.stillInDoubt(id, clock.now + 5_000);
    expect(await store.doubts('dmp', 10)).toEqual([]);
    clock.now += 5_000;
    expect(await store.doubts('dmp', 10)).toMatchObject([{ doubts: 2 }]);
    expect(await store.alertsDue(10)).toEqual([]);
    clock.now += 3_600_000;
    expect(await store.alertsDue(10)).toMatchObject([{ kind: 'depot-incertain', subject: `delivery:${id}` }]);
    await store.notFound(id);
    expect(await store.alertsDue(10)).toEqual([]);
  });

  test('the doubt on a first deposit keeps no version waiting: both answers make the same document', async () => {
    const { store, clock } = aBench();
    await planned(store, send(), toDoctor());
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await store.outcomeUnknown(deliveryId, clock.now, WHY);
    await tell(store, version(12));
    await render(store);
    await plan(store, send(), toDoctor());
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({ version: 2 });
    // The DMP gets them one after the other all the same.
    expect(await leaseOne(store)).toMatchObject({ version: 1, unknown: true });
    await store.notFound(deliveryId);
    expect(await store.onWire(deliveryId)).toBe(false);
    expect(await leaseOne(store)).toMatchObject({ version: 2, replaces: expect.stringMatching(/\.1$/) });
  });
});

describe('withheld by the answer to a question', () => {
  const TRAITS = { code: 'DMP_TRAITS_DIVERGENT', cause: 'diffère : nom', hint: 'contrôler' };
  async function withheld(bench: ReturnType<typeof aBench>) {
    await planned(bench.store);
    const { deliveryId } = await leaseOne(bench.store);
    await bench.store.withheld(deliveryId, 'traits-dmp', TRAITS);
    return deliveryId;
  }

  test('it is held, with its rule and its reason, and nothing takes it', async () => {
    const bench = aBench();
    await withheld(bench);
    expect(await bench.store.deliveries({ states: ['held'] })).toMatchObject([
      { rule: 'traits-dmp', reason: TRAITS.cause, lastCode: TRAITS.code, lastHint: TRAITS.hint, attempts: 1 },
    ]);
    expect(await bench.store.lease('dmp', 10, 1)).toEqual([]);
    expect((await bench.store.journal({ reportId: REPORT })).at(-1)).toMatchObject({
      action: 'delivery-held',
      details: { rule: 'traits-dmp' },
    });
  });

  test('a person lifts it: it goes, its traits accepted', async () => {
    const bench = aBench();
    await withheld(bench);
    const rules = { liftable: ['traits-dmp'], unmask: [] };
    expect(await bench.store.release(REPORT, ACT, rules)).toEqual({ done: true });
    await plan(bench.store, send());
    expect(await leaseOne(bench.store)).toMatchObject({ traitsAccepted: true });
  });

  test('a person asks for another try: it is asked again, nothing accepted', async () => {
    const bench = aBench();
    const id = await withheld(bench);
    expect(await bench.store.retryDelivery(id, ACT)).toEqual({ done: true });
    await plan(bench.store, send());
    expect(await leaseOne(bench.store)).toMatchObject({ traitsAccepted: false });
  });

  test('another hold is no matter of a retry', async () => {
    const { store } = aBench();
    await planned(store, hold('partiel'));
    const [row] = await store.deliveries({ reportId: REPORT });
    expect(await store.retryDelivery(row?.deliveryId ?? '', ACT)).toMatchObject({ done: false });
  });

  test('an ADT that corrects the identity makes a new version, in which nothing is accepted yet', async () => {
    const bench = aBench();
    const { store } = bench;
    await withheld(bench);
    await store.release(REPORT, ACT, { liftable: ['traits-dmp'], unmask: [] });
    await plan(store, send());
    const patient = statedPatient();
    const identity = { ...patient, traits: { ...patient.traits, birthName: 'PAT-QUATRE' } };
    await tell(store, { kind: 'patient', update: { identity, at: at('20260302150000') } });
    expect(await fates(store)).toEqual(['v1 dmp superseded']);
    await render(store);
    await plan(store, send());
    expect(await leaseOne(store)).toMatchObject({ version: 2, traitsAccepted: false });
  });

  test('what was decided while the question was asked counts more', async () => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.oppose('P0001', ['dmp'], true, ACT);
    await plan(store, send({ decision: 'never', rule: 'opposition' }));
    await store.withheld(deliveryId, 'traits-dmp', TRAITS);
    expect(await store.deliveries({ reportId: REPORT })).toMatchObject([
      { state: 'never', rule: 'opposition' },
    ]);
  });
});
