import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import { ACT, aBench, asking, deliver, plan, planned, REPORT, render, send, tell } from './store-fixtures.ts';

describe('what the sender of a finished document is told', () => {
  test('is safe from a power cut before it is told, as it would be told again in another way', async () => {
    const { store } = aBench();
    const pragma = vi.spyOn(Database.prototype, 'pragma');
    const waited = () => pragma.mock.calls.map(([text]) => text).findLast((text) => /synchronous/.test(text));
    await planned(store, send({ decision: 'never', rule: 'opposition' }));
    expect(waited()).toBe('synchronous = NORMAL');
    await tell(store, { ...asking(), number: '2' });
    await render(store);
    await plan(store, send({ decision: 'never', rule: 'opposition' }));
    expect(waited()).toBe('synchronous = FULL');
    expect(await store.acksDue('sgl', 10)).toMatchObject([
      { event: 'Z01', done: false, error: 'opposition' },
    ]);
  });

  test('says nothing of what the laboratory takes back by itself', async () => {
    const { store } = aBench();
    await tell(store, asking());
    await render(store);
    await plan(store, send());
    await deliver(store);
    for (const { ackId } of await store.acksDue('sgl', 10)) await store.ackSent(ackId);
    await store.withdraw(REPORT, ACT);
    await render(store);
    await plan(store, send({ withdraws: true, rule: 'retrait' }));
    await deliver(store);
    expect(await store.acksDue('sgl', 10)).toEqual([]);
    expect((await store.report(REPORT))?.acknowledgements).toHaveLength(1);
  });

  test('says that a person gave a delivery up, until it goes all the same', async () => {
    const { store } = aBench();
    await tell(store, asking());
    await render(store);
    await plan(store, send());
    const [dmp] = await store.deliveries({ reportId: REPORT });
    await store.cancelDelivery(dmp?.deliveryId ?? '', ACT);
    const told = async () => (await store.report(REPORT))?.acknowledgements.map(({ done }) => done);
    expect(await told()).toEqual([false]);
    await store.retryDelivery(dmp?.deliveryId ?? '', ACT);
    await plan(store, send());
    await deliver(store);
    expect(await told()).toEqual([false, true]);
  });
});
