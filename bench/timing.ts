import { median, quantile } from './statistics.ts';

/** Milliseconds. */
export interface Timing {
  readonly median: number;
  readonly p95: number;
}

/**
 * Times a piece of work, a call at a time, after as many calls as the engine needs to optimise it.
 * @param work given the number of the call, so that it can do something new each time
 */
export async function time(times: number, work: (call: number) => unknown): Promise<Timing> {
  const warmUp = Math.ceil(times / 2);
  const samples: number[] = [];
  for (let call = 0; call < warmUp + times; call++) {
    const start = performance.now();
    await work(call);
    if (call >= warmUp) samples.push(performance.now() - start);
  }
  return { median: median(samples), p95: quantile(samples, 0.95) };
}
