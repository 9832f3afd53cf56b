import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { usePrivateTemporary } from '../../src/ops/temporary.ts';
import { inPrivateFolder } from '../../src/pdf/command.ts';

const before = process.env.TMPDIR;
let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'crbio-data-'));
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(data, { recursive: true, force: true });
});

it('is inside the data folder, for this user only, and emptied of what a killed daemon left', () => {
  mkdirSync(join(data, 'tmp', 'crbio-pdf-left'), { recursive: true, mode: 0o755 });
  writeFileSync(join(data, 'tmp', 'crbio-pdf-left', 'page.pdf'), 'x');
  const folder = usePrivateTemporary(data);
  expect(folder).toBe(join(data, 'tmp'));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual([]);
});

it('is where pages of reports are worked on, and is empty afterwards', async () => {
  const folder = usePrivateTemporary(data);
  const used = await inPrivateFolder(async (one) => one);
  expect(used.startsWith(`${folder}/crbio-pdf-`)).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});
