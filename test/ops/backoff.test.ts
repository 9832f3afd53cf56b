import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff } from '../../src/ops/backoff.ts';

const BOUNDS = { baseMs: 2_000, capMs: 3_600_000 };

describe('the back-off', () => {
  it('doubles, up to its cap', () => {
    expect([1, 2, 3, 12, 1_000].map((attempts) => backoff(attempts, 0.999999, BOUNDS))).toEqual(
      [2_000, 4_000, 8_000, 3_600_000, 3_600_000].map((ms) => expect.closeTo(ms, -1)),
    );
  });

  it('never waits less than a quarter of its step, nor more than the step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const step = Math.min(BOUNDS.capMs, BOUNDS.baseMs * 2 ** (attempts - 1));
          const wait = backoff(attempts, random, BOUNDS);
          expect(wait).toBeGreaterThanOrEqual(step / 4 - 1);
          expect(wait).toBeLessThanOrEqual(step);
        },
      ),
    );
  });
});
