import { describe, expect, test } from 'vitest';
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

const takeBack = send({ withdraws: true, rule: 'retrait' });

/** A report that reached the DMP, then withdrawn by a person. */
async function withdrawn() {
  const bench = aBench();
  await planned(bench.store);
  await deliver(bench.store);
  const act = await bench.store.withdraw(REPORT, ACT);
  await render(bench.store);
  return { bench, store: bench.store, act };
}

describe('a withdrawal by a person', () => {
  test('makes a version that names what the DMP has, and is in the journal', async () => {
    const { store, act } = await withdrawn();
    expect(act).toEqual({ done: true, version: 2 });
    expect((await store.unplanned(1))[0]).toMatchObject({
      version: 2,
      alreadyHave: [{ channel: 'dmp', recipient: 'DMP' }],
    });
    const entries = await store.journal({ reportId: REPORT });
    expect(entries.find(({ action }) => action === 'withdrawn')).toMatchObject({
      actor: ACT.by,
      details: { reason: ACT.reason, version: 2 },
    });
    expect(await store.withdraw(REPORT, ACT)).toMatchObject({
      done: false,
      fault: { code: 'ALREADY_WITHDRAWN' },
    });
  });

  test('leases the version to take back, and afterwards nobody has it', async () => {
    const { store } = await withdrawn();
    await plan(store, takeBack);
    const leased = await leaseOne(store);
    expect(leased).toMatchObject({ version: 2, withdraws: 1 });
    await store.onWire(leased.deliveryId);
    await store.delivered(leased.deliveryId, undefined);
    expect(await fates(store)).toEqual(['v1 dmp delivered', 'v2 dmp delivered']);
    await store.release(REPORT, ACT, RULES);
    await render(store);
    expect((await store.unplanned(1))[0]).toMatchObject({ version: 3, alreadyHave: [] });
    await plan(store, send());
    expect(await leaseOne(store)).not.toHaveProperty('replaces');
  });

  test('after a crash in between, is looked up and not sent blindly', async () => {
    const { bench, store } = await withdrawn();
    await plan(store, takeBack);
    await store.onWire((await leaseOne(store)).deliveryId);
    const again = bench.crash();
    await again.recover();
    expect(await leaseOne(again)).toMatchObject({ version: 2, withdraws: 1, unknown: true });
  });

  test('given again before anybody is told of it replaces what is there, and takes nothing back', async () => {
    const { store } = await withdrawn();
    await plan(store, takeBack);
    await store.release(REPORT, ACT, RULES);
    expect((await store.unrendered(1))[0]).toMatchObject({
      version: 3,
      cause: 'correction',
      replaces: { number: 1 },
    });
  });

  test('held while in doubt is still a deletion when it is looked up', async () => {
    const { store } = await withdrawn();
    await plan(store, takeBack);
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await store.outcomeUnknown(deliveryId, 0, { code: 'TIMEOUT', cause: 'délai' });
    await store.hold(REPORT, ACT);
    await plan(store, hold('retenu'));
    expect(await leaseOne(store)).toMatchObject({ withdraws: 1, unknown: true });
    await store.delivered(deliveryId, undefined);
    await tell(store, aDossier({ messageAt: at('20260302120000'), clinicalInformation: 'fièvre' }));
    await render(store);
    expect((await store.unplanned(1))[0]).toMatchObject({ version: 3, alreadyHave: [] });
  });

  test('is not undone by the source, which may only withdraw it too', async () => {
    const { store } = await withdrawn();
    await tell(store, aDossier({ messageAt: at('20260302120000'), clinicalInformation: 'fièvre' }));
    expect((await store.unrendered(1))[0]).toMatchObject({
      version: 3,
      cause: 'withdrawal',
      dossier: { withdrawn: 'by-laboratory' },
    });
    await tell(store, aDossier({ messageAt: at('20260302130000'), withdrawn: 'wrong-patient' }));
    expect(await store.release(REPORT, ACT, RULES)).toMatchObject({ fault: { code: 'WITHDRAWN_BY_SOURCE' } });
  });

  test('published again by a person, it is a correction of what was withdrawn', async () => {
    const { store } = await withdrawn();
    expect(await store.release(REPORT, ACT, RULES)).toEqual({ done: true, version: 3 });
    const [task] = await store.unrendered(1);
    expect(task?.dossier.withdrawn).toBeUndefined();
  });

  test('that fails is told until it succeeds: who has the report still sees it', async () => {
    const { store } = await withdrawn();
    const alerts = async () => (await store.alertsDue(9)).map(({ kind, subject }) => `${kind} ${subject}`);
    await plan(store, takeBack);
    const { deliveryId } = await leaseOne(store);
    await store.failed(deliveryId, { code: 'DMP_X', cause: 'refusé', hint: 'voir' });
    expect(await alerts()).toEqual([`retrait-non-abouti delivery:${deliveryId}`]);
    await store.retryDelivery(deliveryId, ACT);
    await plan(store, takeBack);
    await deliver(store);
    expect(await alerts()).toEqual([]);
  });

  test('whose document cannot be made is told too', async () => {
    const { store } = aBench();
    await planned(store);
    await deliver(store);
    await store.withdraw(REPORT, ACT);
    const version = { reportId: REPORT, version: 2 };
    await store.renderFailed(version, [{ code: 'X', cause: 'impossible', hint: 'voir' }]);
    expect(await store.alertsDue(9)).toMatchObject([{ kind: 'retrait-non-abouti', subject: REPORT }]);
    await store.release(REPORT, ACT, RULES);
    expect((await store.unrendered(1))[0]).toMatchObject({ version: 2, cause: 'withdrawal' });
    await render(store);
    expect(await store.alertsDue(9)).toEqual([]);
  });

  test('that failed is told no more once the report is published again', async () => {
    const { store } = await withdrawn();
    await plan(store, takeBack);
    const fault = { code: 'DMP_X', cause: 'refusé', hint: 'voir' };
    await store.failed((await leaseOne(store)).deliveryId, fault);
    await store.release(REPORT, ACT, RULES);
    expect(await store.alertsDue(9)).toEqual([]);
  });

  test('a mail cannot be taken back: its recipient still has it', async () => {
    const { store } = aBench();
    await planned(store, toDoctor());
    await deliver(store, 'mssante-pro');
    await store.withdraw(REPORT, ACT);
    await render(store);
    await plan(store, toDoctor({ withdraws: true, rule: 'retrait' }));
    await deliver(store, 'mssante-pro');
    await store.release(REPORT, ACT, RULES);
    await render(store);
    expect((await store.unplanned(1))[0]).toMatchObject({
      alreadyHave: [{ channel: 'mssante-pro' }],
      toldOfWithdrawal: [{ channel: 'mssante-pro' }],
    });
  });

  test('who was told of it is told again only after getting the report again', async () => {
    const { store } = aBench();
    const told = async () => (await store.unplanned(1))[0]?.toldOfWithdrawal.length;
    await planned(store, toDoctor());
    await deliver(store, 'mssante-pro');
    await store.withdraw(REPORT, ACT);
    await render(store);
    expect(await told()).toBe(0);
    await plan(store, toDoctor({ withdraws: true, rule: 'retrait' }));
    await deliver(store, 'mssante-pro');
    await tell(store, aDossier({ messageAt: at('20260302120000'), clinicalInformation: 'fièvre' }));
    await render(store);
    expect(await told()).toBe(1);
    await store.release(REPORT, ACT, RULES);
    await render(store);
    await plan(store, toDoctor());
    await deliver(store, 'mssante-pro');
    await store.withdraw(REPORT, ACT);
    await render(store);
    expect(await told()).toBe(0);
  });
});
