import { openStore } from '../../src/store/store.ts';
import { continuePipeline, offer, STEPS } from './pipeline-steps.ts';

/** A process that carries one message through the store and kills itself after a step: `FILE STEP`. */
const [file = '', stopAfter = ''] = process.argv.slice(2);
if (!(STEPS as readonly string[]).includes(stopAfter)) throw new Error(`no step ${stopAfter}`);
const store = openStore({ file, now: () => 1_000 });
const reached = (step: string): void => {
  if (step === stopAfter) process.kill(process.pid, 'SIGKILL');
};
await offer(store);
reached('receive');
await continuePipeline(store, reached);
