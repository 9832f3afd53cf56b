import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FileMove, type FolderFeed, type FolderOptions, watchFolder } from '../../src/intake/folder.ts';
import { copyOver, FileChanged, moveInto, moveWithReason } from '../../src/intake/moving.ts';

const WHOLE = 'MSH|^~\\&|SGL\rPID|1\r';
let root: string;
let feeds: FolderFeed[];
let taken: string[];
let errors: unknown[];
const inFolder = (name: string) => join(root, 'export', name);
const archived = () => join(root, 'archive', '2026', '11', '22');

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'intake-'));
  await mkdir(join(root, 'export'));
  [feeds, taken, errors] = [[], [], []];
});
afterEach(async () => {
  await Promise.all(feeds.map((feed) => feed.stop()));
  rmSync(root, { recursive: true });
});

async function start(
  given: Partial<FolderOptions> = {},
  decide: (name: string, size: number) => FileMove | Promise<FileMove> = () => ({ move: 'archive' }),
): Promise<FolderFeed> {
  const feed = await watchFolder(
    {
      folder: join(root, 'export'),
      archive: join(root, 'archive'),
      quarantine: join(root, 'quarantine'),
      stableMs: 20,
      temporarySuffixes: ['.tmp', '.part'],
      truncatedAfterMs: 3_600_000,
      maxBytes: 1_000,
      rescanMs: 60_000,
      // Noon, so that the day is the same in every zone of the tests.
      now: () => Date.UTC(2026, 10, 22, 11) + performance.now(),
      onError: (error) => errors.push(error),
      ...given,
    },
    async (file) => {
      const content = file.size > 1_000 ? 'not read' : Buffer.from(await file.read()).toString();
      taken.push(`${file.name}:${content.length}`);
      return decide(file.name, file.size);
    },
  );
  feeds.push(feed);
  return feed;
}
/** Waits for something that is to happen. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });
/** Proves that files are looked at and passed over: a file dropped afterwards is taken, they are not. */
async function afterAnother(): Promise<void> {
  await writeFile(inFolder('zz-witness.hl7'), WHOLE);
  await until(() => expect(taken.some((file) => file.startsWith('zz-witness'))).toBe(true));
}

describe('files that are taken', () => {
  it('those already there at the start, in their natural order', async () => {
    for (const name of ['r-10.hl7', 'r-2.hl7', 'r-1.hl7']) await writeFile(inFolder(name), WHOLE);
    await start();
    await until(() => expect(readdirSync(archived())).toHaveLength(3));
    expect(taken.map((file) => file.split(':')[0])).toEqual(['r-1.hl7', 'r-2.hl7', 'r-10.hl7']);
    // A file is at both places for a moment.
    await until(() => expect(readdirSync(join(root, 'export'))).toEqual([]));
  });

  it('those dropped later, whole when they are taken', async () => {
    await start();
    await writeFile(inFolder('a.hl7'), 'MSH|^~\\&|SGL\rPI');
    await afterAnother();
    expect(taken).not.toContain('a.hl7:15');
    await appendFile(inFolder('a.hl7'), 'D|1\r');
    await until(() => expect(taken).toContain(`a.hl7:${WHOLE.length}`));
  });

  it('a batch only with its trailer', async () => {
    await start();
    await writeFile(inFolder('a.hl7'), `FHS|^~\\&\r${WHOLE}`);
    await afterAnother();
    expect(taken.filter((file) => file.startsWith('a.'))).toEqual([]);
    await appendFile(inFolder('a.hl7'), 'FTS|1\r');
    await until(() => expect(taken.filter((file) => file.startsWith('a.'))).toHaveLength(1));
  });

  it('one that stays cut, once its time is over', async () => {
    await writeFile(inFolder('a.hl7'), 'MSH|^~\\&|SGL\rPI');
    await start({ truncatedAfterMs: 50 });
    await until(() => expect(taken).toEqual(['a.hl7:15']));
  });

  it('one renamed from a temporary name', async () => {
    await start();
    await writeFile(inFolder('a.hl7.tmp'), WHOLE);
    await afterAnother();
    expect(taken.filter((file) => file.startsWith('a.'))).toEqual([]);
    await rename(inFolder('a.hl7.tmp'), inFolder('a.hl7'));
    await until(() => expect(taken).toContain(`a.hl7:${WHOLE.length}`));
  });

  it.each(['a.hl7.ok', 'a.ok'])('one whose marker %s is there, which then goes', async (marker) => {
    await start({ markerSuffix: '.ok' });
    await writeFile(inFolder('a.hl7'), WHOLE);
    await writeFile(inFolder('b.hl7'), WHOLE);
    await writeFile(inFolder('b.ok'), '');
    await until(() => expect(taken).toEqual([`b.hl7:${WHOLE.length}`]));
    await writeFile(inFolder(marker), '');
    await until(() => expect(readdirSync(join(root, 'export'))).toEqual([]));
    expect(readdirSync(archived()).sort()).toEqual(['a.hl7', 'b.hl7']);
  });

  it('one too large, without being looked into', async () => {
    await writeFile(inFolder('big.hl7'), 'MSH|'.padEnd(2_000, 'x'));
    await start({}, (_, size) => ({ move: 'quarantine', reason: `${size} octets : trop grand` }));
    await until(() =>
      expect(readdirSync(join(root, 'quarantine')).sort()).toEqual(['big.hl7', 'big.hl7.reason.txt']),
    );
    expect(taken).toEqual(['big.hl7:8']);
    expect(readFileSync(join(root, 'quarantine', 'big.hl7.reason.txt'), 'utf8')).toBe(
      '2000 octets : trop grand',
    );
  });
});

