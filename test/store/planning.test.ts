import { describe, expect, test } from 'vitest';
import { at, statedPatient } from '../fixtures/people.ts';
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
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const consent = (alimentation: 'IO' | 'INO' | 'NA', time: string, stated?: string) => ({
  kind: 'patient' as const,
  update: {
    identity: statedPatient(),
    at: at(time),
    consent: { alimentation, ...(stated ? { at: at(stated) } : {}) },
  },
});

describe('a plan', () => {
  test('makes a row for each decision, with its reason; nothing leaves before', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    await render(store);
    expect(await store.lease('dmp', 10, 1)).toEqual([]);
    expect(await store.unplanned(10)).toMatchObject([
      { reportId: REPORT, version: 1, source: 'sgl', completeness: 'complete', facts: { version: 1 } },
    ]);
    await plan(
      store,
      send({ confidentiality: ['MASQUE_PS'], secretConnection: true }),
      hold('partiel', toDoctor()),
    );
    expect(await store.unplanned(10)).toEqual([]);
    expect(await store.report(REPORT)).toMatchObject({ state: 'planned' });
    expect(await leaseOne(store)).toMatchObject({ confidentiality: ['MASQUE_PS'], secretConnection: true });
  });

  test('is asked for again after a crash before it, not after', async () => {
    const bench = aBench();
    await tell(bench.store, aDossier());
    await render(bench.store);
    expect(await bench.crash().unplanned(10)).toHaveLength(1);
    await plan(bench.store, send());
    expect(await bench.crash().unplanned(10)).toEqual([]);
  });

  test('made again replaces what has not left, keeps what has, drops whom it no longer names', async () => {
    const { store } = aBench();
    const gone = toDoctor({ recipient: 'parti@medecin.mssante.invalid' });
    await planned(store, send(), toDoctor(), gone);
    await deliver(store);
    await store.hold(REPORT, ACT);
    await plan(store, hold('retenu'), hold('retenu', toDoctor({ decision: 'hold', rule: 'retenu' })));
    expect(await fates(store)).toEqual([
      'v1 dmp delivered',
      'v1 mssante-pro held',
      'v1 mssante-pro superseded',
    ]);
    await store.release(REPORT, ACT, { liftable: [], unmask: [] });
    await plan(store, send(), toDoctor(), gone);
    expect(await fates(store)).toEqual([
      'v1 dmp delivered',
      'v1 mssante-pro waiting',
      'v1 mssante-pro waiting',
    ]);
  });

  test('that sends as before leaves the time of the next try as it was', async () => {
    const { store, clock } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.retryAt(deliveryId, clock.now + 9_000, { code: '503', cause: 'occupé' });
    await store.oppose('P0001', ['mssante-patient'], true, ACT);
    await plan(store, send());
    expect(await store.nextDue('dmp')).toBe(clock.now + 9_000);
  });

  test('made from circumstances that have changed since is dropped and asked for again', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    await render(store);
    const [task] = await store.unplanned(1);
    if (!task) throw new Error('nothing to plan');
    await store.hold(REPORT, ACT);
    await store.planned(task, [send()]);
    expect(await fates(store)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([{ held: { by: ACT.by, reason: ACT.reason } }]);
  });

  test('of a version that a newer one replaced meanwhile is dropped', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    await render(store);
    const [task] = await store.unplanned(1);
    if (!task) throw new Error('nothing to plan');
    await store.mask(REPORT, { masquePs: true }, null, ACT);
    await store.planned(task, [send()]);
    expect(await fates(store)).toEqual([]);
  });
});

