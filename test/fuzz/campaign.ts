import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profile } from '../fixtures/hl7/messages.ts';
import { hostileInputs } from '../fixtures/hostile/index.ts';
import { type End, openEnds } from './ends.ts';
import { mutate, randomOf } from './mutations.ts';

/** More processor time than this on one input is a hang; the clock would blame the machine's other work on it. */
const HANG_MS = 1_000;
/** Larger seeds would spend the run on copying. */
const MAX_SEED = 20_000;

export interface Campaign {
  readonly inputs: number;
  /** Ends, of every message of every input: `quarantine: CODE` each by its code. */
  readonly ends: Readonly<Record<string, number>>;
  /** Inputs that met a bug, that ended as nothing, or that took too long: number in the run, mutations, what happened. */
  readonly failures: readonly string[];
  /** Processor time of the slowest input. */
  readonly slowestMs: number;
  readonly peakHeapMiB: number;
}

/** The demo's inputs, the hostile corpus, and the messages of a folder when one is given. */
export function seedsOf(folder?: string): string[] {
  const demo = join(import.meta.dirname, '../../config/demo/inputs');
  const files = (from: string): Buffer[] =>
    readdirSync(from, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? files(join(from, entry.name)) : [readFileSync(join(from, entry.name))],
    );
  return [
    ...files(demo),
    ...hostileInputs().map(({ bytes }) => bytes),
    ...(folder && existsSync(folder) ? files(folder) : []),
  ]
    .filter(({ length }) => length > 0 && length <= MAX_SEED)
    .map((bytes) => Buffer.from(bytes).toString('latin1'));
}

/** Sends `count` mutated messages through the readers and the dispatch plan. The same seed gives the same inputs. */
export function runCampaign(count: number, seed: number, seeds: readonly string[]): Campaign {
  const ends: Record<string, number> = {};
  const failures: string[] = [];
  const endsOf = openEnds();
  const random = randomOf(seed);
  const source = profile({ finalTerminator: 'optional', batches: 'lenient' });
  let slowestMs = 0;
  let peakHeap = 0;
  for (let number = 1; number <= count; number++) {
    const { bytes, applied } = mutate(seeds, random);
    const fail = (what: string) => failures.push(`input ${number} (${applied.join(', ')}): ${what}`);
    const start = process.cpuUsage();
    let found: readonly End[] = [];
    try {
      found = endsOf(bytes, source);
      if (found.length === 0) fail('no end');
    } catch (error) {
      fail(
        error instanceof Error ? `${error.name} ${error.stack?.split('\n').slice(0, 3).join(' ')}` : 'thrown',
      );
    }
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1_000;
    if (took > HANG_MS) fail(`${took.toFixed(0)} ms`);
    slowestMs = Math.max(slowestMs, took);
    for (const end of found) ends[end] = (ends[end] ?? 0) + 1;
    if (number % 500 === 0) peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed);
  }
  return { inputs: count, ends, failures, slowestMs, peakHeapMiB: peakHeap / 2 ** 20 };
}
