import { expect, it } from 'vitest';
import { maskEndOf } from '../../src/commands/mask-end.ts';

const PARIS = 'Europe/Paris';

it.each([
  ['2026-12-15', '2026-12-15T00:00:00+01:00'],
  ['2026-07-14', '2026-07-14T00:00:00+02:00'],
  ['2026-12-15T14:00', '2026-12-15T14:00+01:00'],
  ['2026-12-15T14:00:30', '2026-12-15T14:00:30+01:00'],
  ['2026-12-15T14:00-03:00', '2026-12-15T14:00-03:00'],
  ['2026-12-15T14:00Z', '2026-12-15T14:00+00:00'],
])('%s ends at %s', (text, end) => {
  expect(maskEndOf(text, PARIS)).toBe(end);
  expect(Date.parse(end)).not.toBeNaN();
});

it('takes a day of the zone where the laboratory is', () => {
  expect(maskEndOf('2026-12-15', 'Indian/Reunion')).toBe('2026-12-15T00:00:00+04:00');
});

// Each is a date for JavaScript, often another one than the person meant.
it.each([
  '03/05/2026',
  '1',
  '2026',
  '2026-12',
  '2026-02-30',
  'demain',
  '15 dec 2026',
  '',
  '2026-12-15T25:00',
])('is not told by « %s »', (text) => {
  expect(maskEndOf(text, PARIS)).toBeUndefined();
});