describe('opposition', () => {
  test('of a person: plans again what has not left, and is told with its author', async () => {
    const { store, clock } = aBench();
    await planned(store, send(), toDoctor());
    await deliver(store, 'mssante-pro');
    expect(await store.oppose('P0001', ['dmp'], true, ACT)).toEqual({ done: true });
    expect(await store.unplanned(1)).toMatchObject([
      { opposition: { dmp: { by: ACT.by, reason: ACT.reason, at: clock.now } } },
    ]);
    expect(await store.oppose('P0001', ['dmp'], true, ACT)).toMatchObject({
      fault: { code: 'ALREADY_OPPOSED' },
    });
    expect(await store.oppose('P0001', ['dmp'], false, ACT)).toEqual({ done: true });
    expect((await store.unplanned(1))[0]?.opposition).toEqual({});
    expect(await store.oppose('P0001', ['dmp'], false, ACT)).toMatchObject({
      fault: { code: 'NOT_OPPOSED' },
    });
    expect(await store.oppose('P9', ['dmp'], true, ACT)).toMatchObject({
      fault: { code: 'PATIENT_UNKNOWN' },
    });
    expect((await store.patient('P0001'))?.oppositions).toMatchObject([
      { channel: 'dmp', by: ACT.by, liftedAt: clock.now },
    ]);
  });

  test('a report that has wholly left is not planned again', async () => {
    const { store } = aBench();
    await planned(store);
    await deliver(store);
    await store.oppose('P0001', ['dmp'], true, ACT);
    expect(await store.unplanned(1)).toEqual([]);
  });

  test('of ADT (IO): with its date, lifted by INO, not by NA nor by a person', async () => {
    const { store } = aBench();
    await planned(store);
    await tell(store, consent('IO', '20260303080000', '20260301'));
    const [task] = await store.unplanned(1);
    expect(task?.consent?.alimentation).toBe('IO');
    expect(task?.opposition.dmp).toMatchObject({ by: 'ADT', at: Date.parse('2026-03-01T00:00:00+01:00') });
    expect(await store.oppose('P0001', ['dmp'], false, ACT)).toMatchObject({
      fault: { code: 'OPPOSED_BY_ADT' },
    });
    await tell(store, consent('NA', '20260304080000'));
    expect((await store.unplanned(1))[0]).toMatchObject({
      consent: { alimentation: 'NA' },
      opposition: { dmp: {} },
    });
    await tell(store, consent('INO', '20260305080000'));
    expect((await store.unplanned(1))[0]?.opposition).toEqual({});
  });

  test('INO lifts the one of ADT only, not a person’s', async () => {
    const { store } = aBench();
    await planned(store);
    await store.oppose('P0001', ['dmp'], true, ACT);
    await tell(store, consent('IO', '20260303080000'), consent('INO', '20260304080000'));
    expect((await store.unplanned(1))[0]?.opposition.dmp?.by).toBe(ACT.by);
  });

  test('an older consent never overrides a newer one, whatever the order of arrival', async () => {
    const { store } = aBench();
    await planned(store);
    await tell(store, consent('INO', '20260304080000'), consent('IO', '20260303080000'));
    const ended = { by: 'ADT', liftedAt: Date.parse('2026-03-04T08:00:00+01:00') };
    expect((await store.patient('P0001'))?.oppositions).toMatchObject([ended]);
    await tell(store, consent('NA', '20260306080000'), consent('IO', '20260305080000'));
    expect(await store.patient('P0001')).toMatchObject({
      consent: { alimentation: 'NA' },
      oppositions: [ended, { by: 'ADT' }],
    });
    expect((await store.unplanned(1))[0]?.opposition.dmp).toMatchObject({ by: 'ADT' });
  });
});

describe('dates', () => {
  test('a hold until a date is planned again when it comes, once', async () => {
    const { store, clock } = aBench();
    const until = '2026-03-05T09:00:00+01:00';
    await planned(store, hold('annonce', { until }));
    expect(await store.releaseDue()).toBe(0);
    clock.now = Date.parse(until);
    expect(await store.releaseDue()).toBe(1);
    expect(await store.releaseDue()).toBe(0);
    await plan(store, hold('annonce', { until }));
    expect(await store.releaseDue()).toBe(0);
    expect(await store.deliveries({ states: ['held'] })).toMatchObject([{ until }]);
  });
});
