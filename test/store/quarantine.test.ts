import { describe, expect, test } from 'vitest';
import { ACT, aBench, aDossier, aRow, itemOf, REPORT } from './store-fixtures.ts';

const FAULT = {
  code: 'PID_NO_NUMBER',
  cause: 'pas de numéro',
  hint: 'le donner',
  position: 'message 1, PID-3',
};
const REFUSED = { kind: 'rejected', fault: FAULT } as const;

/** A message of which one part was taken and another refused. */
async function aRefusal() {
  const bench = aBench();
  const { inboxId } = await bench.store.receive({
    source: 'sgl',
    origin: 'a.hl7',
    bytes: Buffer.from('faux'),
  });
  await bench.store.interpreted(inboxId, [itemOf(aDossier()), REFUSED]);
  const [row] = await bench.store.quarantine();
  if (!row) throw new Error('nothing in quarantine');
  return { bench, inboxId, quarantineId: row.quarantineId };
}
const journalOf = async ({ store }: ReturnType<typeof aBench>) =>
  (await store.journal()).map(({ actor, action, subject, details }) => ({ actor, action, subject, details }));

describe('what is kept of a quarantined input', () => {
  test('a message: all its bytes', async () => {
    const { bench, quarantineId } = await aRefusal();
    expect(await bench.store.quarantine()).toMatchObject([{ kept: 'message', size: 4 }]);
    expect(Buffer.from((await bench.store.quarantineContent(quarantineId)) ?? []).toString()).toBe('faux');
  });

  test.each([
    ['head', 99, 'MSH|'],
    ['bytes', 4, 'MSH|'],
    ['none', 99, undefined],
  ] as const)('bytes outside a message: %s', async (kept, size, bytes) => {
    const { store } = aBench();
    const input = { source: 'mllp', origin: 'mllp', size, fault: FAULT };
    await store.refuse({ ...input, ...(bytes ? { bytes: Buffer.from(bytes) } : {}) });
    const [row] = await store.quarantine();
    expect(row).toMatchObject({ kept, size });
    const content = await store.quarantineContent(row?.quarantineId ?? 0);
    expect(content && Buffer.from(content).toString()).toBe(bytes);
  });

  test('a document that nobody named: its bytes, and no replay of it as a message', async () => {
    const { store, clock } = aBench();
    const file = { source: 'sgl', name: 'cr.pdf', key: 'cr.pdf', stamp: '1', bytes: Buffer.from('%PDF-') };
    await store.receiveSideFile({ ...file, waitMs: 1_000, again: false });
    clock.now += 1_000;
    await store.receiveSideFile({ ...file, waitMs: 1_000, again: true });
    const [row] = await store.quarantine();
    expect(row).toMatchObject({ kept: 'side-file', origin: 'cr.pdf', size: 5 });
    const id = row?.quarantineId ?? 0;
    expect(Buffer.from((await store.quarantineContent(id)) ?? []).toString()).toBe('%PDF-');
    for (const act of [store.replay(id, ACT), store.mend(id, Buffer.from('MSH'), ACT)])
      expect(await act).toMatchObject({ fault: { code: 'REPLAY_SIDE_FILE' } });
  });
});

describe('a mended copy', () => {
  test('is a message of its own; the original is kept and settled, and the journal says who and why', async () => {
    const { bench, inboxId, quarantineId } = await aRefusal();
    const result = await bench.store.mend(quarantineId, Buffer.from('juste'), ACT);
    expect(result).toEqual({ done: true, inboxId: inboxId + 1 });
    expect(await bench.store.quarantine()).toEqual([]);
    expect(await bench.store.inboxState(inboxId)).toMatchObject({ state: 'interpreted' });
    expect(Buffer.from((await bench.store.quarantineContent(quarantineId)) ?? []).toString()).toBe('faux');
    const [waiting] = await bench.crash().uninterpreted(10);
    expect(waiting).toMatchObject({ inboxId: inboxId + 1, source: 'sgl', origin: 'a.hl7' });
    expect(Buffer.from(waiting?.bytes ?? []).toString()).toBe('juste');
    expect(await journalOf(bench)).toContainEqual({
      actor: ACT.by,
      action: 'mended',
      subject: `quarantine:${quarantineId}`,
      details: { reason: ACT.reason, inbox: inboxId, mended: inboxId + 1 },
    });
  });

  test('says in place of the original what the original said', async () => {
    const { bench, inboxId, quarantineId } = await aRefusal();
    await bench.store.mend(quarantineId, Buffer.from('juste'), ACT);
    const changed = aDossier({
      exams: aDossier().exams.map((exam) => ({ ...exam, results: [aRow('K', '4.2')] })),
    });
    expect(await bench.store.interpreted(inboxId + 1, [itemOf(changed)])).toEqual([
      { kind: 'version', reportId: REPORT, version: 2 },
    ]);
    const [task] = await bench.store.unrendered(1);
    expect(task?.dossier.exams.flatMap(({ results }) => results.map(({ key }) => key))).toEqual(['K']);
  });

  test('of an input whose bytes were never kept is taken all the same', async () => {
    const { store } = aBench();
    await store.refuse({ source: 'sgl', origin: 'big.hl7', size: 99, fault: FAULT });
    const [row] = await store.quarantine();
    expect(await store.mend(row?.quarantineId ?? 0, Buffer.from('court'), ACT)).toMatchObject({ done: true });
    expect(await store.uninterpreted(10)).toMatchObject([{ origin: 'big.hl7' }]);
  });

  test('is refused when these bytes came before, when the entry is settled, or unknown; nothing changes', async () => {
    const { bench, quarantineId } = await aRefusal();
    const mend = (id: number, text: string) => bench.store.mend(id, Buffer.from(text), ACT);
    expect(await mend(quarantineId, 'faux')).toMatchObject({ fault: { code: 'MEND_KNOWN' } });
    expect(await bench.store.quarantine()).toHaveLength(1);
    expect(await mend(99, 'juste')).toMatchObject({ fault: { code: 'QUARANTINE_UNKNOWN' } });
    await mend(quarantineId, 'juste');
    expect(await mend(quarantineId, 'autre')).toMatchObject({ fault: { code: 'ALREADY_REPLAYED' } });
  });
});

