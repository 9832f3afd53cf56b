import { expect, it } from 'vitest';
import type { Store } from '../../src/store/model.ts';
import type { InterpretedItem } from '../../src/store/records.ts';
import { aContribution } from '../fixtures/contributions.ts';
import { ACT, aBench, aDossier, anExam, aRow, REPORT, tell } from './store-fixtures.ts';

/** A subcontractor's PDF without text: nothing proves whose it is, a person looks. */

const scan = (text = ''): InterpretedItem => ({
  kind: 'contribution',
  waitMs: 1_000,
  contribution: aContribution({
    patient: { kind: 'printed', text },
    attachments: [{ id: 'pdf', title: 'CR', mediaType: 'application/pdf', base64: 'JVBERi0=' }],
    whole: true,
  }),
});
const ours = aDossier({ exams: [anExam('GLY', [aRow('GLY', '5.10')])] });
const documents = async (store: Store) => (await store.unrendered(1))[0]?.dossier.attachments.length;
const refused = async (store: Store) => {
  const [row] = await store.quarantine();
  if (!row?.inboxId) throw new Error('nothing in quarantine');
  return { ...row, inboxId: row.inboxId };
};

it.each([
  ['after our message', [ours, scan()]],
  ['before it', [scan(), ours]],
] as const)('that comes %s is set aside with its report, and joins it once accepted', async (_, order) => {
  const bench = aBench();
  for (const one of order) await tell(bench.store, one);
  const row = await refused(bench.store);
  expect(row).toMatchObject({ fault: { code: 'SUBCONTRACTED_SCAN' }, reportId: REPORT });
  expect(await documents(bench.store)).toBe(0);

  expect(await bench.store.acceptScan(row.quarantineId, REPORT, ACT)).toEqual({ done: true });
  // The act is in the store: it outlives the daemon that has not yet heard of it.
  const store = bench.crash();
  expect(await store.interpreted(row.inboxId, [scan()])).toMatchObject([
    { kind: 'version', reportId: REPORT },
  ]);
  expect(await documents(store)).toBe(1);
  expect(await store.quarantine()).toEqual([]);
  const entry = (await store.journal({ reportId: REPORT })).find(({ action }) => action === 'scan-accepted');
  expect(entry).toMatchObject({ actor: ACT.by, details: { reason: ACT.reason, inbox: row.inboxId } });
});

it('is not accepted for another report than that of its order, nor twice', async () => {
  const { store } = aBench();
  const [other] = await tell(store, aDossier({ number: '26030200002' }));
  await tell(store, ours);
  await tell(store, scan());
  const { quarantineId } = await refused(store);
  const elsewhere = other?.kind === 'version' ? other.reportId : '';
  expect(await store.acceptScan(quarantineId, elsewhere, ACT)).toMatchObject({
    fault: { code: 'ACCEPT_OTHER_REPORT' },
  });
  expect(await store.acceptScan(quarantineId, REPORT, ACT)).toEqual({ done: true });
  expect(await store.acceptScan(quarantineId, REPORT, ACT)).toMatchObject({
    fault: { code: 'ALREADY_REPLAYED' },
  });
});

it('that has a text which names somebody else is nothing that a person may accept', async () => {
  const { store } = aBench();
  await tell(store, ours);
  await tell(store, scan('DUPONT Jean 01/01/1950'));
  const { quarantineId, fault } = await refused(store);
  expect(fault.code).toBe('SUBCONTRACTED_OTHER_PATIENT');
  expect(await store.acceptScan(quarantineId, REPORT, ACT)).toMatchObject({
    fault: { code: 'ACCEPT_NOT_SCAN' },
  });
});

it('a replay without the act leaves it where it is, and the act says nothing of another scan', async () => {
  const { store } = aBench();
  await tell(store, ours);
  await tell(store, scan());
  const first = await refused(store);
  await store.replay(first.quarantineId, ACT);
  expect(await store.interpreted(first.inboxId, [scan()])).toMatchObject([{ kind: 'quarantined' }]);
  const again = await refused(store);
  await store.acceptScan(again.quarantineId, REPORT, ACT);
  await store.interpreted(again.inboxId, [scan()]);
  await tell(store, scan());
  expect(await store.quarantine()).toMatchObject([{ fault: { code: 'SUBCONTRACTED_SCAN' } }]);
});
