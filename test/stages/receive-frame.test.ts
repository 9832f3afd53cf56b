import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { interpret } from '../../src/intake/interpret.ts';
import type { Peer } from '../../src/intake/mllp/connection.ts';
import { MemoryBudget } from '../../src/intake/mllp/memory-budget.ts';
import { type Listener, type ListenerOptions, listenMllp } from '../../src/intake/mllp/server.ts';
import { sourceProfile } from '../../src/intake/profile.ts';
import { createInterpretationWatch } from '../../src/stages/interpretation-watch.ts';
import { createFrameReceiver } from '../../src/stages/receive-frame.ts';
import type { Store } from '../../src/store/model.ts';
import type { InterpretedItem } from '../../src/store/records.ts';
import { openStore } from '../../src/store/store.ts';
import { type MllpClient, mllpClient } from '../intake/mllp/mllp-client.ts';

const PROFILE = sourceProfile({
  name: 'sgl',
  patientAuthority: '1.2.3',
  finalTerminator: 'optional',
  controlIdRequired: true,
});
const OPTIONS: ListenerOptions = {
  host: '127.0.0.1',
  port: 0,
  maxBytes: 100_000,
  maxConnections: 4,
  idleMs: 60_000,
  frameMs: 60_000,
  allowedPeers: [],
};

const message = (id: string, { msh = '', body = 'PID|1||42\rOBR|1||L-1|NFS\r' } = {}) =>
  `MSH|^~\\&|SGL|LABO|CRBIO||20261122100000||ORU^R01|${id}|P|2.5${msh}\r${body}`;
const msaOf = (answer: string) => /\rMSA\|([^|\r]*)(?:\|([^|\r]*))?/.exec(answer)?.slice(1);
const conditionOf = (answer: string) => /\rERR\|[^|]*\|([^|]*)\|(\d+)/.exec(answer)?.slice(1);

const releases: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

