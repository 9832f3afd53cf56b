import { parseArgs } from 'node:util';
import { runCampaign, seedsOf } from './campaign.ts';

/**
 * `npm run fuzz -- [--count N] [--seed N] [--samples DIR]`: mutated messages through every reader and the dispatch plan.
 * Ends with 1 when one of them met a bug, hung or came to nothing; the seed replays the run.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    samples: { type: 'string' },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
const seeds = seedsOf(values.samples);
console.log(`seed ${seed}, ${count} inputs from ${seeds.length} messages`);
const { ends, failures, slowestMs, peakHeapMiB } = runCampaign(count, seed, seeds);
const groups = new Map<string, number>();
for (const [end, times] of Object.entries(ends)) {
  const group = end.replace(/:.*/, '');
  groups.set(group, (groups.get(group) ?? 0) + times);
}
console.table(Object.fromEntries(groups));
console.table(Object.fromEntries(Object.entries(ends).sort(([, one], [, other]) => other - one)));
console.log(
  `slowest ${slowestMs.toFixed(0)} ms, heap ${peakHeapMiB.toFixed(0)} MiB, ${failures.length} failures`,
);
for (const failure of failures.slice(0, 50)) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
