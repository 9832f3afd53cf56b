import { describe, expect, test } from 'vitest';
import type { DispatchFlags } from '../../src/report/dossier.ts';
import type { Store } from '../../src/store/model.ts';
import { at } from '../fixtures/people.ts';
import {
  ACT,
  aBench,
  aDossier,
  deliver,
  fates,
  hold,
  leaseOne,
  plan,
  planned,
  REPORT,
  RULES,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const PATIENT = { channel: 'mssante-patient', recipient: 'p@patient.mssante.invalid' } as const;

/** The flags of the newest version, which waits to be rendered. */
const flags = async (store: Store): Promise<DispatchFlags> => (await store.unrendered(1))[0]?.flags ?? {};
const told = (messageAt: string, orders: DispatchFlags) =>
  aDossier({ messageAt: at(messageAt), flags: orders });

describe('hold', () => {
  test('stops what has not left, for this version and those to come, until released', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor());
    await deliver(store);
    expect(await store.hold(REPORT, ACT)).toEqual({ done: true });
    expect(await store.lease('mssante-pro', 10, 1)).toEqual([]);
    await tell(store, told('20260302120000', { masquePs: true }));
    await render(store);
    expect(await store.unplanned(1)).toMatchObject([{ version: 2, held: ACT }]);
    expect(await store.hold(REPORT, ACT)).toMatchObject({ fault: { code: 'ALREADY_HELD' } });
    expect(await store.reports({ state: 'held' })).toMatchObject([{ reportId: REPORT, held: true }]);
    expect(await store.release(REPORT, ACT, RULES)).toEqual({ done: true });
    expect((await store.unplanned(1))[0]?.held).toBeUndefined();
    expect(await store.reports({ state: 'held' })).toEqual([]);
  });

  test('of an unknown report says so', async () => {
    const { store } = aBench();
    for (const result of [
      await store.hold('x', ACT),
      await store.release('x', ACT, RULES),
      await store.mask('x', {}, null, ACT),
    ])
      expect(result).toMatchObject({ done: false, fault: { code: 'REPORT_UNKNOWN' } });
  });
});

describe('release', () => {
  test('lifts the rules that a person may lift and plans again', async () => {
    const { store } = aBench();
    await planned(
      store,
      hold('partiel-dmp'),
      hold('partiel', toDoctor({ decision: 'hold', rule: 'partiel' })),
    );
    expect(await store.release(REPORT, ACT, RULES)).toEqual({ done: true });
    expect(await store.unplanned(1)).toMatchObject([{ version: 1, lifted: ['partiel@mssante-pro'] }]);
  });

  test('lifts what is held beside an announcement mask, and leaves the mask until it is all there is', async () => {
    const { store } = aBench();
    await tell(store, told('20260302090000', { invisiblePatient: true }));
    await render(store);
    const masked = hold('annonce', PATIENT);
    const partial = toDoctor({ decision: 'hold', rule: 'partiel' });
    await plan(store, send(), masked, partial);
    expect(await store.release(REPORT, ACT, RULES)).toEqual({ done: true, stillMasked: true });
    // Lifted where it held something: the patient's partial results are decided when the mask ends.
    expect(await store.unplanned(1)).toMatchObject([{ version: 1, lifted: ['partiel@mssante-pro'] }]);
    await plan(store, send(), masked, toDoctor());
    expect(await store.release(REPORT, ACT, RULES)).toEqual({ done: true, version: 2 });
    expect((await store.unrendered(1))[0]?.flags).toEqual({ invisiblePatient: false });
  });

  test('of an announcement mask that is named makes a version that the patient sees; rules lifted stay lifted', async () => {
    const { store } = aBench();
    await tell(store, told('20260302090000', { invisiblePatient: true }));
    await render(store);
    await plan(
      store,
      send(),
      hold('annonce', PATIENT),
      hold('masque-ps', toDoctor({ decision: 'hold', rule: 'masque-ps' })),
    );
    await deliver(store);
    const channels = ['mssante-patient', 'mssante-pro'] as const;
    expect(await store.release(REPORT, ACT, { ...RULES, channels })).toEqual({ done: true, version: 2 });
    expect(await fates(store)).toEqual([
      'v1 dmp delivered',
      'v1 mssante-patient superseded',
      'v1 mssante-pro superseded',
    ]);
    expect((await store.unrendered(1))[0]).toMatchObject({
      version: 2,
      cause: 'masking',
      flags: { invisiblePatient: false },
      replaces: { number: 1 },
    });
    await render(store);
    expect((await store.unplanned(1))[0]?.lifted).toEqual(['masque-ps@mssante-pro']);
  });

  test('says why nothing can be released', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    expect(await store.release(REPORT, ACT, RULES)).toMatchObject({ fault: { code: 'REPORT_NOT_READY' } });
    await render(store);
    expect(await store.release(REPORT, ACT, RULES)).toMatchObject({ fault: { code: 'REPORT_NOT_READY' } });
    await plan(store, hold('biologiste-absent'));
    expect(await store.release(REPORT, ACT, RULES)).toMatchObject({
      fault: { code: 'NOT_RELEASABLE', cause: expect.stringContaining('retenu par biologiste-absent') },
    });
    await tell(store, told('20260302120000', { masquePs: true }));
    await render(store);
    await plan(store, send());
    expect(await store.release(REPORT, ACT, RULES)).toMatchObject({ fault: { code: 'NOTHING_HELD' } });
  });
});

