import { expect, test } from 'vitest';
import { createAcknowledger } from '../../src/stages/acknowledge.ts';
import type { Store } from '../../src/store/model.ts';
import { ACT, aBench, asking, plan, render, send, tell } from '../store/store-fixtures.ts';

/** The stage, for a source that says where its sender listens, or does not. */
function acknowledgerOf(store: Store, peer: boolean) {
  const told: string[] = [];
  const line = () => {};
  const { turn } = createAcknowledger({
    store,
    log: { info: line, warn: line, error: line },
    now: () => 0,
    random: () => 0,
    at: () => {},
    backoff: { baseMs: 1, capMs: 1 },
    sources: peer ? ['sgl'] : [],
    untellable: peer ? ['other'] : ['sgl', 'other'],
    tell: async ({ event }) => {
      told.push(event);
      return { kind: 'accepted' };
    },
  });
  return { turn, told };
}

test('a sender that asks to be told, and that nothing says how to reach: a person is told, until it can be', async () => {
  const { store, clock } = aBench();
  const { turn } = acknowledgerOf(store, false);
  await turn();
  expect(await store.alerts()).toEqual([]);
  await tell(store, asking());
  await render(store);
  await plan(store, send({ decision: 'never', rule: 'opposition' }));
  const since = clock.now;
  clock.now += 60_000;
  await turn();
  await turn();
  expect(await store.alerts()).toMatchObject([
    { kind: 'accuses-sans-destinataire', subject: 'source:sgl', since },
  ]);

  // Closed by a person: not raised again for the same wait, also by a daemon that starts anew.
  await store.closeAlert(1, ACT);
  await acknowledgerOf(store, false).turn();
  expect(await store.alerts()).toEqual([]);

  const { turn: mended, told } = acknowledgerOf(store, true);
  await mended();
  expect(told).toEqual(['Z01']);
});

test('the alert ends with its cause', async () => {
  const { store } = aBench();
  await tell(store, asking());
  await render(store);
  await plan(store, send({ decision: 'never', rule: 'opposition' }));
  await acknowledgerOf(store, false).turn();
  expect(await store.alerts()).toHaveLength(1);
  await acknowledgerOf(store, true).turn();
  expect(await store.alerts()).toEqual([]);
});
