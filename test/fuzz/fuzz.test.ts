import { expect, test } from 'vitest';
import { runCampaign, seedsOf } from './campaign.ts';

const INPUTS = 3_000;

test('every mutated message ends as a report, a held item, a patient update, an ignored or a quarantined one', () => {
  const { ends, failures } = runCampaign(INPUTS, 20261122, seedsOf());
  expect(failures).toEqual([]);
  const kinds = new Set(Object.keys(ends).map((end) => end.replace(/:.*/, '')));
  expect([...kinds].sort()).toEqual(['held', 'ignored', 'patient', 'quarantine', 'report']);
  expect(Object.values(ends).reduce((sum, times) => sum + times, 0)).toBeGreaterThanOrEqual(INPUTS);
}, 120_000);
