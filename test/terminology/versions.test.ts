import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of, type VersionAct, VersionedFile } from '../../src/terminology/versions.ts';

let folder: string;
let path: string;
let file: VersionedFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'versions-'));
  path = join(folder, 'catalogue.csv');
  file = new VersionedFile(path);
});
afterEach(() => rmSync(folder, { recursive: true }));

const act = (more: Partial<VersionAct> = {}): VersionAct => ({
  at: '2026-03-02T07:00:00.000Z',
  by: 'Dr Martin',
  reason: 'essai',
  action: 'set',
  ...more,
});
const sha = (text: string) => sha256Of(Buffer.from(text));

describe('VersionedFile', () => {
  it('keeps what it found, then each version with its act, and replaces the file', () => {
    writeFileSync(path, 'un');
    expect(file.active()).toBeUndefined();
    expect(file.activate('deux', act(), sha('un'))).toMatchObject({ version: 2, sha256: sha('deux') });
    expect(readFileSync(path, 'utf8')).toBe('deux');
    expect(file.history().map(({ version, action, by }) => [version, action, by])).toEqual([
      [1, 'initial', ''],
      [2, 'set', 'Dr Martin'],
    ]);
    expect(file.active()?.version).toBe(2);
    expect(file.read(1)).toEqual(Buffer.from('un'));
    expect(file.read(9)).toMatchObject({ code: 'VERSION_UNKNOWN' });
  });

  it('notices a change made outside, and keeps it before the next version', () => {
    file.activate('un', act(), undefined);
    writeFileSync(path, 'au tableur');
    expect(file.active()).toBeUndefined();
    file.activate('deux', act(), sha('au tableur'));
    expect(file.history().map(({ action }) => action)).toEqual(['set', 'hand', 'set']);
    expect(file.read(2)).toEqual(Buffer.from('au tableur'));
  });

  it('refuses a change made from a content that is no longer there', () => {
    file.activate('un', act(), undefined);
    expect(file.activate('deux', act(), sha('zéro'))).toMatchObject({ code: 'CATALOGUE_BUSY' });
    expect(readFileSync(path, 'utf8')).toBe('un');
    expect(file.history()).toHaveLength(1);
  });

  it('passes over a number that another command began to write', () => {
    file.activate('un', act(), undefined);
    // As if it stood between the two writes of the other one: its copy is there, its act is not.
    const versions = join(folder, 'catalogue.versions');
    writeFileSync(join(versions, '0002.csv'), 'autre');
    expect(file.activate('deux', act(), sha('un'))).toMatchObject({ version: 3 });
    expect(readFileSync(join(versions, '0002.csv'), 'utf8')).toBe('autre');
  });

  it('writes copies that nobody changes by mistake, and leaves no file half written', () => {
    file.activate('un', act(), undefined);
    file.attach(1, '.rapport-import.csv', 'rapport');
    const versions = join(folder, 'catalogue.versions');
    expect(readdirSync(versions).sort()).toEqual(['0001.csv', '0001.json', '0001.rapport-import.csv']);
    for (const name of readdirSync(versions)) expect(statSync(join(versions, name)).mode & 0o222).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['catalogue.csv', 'catalogue.versions']);
  });
});
