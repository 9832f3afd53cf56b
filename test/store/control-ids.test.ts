import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { aBench } from './store-fixtures.ts';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** A frame of messages, each a control id and its content. */
const frame = (...messages: [controlId: string, content: string][]) => ({
  source: 'sgl',
  origin: 'mllp',
  bytes: Buffer.from(messages.map(([id, content]) => `${id} ${content}`).join('\r')),
  messages: messages.map(([controlId, content], index) => ({
    number: index + 1,
    sender: 'SGL|LBM',
    controlId,
    sha256: sha(content),
  })),
});
const REFUSAL = { code: 'PID_MISSING', cause: 'pas de patient', hint: 'exporter de nouveau' };

describe('frames', () => {
  test('application acknowledgements are owed until they have been sent, across a crash', async () => {
    const bench = aBench();
    const { messages, ...rest } = frame(['A1', 'x'], ['A2', 'y'], ['A3', 'z']);
    const asking = messages.map((one) =>
      one.number === 2 ? one : { ...one, awaits: `MSH|${one.controlId}` },
    );
    const { inboxId, owed } = await bench.store.receiveFrame({ ...rest, messages: asking });
    const first = { inboxId, number: 1, sender: 'SGL|LBM', header: 'MSH|A1' };
    const third = { inboxId, number: 3, sender: 'SGL|LBM', header: 'MSH|A3' };
    expect(owed).toEqual([first, third]);
    const after = bench.crash();
    expect(await after.applicationAcksOwed('sgl', 'SGL|LBM', 10)).toEqual([first, third]);
    expect(await after.applicationAcksOwed('sgl', 'OTHER|', 10)).toEqual([]);
    await after.applicationAckSent(first);
    expect(await after.applicationAcksOwed('sgl', 'SGL|LBM', 10)).toEqual([third]);
    // Repeated alone, it is still the third of the frame that was kept.
    const again = { ...frame(['A3', 'z']), messages: asking.slice(2).map((one) => ({ ...one, number: 1 })) };
    expect(await after.receiveFrame(again)).toMatchObject({ duplicate: true, owed: [third] });
    await after.applicationAckSent(third);
    expect((await after.receiveFrame(again)).owed).toEqual([third]);
    expect(await after.applicationAcksOwed('sgl', 'SGL|LBM', 10)).toEqual([]);
  });

  test('what is set aside owes nothing more than its refusal', async () => {
    const { store } = aBench();
    await store.receiveFrame(frame(['A1', 'x']));
    const reused = frame(['A1', 'y']);
    const { owed } = await store.receiveFrame({
      ...reused,
      messages: reused.messages.map((one) => ({ ...one, awaits: 'MSH|' })),
    });
    expect(owed).toEqual([]);
    expect(await store.applicationAcksOwed('sgl', 'SGL|LBM', 10)).toEqual([]);
  });

  test('a repeated message is the first one, even where a gateway has changed the bytes around it', async () => {
    const { store } = aBench();
    const first = await store.receiveFrame(frame(['A1', 'x']));
    const again = { ...frame(['A1', 'x']), bytes: Buffer.from('A1 x\n') };
    expect(await store.receiveFrame(again)).toEqual({ ...first, duplicate: true });
    expect(await store.uninterpreted(10)).toHaveLength(1);
    const otherSender = { ...again, messages: [{ ...frame(['A1', 'x']).messages[0], sender: 'OTHER|' }] };
    expect((await store.receiveFrame(otherSender as typeof again)).duplicate).toBe(false);
  });

  test('a used number with another content is kept in quarantine, once, and never interpreted', async () => {
    const bench = aBench();
    await bench.store.receiveFrame(frame(['A1', 'x']));
    const reused = await bench.store.receiveFrame(frame(['A1', 'y']));
    expect(reused).toMatchObject({ duplicate: false, reused: [1] });
    expect(await bench.store.receiveFrame(frame(['A1', 'y']))).toEqual({ ...reused, duplicate: true });
    expect(await bench.store.uninterpreted(10)).toHaveLength(1);
    expect(await bench.crash().quarantine()).toMatchObject([
      { inboxId: reused.inboxId, fault: { code: 'CONTROL_ID_REUSED', position: 'message 1, MSH-10' } },
    ]);
    expect(await bench.store.alerts()).toMatchObject([
      { kind: 'numero-message-repris', subject: `inbox:${reused.inboxId}` },
    ]);
  });

  test('a batch with one used number is set aside whole', async () => {
    const { store } = aBench();
    await store.receiveFrame(frame(['A1', 'x']));
    const batch = await store.receiveFrame(frame(['A2', 'z'], ['A1', 'y'], ['A2', 'other']));
    expect(batch.reused).toEqual([2, 3]);
    expect((await store.inboxState(batch.inboxId)).state).toBe('quarantined');
    expect((await store.receiveFrame(frame(['A2', 'z']))).reused).toEqual([]);
  });

  test('what nothing could be understood of waits for a person, and its number stays free', async () => {
    const { store } = aBench();
    const refused = { ...frame(['A1', 'x']), messages: [], refusal: REFUSAL };
    const { inboxId } = await store.receiveFrame(refused);
    expect(await store.inboxState(inboxId)).toEqual({ state: 'quarantined', faults: [REFUSAL] });
    expect(await store.receiveFrame(refused)).toEqual({ inboxId, duplicate: true, reused: [], owed: [] });
    expect(await store.quarantine()).toHaveLength(1);
    expect((await store.receiveFrame(frame(['A1', 'mended']))).reused).toEqual([]);
  });

  test('what was refused is taken up when it comes again and is understood by then', async () => {
    const { store } = aBench();
    const { inboxId } = await store.receiveFrame({ ...frame(['A1', 'x']), messages: [], refusal: REFUSAL });
    expect(await store.receiveFrame(frame(['A1', 'x']))).toMatchObject({ inboxId, duplicate: true });
    expect((await store.uninterpreted(10)).map((message) => message.inboxId)).toEqual([inboxId]);
    expect(await store.quarantine()).toEqual([]);
  });

  test('first bytes of what is no message are kept, and cannot be replayed', async () => {
    const { store } = aBench();
    await store.refuse({
      source: 'sgl',
      origin: 'mllp',
      size: 9,
      fault: REFUSAL,
      bytes: Buffer.from('MSH|cut'),
    });
    const [row] = await store.quarantine();
    expect(row).toMatchObject({ origin: 'mllp', fault: REFUSAL });
    const replayed = await store.replay(row?.quarantineId ?? 0, { by: 'b', reason: 'r' });
    expect(replayed).toMatchObject({ done: false, fault: { code: 'REPLAY_NO_BYTES' } });
  });
});
