import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import type { Store } from '../../src/store/model.ts';
import type { InterpretedItem } from '../../src/store/records.ts';
import { openStore } from '../../src/store/store.ts';
import { at, statedPatient } from '../fixtures/people.ts';
import {
  ACT,
  aBench,
  aDossier,
  anExam,
  aRow,
  deliver,
  hold,
  plan,
  planned,
  REPORT,
  RULES,
  render,
  send,
  tell,
} from './store-fixtures.ts';

/** What a person is told of a report by itself: its patient's identity no longer holds; an announcement is due. */

const DAY = 24 * 3_600_000;
const adt = (time: string, more: Parameters<typeof statedPatient>[0] = {}): InterpretedItem => ({
  kind: 'patient',
  update: { identity: statedPatient(more), at: at(time), event: 'A31' },
});
const kinds = async (store: Store, all = false) =>
  (await store.alerts({ subject: REPORT, all })).map(({ kind }) => kind).sort();

describe('an identity that no longer holds', () => {
  test('of a report that was sent: told when it is de-qualified, closed when it is qualified again', async () => {
    const { store } = aBench();
    await planned(store);
    await deliver(store);
    await tell(store, adt('20260303080000', { statuses: ['PROV'] }));
    expect(await kinds(store)).toEqual(['identite-gelee']);
    await tell(store, adt('20260304080000'));
    expect(await kinds(store)).toEqual([]);
    await tell(store, adt('20260305080000', { statuses: ['DOUT'] }));
    expect(await kinds(store)).toEqual(['identite-gelee']);
  });

  test('of a report that waits: told with the plan that holds it, closed with the one that sends', async () => {
    const { store } = aBench();
    await planned(store);
    await tell(store, adt('20260303080000', { statuses: ['PROV'] }));
    await plan(store, hold('identite-changee'));
    expect(await kinds(store)).toEqual(['identite-gelee']);
    await tell(store, adt('20260304080000'));
    await plan(store, send());
    expect(await kinds(store)).toEqual([]);
  });

  test('closed by a person, it is not told again while nothing changes', async () => {
    const { store } = aBench();
    await planned(store);
    await deliver(store);
    await tell(store, adt('20260303080000', { statuses: ['PROV'] }));
    const [alert] = await store.alerts();
    await store.closeAlert(alert?.alertId ?? 0, ACT);
    await tell(store, adt('20260304080000', { statuses: ['PROV'] }));
    await store.hold(REPORT, ACT);
    await plan(store, hold('retenu'));
    expect(await kinds(store)).toEqual([]);
  });

  test('of a report that never was qualified: nothing, unless the status blocks', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: statedPatient({ statuses: ['PROV'] }) }));
    await render(store);
    await plan(store, hold('ins-non-qualifiee'));
    expect(await kinds(store)).toEqual([]);
    await tell(store, adt('20260303080000', { statuses: ['USUR'] }));
    await plan(store, hold('identite-bloquee'));
    expect(await kinds(store)).toEqual(['identite-gelee']);
  });
});

