import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { rename, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FileMove, type FolderFeed, type FolderOptions, watchFolder } from '../../src/intake/folder.ts';

/** What export folders really look like (inputs.md §13), each habit by itself. */

const WHOLE = 'MSH|^~\\&|SGL\rPID|1\r';
let root: string;
let feeds: FolderFeed[];
let taken: string[];
let obstacles: (string | undefined)[];
let mounts: string[];
const inFolder = (...names: string[]) => join(root, 'export', ...names);
const archive = () => join(root, 'archive');
const archived = (...below: string[]) => join(archive(), '2026', '11', '22', ...below);
const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'habits-'));
  mkdirSync(inFolder());
  [feeds, taken, obstacles, mounts] = [[], [], [], []];
});
afterEach(async () => {
  await Promise.all(feeds.map((feed) => feed.stop()));
  for (const mount of mounts) execFileSync('umount', [mount]);
  rmSync(root, { recursive: true });
});

async function start(
  given: Partial<FolderOptions> = {},
  decide: () => FileMove | Promise<FileMove> = () => ({ move: 'archive' }),
): Promise<void> {
  const feed = await watchFolder(
    {
      ...{ folder: inFolder(), archive: archive(), quarantine: join(root, 'quarantine') },
      ...{ stableMs: 20, temporarySuffixes: ['.tmp'], lockSuffixes: ['.lck'], truncatedAfterMs: 3_600_000 },
      ...{ maxBytes: 1_000, rescanMs: 50 },
      now: () => Date.UTC(2026, 10, 22, 11) + performance.now(),
      onObstacle: (code) => obstacles.push(code),
      ...given,
    },
    async (file) => {
      await file.read();
      taken.push(file.name);
      return decide();
    },
  );
  feeds.push(feed);
}

/** A small disk of its own; undefined where this account may not mount one. */
function mount(path: string, options: string): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    console.log('no disk can be mounted here: a test of a full or read-only disk is skipped');
    return false;
  }
  mounts.push(path);
  return true;
}

it.each(['a.hl7.lck', 'a.lck'])('a file with its lock %s is left until the lock goes', async (lock) => {
  await writeFile(inFolder('a.hl7'), WHOLE);
  await writeFile(inFolder(lock), '');
  await writeFile(inFolder('b.hl7'), WHOLE);
  await start();
  await until(() => expect(readdirSync(archived())).toEqual(['b.hl7']));
  rmSync(inFolder(lock));
  await until(() => expect(readdirSync(archived())).toEqual(['a.hl7', 'b.hl7']));
});

it('names with accents, blanks and signs arrive as they are', async () => {
  const names = ['Bilan été n° 2 (copie).hl7', 'œdème & Cie.hl7', 'e\u0301.hl7', "d'Yquem;$(x).hl7"];
  for (const name of names) await writeFile(inFolder(name), WHOLE);
  await start();
  await until(() => expect(readdirSync(archived()).sort()).toEqual([...names].sort()));
});

it('a name in another charset is taken under the name that was meant', async () => {
  await writeFile(
    Buffer.concat([Buffer.from(`${inFolder()}/r`), Buffer.from([0xe9, 0xe8]), Buffer.from('.hl7')]),
    WHOLE,
  );
  await start();
  await until(() => expect(readdirSync(archived())).toEqual(['réè.hl7']));
});

it('a folder that is gone for a while is told of once, and taken again when it is back', async () => {
  await start();
  renameSync(inFolder(), join(root, 'away'));
  await until(() => expect(obstacles).toEqual(['ENOENT']));
  await writeFile(join(root, 'away', 'a.hl7'), WHOLE);
  renameSync(join(root, 'away'), inFolder());
  await until(() => expect(readdirSync(archived())).toEqual(['a.hl7']));
  expect(obstacles).toEqual(['ENOENT', undefined]);
});