/** A listener on a store of its own, and who sends to it. */
async function aListener({
  options = {},
  change = (store: Store) => store,
}: {
  options?: Partial<ListenerOptions>;
  change?: (store: Store) => Store;
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-mllp-'));
  const store = openStore({ file: join(folder, 'crbio.db'), now: Date.now });
  const log: { event: string; code?: string; source?: string }[] = [];
  const note = (event: string, fields = {}) => void log.push({ event, ...fields });
  const watch = createInterpretationWatch();
  let count = 0;
  const receiver = createFrameReceiver(PROFILE, {
    store: change(store),
    log: { info: note, warn: note, error: note },
    now: Date.now,
    newControlId: () => `ANSWER${++count}`,
    at: () => {},
    next: () => {},
    watch,
  });
  const peers: Peer[] = [];
  const listener = (await listenMllp(
    { ...OPTIONS, ...options },
    {
      ...receiver,
      frame(bytes, peer) {
        peers.push(peer);
        return receiver.frame(bytes, peer);
      },
    },
    new MemoryBudget(1 << 20),
  )) as Listener;
  releases.push(async () => {
    await listener.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return {
    listener,
    store,
    log,
    /** Has the listener seen that every sender so far has ended its side? */
    areAllGone: () => peers.every(({ isOpen }) => !isOpen),
    codes: () => log.flatMap(({ event, code }) => (code ? [`${event} ${code}`] : [])),
    async client(): Promise<MllpClient> {
      const client = await mllpClient(listener.port);
      releases.push(() => void client.socket.destroy());
      return client;
    },
    /** The stage interpret, once. */
    async interpretAll() {
      for (const { inboxId, bytes } of await store.uninterpreted(100)) {
        const items = interpret(bytes, PROFILE).filter((part) => part.kind === 'rejected');
        await store.interpreted(inboxId, items as InterpretedItem[]);
        watch.done(inboxId);
      }
    },
    async until(holds: () => boolean | Promise<boolean>) {
      while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

describe('an acknowledgement of our acknowledgement', () => {
  const ack = (code: string) =>
    `${message('K1').split('\r')[0]?.replace('ORU^R01', 'ACK^R01^ACK')}\rMSA|${code}|ANSWER1\r`;

  test('is noted, neither answered nor set aside', async () => {
    const { client, store, codes } = await aListener();
    const sender = await client();
    sender.send(ack('AA'), ack('AE'), message('A1'));
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
    expect(codes().sort()).toEqual(['acknowledgement-received AA', 'acknowledgement-received AE']);
    expect(await store.quarantine()).toEqual([]);
    expect(await store.uninterpreted(10)).toMatchObject([{ origin: 'mllp:A1' }]);
    expect(await store.journal()).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ action: 'acknowledgement-received', details: { code: 'AE' } }),
      ]),
    );
  });
});

describe('original mode', () => {
  test('AA once the message is in the store, byte for byte', async () => {
    const { client, store } = await aListener();
    const sender = await client();
    sender.send(message('A1'));
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
    const [kept] = await store.uninterpreted(10);
    expect(Buffer.from(kept?.bytes ?? []).toString('latin1')).toBe(message('A1'));
    expect(kept?.origin).toBe('mllp:A1');
  });

  test('no answer precedes the commit', async () => {
    const commits: (() => void)[] = [];
    const { client } = await aListener({
      change: (store) => ({
        ...store,
        receiveFrame: async (frame) => {
          const received = await store.receiveFrame(frame);
          await new Promise<void>((resolve) => commits.push(resolve));
          return received;
        },
      }),
    });
    const sender = await client();
    sender.send(message('A1'), message('A2'));
    while (commits.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sender.socket.bytesRead).toBe(0);
    // The second is safe first; its answer waits for that of the first.
    commits[1]?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sender.socket.bytesRead).toBe(0);
    commits[0]?.();
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A2']);
  });

  test.each([
    ['no MSH-10', message(''), '101', 'HL7_NO_CONTROL_ID'],
    ['look-alike delimiters', message('A1').replace('~', '\xb7'), '102', 'HL7_DELIMITERS'],
    ['no patient', message('A1', { body: 'OBR|1||L\r' }), '100', 'PID_MISSING'],
    ['no exam', message('A1', { body: 'PID|1||42\r' }), '100', 'ORU_NO_EXAM'],
    ['another type', message('A1').replace('ORU^R01', 'SIU^S12'), '200', 'HL7_TYPE'],
    ['another event', message('A1').replace('ORU^R01', 'ORU^R30'), '201', 'HL7_TYPE'],
    ['an unknown processing id', message('A1').replace('|P|', '|X|'), '202', 'HL7_PROCESSING_ID'],
    ['another version', message('A1').replace('|2.5', '|3.0'), '203', 'HL7_VERSION'],
    [
      'a document that cannot be decoded',
      message('A1', { body: 'PID|1||42\rOBR|1\rOBX|1|ED|PDF||^APP^PDF^Base64^%%%||||||F\r' }),
      '102',
      'ED_UNREADABLE',
    ],
    ['a frame of an instrument', 'H|\\^&|||Analyseur\rO|1|42\r', '207', 'INPUT_FOREIGN'],
    ['HPRIM Santé', 'H|~^\\&|x||LABO||ORU||DEST||||P|H2.1^C|20260302\r', '207', 'MLLP_HPRIM'],
  ])('AE: %s', async (_name, text, condition, code) => {
    const { client, store, codes } = await aListener();
    const sender = await client();
    sender.send(text);
    const answer = await sender.answer();
    expect(msaOf(answer)?.[0]).toBe('AE');
    expect(conditionOf(answer)?.[1]).toBe(condition);
    expect(codes()).toEqual([`message-refused ${code}`]);
    expect(await store.uninterpreted(1)).toEqual([]);
    expect(await store.quarantine()).toMatchObject([{ source: 'sgl', fault: { code } }]);
    // The same bytes again: the same answer, and no second row.
    sender.send(text);
    expect(msaOf(await sender.answer())?.[0]).toBe('AE');
    expect(await store.quarantine()).toHaveLength(1);
  });

  test('what a rule will hold later is AA: the transport has done its part', async () => {
    const { client } = await aListener();
    const sender = await client();
    sender.send(message('A1', { body: 'PID|1\rOBR|1\rOBX|1|ST|X||1||||||?\r' }));
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
  });

  test('AR when it cannot be stored, AA when it comes again', async () => {
    let full = true;
    const { client, codes } = await aListener({
      change: (store) => ({
        ...store,
        receiveFrame: (frame) =>
          full
            ? Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }))
            : store.receiveFrame(frame),
      }),
    });
    const sender = await client();
    sender.send(message('A1'));
    expect(msaOf(await sender.answer())).toEqual(['AR', 'A1']);
    expect(codes()).toEqual(['message-not-stored SQLITE_FULL']);
    full = false;
    sender.send(message('A1'));
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
  });

  test('a repeated MSH-10 is AA without a second message; with another content AE 205, and an alert', async () => {
    const { client, store } = await aListener();
    const sender = await client();
    sender.send(message('A1'), message('A1'), message('A1', { body: 'PID|1||43\rOBR|1\r' }));
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
    const refused = await sender.answer();
    expect(msaOf(refused)).toEqual(['AE', 'A1']);
    expect(conditionOf(refused)).toEqual(['MSH^1^10', '205']);
    expect(await store.uninterpreted(10)).toHaveLength(1);
    expect(await store.alerts()).toMatchObject([{ kind: 'numero-message-repris' }]);
  });

  test('a batch gets its answers in one frame', async () => {
    const { client, store } = await aListener();
    const sender = await client();
    const bad = message('B2', { body: 'OBR|1\r' });
    sender.send(`BHS|^~\\&|SGL|LABO|CRBIO||2026||||LOT7\r${message('B1')}${bad}BTS|2\r`);
    const answer = await sender.answer();
    expect(answer).toContain('|LOT7\r');
    expect(answer).toMatch(/MSA\|AA\|B1\r[\s\S]*MSA\|AE\|B2\r/);
    expect(await store.uninterpreted(10)).toHaveLength(1);
    sender.send(`BHS|^~\\&|SGL\r${message('B3')}BTS|2\r`);
    expect(msaOf(await sender.answer())).toEqual(['AE', 'B3']);
  });
});