describe('an announcement', () => {
  const MASKED = aDossier({ flags: { invisiblePatient: true } });
  const deposited = async (store: Store) => {
    await tell(store, MASKED);
    await render(store);
    await plan(store, send(), hold('annonce', { channel: 'mssante-patient', recipient: 'patient' }));
    await deliver(store);
  };

  test('is due 14 and 30 days after the first deposit; nothing leaves by itself then', async () => {
    const { store, clock } = aBench();
    await tell(store, MASKED);
    await render(store);
    await plan(store, send(), hold('annonce', { channel: 'mssante-patient', recipient: 'patient' }));
    expect(await kinds(store, true)).toEqual([]);
    clock.now += DAY;
    await deliver(store);
    clock.now += 14 * DAY - 1;
    expect(await store.alertsDue(9)).toEqual([]);
    clock.now += 1;
    expect(await kinds(store)).toEqual(['annonce-14-jours']);
    clock.now += 16 * DAY;
    expect(await kinds(store)).toEqual(['annonce-14-jours', 'annonce-30-jours']);
    expect(await store.releaseDue()).toBe(0);
    expect(await store.unplanned(1)).toEqual([]);
  });

  test('is due no more once the report is withdrawn', async () => {
    const { store, clock } = aBench();
    await deposited(store);
    await store.withdraw(REPORT, ACT);
    await render(store);
    await plan(store, send({ withdraws: true, rule: 'retrait' }));
    await deliver(store);
    clock.now += 31 * DAY;
    expect(await kinds(store)).toEqual([]);
  });

  test('keeps the clock of the first deposit through a replacement', async () => {
    const { store, clock } = aBench();
    await deposited(store);
    clock.now += 10 * DAY;
    const more = [anExam('GLY', [aRow('GLY', '5.10')]), anExam('TSH', [aRow('TSH', '2')])];
    await tell(store, { ...MASKED, exams: more, messageAt: at('20260312120000') });
    await render(store);
    expect(await store.unplanned(1)).toMatchObject([{ version: 2, visibleByRight: false }]);
    await plan(store, send());
    await deliver(store);
    clock.now += 4 * DAY;
    expect(await kinds(store)).toEqual(['annonce-14-jours']);
  });

  test('made, it is no longer due', async () => {
    const { store, clock } = aBench();
    await deposited(store);
    await store.release(REPORT, ACT, RULES);
    await render(store);
    await plan(store, send());
    clock.now += 40 * DAY;
    expect(await kinds(store)).toEqual([]);
  });

  test('after 30 days what the patient sees is not masked again', async () => {
    const { store, clock } = aBench();
    await planned(store);
    await deliver(store);
    clock.now += 30 * DAY - 1;
    expect(await store.mask(REPORT, { invisiblePatient: true }, null, ACT)).toMatchObject({ done: true });
    expect(await store.mask(REPORT, { invisiblePatient: false }, null, ACT)).toMatchObject({ done: true });
    clock.now += 1;
    expect(await store.mask(REPORT, { invisiblePatient: true }, null, ACT)).toMatchObject({
      fault: { code: 'MASK_OVERDUE' },
    });
    expect(await store.mask(REPORT, { masquePs: true }, null, ACT)).toMatchObject({ done: true });
    await render(store);
    expect((await store.unplanned(1))[0]?.visibleByRight).toBe(true);
  });
});

test('a data file of before the statements keeps its patients, their INS and their oppositions', async () => {
  const bench = aBench();
  const file = `${bench.file}.before`;
  const db = new Database(file);
  for (const migration of MIGRATIONS.slice(0, 5)) db.exec(migration);
  db.pragma('user_version = 5');
  const { ins: _ins, ...unsaid } = statedPatient({ statuses: [] });
  const settled = { identity: statedPatient(), removed: false };
  db.prepare(
    `INSERT INTO patient (id, authority, local_id, stated, stated_at, ins_stated, ins_stated_at, matricule, consent, consent_at, opposition_stated_at)
     VALUES (1, '', 'P0001', ?, 200, ?, 100, '279035121518989', '{"alimentation":"NA"}', 150, 120)`,
  ).run(JSON.stringify(unsaid), JSON.stringify(settled));
  db.exec(
    `INSERT INTO opposition (patient_id, channel, origin, by, reason, at) VALUES (1, 'dmp', 'adt', 'ADT', 'ZFA-9 = IO', 120)`,
  );
  db.close();

  const opened = openStore({ file, now: () => bench.clock.now });
  expect(await opened.patient('P0001')).toMatchObject({
    identity: { ins: { matricule: '279035121518989' }, statuses: ['VALI'] },
    consent: { alimentation: 'NA' },
    oppositions: [{ channel: 'dmp', by: 'ADT', at: 120 }],
  });
  // What comes next is read with what was known.
  await tell(opened, adt('20260303080000', { statuses: ['PROV'] }));
  expect((await opened.patient('P0001'))?.identity.statuses).toEqual(['PROV']);
  await opened.close();
});
