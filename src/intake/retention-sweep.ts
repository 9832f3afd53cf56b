import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, realpathSync, unlinkSync } from 'node:fs';
import { lstat, open, readdir, realpath, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type FileState, READ_ONLY_FILE, sameState, stateOf } from './completeness.ts';
import { type AgedFile, type CutOff, type DueFile, dateFolderState, dueInQuarantine } from './retention.ts';

/** What a sweep did, or did since it last told. */
export interface SweepCount {
  readonly removed: number;
  /** Due and left there: the store does not hold their bytes, they are no regular files, or they could not be removed. */
  readonly kept: number;
}

export interface SweepOptions {
  /** The archive or the quarantine; below it no symbolic link is followed. */
  readonly folder: string;
  readonly cutOff: CutOff;
  /** Does the store hold these bytes? @param sha256 lower-case hexadecimal */
  readonly isHeld: (sha256: string, size: number) => Promise<boolean>;
  /**
   * Files, by path, that the sweep before this one found unheld, and then those of this one: as long as they stay as they
   * were, they are not read again.
   */
  readonly unheld: Map<string, FileState>;
  /** Told of each step in which files were removed, before the next one. */
  readonly onStep: (step: SweepCount) => Promise<void>;
  /** A file or folder could not be looked at or removed; told once, the sweep goes on. */
  readonly onError: (error: unknown) => void;
  /** Ends the sweep after the file in hand. */
  readonly signal: AbortSignal;
}

/** Files of a step: what a kill may leave untold. */
const STEP_FILES = 200;
/** Between two steps, the disk belongs to those who receive. */
const STEP_PAUSE_MS = 100;
/** A folder in which so many files cannot be removed is left until the next sweep. */
const MAX_FAILURES = 20;
/** Unheld files remembered: some megabytes; more are read at each sweep. */
const MAX_UNHELD = 20_000;
/** As deep as sub-folders of an export are taken. */
const MAX_DEPTH = 4;

/**
 * Removes the files of `YYYY/MM/DD` folders before the cut-off whose bytes the store holds, and the folders that are then
 * empty. What else lies in the archive is not looked at.
 * @throws Error when the archive is not there, or a step could not be told: then no more is removed
 */
export async function sweepArchive(options: SweepOptions): Promise<SweepCount> {
  const sweep = new Sweep(options);
  const visit = async (folder: string, parts: readonly string[]): Promise<void> => {
    for (const entry of await sweep.list(folder)) {
      const below = [...parts, entry.name];
      const state = dateFolderState(below, options.cutOff);
      if (!state || !entry.isDirectory() || sweep.isOver) continue;
      const path = join(folder, entry.name);
      if (below.length < 3) await visit(path, below);
      else await emptyDay(path, 0);
      // A month or year of which some days stay may be about to get one.
      if (state === 'due') await removeEmpty(path);
    }
  };
  const emptyDay = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await sweep.list(folder)) {
      if (sweep.isOver) return;
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) await sweep.remove(folder, { file: entry.name });
      else if (depth < MAX_DEPTH) {
        await emptyDay(path, depth + 1);
        await removeEmpty(path);
      }
    }
  };
  await visit(await realpath(options.folder), []);
  return sweep.end();
}

/**
 * Removes the files of the quarantine before the cut-off whose bytes the store holds, each with its `.reason.txt`. Its folders
 * stay.
 * @throws Error when the quarantine is not there, or a step could not be told: then no more is removed
 */
export async function sweepQuarantine(options: SweepOptions): Promise<SweepCount> {
  const sweep = new Sweep(options);
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await sweep.list(folder);
    const files: AgedFile[] = [];
    for (const { name } of entries.filter((entry) => entry.isFile())) {
      if (sweep.isOver) return;
      const mtimeMs = await timeOf(join(folder, name));
      if (mtimeMs !== undefined) files.push({ name, mtimeMs });
    }
    for (const due of dueInQuarantine(files, options.cutOff)) {
      if (sweep.isOver) return;
      await sweep.remove(folder, due);
    }
    for (const entry of entries)
      if (entry.isDirectory() && depth < MAX_DEPTH && !sweep.isOver)
        await visit(join(folder, entry.name), depth + 1);
  };
  await visit(await realpath(options.folder), 0);
  return sweep.end();
}

