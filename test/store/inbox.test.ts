import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ACT, aBench, aDossier, itemOf, REPORT, tell } from './store-fixtures.ts';

const message = (text: string, source = 'sgl') => ({ source, origin: 'f.hl7', bytes: Buffer.from(text) });
const FAULT = { code: 'HL7_NO_MSH', cause: 'pas de segment MSH', hint: 'vérifier l’export' };

describe('receive', () => {
  test('the same bytes of the same source are one message; of another source, another', async () => {
    const { store } = aBench();
    const first = await store.receive(message('a'));
    expect(await store.receive({ ...message('a'), origin: 'copy.hl7' })).toEqual({
      ...first,
      duplicate: true,
    });
    expect((await store.receive(message('a', 'other'))).duplicate).toBe(false);
    expect(await store.uninterpreted(10)).toHaveLength(2);
  });

  test('the same bytes asked for twice in one turn are one message too', async () => {
    const { store } = aBench();
    const [one, two] = await Promise.all([store.receive(message('a')), store.receive(message('a'))]);
    expect(two).toEqual({ inboxId: one.inboxId, duplicate: true });
  });

  test('tells whether it holds bytes whole, as a message of any source or a file beside one', async () => {
    const { store } = aBench();
    const sha = (text: string) => createHash('sha256').update(text).digest('hex');
    await store.receive(message('a', 'other'));
    const beside = { source: 'sgl', name: 'x.pdf', key: 'x.pdf', stamp: '1', waitMs: 1, again: false };
    await store.receiveSideFile({ ...beside, bytes: Buffer.from('%PDF') });
    expect(await store.holdsBytes(sha('a'), 1)).toBe(true);
    expect(await store.holdsBytes(sha('%PDF'), 4)).toBe(true);
    expect(await store.holdsBytes(sha('a'), 2)).toBe(false);
    expect(await store.holdsBytes(sha('b'), 1)).toBe(false);
  });

  test('what is not interpreted is given oldest first, bytes untouched, after a crash as before', async () => {
    const bench = aBench();
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    await bench.store.receive({ source: 'sgl', origin: 'a', bytes });
    await bench.store.receive(message('b'));
    const [first, second] = await bench.crash().uninterpreted(10);
    expect(Buffer.from(first?.bytes ?? []).equals(bytes)).toBe(true);
    expect(Buffer.from(second?.bytes ?? []).toString()).toBe('b');
    expect(await bench.store.uninterpreted(1)).toHaveLength(1);
  });

  test('large messages are given a few at a time, and one however large', async () => {
    const { store } = aBench();
    const mebibytes = (count: number, fill: number) => Buffer.alloc(count * 1_048_576, fill);
    for (const [origin, bytes] of [
      ['a', mebibytes(33, 1)],
      ['b', mebibytes(20, 2)],
      ['c', mebibytes(20, 3)],
    ] as const)
      await store.receive({ source: 'sgl', origin, bytes });
    const origins = async () => (await store.uninterpreted(10)).map(({ origin }) => origin);
    expect(await origins()).toEqual(['a']);
    const [first] = await store.uninterpreted(1);
    await store.interpreted(first?.inboxId ?? 0, []);
    expect(await origins()).toEqual(['b']);
  });
});

