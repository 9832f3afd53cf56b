import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** Files that a source no longer keeps, through the built daemon. */

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

it('an archived file goes once it is older than its source keeps it, and its report stays', {
  timeout: SYSTEM_TIMEOUT_MS,
}, async () => {
  await laboratory.start();
  laboratory.drop('old.hl7', input('02-hemogramme.hl7'));
  laboratory.drop('new.hl7', input('02-hemogramme.hl7', { '26-110002': '26-900001', DEMO0002: 'DEMO-9' }));
  const archived = () => laboratory.files('archive').map((file) => file.split('/').at(-1));
  await laboratory.until('both are archived', () => archived().length === 2);
  await laboratory.settled();
  await laboratory.stop();
  const today = laboratory.files('archive').find((file) => file.endsWith('old.hl7')) ?? '';
  const past = join(laboratory.folder, 'archive', '2020', '02', '29', 'old.hl7');
  mkdirSync(dirname(past), { recursive: true });
  renameSync(join(laboratory.folder, 'archive', today), past);

  laboratory.configure(({ sources: [source] }) => {
    if (source) source.retention = { archiveDays: 30 };
  });
  await laboratory.start();
  await laboratory.until('it is told', () => laboratory.log().includes('"event":"retention-done"'));
  expect(archived()).toEqual(['new.hl7']);
  expect(readdirSync(join(laboratory.folder, 'archive'))).not.toContain('2020');
  expect((await laboratory.report('26-110002')).versions).toHaveLength(1);
  const journal = await laboratory.store().journal({ reportId: 'source:sgl' });
  expect(journal.map(({ action }) => action)).toEqual(['files-removed']);
});
