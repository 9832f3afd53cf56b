import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkRoom } from '../../src/commands/check-room.ts';
import { type Config, parseConfig } from '../../src/config.ts';

const EXAMPLE = parseConfig(readFileSync('config/crbio.example.yaml', 'utf8'), 'c.yaml') as Config;
const MIB = 1024 * 1024;
const inFolder = (data: string): Config => ({ ...EXAMPLE, data });

it('warns of a disk on which joined documents would wait for ever, and says what to do', () => {
  const [finding, ...others] = checkRoom(inFolder('/srv/crbio'), () => 64 * MIB - 1);
  expect(finding).toMatchObject({ check: 'place disque', level: 'warning' });
  expect(finding?.text).toMatch(/^\/srv\/crbio : 63 Mio libres, il en faut 64 .*Libérer de la place/);
  expect(others).toEqual([]);
  expect(checkRoom(inFolder('/srv/crbio'), () => 64 * MIB)).toMatchObject([{ level: 'ok' }]);
});

it('reads the disk of the data folder, and leaves a missing folder to its own check', () => {
  expect(checkRoom(inFolder(tmpdir()))[0]?.text).toMatch(/ : \d+ Mio libres/);
  expect(checkRoom(inFolder(join(tmpdir(), 'crbio-absent', 'data')))).toEqual([]);
});