describe('a rehearsal', () => {
  test('tells what a replay would come to, and leaves nothing of it', async () => {
    const { bench, inboxId, quarantineId } = await aRefusal();
    const other = aDossier({ number: 'D-AUTRE' });
    const before = await journalOf(bench);
    const rehearsal = await bench.store.rehearse(quarantineId, [
      itemOf(aDossier()),
      itemOf(other, 'sgl-autre'),
      REFUSED,
      { kind: 'ignored', reason: 'sans objet' },
    ]);
    expect(rehearsal).toMatchObject({
      done: true,
      newPatients: 0,
      outcomes: [
        { kind: 'unchanged', reportId: REPORT },
        {
          kind: 'version',
          reportId: 'sgl-autre',
          dossier: 'D-AUTRE',
          version: 1,
          cause: 'first',
          warnings: [],
        },
        { kind: 'refused', fault: FAULT },
        { kind: 'ignored', reason: 'sans objet' },
      ],
    });
    expect(await bench.store.report('sgl-autre')).toBeUndefined();
    expect(await bench.store.inboxState(inboxId)).toMatchObject({ state: 'quarantined', faults: [FAULT] });
    expect(await bench.store.uninterpreted(10)).toEqual([]);
    expect(await journalOf(bench)).toEqual(before);
    expect(await bench.store.verifyJournal()).toMatchObject({ brokenAt: undefined });
  });

  test('of a mended copy keeps no copy, and counts the patients that it would make', async () => {
    const { store } = aBench();
    await store.refuse({ source: 'sgl', origin: 'big.hl7', size: 99, fault: FAULT });
    const [row] = await store.quarantine();
    const id = row?.quarantineId ?? 0;
    const mended = Buffer.from('juste');
    const rehearsal = await store.rehearse(id, [itemOf(aDossier())], mended);
    expect(rehearsal).toMatchObject({ done: true, newPatients: 1, outcomes: [{ kind: 'version' }] });
    expect(await store.uninterpreted(10)).toEqual([]);
    expect(await store.mend(id, mended, ACT)).toMatchObject({ done: true });
  });

  test('of what cannot be replayed says why', async () => {
    const { store } = aBench();
    expect(await store.rehearse(7, [])).toMatchObject({ done: false, fault: { code: 'QUARANTINE_UNKNOWN' } });
  });
});

describe('a message whose documents no antivirus could look at', () => {
  test('waits until it is asked again, across a crash; a person is told when that lasts, until it answers', async () => {
    const bench = aBench();
    const { inboxId } = await bench.store.receive({ source: 'sgl', origin: 'a', bytes: Buffer.from('a') });
    const until = bench.clock.now + 5_000;
    await bench.store.scanPostponed(inboxId, until);
    await bench.store.scanPostponed(inboxId, until);
    expect(await bench.crash().uninterpreted(10)).toEqual([]);
    expect(await bench.store.scanAttempts(inboxId)).toBe(2);
    expect(await bench.store.inboxState(inboxId)).toMatchObject({ state: 'received', waitsUntil: until });
    expect(await bench.store.alerts()).toEqual([]);
    bench.clock.now += 10 * 60_000;
    expect(await bench.store.uninterpreted(10)).toHaveLength(1);
    expect(await bench.store.alerts()).toMatchObject([{ kind: 'antivirus-indisponible' }]);
    await bench.store.scanDone(inboxId);
    expect(await bench.store.alerts()).toEqual([]);
    expect(await bench.store.scanAttempts(inboxId)).toBe(0);
  });
});
