import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { LogFields } from '../../src/ops/log.ts';
import { startRetention } from '../../src/stages/retention.ts';
import { aBench } from '../store/store-fixtures.ts';

test('at the start: removes what the store holds, tells the log and the journal, without a name', async () => {
  const { store, clock } = aBench();
  const root = mkdtempSync(join(tmpdir(), 'retention-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const day = join(root, 'archive', '2025', '12', '01');
  mkdirSync(day, { recursive: true });
  await store.receive({ source: 'sgl', origin: 'DUPONT.hl7', bytes: Buffer.from('held') });
  writeFileSync(join(day, 'DUPONT.hl7'), 'held');
  writeFileSync(join(day, 'MARTIN.hl7'), 'not held');
  const lines: [string, LogFields | undefined][] = [];
  const line = (event: string, fields?: LogFields) => void lines.push([event, fields]);

  const retention = startRetention(
    [
      {
        ...{ name: 'sgl', archive: join(root, 'archive'), archiveDays: 30 },
        ...{ quarantine: join(root, 'absent'), quarantineDays: 30 },
      },
      { name: 'kept-for-ever', archive: join(root, 'absent'), quarantine: join(root, 'absent') },
    ],
    { store, log: { info: line, warn: line, error: line }, now: () => clock.now },
  );
  await vi.waitFor(() => expect(lines).toHaveLength(3));
  await retention.stop();

  expect(readdirSync(day)).toEqual(['MARTIN.hl7']);
  expect(lines).toEqual([
    ['retention-done', { source: 'sgl', state: 'archive', count: 1 }],
    ['retention-kept', { source: 'sgl', state: 'archive', count: 1 }],
    ['retention-failed', { source: 'sgl', state: 'quarantine', code: 'ENOENT' }],
  ]);
  const entries = await store.journal({ reportId: 'source:sgl' });
  expect(entries).toMatchObject([
    {
      actor: 'crbio',
      action: 'files-removed',
      details: { folder: 'archive', removed: 1, kept: 1, before: '2026-01-31' },
    },
  ]);
});
