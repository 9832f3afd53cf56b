import { randomBytes } from 'node:crypto';
import { isFault } from './intake/faults.ts';
import { MemoryBudget } from './intake/mllp/memory-budget.ts';
import { type Listener, listenMllp } from './intake/mllp/server.ts';
import type { SourceProfile } from './intake/profile.ts';
import type { Fault } from './report/fault.ts';
import type { ListenerSettings } from './settings.ts';
import { createFrameReceiver, type FrameDependencies } from './stages/receive-frame.ts';

/** Bytes of frames in memory, over all connections of all listeners; a larger frame that is allowed is still taken. */
const MEMORY_BYTES = 256 * 1024 * 1024;
/** 80 bits: never drawn twice; 20 characters, the longest MSH-10 of the old versions. */
const CONTROL_ID_BYTES = 10;

/** The MLLP listeners at work. */
export interface Listeners {
  /** Answers what is in hand, closes. */
  stop(): Promise<void>;
}

/**
 * Opens every listener, or none.
 * @returns what keeps one from opening, with its name as position
 */
export async function startListeners(
  settings: readonly ListenerSettings[],
  profiles: ReadonlyMap<string, SourceProfile>,
  dependencies: Omit<FrameDependencies, 'newControlId'>,
): Promise<Listeners | Fault[]> {
  const budget = new MemoryBudget(MEMORY_BYTES);
  const newControlId = () => randomBytes(CONTROL_ID_BYTES).toString('hex').toUpperCase();
  const opened = await Promise.all(
    settings.map(async (one): Promise<Listener | Fault> => {
      const profile = profiles.get(one.name);
      if (!profile) throw new Error('a listener without its profile');
      const handler = createFrameReceiver(profile, { ...dependencies, newControlId });
      const listener = await listenMllp(one, handler, budget);
      if (isFault(listener)) return { ...listener, position: `listeners.${one.name}` };
      dependencies.log.info('listening', { source: one.name, listen: `${one.host}:${listener.port}` });
      return listener;
    }),
  );
  const listeners = opened.flatMap((one) => (isFault(one) ? [] : [one]));
  const stop = async () => {
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
  const faults = opened.filter(isFault);
  if (faults.length === 0) return { stop };
  await stop();
  return faults;
}