describe('what is passed over', () => {
  it('hidden files, links, pipes, folders, empty files', async () => {
    await writeFile(join(root, 'secret.hl7'), WHOLE);
    await symlink(join(root, 'secret.hl7'), inFolder('link.hl7'));
    execFileSync('mkfifo', [inFolder('pipe.hl7')]);
    await mkdir(inFolder('sub.hl7'));
    await writeFile(join(inFolder('sub.hl7'), 'inner.hl7'), WHOLE);
    await writeFile(inFolder('.hidden.hl7'), WHOLE);
    await writeFile(inFolder('empty.hl7'), '');
    await start();
    await afterAnother();
    await until(() => expect(existsSync(inFolder('zz-witness.hl7'))).toBe(false));
    expect(taken).toEqual([`zz-witness.hl7:${WHOLE.length}`]);
    expect(readdirSync(join(root, 'export'))).toHaveLength(5);
  });

  it('a file left by the handler, until it changes', async () => {
    await writeFile(inFolder('a.hl7'), WHOLE);
    await start({}, () => ({ move: 'none' }));
    await until(() => expect(taken).toHaveLength(1));
    await afterAnother();
    expect(taken.filter((file) => file.startsWith('a.'))).toHaveLength(1);
    await appendFile(inFolder('a.hl7'), 'OBR|1\r');
    await until(() => expect(taken.filter((file) => file.startsWith('a.'))).toHaveLength(2));
  });
});