describe('mask', () => {
  test('makes a version of the same content, whose rules are decided afresh', async () => {
    const { store } = aBench();
    await planned(store, hold('partiel'));
    await store.release(REPORT, ACT, RULES);
    expect(await store.mask(REPORT, { masquePs: true }, null, ACT)).toEqual({ done: true, version: 2 });
    expect(await flags(store)).toEqual({ masquePs: true });
    await render(store);
    expect((await store.unplanned(1))[0]?.lifted).toEqual([]);
    expect(await store.mask(REPORT, { masquePs: true }, null, ACT)).toMatchObject({
      fault: { code: 'MASK_UNCHANGED' },
    });
    expect(await store.mask(REPORT, { masquePs: false }, null, ACT)).toEqual({ done: true, version: 3 });
  });

  test('the biologist’s mask stays over later messages of the source', async () => {
    const { store } = aBench();
    await tell(store, told('20260302090000', {}));
    await store.mask(REPORT, { masquePs: true }, null, ACT);
    await tell(store, told('20260302100000', { masquePs: false, destDmp: false }));
    expect(await flags(store)).toEqual({ masquePs: true, destDmp: false });
  });

  test('what the biologist opened stays open while the source repeats its order, not when it gives a new one', async () => {
    const { store } = aBench();
    await tell(store, told('20260302090000', { invisiblePatient: true }));
    await store.mask(REPORT, { invisiblePatient: false }, null, ACT);
    expect(await tell(store, told('20260302100000', { invisiblePatient: true }))).toMatchObject([
      { kind: 'unchanged' },
    ]);
    await tell(store, told('20260302110000', { invisiblePatient: false }));
    await tell(store, told('20260302120000', { invisiblePatient: true }));
    expect((await flags(store)).invisiblePatient).toBe(true);
  });

  test('a date ends the mask by itself, even after a crash; the version says who', async () => {
    const bench = aBench();
    const until = '2026-03-05T09:00:00+01:00';
    await planned(bench.store);
    await bench.store.mask(REPORT, { invisiblePatient: true }, until, ACT);
    await render(bench.store);
    expect((await bench.store.unplanned(1))[0]?.maskUntil).toBe(until);
    await plan(bench.store, hold('annonce', { ...PATIENT, until }));
    bench.clock.now = Date.parse(until) - 1;
    expect(await bench.store.releaseDue()).toBe(0);
    bench.clock.now += 1;
    expect(await bench.crash().releaseDue()).toBe(1);
    expect(await bench.store.releaseDue()).toBe(0);
    expect(await flags(bench.store)).toEqual({ invisiblePatient: false });
    await render(bench.store);
    expect((await bench.store.unplanned(1))[0]?.maskUntil).toBeNull();
    const made = (await bench.store.journal({ reportId: REPORT })).filter(
      ({ action }) => action === 'version-made',
    );
    expect(made.map(({ actor }) => actor)).toEqual(['crbio', ACT.by, 'crbio']);
  });

  test('a date alone on the source’s own announcement mask plans again and ends that mask', async () => {
    const { store, clock } = aBench();
    await tell(store, told('20260302090000', { invisiblePatient: true }));
    await render(store);
    await plan(store, hold('annonce', PATIENT));
    expect(await store.mask(REPORT, {}, '2026-03-05', ACT)).toEqual({ done: true });
    expect(await store.unplanned(1)).toMatchObject([{ version: 1, maskUntil: '2026-03-05' }]);
    clock.now = Date.parse('2026-03-05');
    await store.releaseDue();
    expect(await flags(store)).toEqual({ invisiblePatient: false });
  });

  test('the date falls with its mask, and is kept by versions of other causes', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    await store.mask(REPORT, { invisiblePatient: true }, '2026-03-05', ACT);
    await tell(store, told('20260302120000', { masquePs: true }));
    await render(store);
    expect((await store.unplanned(1))[0]?.maskUntil).toBe('2026-03-05');
    await store.mask(REPORT, { invisiblePatient: false }, null, ACT);
    await render(store);
    expect((await store.unplanned(1))[0]?.maskUntil).toBeNull();
  });

  test.each(['demain', '2026-02-03'])('a mask until %s is refused: it would end at once', async (until) => {
    const { store } = aBench();
    await tell(store, aDossier());
    expect(await store.mask(REPORT, { invisiblePatient: true }, until, ACT)).toMatchObject({
      fault: { code: 'MASK_DATE' },
    });
    expect(await flags(store)).toEqual({});
  });
});