describe('enhanced mode', () => {
  test('CA at once, AA after the interpretation, as a message that wants no answer', async () => {
    const { client, interpretAll, store } = await aListener();
    const sender = await client();
    sender.send(message('E1', { msh: '|||AL|AL' }));
    expect(msaOf(await sender.answer())).toEqual(['CA', 'E1']);
    expect(await store.uninterpreted(1)).toHaveLength(1);
    const application = sender.answer();
    await interpretAll();
    // The small message of this test has no name: it is refused once it is read.
    expect(msaOf(await application)).toEqual(['AE', 'E1']);
    expect(await application).toContain('|NE|NE');
  });

  test('each level as it is asked for', async () => {
    const { client, interpretAll } = await aListener();
    const sender = await client();
    sender.send(message('E1', { msh: '|||NE|NE' }), message('E2', { msh: '|||ER|ER', body: 'OBR|1\r' }));
    expect(msaOf(await sender.answer())).toEqual(['CE', 'E2']);
    sender.send(message('E3', { msh: '|||NE|SU' }), message('E4', { msh: '|||SU|NE' }));
    expect(msaOf(await sender.answer())).toEqual(['CA', 'E4']);
    await interpretAll();
    sender.send('ACK'.replace('ACK', message('E5').replace('ORU^R01', 'ACK^R01')));
    expect(await sender.end()).toEqual([]);
  });
});