describe('the handler', () => {
  it('that fails leaves the file, which is tried again at the next listing', async () => {
    let failures = 1;
    await writeFile(inFolder('a.hl7'), WHOLE);
    await start({ rescanMs: 60 }, () => {
      if (failures-- > 0) throw new Error('disk full');
      return { move: 'archive' };
    });
    await until(() => expect(existsSync(join(archived(), 'a.hl7'))).toBe(true));
    expect(taken).toHaveLength(2);
    expect(errors).toEqual([new Error('disk full')]);
  });

  it('gets a file again that was written to while in hand, and not moved', async () => {
    await writeFile(inFolder('a.hl7'), WHOLE);
    let appended = false;
    await start({}, async () => {
      if (!appended) {
        appended = true;
        await appendFile(inFolder('a.hl7'), 'OBR|1\r');
      }
      return { move: 'archive' };
    });
    await until(() => expect(existsSync(join(archived(), 'a.hl7'))).toBe(true));
    expect(taken).toEqual([`a.hl7:${WHOLE.length}`, `a.hl7:${WHOLE.length + 6}`]);
  });

  it('is not moved when it changes in the moment of the move', async () => {
    await writeFile(inFolder('a.hl7'), WHOLE);
    const path = inFolder('a.hl7');
    const changed = () => false;
    for (const move of [
      () => moveInto(path, archived(), 'a.hl7', changed),
      () => moveWithReason(path, archived(), 'a.hl7', 'pourquoi', changed),
      () => copyOver(path, join(archived(), 'a.hl7'), changed),
    ])
      await expect(move()).rejects.toThrow(FileChanged);
    expect(readdirSync(archived())).toEqual([]);
    expect(readFileSync(path, 'latin1')).toBe(WHOLE);
  });

  it('is taken as another file when it is rewritten in place, of the same size, before it is read', async () => {
    const other = WHOLE.replace('SGL', 'LGS');
    await writeFile(inFolder('a.hl7'), WHOLE);
    const read: string[] = [];
    let rewritten = false;
    const feed = await watchFolder(
      {
        folder: join(root, 'export'),
        archive: join(root, 'archive'),
        quarantine: join(root, 'quarantine'),
        stableMs: 20,
        temporarySuffixes: [],
        truncatedAfterMs: 0,
        maxBytes: 1_000,
        rescanMs: 60_000,
        now: () => Date.UTC(2026, 10, 22, 11) + performance.now(),
        onError: (error) => errors.push(error),
      },
      async (file) => {
        if (!rewritten) {
          rewritten = true;
          await writeFile(inFolder('a.hl7'), other);
        }
        read.push(Buffer.from(await file.read()).toString());
        return { move: 'archive' };
      },
    );
    feeds.push(feed);
    await until(() => expect(readFileSync(join(archived(), 'a.hl7'), 'latin1')).toBe(other));
    expect(read).toEqual([other]);
    expect(errors).toEqual([]);
  });

  it('has at most so many files in hand, and stop waits for them', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(inFolder(`${name}.hl7`), WHOLE);
    let inHand = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const feed = await start({ concurrency: 2 }, async () => {
      most = Math.max(most, ++inHand);
      await new Promise<void>((resolve) => release.push(resolve));
      inHand -= 1;
      return { move: 'archive' };
    });
    await until(() => expect(release).toHaveLength(2));
    const stopped = feed.stop();
    for (const one of release) one();
    await stopped;
    expect([most, inHand, taken.length]).toEqual([2, 0, 2]);
    expect(readdirSync(archived()).sort()).toEqual(['a.hl7', 'b.hl7']);
    expect(readdirSync(join(root, 'export')).sort()).toEqual(['c.hl7', 'd.hl7']);
  });
});