describe('a root with a folder for each sender', () => {
  it('is taken but for a sub-folder that cannot be listed, of which a person is told until it can', async () => {
    // Written by an older system: its readable name is another folder's, and no path leads to it.
    const foreign = Buffer.concat([Buffer.from(`${inFolder()}/r`), Buffer.from([0xe9])]);
    mkdirSync(foreign);
    mkdirSync(inFolder('ré'));
    await writeFile(inFolder('ré', 'a.hl7'), WHOLE);
    const errors: unknown[] = [];
    await start({ subFolders: true, onError: (error) => errors.push(error) });
    await until(() => expect(taken).toEqual(['ré/a.hl7']));
    expect(obstacles).toEqual(['ENOENT']);
    expect(errors[0]).toMatchObject({ code: 'ENOENT' });
    rmdirSync(foreign);
    await until(() => expect(obstacles).toEqual(['ENOENT', undefined]));
  });

  it('is taken with its sub-folders, and archived alike; the same name in two of them is two files', async () => {
    mkdirSync(inFolder('nord', 'urgences'), { recursive: true });
    mkdirSync(inFolder('sud'));
    await writeFile(inFolder('nord', 'a.hl7'), WHOLE);
    await start({ subFolders: true, markerSuffix: '.ok' });
    await writeFile(inFolder('sud', 'a.hl7'), `${WHOLE}OBR|1\r`);
    await writeFile(inFolder('nord', 'urgences', 'b.hl7'), WHOLE);
    for (const name of ['nord/a', 'sud/a', 'nord/urgences/b']) await writeFile(inFolder(`${name}.ok`), '');
    await until(() => expect(taken.sort()).toEqual(['nord/a.hl7', 'nord/urgences/b.hl7', 'sud/a.hl7']));
    await until(() => expect(readdirSync(inFolder('sud'))).toEqual([]));
    expect(readFileSync(archived('sud', 'a.hl7'), 'utf8')).toContain('OBR');
    expect(readFileSync(archived('nord', 'a.hl7'), 'utf8')).toBe(WHOLE);
    await until(() => expect(existsSync(archived('nord', 'urgences', 'b.hl7'))).toBe(true));
  });

  it('sees what comes into a folder made later; hidden folders, links and the archive are no part of it', async () => {
    await start({ subFolders: true, rescanMs: 60_000, archive: inFolder('lus') });
    mkdirSync(inFolder('nouveau'));
    await vi.waitFor(() => expect(existsSync(inFolder('nouveau'))).toBe(true));
    mkdirSync(inFolder('.cache'));
    await writeFile(inFolder('.cache', 'x.hl7'), WHOLE);
    mkdirSync(join(root, 'ailleurs'));
    await writeFile(join(root, 'ailleurs', 'y.hl7'), WHOLE);
    await symlink(join(root, 'ailleurs'), inFolder('lien'));
    await writeFile(inFolder('nouveau', 'a.hl7'), WHOLE);
    await writeFile(inFolder('b.hl7'), WHOLE);
    await until(() => expect(taken.sort()).toEqual(['b.hl7', 'nouveau/a.hl7']));
  });
});

it('a share that sends no events is listed again and again', async () => {
  await start({ polling: true, rescanMs: 100 });
  await writeFile(inFolder('a.hl7.tmp'), WHOLE);
  await rename(inFolder('a.hl7.tmp'), inFolder('a.hl7'));
  await until(() => expect(readdirSync(archived())).toEqual(['a.hl7']));
});

it('sockets, devices and pipes are never opened', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(inFolder('socket.hl7'), resolve));
  execFileSync('mkfifo', [inFolder('pipe.hl7')]);
  try {
    execFileSync('mknod', [inFolder('zero.hl7'), 'c', '1', '5'], { stdio: 'ignore' });
  } catch {
    console.log('no device can be made here: the others are tried');
  }
  await start();
  await writeFile(inFolder('zz.hl7'), WHOLE);
  await until(() => expect(readdirSync(archived())).toEqual(['zz.hl7']));
  expect(taken).toEqual(['zz.hl7']);
  server.close();
});

it('hundreds of files at the start are all taken, once, in their order', async () => {
  const names = Array.from({ length: 300 }, (_, n) => `r-${n}.hl7`);
  for (const name of names) await writeFile(inFolder(name), WHOLE);
  await start({ concurrency: 1 });
  await until(() => expect(readdirSync(inFolder())).toEqual([]));
  expect(taken).toEqual(names);
});

describe('when nothing can be written', () => {
  it('a full store: nothing moves, one file is tried at a time, told once; it goes on by itself', async () => {
    let full = true;
    for (const name of ['a', 'b', 'c']) await writeFile(inFolder(`${name}.hl7`), WHOLE);
    await start({ concurrency: 4 }, () => {
      if (full) throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
      return { move: 'archive' };
    });
    await until(() => expect(obstacles).toEqual(['SQLITE_FULL']));
    const tried = taken.length;
    await until(() => expect(taken.length).toBeGreaterThan(tried + 1));
    expect(readdirSync(inFolder())).toHaveLength(3);
    full = false;
    await until(() => expect(readdirSync(archived())).toEqual(['a.hl7', 'b.hl7', 'c.hl7']));
    await until(() => expect(obstacles).toEqual(['SQLITE_FULL', undefined]));
  });

  it('a full disk: the file stays whole, and is archived once there is room', async ({ skip }) => {
    if (!mount(archive(), 'size=64k')) skip();
    await writeFile(join(archive(), 'plein'), '');
    execFileSync('sh', ['-c', `cat /dev/zero > ${join(archive(), 'plein')} 2>/dev/null || true`]);
    await writeFile(inFolder('a.hl7'), WHOLE);
    await start();
    await until(() => expect(obstacles).toEqual(['ENOSPC']));
    expect(readFileSync(inFolder('a.hl7'), 'utf8')).toBe(WHOLE);
    rmSync(join(archive(), 'plein'));
    await until(() => expect(obstacles).toEqual(['ENOSPC', undefined]));
    expect(readFileSync(archived('a.hl7'), 'utf8')).toBe(WHOLE);
  });

  it('a read-only archive: the file is not taken again and again, and moves when the archive can be written', async ({
    skip,
  }) => {
    if (!mount(archive(), 'ro')) skip();
    await writeFile(inFolder('a.hl7'), WHOLE);
    await writeFile(inFolder('b.hl7'), WHOLE);
    await start();
    await until(() => expect(obstacles).toEqual(['EROFS']));
    const before = taken.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(taken).toHaveLength(before);
    execFileSync('mount', ['-o', 'remount,rw', archive()]);
    await until(() => expect(readdirSync(archived()).sort()).toEqual(['a.hl7', 'b.hl7']));
    await until(() => expect(obstacles).toEqual(['EROFS', undefined]));
  });
});
