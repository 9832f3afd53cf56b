/**
 * Says yes so many times in a period, then no until the next one.
 * @param now milliseconds since 1970
 */
export function createThrottle({
  now,
  times,
  everyMs,
}: {
  readonly now: () => number;
  readonly times: number;
  readonly everyMs: number;
}): () => boolean {
  let period = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    if (now() - period >= everyMs) {
      period = now();
      count = 0;
    }
    count += 1;
    return count <= times;
  };
}