describe('files that wait', () => {
  it.each(['doc.pdf', 'DOC.PDF'])('%s is handed on again when told, and then moves', async (name) => {
    let moves: FileMove = { move: 'wait', until: Number.POSITIVE_INFINITY };
    const feed = await start({}, () => moves);
    await writeFile(inFolder(name), 'x %%EOF');
    await until(() => expect(taken).toHaveLength(1));
    await afterAnother();
    expect(taken.filter((file) => file.startsWith(name))).toHaveLength(1);
    moves = { move: 'archive' };
    feed.again(['autre.pdf', 'doc.pdf']);
    await until(() => expect(readdirSync(archived())).toContain(name));
  });

  it('at their time, and say that they waited', async () => {
    const seen: boolean[] = [];
    const now = () => Date.UTC(2026, 10, 22, 11) + performance.now();
    const feed = await watchFolder(
      {
        ...{
          folder: join(root, 'export'),
          archive: join(root, 'archive'),
          quarantine: join(root, 'quarantine'),
        },
        ...{
          stableMs: 20,
          temporarySuffixes: [],
          truncatedAfterMs: 1_000,
          maxBytes: 1_000,
          rescanMs: 50,
          now,
        },
      },
      async ({ waited, stamp }) => {
        expect(stamp).toMatch(/^\d+-[\d.]+$/);
        seen.push(waited);
        return seen.length < 3 ? { move: 'wait', until: now() + 50 } : { move: 'archive' };
      },
    );
    feeds.push(feed);
    await writeFile(inFolder('doc.pdf'), 'x');
    await until(() => expect(readdirSync(archived())).toEqual(['doc.pdf']));
    expect(seen).toEqual([false, true, true]);
  });

  it('recalled while the handler still decides, are handed on again at once', async () => {
    let tell: () => void = () => {};
    const feed = await start({}, async (): Promise<FileMove> => {
      if (taken.length > 1) return { move: 'archive' };
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
      return { move: 'wait', until: Number.POSITIVE_INFINITY };
    });
    await writeFile(inFolder('doc.pdf'), 'x %%EOF');
    await until(() => expect(taken).toHaveLength(1));
    feed.again(['doc.pdf']);
    tell();
    await until(() => expect(readdirSync(archived())).toEqual(['doc.pdf']));
  });

  it('documents need no marker of their own', async () => {
    await start({ markerSuffix: '.ok', isSideName: (name) => name.endsWith('.pdf') });
    await writeFile(inFolder('doc.pdf'), 'x');
    await until(() => expect(readdirSync(archived())).toEqual(['doc.pdf']));
  });

  it.each([
    ['a PDF without its end', 'doc.pdf', '%PDF-1.4\n', 'x\n%%EOF\n'],
    ['an HPRIM message without L', 'm.hpr', 'H|~^\\&|F|||\rP|1|L1', '|x\r\nL|1||1'],
  ])('%s is not whole', async (_, name, begin, end) => {
    await start();
    await writeFile(inFolder(name), begin);
    await afterAnother();
    expect(taken.filter((file) => file.startsWith(name))).toEqual([]);
    await appendFile(inFolder(name), end);
    await until(() => expect(taken).toContain(`${name}:${begin.length + end.length}`));
  });
});

describe('moves', () => {
  it('never overwrite: a name already taken gets a number', async () => {
    const names: string[] = [];
    for (const content of ['1', '2', '3']) {
      await writeFile(inFolder('a.hl7'), content);
      names.push(await moveInto(inFolder('a.hl7'), join(root, 'archive'), 'a.hl7'));
    }
    expect(names).toEqual(['a.hl7', 'a-2.hl7', 'a-3.hl7']);
    expect(names.map((name) => readFileSync(join(root, 'archive', name), 'utf8'))).toEqual(['1', '2', '3']);
  });

  it('to the quarantine carry their own reason', async () => {
    for (const content of ['1', '2']) {
      await writeFile(inFolder('a.hl7'), content);
      await moveWithReason(inFolder('a.hl7'), join(root, 'quarantine'), 'a.hl7', `raison ${content}`);
    }
    expect(readFileSync(join(root, 'quarantine', 'a-2.hl7.reason.txt'), 'utf8')).toBe('raison 2');
    expect(readFileSync(join(root, 'quarantine', 'a-2.hl7'), 'utf8')).toBe('2');
  });

  it('that fail leave the file and nothing behind', async () => {
    await expect(moveInto(inFolder('gone.hl7'), join(root, 'archive'), 'gone.hl7')).rejects.toThrow('ENOENT');
    expect(readdirSync(join(root, 'archive'))).toEqual([]);
  });

  it('between file systems copy all of it before the original goes', async () => {
    await writeFile(inFolder('a.hl7'), WHOLE.repeat(1_000));
    await copyOver(inFolder('a.hl7'), join(root, 'copy.hl7'));
    expect(statSync(join(root, 'copy.hl7')).size).toBe(WHOLE.length * 1_000);
    expect(existsSync(inFolder('a.hl7'))).toBe(false);
    expect(readdirSync(root).sort()).toEqual(['copy.hl7', 'export']);
  });
});
