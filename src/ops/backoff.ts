export interface Backoff {
  /** First wait (ms). */
  readonly baseMs: number;
  /** Longest wait (ms). */
  readonly capMs: number;
}

/**
 * Exponential back-off with full jitter, so that a thousand reports do not come back at the same second.
 * @param attempts tries already made, ≥ 1
 * @param random in [0, 1)
 * @returns milliseconds to wait, at least a quarter of the step
 */
export function backoff(attempts: number, random: number, { baseMs, capMs }: Backoff): number {
  const step = Math.min(capMs, baseMs * 2 ** Math.min(attempts - 1, 20));
  return Math.round(step * (0.25 + 0.75 * random));
}
