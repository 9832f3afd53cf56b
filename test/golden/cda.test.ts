import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { REPORTS } from '../fixtures/reports.ts';

const EXPECTED = join(import.meta.dirname, 'expected');

/** Written only by `npm run golden`; the diff is then read by a person. */
describe('the CR-Bio of each report stays as it was read and accepted', () => {
  test.each(Object.entries(REPORTS))('%s', (name, report) => {
    const cda = Buffer.from(buildCda({ report: report(), pdf: samplePdf(name) })).toString('utf8');
    const file = join(EXPECTED, `${name}.cda.xml`);
    if (process.env.UPDATE_GOLDEN === '1') {
      mkdirSync(EXPECTED, { recursive: true });
      writeFileSync(file, cda);
    }
    expect(cda).toBe(readFileSync(file, 'utf8'));
  });
});
