import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { statedPatient } from '../fixtures/people.ts';
import { ACT, aBench, deliver, planned, REPORT, RULES, send, toDoctor } from './store-fixtures.ts';

describe('the journal', () => {
  test('tells each stage and each act, with who and why', async () => {
    const { store } = aBench();
    await planned(store);
    await store.hold(REPORT, ACT);
    await store.release(REPORT, ACT, RULES);
    await store.oppose('P0001', ['dmp'], true, ACT);
    await store.note({ actor: 'crbio', action: 'lane-blocked', subject: 'dmp', details: { code: 'X' } });
    const entries = await store.journal();
    expect(entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`)).toEqual([
      'crbio received inbox:1',
      `crbio version-made ${REPORT}`,
      `crbio rendered ${REPORT}`,
      `crbio planned ${REPORT}`,
      `${ACT.by} held ${REPORT}`,
      `${ACT.by} released ${REPORT}`,
      `${ACT.by} opposed patient:1`,
      'crbio lane-blocked dmp',
    ]);
    expect(entries[4]?.details).toEqual({ reason: ACT.reason, version: 1 });
    expect((await store.journal({ reportId: REPORT })).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    expect((await store.journal({ limit: 2 })).map(({ seq }) => seq)).toEqual([7, 8]);
  });

  test('holds no name, no INS, no result, no mailbox of the patient', async () => {
    const { store } = aBench();
    const { traits, ins } = statedPatient();
    await planned(
      store,
      send(),
      toDoctor(),
      send({ channel: 'mssante-patient', recipient: `${ins?.matricule}@patient.mssante.invalid` }),
    );
    await deliver(store, 'mssante-patient');
    await store.mask(REPORT, { masquePs: true }, null, ACT);
    const text = JSON.stringify(await store.journal());
    for (const secret of [traits.birthName, traits.firstGiven, ins?.matricule, '5.10', 'durand'])
      expect(text).not.toContain(secret);
  });

  test('cannot be changed through SQL, and a chain that was changed all the same is found', async () => {
    const bench = aBench();
    for (let n = 1; n <= 5; n++) await bench.store.note({ actor: 'a', action: 'b', subject: `${n}` });
    expect(await bench.store.verifyJournal()).toEqual({ entries: 5, brokenAt: undefined });
    const db = new Database(bench.file);
    expect(() => db.exec(`UPDATE journal SET actor = 'x'`)).toThrow(/append-only/);
    expect(() => db.exec('DELETE FROM journal')).toThrow(/append-only/);
    db.exec('DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete');

    db.exec(`UPDATE journal SET actor = 'x' WHERE seq = 3`);
    expect((await bench.store.verifyJournal()).brokenAt).toBe(3);
    db.exec(`UPDATE journal SET actor = 'a' WHERE seq = 3`);
    expect((await bench.store.verifyJournal()).brokenAt).toBeUndefined();
    db.exec('DELETE FROM journal WHERE seq = 2');
    expect((await bench.store.verifyJournal()).brokenAt).toBe(2);
    db.close();
  });

  test('is one chain though two processes write it', async () => {
    const bench = aBench();
    const daemon = bench.store;
    const command = bench.crash();
    const counter = daemon.changeCounter();
    await command.note({ actor: 'a', action: 'b', subject: '1' });
    expect(daemon.changeCounter()).not.toBe(counter);
    await daemon.note({ actor: 'a', action: 'b', subject: '2' });
    await command.note({ actor: 'a', action: 'b', subject: '3' });
    expect(await daemon.verifyJournal()).toEqual({ entries: 3, brokenAt: undefined });
  });
});
