import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromInstant,
  instantOf,
  latest,
  parseTimestamp,
  toCda,
  toFrench,
  toXds,
} from '../../src/report/timestamp.ts';

const PARIS = 'Europe/Paris';

describe('a timestamp', () => {
  it.each([
    ['20260302080512', '20260302080512+0100', '20260302070512', '02/03/2026 à 08:05'],
    ['202607020805', '20260702080500+0200', '20260702060500', '02/07/2026 à 08:05'],
    ['20260302080512-0400', '20260302080512-0400', '20260302120512', '02/03/2026 à 08:05'],
    ['20260302080512.1234+0100', '20260302080512+0100', '20260302070512', '02/03/2026 à 08:05'],
    ['20260302', '20260302', '20260301230000', '02/03/2026'],
    ['1979', '1979', '19781231230000', '1979'],
  ])('%s', (text, cda, xds, french) => {
    const time = parseTimestamp(text, PARIS);
    expect(time && [toCda(time), toXds(time), toFrench(time)]).toEqual([cda, xds, french]);
  });

  it.each(['', '2026030', '20261302', '20260230', '202603022460', '20260302250000', 'hier', '2026-03-02'])(
    'refuses %j',
    (text) => {
      expect(parseTimestamp(text, PARIS)).toBeUndefined();
    },
  );

  it('takes the first pass of the hour that October repeats, and the hour after the one March skips', () => {
    expect(parseTimestamp('20261025023000', PARIS)?.offset).toBe('+0200');
    expect(parseTimestamp('20261025033000', PARIS)?.offset).toBe('+0100');
    expect(parseTimestamp('20260329033000', PARIS)?.offset).toBe('+0200');
    expect(parseTimestamp('20260329013000', PARIS)?.offset).toBe('+0100');
  });

  it('follows the zone of overseas laboratories', () => {
    expect(parseTimestamp('20260702080500', 'Indian/Reunion')?.offset).toBe('+0400');
    expect(parseTimestamp('20260702080500', 'America/Martinique')?.offset).toBe('-0400');
  });

  it('comes back from any instant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        fc.constantFrom(PARIS, 'Indian/Reunion', 'Pacific/Marquesas'),
        (seconds, zone) => {
          expect(instantOf(fromInstant(seconds * 1000, zone))).toBe(seconds * 1000);
        },
      ),
    );
  });

  it('knows the latest of several, whatever their offsets', () => {
    const early = { local: '20260302100000', offset: '+0400' };
    const late = { local: '20260302080000', offset: '+0100' };
    expect(latest([undefined, early, late])).toBe(late);
    expect(latest([])).toBeUndefined();
  });
});
