/** The sandbox as another process drives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SandboxDescription } from '../../src/sandbox/sandbox.ts';
import { ReferenceClient } from './reference/client.ts';

const MAIN = new URL('../../src/sandbox/main.ts', import.meta.url).pathname;
let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(folder, { recursive: true });
});

function start(...more: string[]): ChildProcess {
  child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  return child;
}

async function description(from: ChildProcess): Promise<SandboxDescription> {
  if (from.stdout === null) throw new Error('no output');
  const [line] = (await once(createInterface(from.stdout), 'line')) as [string];
  return JSON.parse(line) as SandboxDescription;
}

it('describes itself when ready, serves, and stops on SIGTERM', async () => {
  const running = start('--dir', folder);
  const told = await description(running);
  expect(JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8'))).toEqual(told);
  for (const path of [told.certificates.auth.key, told.certificates.sign.key])
    expect(statSync(path).mode & 0o777).toBe(0o600);

  expect((await new ReferenceClient(told).deposit()).check).toBeUndefined();
  const { cpu } = (await (await fetch(`${told.control}/state`)).json()) as {
    cpu: { user: number; system: number };
  };
  expect(cpu.user + cpu.system).toBeGreaterThan(0);
  const lines = readFileSync(told.journal, 'utf8').trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(['accepted']);

  running.kill('SIGTERM');
  expect(await once(running, 'exit')).toEqual([0, null]);
});

it('knows the patients of a file', async () => {
  const file = join(folder, 'patients.json');
  const more = {
    ins: '299129999999934',
    birthName: 'HÊTRE',
    givenNames: 'EVE',
    sex: 'F',
    birthDate: '19991231',
    birthPlace: '75056',
  };
  writeFileSync(file, JSON.stringify([more]));
  const told = await description(
    start('--dir', folder, '--patients', file, '--structure', '1750000003', '--organisation', 'LABO'),
  );
  expect(told.organisation).toEqual({ id: '1750000003', name: 'LABO' });
  expect(told.patients.find(({ ins }) => ins === more.ins)).toMatchObject({ dmp: 'active', mes: 'open' });
});

it.each([
  ['no folder', []],
  ['bad ports', ['--dir', 'x', '--ports', '1,2']],
])('says what is wrong and ends: %s', async (_what, more) => {
  const running = start(...more);
  expect(await once(running, 'exit')).toEqual([2, null]);
  expect(existsSync(join(folder, 'sandbox.json'))).toBe(false);
});