/** One folder's sweep: what it counts, and the steps it makes. */
class Sweep {
  readonly #options: SweepOptions;
  readonly #unheldBefore: ReadonlyMap<string, FileState>;
  #total: SweepCount = NOTHING;
  #step: SweepCount = NOTHING;
  #failures = 0;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#unheldBefore = new Map(options.unheld);
    options.unheld.clear();
  }

  get isOver(): boolean {
    return this.#options.signal.aborted || this.#failures >= MAX_FAILURES;
  }

  /** A folder below that cannot be listed is told of, and passed over. */
  async list(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  /** @param folder real path, so that nothing on the way to the file is a link */
  async remove(folder: string, due: DueFile): Promise<void> {
    let removed = false;
    try {
      removed = due.file === undefined || (await this.#removeHeld(folder, due.file));
      if (removed && due.note !== undefined) {
        const path = join(folder, due.note);
        removeStill(folder, due.note, stateOf(await lstat(path)));
      }
    } catch (error) {
      this.#failed(error);
    }
    const count = removed ? ONE_REMOVED : ONE_KEPT;
    this.#step = sum(this.#step, count);
    if (this.#step.removed + this.#step.kept >= STEP_FILES) await this.#endStep();
  }

  async end(): Promise<SweepCount> {
    await this.#tell();
    return this.#total;
  }

  #failed(error: unknown): void {
    if (this.#failures === 0) this.#options.onError(error);
    this.#failures += 1;
  }

  async #removeHeld(folder: string, name: string): Promise<boolean> {
    const path = join(folder, name);
    const stat = await lstat(path);
    if (!stat.isFile()) return false;
    const state = stateOf(stat);
    if (await this.#isHeld(path, state)) return removeStill(folder, name, state);
    const { unheld } = this.#options;
    if (unheld.size < MAX_UNHELD) unheld.set(path, state);
    return false;
  }

  async #isHeld(path: string, state: FileState): Promise<boolean> {
    // A place that a move had taken when it was killed: there are no bytes to hold.
    if (state.size === 0) return true;
    const before = this.#unheldBefore.get(path);
    if (before && sameState(before, state)) return false;
    return this.#options.isHeld(await hashOf(path), state.size);
  }

  async #endStep(): Promise<void> {
    await this.#tell();
    const { signal } = this.#options;
    await pause(STEP_PAUSE_MS, undefined, { signal }).catch(() => {});
  }

  async #tell(): Promise<void> {
    const step = this.#step;
    this.#step = NOTHING;
    this.#total = sum(this.#total, step);
    if (step.removed > 0) await this.#options.onStep(step);
  }
}

const NOTHING: SweepCount = { removed: 0, kept: 0 };
const ONE_REMOVED: SweepCount = { removed: 1, kept: 0 };
const ONE_KEPT: SweepCount = { removed: 0, kept: 1 };

function sum(one: SweepCount, other: SweepCount): SweepCount {
  return { removed: one.removed + other.removed, kept: one.kept + other.kept };
}

async function hashOf(path: string): Promise<string> {
  const file = await open(path, READ_ONLY_FILE);
  try {
    const hash = createHash('sha256');
    for await (const part of file.createReadStream({ autoClose: false })) hash.update(part);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/** Looks and removes with nothing between: what goes is what was looked at, and where it was looked at. */
function removeStill(folder: string, name: string, state: FileState): boolean {
  const path = join(folder, name);
  if (realpathSync(folder) !== folder) return false;
  const stat = lstatSync(path);
  if (!stat.isFile() || !sameState(stateOf(stat), state)) return false;
  unlinkSync(path);
  return true;
}

/** When a file was last written; undefined: it went meanwhile. */
async function timeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

/** Of a folder that is not empty, or cannot be removed, nothing is asked: it is looked at again the next time. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}