describe('acts on a delivery', () => {
  test('a cancelled one stays so through plans; another try asks the plan first', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor());
    const [dmp] = await store.deliveries({ reportId: REPORT });
    expect(await store.cancelDelivery(dmp?.deliveryId ?? '', ACT)).toEqual({ done: true });
    await store.hold(REPORT, ACT);
    await store.release(REPORT, ACT, RULES);
    await plan(store, send(), toDoctor());
    expect(await fates(store)).toEqual(['v1 dmp cancelled', 'v1 mssante-pro waiting']);
    await store.retryDelivery(dmp?.deliveryId ?? '', ACT);
    await plan(store, hold('retenu'), toDoctor());
    expect(await fates(store)).toEqual(['v1 dmp held', 'v1 mssante-pro waiting']);
  });

  test('what a lane has cannot be cancelled, what is held cannot be retried, what is replaced neither; each says so', async () => {
    const { store } = aBench();
    await planned(store, send(), hold('partiel', toDoctor({ decision: 'hold', rule: 'partiel' })));
    const { deliveryId } = await leaseOne(store);
    const held = (await store.deliveries({ states: ['held'] }))[0]?.deliveryId ?? '';
    expect(await store.cancelDelivery(deliveryId, ACT)).toMatchObject({ fault: { code: 'DELIVERY_STATE' } });
    expect(await store.retryDelivery(held, ACT)).toMatchObject({ fault: { code: 'DELIVERY_STATE' } });
    await store.failed(deliveryId, { code: 'X', cause: 'x', hint: 'x' });
    await tell(store, told('20260302120000', { masquePs: true }));
    expect(await store.retryDelivery(deliveryId, ACT)).toMatchObject({
      fault: { code: 'DELIVERY_REPLACED' },
    });
    expect(await store.retryDelivery('none', ACT)).toMatchObject({ fault: { code: 'DELIVERY_UNKNOWN' } });
    expect(await store.cancelDelivery('none', ACT)).toMatchObject({ fault: { code: 'DELIVERY_UNKNOWN' } });
  });
});
