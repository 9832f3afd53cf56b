import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';

/** A stage at work: takes what is waiting, sleeps when there is nothing, wakes when told. */
export interface Loop {
  /** There may be work. */
  wake(): void;
  /** Ends after the work in hand. */
  stop(): Promise<void>;
}

/** A failing stage (a full disk, a locked database) is tried again after this. */
const RETRY_MS = 5_000;

/**
 * Runs `work` until stopped: again at once while it did something, else when woken or after `idleMs`.
 * @param work one turn; resolves to how many items it moved
 */
export function startLoop(
  name: string,
  work: () => Promise<number>,
  options: { log: Log; idleMs: number },
): Loop {
  let stopping = false;
  let woken = false;
  let rouse: (() => void) | undefined;

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    while (!stopping) {
      woken = false;
      let moved = 0;
      let pause = options.idleMs;
      try {
        moved = await work();
      } catch (error) {
        options.log.error('stage-failed', { state: name, code: codeOf(error) });
        pause = RETRY_MS;
      }
      if (moved === 0 && !woken && !stopping) await sleep(pause);
    }
  };
  const finished = run();
  return {
    wake() {
      woken = true;
      rouse?.();
    },
    async stop() {
      stopping = true;
      rouse?.();
      await finished;
    },
  };
}