describe('application acknowledgements that a connection did not get', () => {
  const AL = { msh: '|||AL|AL' };
  /** Gives a frame, takes its accept acknowledgement, and is gone. */
  const cutAfterAccept = async (bench: Awaited<ReturnType<typeof aListener>>, frame: string) => {
    const sender = await bench.client();
    sender.send(frame);
    expect(msaOf(await sender.answer())?.[0]).toBe('CA');
    sender.socket.destroy();
    await bench.until(bench.areAllGone);
  };
  /** The next answers, in alphabetical order. */
  const told = async (sender: MllpClient, count: number) => {
    const answers: (string | undefined)[] = [];
    for (let n = 0; n < count; n++) answers.push(msaOf(await sender.answer())?.join(' '));
    return answers.sort();
  };
  const owed = (store: Store) => store.applicationAcksOwed('sgl', 'SGL|LABO', 100);

  test('follow the next message of their sender, once', async () => {
    const bench = await aListener();
    await cutAfterAccept(bench, message('E1', AL));
    await cutAfterAccept(bench, message('E2', AL));
    // The news of a success only: this test's messages are refused.
    await cutAfterAccept(bench, message('E3', { msh: '|||AL|SU' }));
    const sender = await bench.client();
    sender.send(message('E4', AL));
    expect(msaOf(await sender.answer())).toEqual(['CA', 'E4']);
    await bench.interpretAll();
    expect(await told(sender, 3)).toEqual(['AE E1', 'AE E2', 'AE E4']);
    await bench.until(async () => (await owed(bench.store)).length === 0);
    sender.send(message('E5', AL));
    await bench.until(async () => (await bench.store.uninterpreted(1)).length > 0);
    await bench.interpretAll();
    expect(await told(sender, 2)).toEqual(['AE E5', 'CA E5']);
    expect(await sender.end()).toEqual([]);
  });

  test('are said again to a peer that may have been gone, and then no more', async () => {
    const bench = await aListener();
    const gone = await bench.client();
    gone.send(message('E1', AL));
    expect(await told(gone, 1)).toEqual(['CA E1']);
    // Its side ends before the interpretation: whether it still reads is not known.
    const rest = gone.end();
    await bench.until(bench.areAllGone);
    await bench.interpretAll();
    expect((await rest).map((answer) => msaOf(answer)?.join(' '))).toEqual(['AE E1']);
    expect(await owed(bench.store)).toHaveLength(1);
    const sender = await bench.client();
    sender.send(message('E2', AL));
    const again = told(sender, 3);
    await bench.until(async () => (await bench.store.uninterpreted(1)).length > 0);
    await bench.interpretAll();
    expect(await again).toEqual(['AE E1', 'AE E2', 'CA E2']);
    await bench.until(async () => (await owed(bench.store)).length === 0);
  });

  test('go to nobody else: not to another sender, nor behind a message that asks for none', async () => {
    const bench = await aListener();
    await cutAfterAccept(bench, message('E1', AL));
    const other = await bench.client();
    other.send(message('F1', AL).replace('|SGL|', '|AUTOMATE|'), message('E2'));
    expect(await told(other, 2)).toEqual(['AA E2', 'CA F1']);
    await bench.interpretAll();
    expect(await told(other, 1)).toEqual(['AE F1']);
    expect(await other.end()).toEqual([]);
  });

  test('are given to who sends a message again, also one of a batch alone', async () => {
    const bench = await aListener();
    const second = message('B2', { ...AL, body: 'PID|1\rOBR|1\r' });
    await cutAfterAccept(bench, `BHS|^~\\&|SGL|LABO\r${message('B1', AL)}${second}BTS|2\r`);
    await bench.interpretAll();
    const sender = await bench.client();
    sender.send(second);
    expect(msaOf(await sender.answer())).toEqual(['CA', 'B2']);
    const own = await sender.answer();
    expect(msaOf(own)).toEqual(['AE', 'B2']);
    // Its own fault, not that of the first message of the batch.
    expect(own).toContain('PID_NO_NUMBER');
    expect(await sender.end()).not.toContainEqual(expect.stringContaining('PID_NO_NUMBER'));
  });
});

