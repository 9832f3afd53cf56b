import { describe, expect, it } from 'vitest';
import type { ChannelAdapter, DeliveryJob, Lookup, Outcome, WireHooks } from '../../src/report/delivery.ts';
import { createLane, MAIL_MAX_ATTEMPTS } from '../../src/stages/deliver.ts';
import type { Store } from '../../src/store/model.ts';
import { at } from '../fixtures/people.ts';
import {
  ACT,
  aBench,
  aDossier,
  type Bench,
  plan,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from '../store/store-fixtures.ts';

/** A destination that answers what it is told to, and remembers what reached it. */
function aDestination(
  answers: (Outcome | ((hooks: WireHooks) => Promise<Outcome>))[],
  lookups: Lookup[] = [],
) {
  const seen = { prepared: 0, transmitted: [] as Uint8Array[], jobs: [] as DeliveryJob[], closed: false };
  const adapter: ChannelAdapter = {
    async prepare() {
      seen.prepared += 1;
      return Buffer.from(`prepared ${seen.prepared}`);
    },
    async transmit(prepared, job, hooks) {
      seen.jobs.push(job);
      const answer = answers.shift() ?? { kind: 'accepted' };
      await hooks.onWire();
      seen.transmitted.push(prepared);
      return typeof answer === 'function' ? answer(hooks) : answer;
    },
    async lookup() {
      return lookups.shift() ?? { kind: 'unknowable' };
    },
    async close() {
      seen.closed = true;
    },
  };
  return { adapter, seen };
}

const logged: string[] = [];
const log = {
  info: (event: string) => logged.push(event),
  warn: (event: string) => logged.push(event),
  error: (event: string) => logged.push(event),
};

function aLane(
  bench: Bench,
  adapter: ChannelAdapter,
  more: { channel?: DeliveryJob['channel']; maxAttempts?: number; at?: (point: string) => void } = {},
) {
  const { at = () => {}, ...settings } = more;
  return createLane(
    { channel: 'dmp', concurrency: 2, backoff: { baseMs: 2_000, capMs: 3_600_000 }, ...settings },
    {
      store: bench.store,
      adapter,
      log,
      now: () => bench.clock.now,
      random: () => 0,
      at,
      wake: () => {},
      unrecordedMs: 5,
    },
  );
}

async function aPlannedReport(bench: Bench): Promise<void> {
  await tell(bench.store, aDossier());
  await render(bench.store);
  await plan(bench.store, send());
}

/** Runs turns until nothing more is leased at this moment of the clock. */
async function run(lane: ReturnType<typeof aLane>): Promise<void> {
  while ((await lane.turn()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 20));
}

const state = async (bench: Bench) => (await bench.store.deliveries({ reportId: REPORT }))[0];

describe('a lane', () => {
  it('prepares, transmits and records', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination([{ kind: 'accepted', remoteId: 'urn:uuid:1' }]);
    await run(aLane(bench, adapter));
    expect(await state(bench)).toMatchObject({
      state: 'delivered',
      remoteId: 'urn:uuid:1',
      possibleDuplicate: false,
    });
    expect(seen.jobs[0]).toMatchObject({ reportId: REPORT, version: 1, recipient: 'DMP', pdfName: 'cr.pdf' });
  });

  it('tries again later with the very bytes of the first try', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination([
      { kind: 'retry', code: 'ECONNREFUSED', cause: 'personne ne répond' },
    ]);
    const lane = aLane(bench, adapter);
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'waiting', attempts: 1, lastCode: 'ECONNREFUSED' });
    await run(lane); // not due yet
    expect(seen.transmitted).toHaveLength(1);
    bench.clock.now += 3_600_000;
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'delivered' });
    expect(seen.prepared).toBe(1);
    expect(seen.transmitted.map(String)).toEqual(['prepared 1', 'prepared 1']);
  });

  it('asks before sending again what may have gone through', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination(
      [{ kind: 'unknown', code: 'TIMEOUT', cause: 'pas de réponse' }],
      [{ kind: 'present', remoteId: 'urn:uuid:2' }],
    );
    const lane = aLane(bench, adapter);
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'unknown' });
    bench.clock.now += 3_600_000;
    await run(lane);
    expect(await state(bench)).toMatchObject({
      state: 'delivered',
      remoteId: 'urn:uuid:2',
      possibleDuplicate: false,
    });
    expect(seen.transmitted).toHaveLength(1);
  });

  it('sends again what the destination does not have, unflagged', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination(
      [{ kind: 'unknown', code: 'TIMEOUT', cause: 'pas de réponse' }],
      [{ kind: 'absent' }],
    );
    const lane = aLane(bench, adapter);
    await run(lane);
    bench.clock.now += 3_600_000;
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'delivered', possibleDuplicate: false });
    expect(seen.transmitted).toHaveLength(2);
  });

  it('flags what nobody can look up as a possible duplicate', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter } = aDestination(
      [{ kind: 'unknown', code: 'CUT', cause: 'coupure' }],
      [{ kind: 'unknowable' }],
    );
    const lane = aLane(bench, adapter);
    await run(lane);
    bench.clock.now += 3_600_000;
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'delivered', possibleDuplicate: true });
  });

  it('sends it twice at most: a second doubt is left to a person', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const cut: Outcome = { kind: 'unknown', code: 'CUT', cause: 'coupure' };
    const { adapter, seen } = aDestination([cut, cut, cut]);
    const lane = aLane(bench, adapter);
    for (let i = 0; i < 4; i++) {
      await run(lane);
      bench.clock.now += 7_200_000;
    }
    expect(seen.transmitted).toHaveLength(2);
    expect(await state(bench)).toMatchObject({ state: 'failed', lastCode: 'CUT' });
  });

  it('leaves to a person what the look-up itself is refused', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const closed = { kind: 'refused', code: 'DMPClosed', cause: 'DMP fermé', hint: '-' } as const;
    const { adapter } = aDestination(
      [{ kind: 'unknown', code: 'TIMEOUT', cause: 'pas de réponse' }],
      [{ kind: 'failed', outcome: closed }],
    );
    const lane = aLane(bench, adapter);
    await run(lane);
    bench.clock.now += 3_600_000;
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'failed', lastCode: 'DMPClosed' });
  });

  it('takes a duplicate refused after an unknown outcome for a success, at first sight for a failure', async () => {
    const duplicate: Outcome = {
      kind: 'refused',
      code: 'XDSDuplicateUniqueIdInRegistry',
      cause: 'déjà là',
      hint: '-',
    };
    const first = aBench();
    await aPlannedReport(first);
    await run(aLane(first, aDestination([duplicate]).adapter));
    expect(await state(first)).toMatchObject({ state: 'failed', lastCode: 'XDSDuplicateUniqueIdInRegistry' });

    const second = aBench();
    await aPlannedReport(second);
    const lane = aLane(
      second,
      aDestination([{ kind: 'unknown', code: 'X', cause: 'x' }, duplicate], [{ kind: 'absent' }]).adapter,
    );
    await run(lane);
    second.clock.now += 3_600_000;
    await run(lane);
    expect(await state(second)).toMatchObject({ state: 'delivered' });
  });

  it('holds what the destination asks a person about, and sends once that person has lifted it', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination([]);
    const held: Outcome = { kind: 'held', rule: 'traits-dmp', code: 'T', cause: 'diffère : nom', hint: '-' };
    const asking: ChannelAdapter = {
      ...adapter,
      transmit: async (prepared, job, hooks) =>
        job.traitsAccepted ? adapter.transmit(prepared, job, hooks) : held,
    };
    const lane = aLane(bench, asking);
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'held', rule: 'traits-dmp', reason: held.cause });
    await bench.store.release(REPORT, ACT, { liftable: ['traits-dmp'], unmask: [] });
    await plan(bench.store, send());
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'delivered' });
    expect(seen.prepared).toBe(1);
  });

  describe('looks up a doubt that was given up, when a newer version waits for its end', () => {
    const cut: Outcome = { kind: 'unknown', code: 'CUT', cause: 'coupure' };
    /** Version 1 delivered, version 2 cut and cancelled, version 3 told. */
    async function aDoubt(lookups: Lookup[]) {
      const bench = aBench();
      const { adapter, seen } = aDestination([{ kind: 'accepted' }, cut], lookups);
      const lane = aLane(bench, adapter);
      await aPlannedReport(bench);
      await run(lane);
      await tell(bench.store, aDossier({ messageAt: at('20260302120000'), comments: ['v2'] }));
      await render(bench.store);
      await plan(bench.store, send());
      await run(lane);
      const doubt = (await bench.store.deliveries({ states: ['unknown'] }))[0]?.deliveryId ?? '';
      expect(await bench.store.cancelDelivery(doubt, ACT)).toEqual({ done: true });
      await tell(bench.store, aDossier({ messageAt: at('20260302140000'), comments: ['v3'] }));
      bench.clock.now += 3_600_000;
      return { bench, lane, seen };
    }
    const replaced = async (bench: Bench) => (await bench.store.unrendered(1))[0]?.replaces?.number;

    it.each<[string, Lookup, number]>([
      ['present', { kind: 'present', remoteId: 'urn:uuid:2' }, 2],
      ['absent', { kind: 'absent' }, 1],
      [
        'refused',
        { kind: 'failed', outcome: { kind: 'refused', code: 'DMPClosed', cause: 'fermé', hint: '-' } },
        1,
      ],
    ])('%s: it is known what is replaced, and nothing was sent', async (_, lookup, number) => {
      const { bench, lane, seen } = await aDoubt([lookup]);
      expect(await replaced(bench)).toBeUndefined();
      await run(lane);
      expect(await replaced(bench)).toBe(number);
      expect(seen.transmitted).toHaveLength(2);
    });

    it('no answer: asked again later, and not for ever', async () => {
      const retry = { kind: 'retry', code: '503', cause: 'occupé' } as const;
      const { bench, lane } = await aDoubt(
        Array.from({ length: 40 }, (): Lookup => ({ kind: 'failed', outcome: retry })),
      );
      await run(lane);
      expect(await replaced(bench)).toBeUndefined();
      // The test's own time limit is what would end a lane that never gives up.
      while ((await replaced(bench)) === undefined) {
        bench.clock.now += 3_600_000;
        await lane.turn();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(await replaced(bench)).toBe(1);
    });

    it('a blocked door stops the lane', async () => {
      const blocked = { kind: 'blocked', code: 'TLS', cause: 'certificat', hint: 'renouveler' } as const;
      const { bench, lane } = await aDoubt([{ kind: 'failed', outcome: blocked }]);
      await run(lane);
      expect((await bench.store.journal({})).map(({ action }) => action)).toContain('lane-blocked');
      expect(await replaced(bench)).toBeUndefined();
    });
  });

  it.each([
    ['our withdrawn version', undefined, 2],
    ['of a report that came written, the document that the recipient has', {}, 1],
  ])('a notice of withdrawal carries %s', async (_what, mail, carried) => {
    const bench = aBench();
    const { adapter, seen } = aDestination([]);
    const lane = aLane(bench, adapter, { channel: 'mssante-pro' });
    const publish = async (...decisions: Parameters<typeof toDoctor>) => {
      for (const { reportId, version, setOid } of await bench.store.unrendered(1)) {
        const documents = {
          documentOid: `${setOid}.${version}`,
          cda: Buffer.from(`cda ${version}`),
          pdf: Buffer.from(`pdf ${version}`),
          pdfName: 'cr.pdf',
          warnings: [],
          facts: {},
        };
        await bench.store.rendered({ reportId, version }, { ...documents, ...(mail ? { mail } : {}) });
      }
      await plan(bench.store, toDoctor(...decisions));
      await run(lane);
    };
    await tell(bench.store, aDossier());
    await publish();
    await bench.store.withdraw(REPORT, ACT);
    await publish({ withdraws: true });
    expect(seen.jobs.map(({ cda, pdf }) => [String(cda), String(pdf)])).toEqual([
      ['cda 1', 'pdf 1'],
      [`cda ${carried}`, `pdf ${carried}`],
    ]);
  });

  it('stops as a whole when the destination blocks it, and counts no try', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination([
      { kind: 'blocked', code: 'TLS', cause: 'certificat refusé', hint: 'renouveler' },
    ]);
    // A blocked lane is told before the wire: transmit resolves without onWire.
    adapter.transmit = async () =>
      seen.closed
        ? { kind: 'accepted' }
        : { kind: 'blocked', code: 'TLS', cause: 'certificat refusé', hint: 'renouveler' };
    const lane = aLane(bench, adapter);
    await run(lane);
    expect(await state(bench)).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(await lane.turn()).toBe(0);
    expect((await bench.store.journal({})).map((entry) => entry.action)).toContain('lane-blocked');
    bench.clock.now += 61_000;
    expect(await lane.turn()).toBe(1);
    await lane.stop();
    expect(seen.closed).toBe(true);
  });

  it('lets nothing leave once an act has withdrawn it', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const { adapter, seen } = aDestination([]);
    // The act arrives between the lease and the wire.
    const lane = aLane(bench, {
      ...adapter,
      prepare: async () => {
        await bench.store.hold(REPORT, ACT);
        return Buffer.from('x');
      },
    });
    await run(lane);
    expect(seen.transmitted).toHaveLength(0);
    expect((await state(bench))?.state).not.toBe('delivered');
  });

  it('sets aside what was tried too often, with its last cause', async () => {
    const bench = aBench();
    await aPlannedReport(bench);
    const refusals = Array.from(
      { length: 3 },
      (): Outcome => ({ kind: 'retry', code: '451', cause: 'liste grise' }),
    );
    const lane = aLane(bench, aDestination(refusals).adapter, { maxAttempts: 3 });
    for (let i = 0; i < 3; i++) {
      await run(lane);
      bench.clock.now += 7_200_000;
    }
    expect(await state(bench)).toMatchObject({ state: 'failed', lastCode: '451' });
    expect(MAIL_MAX_ATTEMPTS).toBeGreaterThan(48);
  });

  it('retries after a crash of its own code before the wire, doubts after', async () => {
    const before = aBench();
    await aPlannedReport(before);
    const { adapter } = aDestination([]);
    await run(aLane(before, { ...adapter, prepare: async () => Promise.reject(new TypeError('bug')) }));
    expect(await state(before)).toMatchObject({ state: 'waiting', lastCode: 'INTERNAL' });

    const after = aBench();
    await aPlannedReport(after);
    const dying = aDestination([() => Promise.reject(new TypeError('bug'))]);
    await run(aLane(after, dying.adapter));
    expect(await state(after)).toMatchObject({ state: 'unknown', lastCode: 'INTERNAL' });
  });

  it('sends twice at most what nobody can look up, though its own code crash the second time', async () => {
    const bench = aBench();
    await tell(bench.store, aDossier());
    await render(bench.store);
    await plan(bench.store, toDoctor());
    const crash = () => Promise.reject(new TypeError('bug'));
    const { adapter, seen } = aDestination([crash, crash, crash]);
    const lane = aLane(bench, adapter, { channel: 'mssante-pro' });
    for (let i = 0; i < 4; i++) {
      await run(lane);
      bench.clock.now += 7_200_000;
    }
    expect(seen.transmitted).toHaveLength(2);
    expect(await state(bench)).toMatchObject({ state: 'failed', lastCode: 'INTERNAL' });
  });

  describe('when the disk takes no outcome', () => {
    const full = () => Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }));
    /** A bench whose store refuses the first writes of some operations: how many of each. */
    async function aFullDisk(refused: Partial<Record<'onWire' | 'delivered' | 'retryAt', number>>) {
      const bench = aBench();
      await aPlannedReport(bench);
      const left: Record<string, number> = { ...refused };
      const store = new Proxy(bench.store, {
        get(real, name: keyof Store) {
          if (!((left[name] ?? 0) > 0)) return real[name];
          left[name] = (left[name] ?? 0) - 1;
          return full;
        },
      });
      return { ...bench, store };
    }

    it('writes what was delivered when there is room: nothing is in doubt, nothing is sent again', async () => {
      const bench = await aFullDisk({ delivered: 3 });
      const { adapter, seen } = aDestination([{ kind: 'accepted', remoteId: 'urn:uuid:1' }]);
      logged.length = 0;
      await run(aLane(bench, adapter));
      await expect.poll(() => state(bench)).toMatchObject({ state: 'delivered', remoteId: 'urn:uuid:1' });
      expect(logged.filter((event) => event === 'delivery-unrecorded')).toHaveLength(1);
      expect(seen.transmitted).toHaveLength(1);
    });

    it('sends nothing again though the lease ends before there is room', async () => {
      const bench = aBench();
      await tell(bench.store, aDossier());
      await render(bench.store);
      await plan(bench.store, send(), toDoctor());
      let isFull = true;
      const store = new Proxy(bench.store, {
        get: (real, name: keyof Store) => (isFull && name === 'delivered' ? full : real[name]),
      });
      const { adapter, seen } = aDestination([]);
      const lane = aLane({ ...bench, store }, adapter, { channel: 'mssante-pro' });
      await run(lane);
      bench.clock.now += 1_200_000;
      // There is room again: a lane may be the first to know.
      await run(aLane(bench, aDestination([]).adapter));
      await run(lane);
      isFull = false;
      await run(lane);
      expect(await bench.store.deliveries({ reportId: REPORT })).toMatchObject([
        { channel: 'dmp', state: 'delivered' },
        { channel: 'mssante-pro', state: 'delivered', possibleDuplicate: false },
      ]);
      expect(seen.transmitted).toHaveLength(1);
    });

    it('gives back what it could not put on the wire', async () => {
      const bench = await aFullDisk({ onWire: 1, retryAt: 2 });
      const { adapter, seen } = aDestination([]);
      await run(aLane(bench, adapter));
      await expect.poll(() => state(bench)).toMatchObject({ state: 'waiting', lastCode: 'INTERNAL' });
      expect(seen.transmitted).toHaveLength(0);
    });

    it('stops all the same: the next start finds the lease', async () => {
      const bench = await aFullDisk({ delivered: Number.POSITIVE_INFINITY });
      const lane = aLane(bench, aDestination([]).adapter);
      await run(lane);
      await lane.stop();
      expect(await state(bench)).toMatchObject({ state: 'on-wire' });
      expect(await bench.store.recover()).toEqual({ unleased: 0, unknown: 1 });
    });
  });
});
