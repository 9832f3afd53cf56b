import type { FileState } from '../intake/completeness.ts';
import { type CutOff, cutOffOf } from '../intake/retention.ts';
import {
  type SweepCount,
  type SweepOptions,
  sweepArchive,
  sweepQuarantine,
} from '../intake/retention-sweep.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { Store } from '../store/model.ts';
import { startLoop } from './loop.ts';

/** A source's folders, and how many days the files in them are kept; without a number, for ever. */
export interface RetainedSource {
  readonly name: string;
  readonly archive: string;
  readonly quarantine: string;
  readonly archiveDays?: number | undefined;
  readonly quarantineDays?: number | undefined;
}

interface Dependencies {
  readonly store: Pick<Store, 'holdsBytes' | 'note'>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Removes the files of archives and quarantines that are older than their source keeps them: at once, then every day. Only
 * what the store holds too goes; what was removed is in the audit journal, by number and day.
 */
export function startRetention(
  sources: readonly RetainedSource[],
  { store, log, now }: Dependencies,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  /** Of each folder, for the life of the daemon: a file whose bytes came to be held later goes after the next start. */
  const unheld = new Map<string, Map<string, FileState>>();
  const unheldIn = (folder: string) => {
    const known = unheld.get(folder) ?? new Map<string, FileState>();
    unheld.set(folder, known);
    return known;
  };

  const sweep = async (
    source: string,
    state: 'archive' | 'quarantine',
    cutOff: CutOff,
    work: (options: SweepOptions) => Promise<SweepCount>,
    folder: string,
  ): Promise<void> => {
    const failed = (error: unknown) => log.warn('retention-failed', { source, state, code: codeOf(error) });
    try {
      const { removed, kept } = await work({
        folder,
        cutOff,
        isHeld: store.holdsBytes,
        unheld: unheldIn(folder),
        onStep: ({ removed, kept }) =>
          store.note({
            actor: 'crbio',
            action: 'files-removed',
            subject: `source:${source}`,
            details: { folder: state, removed, kept, before: cutOff.day },
          }),
        onError: failed,
        signal: stopping.signal,
      });
      if (removed > 0) log.info('retention-done', { source, state, count: removed });
      if (kept > 0) log.warn('retention-kept', { source, state, count: kept });
    } catch (error) {
      failed(error);
    }
  };

  const turn = async (): Promise<number> => {
    for (const { name, archive, quarantine, archiveDays, quarantineDays } of sources) {
      if (archiveDays !== undefined && !stopping.signal.aborted)
        await sweep(name, 'archive', cutOffOf(now(), archiveDays), sweepArchive, archive);
      if (quarantineDays !== undefined && !stopping.signal.aborted)
        await sweep(name, 'quarantine', cutOffOf(now(), quarantineDays), sweepQuarantine, quarantine);
    }
    return 0;
  };
  const loop = startLoop('retention', turn, { log, idleMs: DAY_MS });
  return {
    stop() {
      stopping.abort();
      return loop.stop();
    },
  };
}
