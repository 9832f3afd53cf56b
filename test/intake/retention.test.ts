import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileState } from '../../src/intake/completeness.ts';
import { cutOffOf, dateFolderState, dueInQuarantine } from '../../src/intake/retention.ts';
import { type SweepCount, sweepArchive, sweepQuarantine } from '../../src/intake/retention-sweep.ts';

const NOW = new Date(2026, 10, 22, 11).getTime();
const CUT_OFF = cutOffOf(NOW, 10);

describe('what is due', () => {
  it('counts calendar days, across the changes of the clock', () => {
    expect(CUT_OFF).toEqual({ day: '2026-11-12', instant: new Date(2026, 10, 12).getTime() });
    expect(cutOffOf(NOW, 40).day).toBe('2026-10-13');
    expect(cutOffOf(NOW, 365).day).toBe('2025-11-22');
  });

  it.each([
    [['2025'], 'due'],
    [['2026'], 'partly'],
    [['2027'], undefined],
    [['2026', '10'], 'due'],
    [['2026', '11'], 'partly'],
    [['2026', '12'], undefined],
    [['2026', '11', '11'], 'due'],
    [['2026', '11', '12'], undefined],
    [['2026', '11', '22'], undefined],
    [['2026', '02', '30'], undefined],
    [['2026', '13'], undefined],
    [['26'], undefined],
    [['2025-old'], undefined],
    [['2025', '1'], undefined],
    [['2025', '01', '01', '01'], undefined],
    [['..'], undefined],
  ])('the date folder %j is %s', (parts, state) => {
    expect(dateFolderState(parts, CUT_OFF)).toBe(state);
  });

  it('takes a quarantined file for as old as the newer of itself and its note', () => {
    const [old, recent] = [CUT_OFF.instant - 1, CUT_OFF.instant];
    const files = [
      { name: 'a.hl7', mtimeMs: old },
      { name: 'a.hl7.reason.txt', mtimeMs: old },
      { name: 'b.hl7', mtimeMs: old },
      { name: 'b.hl7.reason.txt', mtimeMs: recent },
      { name: 'c.hl7', mtimeMs: recent },
      { name: 'd.hl7', mtimeMs: old },
      { name: 'taken-away.hl7.reason.txt', mtimeMs: old },
      // A file of such a name is no note when it has one.
      { name: 'e.reason.txt', mtimeMs: old },
      { name: 'e.reason.txt.reason.txt', mtimeMs: recent },
    ];
    expect(dueInQuarantine(files, CUT_OFF)).toEqual([
      { file: 'a.hl7', note: 'a.hl7.reason.txt' },
      { file: 'd.hl7' },
      { note: 'taken-away.hl7.reason.txt' },
    ]);
  });
});

