import { open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { archiveDay } from './archive-day.ts';
import {
  type CompletionRules,
  type FileState,
  fileState,
  isInputName,
  isLocked,
  isStill,
  looksComplete,
  markerOf,
  READ_ONLY_FILE,
  sameState,
  stateOf,
} from './completeness.ts';
import { createFolderSignal } from './folder-signal.ts';
import { listFolder } from './listing.ts';
import { FileChanged, moveInto, moveWithReason } from './moving.ts';
import { obstacleOf, systemCode, whyNotWritable } from './obstacle.ts';
import { sideKey } from './side-files.ts';

export interface FolderOptions extends CompletionRules {
  readonly folder: string;
  /** Accepted files go to `archive/YYYY/MM/DD/`. */
  readonly archive: string;
  readonly quarantine: string;
  /** Larger files are handed on without a look inside; the handler decides on their size alone. */
  readonly maxBytes: number;
  /** The folder is listed again this often (ms): events are hints, and shares send none. */
  readonly rescanMs: number;
  /** Lists the folder again and again instead of listening: SMB, NFS. */
  readonly polling?: boolean;
  /** Files of the folders below are taken too, under names such as `hopital/a.hl7`. */
  readonly subFolders?: boolean;
  /** Files handed on at the same time (1), begun in the order of their names, which a partial report and its final one need. */
  readonly concurrency?: number;
  /** Names of documents beside the messages: they have no marker of their own. */
  readonly isSideName?: (name: string) => boolean;
  readonly now?: () => number;
  /** A file or folder could not be read or moved; it is tried again at the next listing. */
  readonly onError?: (error: unknown) => void;
  /**
   * No file can be taken (a full disk, an archive that cannot be written), or a folder cannot be listed: they stay, and it is
   * tried again at each listing. Told once; undefined: they are taken again.
   */
  readonly onObstacle?: (code: string | undefined) => void;
}

/** A whole file of the folder. */
export interface FolderFile {
  readonly name: string;
  readonly size: number;
  /** Which file of this name it is: one written anew has another stamp. */
  readonly stamp: string;
  /** Handed on before, and left to wait. */
  readonly waited: boolean;
  read(): Promise<Uint8Array>;
}

/** What becomes of a file once its bytes are safe elsewhere. */
export type FileMove =
  | { readonly move: 'archive' }
  | { readonly move: 'quarantine'; readonly reason: string }
  /** Left there, and handed on again at that time (ms) or by `again`. */
  | { readonly move: 'wait'; readonly until: number }
  | { readonly move: 'none' };

export interface FolderFeed {
  /** Hands on again those of these files that wait, names compared as shares do. */
  again(names: readonly string[]): void;
  /** Stops looking, and finishes what is in hand. */
  stop(): Promise<void>;
}

/** A file seen and not yet handed on. */
interface Candidate {
  state: FileState;
  /** When that state was first seen. */
  since: number;
  /** Looked into, and found cut, in that state. */
  looksCut: boolean;
}

/** Names in their natural order: `x-2` before `x-10`. */
const byName = new Intl.Collator('en', { numeric: true });

/** Files looked at together, then handed on: ten thousand that wait must not wait for the last one. */
const LOOKED_AT_ONCE = 64;
/** Files of a folder that is being emptied rather than watched. */
const BACKLOG = 100;
/** Polling, a folder is listed this often at the most. */
const POLLING_MS = 1_000;

/**
 * Watches an export folder and hands on each file once, when it is whole: every path is judged by its own state seen
 * twice; an event only says that there may be something to look at. The file moves only after the handler's promise
 * resolves; killed in between, it is handed on again.
 */
export async function watchFolder(
  options: FolderOptions,
  handler: (file: FolderFile) => Promise<FileMove>,
): Promise<FolderFeed> {
  const feed = new Feed(options, handler);
  await feed.start();
  return feed;
}

class Feed implements FolderFeed {
  readonly #options: FolderOptions;
  readonly #handler: (file: FolderFile) => Promise<FileMove>;
  readonly #now: () => number;
  readonly #candidates = new Map<string, Candidate>();
  /** Left where they are, by the handler's wish or by a failure, until they change (or, failed, until a time). */
  readonly #left = new Map<string, { readonly state: FileState; readonly until: number }>();
  readonly #waiting = new Set<string>();
  /** To be handed on again as soon as the handler is done with them: told before it said that they wait. */
  readonly #recalled = new Set<string>();
  readonly #ready = new Map<string, FileState>();
  /** Names of what is ready, last first. */
  #queue: string[] = [];
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #signal = createFolderSignal(() => this.#schedule(this.#pause));
  #backlog = false;
  /** Between two looks that events ask for: so long that looking is the smaller part of the work. */
  #pause = 0;
  /** Code of what keeps all files from being taken. */
  #obstacle: string | undefined;
  /** Code of what keeps a folder from being listed. */
  #unlisted: string | undefined;
  #isToldBlocked = false;
  #lookTimer: NodeJS.Timeout | undefined;
  #rescanTimer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: FolderOptions, handler: (file: FolderFile) => Promise<FileMove>) {
    this.#options = options;
    this.#handler = handler;
    this.#now = options.now ?? Date.now;
  }

  async start(): Promise<void> {
    const { polling, rescanMs } = this.#options;
    const everyMs = polling ? Math.min(rescanMs, POLLING_MS) : rescanMs;
    this.#rescanTimer = setInterval(() => this.#schedule(0), everyMs);
    await this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#lookTimer);
    clearInterval(this.#rescanTimer);
    this.#ready.clear();
    await this.#signal.close();
    await this.#looking;
    await Promise.all(this.#inHand.values());
  }

  again(names: readonly string[]): void {
    const keys = new Set(names.map(sideKey));
    // A message tells its own folder's names without the folder.
    const isMeant = (name: string) => keys.has(sideKey(name)) || keys.has(sideKey(basename(name)));
    for (const name of this.#waiting) if (isMeant(name)) this.#left.delete(name);
    for (const name of this.#inHand.keys()) if (isMeant(name)) this.#recalled.add(name);
    this.#schedule(0);
  }

  /** One look at a time, at the soonest time asked for. */
  #schedule(delay: number): void {
    if (this.#stopped || (this.#lookTimer && delay > 0)) return;
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => {
      this.#lookTimer = undefined;
      void this.#look();
    }, delay);
  }

  async #look(): Promise<void> {
    // A look in progress may have passed the file that asked for this one.
    if (this.#looking) await this.#looking;
    if (this.#stopped) return;
    this.#looking = this.#lookAtAll()
      .catch((error: unknown) => this.#options.onError?.(error))
      .finally(() => {
        this.#looking = undefined;
      });
    await this.#looking;
    if (this.#candidates.size > 0) this.#schedule(this.#options.stableMs);
  }

  async #lookAtAll(): Promise<void> {
    const began = performance.now();
    const { folder, archive, quarantine, subFolders = false, polling } = this.#options;
    const listing = await listFolder(folder, subFolders, [archive, quarantine]).catch((error: unknown) => {
      this.#meetUnlisted([error]);
      throw error;
    });
    for (const error of listing.unlisted) this.#options.onError?.(error);
    this.#meetUnlisted(listing.unlisted);
    // chokidar lists a folder again at each change: not one that we are emptying, and list again when it is empty.
    this.#backlog = listing.names.length > BACKLOG;
    if (!polling) this.#signal.follow(this.#backlog ? [] : listing.folders);
    const all = new Set(listing.names);
    const names = listing.names.filter(
      (name) => isInputName(name, this.#options) && !isLocked(name, all, this.#options),
    );
    const present = new Set(names);
    for (const known of [this.#candidates, this.#left]) {
      for (const name of known.keys()) if (!present.has(name)) known.delete(name);
    }
    for (const name of this.#waiting) if (!present.has(name)) this.#waiting.delete(name);
    const waiting = names.filter((name) => !this.#inHand.has(name) && !this.#ready.has(name));
    waiting.sort(byName.compare);
    const clear = await this.#isClear();
    for (let from = 0; from < waiting.length; from += LOOKED_AT_ONCE) {
      if (this.#stopped) return;
      const before = this.#ready.size;
      await Promise.all(waiting.slice(from, from + LOOKED_AT_ONCE).map((name) => this.#lookAt(name)));
      if (this.#ready.size > before) this.#queue = [...this.#ready.keys()].sort(byName.compare).reverse();
      if (clear) this.#handOn();
    }
    if (clear) this.#handOn();
    this.#pause = 4 * (performance.now() - began);
  }

  /** After an obstacle: may a file be tried? The archive is asked first, so that nothing is read in vain. */
  async #isClear(): Promise<boolean> {
    if (this.#obstacle === undefined) return true;
    return (await whyNotWritable(this.#options.archive)) === undefined;
  }

  #meet(obstacle: string | undefined): void {
    this.#obstacle = obstacle;
    this.#tellBlocked();
  }

  #meetUnlisted(errors: readonly unknown[]): void {
    this.#unlisted = errors.length > 0 ? systemCode(errors[0]) : undefined;
    this.#tellBlocked();
  }

  #tellBlocked(): void {
    const code = this.#obstacle ?? this.#unlisted;
    if (this.#isToldBlocked === (code !== undefined)) return;
    this.#isToldBlocked = code !== undefined;
    this.#options.onObstacle?.(code);
  }

  async #lookAt(name: string): Promise<void> {
    const { folder, markerSuffix, stableMs } = this.#options;
    const state = await fileState(join(folder, name));
    if (!state) {
      this.#candidates.delete(name);
      return;
    }
    const left = this.#left.get(name);
    if (left && sameState(left.state, state) && this.#now() < left.until) return;
    const seen = this.#candidates.get(name);
    if (!seen || !sameState(seen.state, state)) {
      this.#candidates.set(name, { state, since: this.#now(), looksCut: false });
      return;
    }
    if (this.#now() - seen.since < stableMs) return;
    const marked = markerSuffix && !this.#options.isSideName?.(name);
    if (marked && !(await markerOf(join(folder, dirname(name)), basename(name), markerSuffix))) return;
    if (await this.#mayBeCut(name, seen)) return;
    this.#candidates.delete(name);
    this.#ready.set(name, state);
  }

  /** True while a stable file looks cut and its time to be completed is not over. */
  async #mayBeCut(name: string, candidate: Candidate): Promise<boolean> {
    const { folder, maxBytes, truncatedAfterMs } = this.#options;
    if (candidate.state.size > maxBytes) return false;
    if (!candidate.looksCut) {
      candidate.looksCut = !(await looksComplete(join(folder, name), candidate.state.size));
    }
    return candidate.looksCut && this.#now() - candidate.since < truncatedAfterMs;
  }

  #handOn(): void {
    // In the way of all of them: one is tried at each listing.
    const most = this.#obstacle === undefined ? (this.#options.concurrency ?? 1) : 1;
    while (!this.#stopped && this.#inHand.size < most) {
      const next = this.#nextReady();
      if (!next) return;
      const [name, state] = next;
      this.#ready.delete(name);
      const path = join(this.#options.folder, name);
      const work = this.#handle(name, state)
        .then(() => this.#meet(undefined))
        .catch(async (error: unknown) => {
          if (error instanceof FileChanged) {
            // Written to meanwhile: what was read is stored, and the file is another one now.
            this.#waiting.delete(name);
            this.#schedule(0);
            return;
          }
          const obstacle = await obstacleOf(error, path, this.#options.archive);
          if (obstacle !== undefined) {
            // Still whole and still first: it is the one to be tried.
            if (!this.#stopped) this.#keepReady(name, state);
            this.#meet(obstacle);
            return;
          }
          this.#left.set(name, { state, until: this.#now() + this.#options.rescanMs });
          this.#options.onError?.(error);
        })
        .finally(() => {
          this.#inHand.delete(name);
          this.#recalled.delete(name);
          if (this.#obstacle === undefined) this.#handOn();
          if (this.#backlog && this.#inHand.size === 0) this.#schedule(0);
        });
      this.#inHand.set(name, work);
    }
  }

  #keepReady(name: string, state: FileState): void {
    this.#ready.set(name, state);
    this.#queue.push(name);
  }

  /** The first by name. */
  #nextReady(): [string, FileState] | undefined {
    for (;;) {
      const name = this.#queue.pop();
      if (name === undefined) return undefined;
      const state = this.#ready.get(name);
      if (state) return [name, state];
    }
  }

  async #handle(name: string, state: FileState): Promise<void> {
    const path = join(this.#options.folder, name);
    const move = await this.#handler({
      name,
      size: state.size,
      stamp: `${state.inode}-${state.mtimeMs}`,
      waited: this.#waiting.has(name),
      read: () => readWhole(path, state),
    });
    const after = await fileState(path);
    if (!after) return;
    if (!sameState(after, state)) throw new FileChanged();
    if (move.move === 'wait') {
      this.#waiting.add(name);
      if (this.#recalled.has(name)) this.#schedule(0);
      else this.#left.set(name, { state, until: move.until });
      return;
    }
    if (move.move === 'none') {
      this.#left.set(name, { state, until: Number.POSITIVE_INFINITY });
      return;
    }
    const { archive, quarantine, folder, markerSuffix } = this.#options;
    const isSame = () => isStill(path, state);
    const [below, own] = [dirname(name), basename(name)];
    if (move.move === 'archive')
      await moveInto(path, join(archive, ...archiveDay(this.#now()), below), own, isSame);
    else await moveWithReason(path, join(quarantine, below), own, move.reason, isSame);
    const marker = markerSuffix && (await markerOf(dirname(path), own, markerSuffix));
    if (marker) await rm(join(folder, below, marker), { force: true });
  }
}

/** @throws FileChanged when the bytes may not be those of the file in that state */
async function readWhole(path: string, state: FileState): Promise<Uint8Array> {
  const file = await open(path, READ_ONLY_FILE);
  try {
    const bytes = await file.readFile();
    if (!sameState(stateOf(await file.stat()), state)) throw new FileChanged();
    return bytes;
  } finally {
    await file.close();
  }
}
