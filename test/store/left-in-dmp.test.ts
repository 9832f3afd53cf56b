import { expect, test } from 'vitest';
import { type DispatchDecision, EXCLUDED_RULE } from '../../src/report/delivery.ts';
import type { Store } from '../../src/store/model.ts';
import { at } from '../fixtures/people.ts';
import {
  ACT,
  aBench,
  aDossier,
  anExam,
  aRow,
  type Bench,
  deliver,
  plan,
  planned,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const excluded = send({ decision: 'never', rule: EXCLUDED_RULE });
const taken = send({ withdraws: true, rule: 'retrait' });

const alerts = async (store: Store) =>
  (await store.alertsDue(9)).map(({ kind, subject }) => `${kind} ${subject}`);
const TOLD = [`version-restee-au-dmp ${REPORT}`];

/** The next version of the report, with these decisions. */
async function next({ store, clock }: Bench, hour: number, ...decisions: DispatchDecision[]) {
  clock.now += 3_600_000;
  const messageAt = at(`2026030${hour}110000`);
  await tell(store, aDossier({ messageAt, exams: [anExam('GLY', [aRow('GLY', `5.${hour}`)])] }));
  await render(store);
  await plan(store, ...decisions);
}

test('a replacement kept out of the DMP leaves the earlier version there: a person is told, once', async () => {
  const bench = aBench();
  const { store } = bench;
  await planned(store, send(), toDoctor());
  await deliver(store);
  expect(await alerts(store)).toEqual([]);
  await next(bench, 3, excluded, toDoctor());
  expect(await alerts(store)).toEqual(TOLD);

  // The same version, planned again: the person has said that the earlier one may stay.
  const [alert] = await store.alertsDue(9);
  await store.closeAlert(alert?.alertId ?? 0, ACT);
  await store.hold(REPORT, ACT);
  await plan(store, excluded, toDoctor());
  expect(await alerts(store)).toEqual([]);

  // Another version is another question; one that goes there settles it.
  await next(bench, 4, excluded);
  expect(await alerts(store)).toEqual(TOLD);
  await next(bench, 5, send());
  expect(await alerts(store)).toEqual([]);
});

test('nobody is told of what the DMP never had, or had deleted', async () => {
  const bench = aBench();
  const { store } = bench;
  await planned(store, excluded);
  await next(bench, 3, excluded);
  expect(await alerts(store)).toEqual([]);

  await next(bench, 4, send());
  await deliver(store);
  await next(bench, 5, taken);
  await deliver(store);
  await next(bench, 6, excluded);
  expect(await alerts(store)).toEqual([]);
});