describe('what is no message', () => {
  test('is kept with its first bytes and told; the next message is answered', async () => {
    const { client, store, codes } = await aListener({ options: { maxBytes: 2_000 } });
    const sender = await client();
    sender.write('GET / HTTP/1.1\r\n\r\n');
    sender.send(message('L1', { body: `PID|1\rOBR|1\rNTE|1||${'x'.repeat(3_000)}\r` }), message('A1'));
    const refused = await sender.answer();
    expect(msaOf(refused)).toEqual(['AE', 'L1']);
    expect(conditionOf(refused)?.[1]).toBe('207');
    expect(msaOf(await sender.answer())).toEqual(['AA', 'A1']);
    sender.write(`\x0b${message('CUT').slice(0, 50)}`);
    expect(await sender.end()).toEqual([]);
    expect(codes()).toEqual([
      'bytes-set-aside MLLP_UNFRAMED',
      'bytes-set-aside MLLP_OVERSIZED',
      'bytes-set-aside MLLP_UNFINISHED',
    ]);
    expect((await store.quarantine()).map(({ fault }) => fault.code).sort()).toEqual([
      ...['MLLP_OVERSIZED', 'MLLP_UNFINISHED', 'MLLP_UNFRAMED'],
    ]);
  });

  test('a frame that does not end in time is dropped with its connection', async () => {
    const { client, codes } = await aListener({ options: { frameMs: 50 } });
    const sender = await client();
    sender.write('\x0bMSH|');
    await sender.closed;
    expect(codes()).toEqual(['bytes-set-aside MLLP_UNFINISHED']);
  });

  test('a silent connection is closed', async () => {
    const { client, codes } = await aListener({ options: { idleMs: 50 } });
    await (await client()).closed;
    expect(codes()).toEqual([]);
  });

  test('nobody fills the quarantine with it', async () => {
    const { client, store, until, log } = await aListener();
    const sender = await client();
    for (let n = 0; n < 130; n++) sender.write(`junk ${n}\x0b\x1c\r`);
    await until(() => log.length === 130);
    await sender.end();
    expect(await store.quarantine({ limit: 1_000 })).toHaveLength(100);
  });
});

describe('peers', () => {
  test('an address that is not allowed is turned away', async () => {
    const { listener, codes, until } = await aListener({ options: { allowedPeers: ['10.0.0.0/8'] } });
    const sender = await mllpClient(listener.port);
    await sender.closed;
    await until(() => codes().length > 0);
    expect(codes()).toEqual(['peer-refused PEER_ADDRESS']);
  });

  test('connections beyond the limit are turned away, said once', async () => {
    const { client, listener, codes } = await aListener({ options: { maxConnections: 1 } });
    const first = await client();
    for (let more = 0; more < 3; more++) await (await mllpClient(listener.port)).closed;
    first.send(message('A1'));
    expect(msaOf(await first.answer())).toEqual(['AA', 'A1']);
    expect(codes()).toEqual(['peer-refused PEER_TOO_MANY']);
  });
});

test('a stop answers what is in hand, and leaves no answered message out of the store', async () => {
  const { client, listener, store } = await aListener();
  const senders = await Promise.all([client(), client(), client()]);
  senders.forEach((sender, index) => {
    for (let n = 0; n < 300; n++) sender.send(message(`S${index}-${n}`));
  });
  const first = await Promise.all(senders.map((sender) => sender.answer()));
  await listener.stop();
  const answers = [...first, ...(await Promise.all(senders.map((sender) => sender.end()))).flat()];
  const kept = new Set((await store.uninterpreted(2_000)).map(({ origin }) => origin));
  expect(answers.length).toBeGreaterThanOrEqual(3);
  for (const answer of answers) {
    const [code, id] = msaOf(answer) ?? [];
    expect(code).toBe('AA');
    expect(kept).toContain(`mllp:${id}`);
  }
  expect(kept.size).toBe(answers.length);
});
