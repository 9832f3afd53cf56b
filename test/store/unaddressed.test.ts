import { expect, test } from 'vitest';
import { ADDRESS_RULE } from '../../src/report/delivery.ts';
import type { FoundAddresses, UnaddressedVersion } from '../../src/store/records.ts';
import {
  ACT,
  aBench,
  aDossier,
  plan,
  planned,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const without = (recipient: string) => toDoctor({ recipient, decision: 'never', rule: ADDRESS_RULE });
const EVER = { since: 0 };

const found = ({ addressees, facts }: UnaddressedVersion): FoundAddresses => ({
  addressees: {
    ...addressees,
    recipients: [
      { role: 'copy', professional: { family: 'PETIT', mssante: 'a@x', mailboxOrigin: { by: 'table' } } },
    ],
  },
  facts: { ...facts, professionals: [] },
  by: ['table'],
});

async function one(store: ReturnType<typeof aBench>['store']): Promise<UnaddressedVersion> {
  const [version] = await store.unaddressed(EVER, 9);
  if (!version) throw new Error('nothing lacks an address');
  return version;
}

test('a version without an address is found with who it is for, by page, by recipient, by report', async () => {
  const { store, clock } = aBench();
  for (const n of [1, 2, 3]) {
    clock.now += 1;
    await tell(store, aDossier({ number: `2603020000${n}` }));
    await render(store);
    await plan(store, send(), without(n === 2 ? '899700012042' : '899700012059'));
  }
  const all = await store.unaddressed(EVER, 9);
  expect(all).toMatchObject([1, 2, 3].map(() => ({ version: 1, facts: { version: 1 } })));
  expect(all[0]?.addressees.prescriber?.family).toBe('DURAND');
  expect(all[0]?.issuedAt.local).toBe('20260302093000');

  const first = await store.unaddressed(EVER, 2);
  const second = await store.unaddressed({ ...EVER, ...(first[1] ? { after: first[1].place } : {}) }, 2);
  expect([...first, ...second].map(({ reportId }) => reportId)).toEqual(all.map(({ reportId }) => reportId));
  const of = async (question: { reportId: string } | { recipient: string }) =>
    (await store.unaddressed({ ...EVER, of: question }, 9)).map(({ reportId }) => reportId);
  expect(await of({ recipient: '899700012042' })).toEqual([all[1]?.reportId]);
  expect(await of({ reportId: all[2]?.reportId ?? '' })).toEqual([all[2]?.reportId]);
  expect(await store.unaddressed({ since: clock.now + 1 }, 9)).toEqual([]);
});

test('what is found is kept with the version, which is planned again from it, after a crash too', async () => {
  const bench = aBench();
  await planned(bench.store, send(), without('899700012042'));
  const version = await one(bench.store);
  expect(await bench.store.addressFound(version, found(version))).toBe(true);
  const store = bench.crash();
  expect(await store.unaddressed(EVER, 9)).toEqual([]);
  expect(await store.unplanned(9)).toMatchObject([
    { reportId: REPORT, facts: { version: 1, professionals: [] } },
  ]);
  await plan(store, send(), without('899700012059'));
  expect((await one(store)).addressees.recipients).toEqual(found(version).addressees.recipients);
  expect((await store.journal({ reportId: REPORT })).map(({ action }) => action)).toContain('address-found');
  expect((await store.verifyJournal()).brokenAt).toBeUndefined();
});

test('what is found for a version that has changed meanwhile is dropped', async () => {
  const { store } = aBench();
  await planned(store, send(), without('899700012042'));
  const version = await one(store);
  await store.hold(REPORT, ACT);
  expect(await store.unaddressed(EVER, 9)).toEqual([]);
  expect(await store.addressFound(version, found(version))).toBe(false);
  await plan(store, send(), without('899700012042'));
  expect(await store.addressFound(version, found(version))).toBe(false);
  const again = await one(store);
  await tell(
    store,
    aDossier({ clinicalInformation: 'fièvre', messageAt: { local: '20260302110000', offset: '+0100' } }),
  );
  expect(await store.unaddressed(EVER, 9)).toEqual([]);
  expect(await store.addressFound(again, found(again))).toBe(false);
});