describe('interpret', () => {
  test('a second call after a lost answer gives the same answer and makes nothing', async () => {
    const bench = aBench();
    const { inboxId } = await bench.store.receive(message('a'));
    const outcomes = await bench.store.interpreted(inboxId, [itemOf(aDossier())]);
    expect(outcomes).toEqual([{ kind: 'version', reportId: REPORT, version: 1 }]);
    expect(await bench.crash().interpreted(inboxId, [itemOf(aDossier())])).toEqual(outcomes);
    expect((await bench.store.report(REPORT))?.versions).toHaveLength(1);
    expect(await bench.store.uninterpreted(10)).toEqual([]);
  });

  test('a refused part quarantines the message, the other parts are kept', async () => {
    const { store } = aBench();
    const { inboxId } = await store.receive(message('a'));
    const outcomes = await store.interpreted(inboxId, [
      itemOf(aDossier()),
      { kind: 'rejected', fault: FAULT },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['version', 'quarantined']);
    expect(await store.inboxState(inboxId)).toEqual({ state: 'quarantined', faults: [FAULT] });
    expect(await store.quarantine()).toMatchObject([{ inboxId, source: 'sgl', fault: FAULT }]);
  });

  test('one part that cannot be kept undoes the whole message and nothing else', async () => {
    const { store } = aBench();
    const { inboxId } = await store.receive(message('a'));
    const collision = itemOf(aDossier({ number: 'other' }), REPORT);
    const [broken, other] = await Promise.allSettled([
      store.interpreted(inboxId, [itemOf(aDossier()), collision]),
      store.receive(message('b')),
    ]);
    expect(broken).toMatchObject({ status: 'rejected' });
    expect(other).toMatchObject({ status: 'fulfilled' });
    expect(await store.report(REPORT)).toBeUndefined();
    expect(await store.inboxState(inboxId)).toEqual({ state: 'received', faults: [] });
  });
});

describe('quarantine', () => {
  test('a replay puts the message back; interpreted well this time, it leaves the quarantine', async () => {
    const { store } = aBench();
    const { inboxId } = await store.receive(message('a'));
    await store.interpreted(inboxId, [{ kind: 'rejected', fault: FAULT }]);
    const [row] = await store.quarantine();
    expect(await store.replay(row?.quarantineId ?? 0, ACT)).toEqual({ done: true });
    expect(await store.uninterpreted(10)).toMatchObject([{ inboxId }]);
    await store.interpreted(inboxId, [itemOf(aDossier())]);
    expect(await store.inboxState(inboxId)).toEqual({ state: 'interpreted', faults: [] });
    expect(await store.quarantine()).toEqual([]);
    expect(await store.quarantine({ id: row?.quarantineId ?? 0 })).toMatchObject([
      { replayedAt: expect.any(Number) },
    ]);
    expect(await store.replay(row?.quarantineId ?? 0, ACT)).toMatchObject({
      fault: { code: 'ALREADY_REPLAYED' },
    });
  });

  test('a message replayed states its part again instead of twice', async () => {
    const { store } = aBench();
    const { inboxId } = await store.receive(message('a'));
    await store.interpreted(inboxId, [itemOf(aDossier()), { kind: 'rejected', fault: FAULT }]);
    const [row] = await store.quarantine();
    await store.replay(row?.quarantineId ?? 0, ACT);
    expect(await store.interpreted(inboxId, [itemOf(aDossier())])).toEqual([
      { kind: 'unchanged', reportId: REPORT },
    ]);
  });

  test('an input refused without its bytes cannot be replayed, and says so', async () => {
    const { store } = aBench();
    await store.refuse({ source: 'sgl', origin: 'big.hl7', size: 99, fault: FAULT });
    const [row] = await store.quarantine();
    expect(row).toMatchObject({ origin: 'big.hl7', fault: FAULT });
    expect(await store.replay(row?.quarantineId ?? 0, ACT)).toMatchObject({
      fault: { code: 'REPLAY_NO_BYTES' },
    });
    expect(await store.replay(99, ACT)).toMatchObject({ fault: { code: 'QUARANTINE_UNKNOWN' } });
  });
});

test('an attachment comes back byte for byte, and is kept once', async () => {
  const { store } = aBench();
  const base64 = Buffer.from('%PDF-1.4 sous-traité').toString('base64');
  const attachments = [{ id: 'A', title: 'annexe', mediaType: 'application/pdf' as const, base64 }];
  await tell(store, aDossier({ attachments }));
  const [task] = await store.unrendered(1);
  expect(task?.dossier.attachments).toEqual(attachments);
});
