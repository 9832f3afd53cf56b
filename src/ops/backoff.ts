/** First wait; a peer that restarts is back within seconds. */
const BASE_MS = 2_000;
/** Longest wait: an hour lets a long outage cost little and end soon after it is over. */
const CAP_MS = 3_600_000;

/**
 * Exponential back-off with full jitter, so that a thousand reports do not come back at the same second.
 * @param attempts tries already made, ≥ 1
 * @param random in [0, 1)
 * @returns milliseconds to wait, at least a quarter of the step
 */
export function backoff(attempts: number, random: number): number {
  const step = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(step * (0.25 + 0.75 * random));
}
