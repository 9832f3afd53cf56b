import { measure } from 'mitata';
import { quantile } from './statistics.ts';

/** Milliseconds. */
export interface Timing {
  readonly median: number;
  readonly p95: number;
}

/** Calls made before those that count: what the engine needs to optimise a parser. */
const WARM_UP_CALLS = 60;
const MEASURED_NS = 1_000e6;
const NS_PER_MS = 1e6;

/** Times a piece of work for about a second, a call at a time (in batches where a call is too short for the clock). */
export async function time(work: () => unknown): Promise<Timing> {
  for (let call = 0; call < WARM_UP_CALLS; call++) await work();
  const { p50, samples } = await measure(work, { min_samples: 20, min_cpu_time: MEASURED_NS });
  return { median: p50 / NS_PER_MS, p95: quantile(samples, 0.95) / NS_PER_MS };
}
