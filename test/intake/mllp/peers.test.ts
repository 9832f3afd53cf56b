import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../src/intake/mllp/memory-budget.ts';
import {
  addressFilter,
  isAllowedSubject,
  isNetwork,
  subjectPattern,
} from '../../../src/intake/mllp/peers.ts';

describe('addresses', () => {
  it.each(['10.1.2.3', '10.1.0.0/16', 'fd00::/8', '::1', '0.0.0.0/0'])('%s is a network', (text) => {
    expect(isNetwork(text)).toBe(true);
  });
  it.each(['', '10.1.2', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', 'sgl.labo', '/8'])(
    '« %s » is none',
    (text) => {
      expect(isNetwork(text)).toBe(false);
    },
  );

  it('are allowed by address or network, in either family, mapped ones as what they are', () => {
    const isAllowed = addressFilter(['10.1.0.0/16', '192.168.1.5', 'fd00::/8']);
    expect(['10.1.255.1', '::ffff:10.1.2.3', '192.168.1.5', 'fd12::1'].map(isAllowed)).not.toContain(false);
    expect(['10.2.0.1', '192.168.1.6', 'fe80::1', '::ffff:10.2.0.1', ''].map(isAllowed)).not.toContain(true);
    expect(addressFilter([])('203.0.113.9')).toBe(true);
  });
});

describe('subjects', () => {
  it('match when every attribute does, whatever else the certificate says', () => {
    const pattern = subjectPattern('CN=sgl, O=Labo\\, Fils') ?? [];
    expect(isAllowedSubject([pattern], { CN: 'sgl', O: 'Labo, Fils', OU: ['a', 'b'] })).toBe(true);
    expect(isAllowedSubject([pattern], { CN: 'sgl', O: 'Labo' })).toBe(false);
    expect(isAllowedSubject([subjectPattern('OU=b') ?? []], { OU: ['a', 'b'] })).toBe(true);
    expect(isAllowedSubject([], {})).toBe(true);
  });

  it.each(['', 'sgl', 'CN=', '=x', 'CN=a,,'])('« %s » is no subject, or names its attributes', (text) => {
    const pattern = subjectPattern(text);
    expect(pattern === undefined || pattern.every(([type, value]) => type !== '' && value !== '')).toBe(true);
  });
});

describe('memory', () => {
  /** A connection that notes when it may read. */
  const aHolder = () => ({
    reads: true,
    pause() {
      this.reads = false;
    },
    resume() {
      this.reads = true;
    },
  });

  it('above the limit only the one that has held for the longest reads on, then the next', () => {
    const budget = new MemoryBudget(100);
    const [first, second, third] = [aHolder(), aHolder(), aHolder()];
    budget.set(first, 60);
    budget.set(second, 60);
    budget.set(third, 30);
    expect([first.reads, second.reads, third.reads]).toEqual([true, false, false]);
    budget.set(first, 300);
    expect(first.reads).toBe(true);
    budget.set(first, 0);
    expect([second.reads, third.reads]).toEqual([true, true]);
    budget.set(third, 90);
    expect([second.reads, third.reads]).toEqual([true, false]);
    budget.set(second, 0);
    expect(third.reads).toBe(true);
    expect(budget.used).toBe(90);
  });
});
