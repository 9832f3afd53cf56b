import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { continuePipeline, offer, STEPS } from './pipeline-steps.ts';
import { aBench } from './store-fixtures.ts';

const here = (name: string) => new URL(name, import.meta.url).pathname;
const run = ['--import', 'tsx'];

describe('a process killed (SIGKILL) after a step', () => {
  test.each(STEPS)('%s: another takes the message on, once, to its end', async (step) => {
    const bench = aBench();
    await bench.store.close();
    const killed = spawnSync(process.execPath, [...run, here('pipeline-process.ts'), bench.file, step], {
      encoding: 'utf8',
    });
    expect(killed, killed.stderr).toMatchObject({ signal: 'SIGKILL' });

    const store = bench.crash();
    expect((await offer(store)).duplicate).toBe(true);
    const recovered = await store.recover();
    const onWire = step === 'onWire';
    const leased = step === 'lease' || step === 'prepared';
    expect(recovered).toEqual({ unleased: leased ? 1 : 0, unknown: onWire ? 1 : 0 });
    const told = await continuePipeline(store);
    if (step === 'delivered') expect(told).toBeUndefined();
    else expect(told).toEqual({ unknown: onWire, prepared: onWire || step === 'prepared' });
    expect(await store.deliveries()).toMatchObject([{ state: 'delivered', remoteId: 'remote' }]);
    expect((await store.reports())[0]).toMatchObject({ version: 1, state: 'planned' });
    expect((await store.verifyJournal()).brokenAt).toBeUndefined();
  });
});

test('messages acknowledged before a kill at any moment are all there', async () => {
  const bench = aBench();
  await bench.store.close();
  const child = spawn(process.execPath, [...run, here('receive-process.ts'), bench.file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    // In the middle of what comes after: the process has no time to end anything.
    if (acknowledged.length === 200) child.kill('SIGKILL');
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  const kept = new Set(
    (await bench.crash().uninterpreted(1_000_000)).map(({ bytes }) => Buffer.from(bytes).toString()),
  );
  expect(acknowledged.filter((text) => !kept.has(text))).toEqual([]);
  expect((await bench.store.verifyJournal()).brokenAt).toBeUndefined();
});