describe('a sweep', () => {
  let root: string;
  let held: Set<string>;
  let steps: SweepCount[];
  let errors: unknown[];
  const at = (...names: string[]) => join(root, ...names);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'retention-'));
    mkdirSync(at('archive'));
    mkdirSync(at('quarantine'));
    [held, steps, errors] = [new Set(), [], []];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** A file of that content, its bytes in the store unless told otherwise, last written before the cut-off. */
  function put(path: string, content = path, { inStore = true, mtime = CUT_OFF.instant - 1_000 } = {}): void {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
    utimesSync(at(path), mtime / 1_000, mtime / 1_000);
    if (inStore) held.add(createHash('sha256').update(content).digest('hex'));
  }
  const options = (folder: string, signal = new AbortController().signal) => ({
    folder: at(folder),
    cutOff: CUT_OFF,
    isHeld: async (sha256: string) => held.has(sha256),
    unheld: new Map<string, FileState>(),
    onStep: async (step: SweepCount) => void steps.push(step),
    onError: (error: unknown) => errors.push(error),
    signal,
  });
  const left = (folder: string) =>
    readdirSync(at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(at(folder).length + 1))
      .sort();

  it('empties the archive of the days before the cut-off, and removes their folders', async () => {
    put('archive/2025/12/31/a.hl7');
    put('archive/2026/10/01/hopital/a.hl7');
    put('archive/2026/11/11/b.hl7');
    put('archive/2026/11/12/c.hl7');
    put('archive/2026/11/22/d.hl7');
    put('archive/notes.txt');
    put('archive/old/2020/01/01/e.hl7');
    expect(await sweepArchive(options('archive'))).toEqual({ removed: 3, kept: 0 });
    expect(left('archive')).toEqual([
      '2026/11/12/c.hl7',
      '2026/11/22/d.hl7',
      'notes.txt',
      'old/2020/01/01/e.hl7',
    ]);
    expect(readdirSync(at('archive')).sort()).toEqual(['2026', 'notes.txt', 'old']);
    expect(readdirSync(at('archive', '2026'))).toEqual(['11']);
    expect(readdirSync(at('archive', '2026', '11')).sort()).toEqual(['12', '22']);
    expect(steps).toEqual([{ removed: 3, kept: 0 }]);
  });

  it('leaves the month of the cut-off, even empty: its next day may be about to be made', async () => {
    put('archive/2026/11/11/b.hl7');
    await sweepArchive(options('archive'));
    expect(readdirSync(at('archive', '2026'))).toEqual(['11']);
  });

  it('keeps and counts a file whose bytes the store does not hold; an empty one holds nothing', async () => {
    put('archive/2026/10/01/unknown.hl7', 'unknown', { inStore: false });
    put('archive/2026/10/01/empty.hl7', '', { inStore: false });
    expect(await sweepArchive(options('archive'))).toEqual({ removed: 1, kept: 1 });
    expect(left('archive')).toEqual(['2026/10/01/unknown.hl7']);
    expect(errors).toEqual([]);
  });

  it('reads an unheld file once, and again when it has changed', async () => {
    put('archive/2026/10/01/unknown.hl7', 'unknown', { inStore: false });
    const asked: string[] = [];
    const again = {
      ...options('archive'),
      isHeld: async (sha256: string) => {
        asked.push(sha256);
        return held.has(sha256);
      },
    };
    for (const _ of [1, 2, 3]) expect(await sweepArchive(again)).toEqual({ removed: 0, kept: 1 });
    expect(asked).toHaveLength(1);
    put('archive/2026/10/01/unknown.hl7', 'now known');
    expect(await sweepArchive(again)).toEqual({ removed: 1, kept: 0 });
    expect(asked).toHaveLength(2);
    expect(again.unheld.size).toBe(0);
  });

  it('follows no link, neither to a file nor to a folder, and removes none', async () => {
    put('outside/2026/10/01/held.hl7', 'held');
    put('outside/file.hl7', 'held');
    mkdirSync(at('archive/2026/10/02'), { recursive: true });
    symlinkSync(at('outside/2026'), at('archive/2025'));
    symlinkSync(at('outside/2026/10/01'), at('archive/2026/10/01'));
    symlinkSync(at('outside/2026/10'), at('archive/2026/10/02/below'));
    symlinkSync(at('outside/file.hl7'), at('archive/2026/10/02/file.hl7'));
    symlinkSync(at('outside'), at('quarantine/folder'));
    symlinkSync(at('outside/file.hl7'), at('quarantine/file.hl7'));
    expect(await sweepArchive(options('archive'))).toEqual({ removed: 0, kept: 2 });
    expect(await sweepQuarantine(options('quarantine'))).toEqual({ removed: 0, kept: 0 });
    expect(left('outside')).toEqual(['2026/10/01/held.hl7', 'file.hl7']);
    expect(left('archive')).toHaveLength(4);
    expect(left('quarantine')).toHaveLength(2);
  });

  it('works where the configured folder is itself reached by a link', async () => {
    put('archive/2026/10/01/a.hl7');
    symlinkSync(at('archive'), at('by-link'));
    expect(await sweepArchive(options('by-link'))).toEqual({ removed: 1, kept: 0 });
  });

  it('removes no file from a folder that a link has replaced meanwhile', async () => {
    put('archive/2026/10/01/a.hl7', 'same');
    put('outside/a.hl7', 'same');
    const isHeld = async () => {
      rmSync(at('archive/2026/10/01'), { recursive: true });
      symlinkSync(at('outside'), at('archive/2026/10/01'));
      return true;
    };
    expect(await sweepArchive({ ...options('archive'), isHeld })).toEqual({ removed: 0, kept: 1 });
    expect(existsSync(at('outside/a.hl7'))).toBe(true);
  });

  it('removes no file that was written anew while it was looked for', async () => {
    put('archive/2026/10/01/a.hl7', 'first');
    const isHeld = async () => {
      writeFileSync(at('archive/2026/10/01/a.hl7'), 'another one');
      return true;
    };
    expect(await sweepArchive({ ...options('archive'), isHeld })).toEqual({ removed: 0, kept: 1 });
    expect(left('archive')).toHaveLength(1);
  });

  it('removes old files of the quarantine with their notes, also below, and keeps its folders', async () => {
    put('quarantine/a.hl7');
    put('quarantine/a.hl7.reason.txt', 'motif', { inStore: false });
    put('quarantine/hopital/b.hl7');
    put('quarantine/hopital/b.hl7.reason.txt', 'motif b', { inStore: false });
    put('quarantine/recent.hl7', 'recent');
    put('quarantine/recent.hl7.reason.txt', 'motif', { inStore: false, mtime: NOW });
    put('quarantine/too-large.hl7', 'large', { inStore: false });
    put('quarantine/too-large.hl7.reason.txt', 'trop grand', { inStore: false });
    expect(await sweepQuarantine(options('quarantine'))).toEqual({ removed: 2, kept: 1 });
    expect(left('quarantine')).toEqual([
      'recent.hl7',
      'recent.hl7.reason.txt',
      'too-large.hl7',
      'too-large.hl7.reason.txt',
    ]);
    expect(existsSync(at('quarantine', 'hopital'))).toBe(true);
  });

  it('tells each step before the next, and ends when told to', async () => {
    for (let n = 0; n < 201; n++) put(`archive/2026/10/01/${n}.hl7`);
    const stopping = new AbortController();
    const count = await sweepArchive({
      ...options('archive', stopping.signal),
      onStep: async (step) => {
        steps.push(step);
        stopping.abort();
      },
    });
    expect(steps).toEqual([{ removed: 200, kept: 0 }]);
    expect(count).toEqual({ removed: 200, kept: 0 });
    expect(left('archive')).toHaveLength(1);
  });

  it('stops removing when what was removed cannot be told', async () => {
    for (let n = 0; n < 201; n++) put(`archive/2026/10/01/${n}.hl7`);
    const onStep = () => Promise.reject(new Error('disk full'));
    await expect(sweepArchive({ ...options('archive'), onStep })).rejects.toThrow('disk full');
    expect(left('archive')).toHaveLength(1);
  });

  it('tells of an error once and goes on; gives up where nothing can be removed', async () => {
    for (let n = 0; n < 30; n++) put(`archive/2026/10/01/${String(n).padStart(2, '0')}.hl7`);
    let asked = 0;
    const failing = (times: number) => async () => {
      asked += 1;
      if (asked <= times) throw new Error('unreadable');
      return true;
    };
    expect(await sweepArchive({ ...options('archive'), isHeld: failing(30) })).toEqual({
      removed: 0,
      kept: 20,
    });
    expect(asked).toBe(20);
    expect(errors).toHaveLength(1);
    asked = 0;
    expect(await sweepArchive({ ...options('archive'), isHeld: failing(2) })).toEqual({
      removed: 28,
      kept: 2,
    });
  });
});
