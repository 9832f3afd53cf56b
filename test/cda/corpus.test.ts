import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { corpus, everything } from './corpus.ts';
import { mutants } from './mutations.ts';
import { cdaOf } from './xml-probe.ts';

test('the corpus is as large as it must be', () => {
  expect(corpus().length).toBeGreaterThanOrEqual(60);
});

test.each(corpus())('%s is conformant', (_, report) => {
  expect(checkDocument(cdaOf(report))).toEqual([]);
});

/**
 * Mutants that the official rules refuse, by name: what three samples of one mutant in sixteen to twenty gave, written
 * down so that the built-in check is held to it where the official kit is not there.
 */
const REFUSED = new Set(
  readFileSync(join(import.meta.dirname, 'officially-refused.txt'), 'utf8')
    .trimEnd()
    .split('\n'),
);

test('every mutant that the official rules refuse is refused', { timeout: 300_000 }, () => {
  const missed: string[] = [];
  let tried = 0;
  for (const { name, bytes } of mutants(cdaOf(everything()))) {
    if (!REFUSED.has(name.trim())) continue;
    tried++;
    if (checkDocument(bytes()).length === 0) missed.push(name);
  }
  expect(missed).toEqual([]);
  expect(tried).toBe(REFUSED.size);
  expect(tried).toBeGreaterThan(200);
});
