import { Piscina } from 'piscina';
import type { DeliveryJob } from './report/delivery.ts';
import type { Fault } from './report/fault.ts';
import type { RenderedDocument } from './stages/document.ts';
import type { RenderTask } from './store/records.ts';
import type { RenderOutcome } from './worker.ts';

/** The CPU work of the daemon, off its event loop. */
export interface Workers {
  /** @throws Error with the code of what keeps this machine from it (a full disk) */
  render(task: RenderTask): Promise<RenderedDocument | { faults: readonly Fault[] }>;
  lot(job: DeliveryJob, now: number): Promise<Uint8Array>;
  mail(job: DeliveryJob, now: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Starts the worker threads; each loads catalogue, stylesheets and keys of the configuration file once. */
export function startWorkers(configFile: string, threads: number): Workers {
  const pool = new Piscina({
    // Beside this file, with its extension: the sources in development, the build in production.
    filename: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url).href,
    workerData: { config: configFile },
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
  return {
    async render(task) {
      const outcome = (await pool.run(task, { name: 'render' })) as RenderOutcome;
      if (!('obstacle' in outcome)) return outcome;
      throw Object.assign(new Error('a version cannot be rendered now'), { code: outcome.obstacle });
    },
    lot: (job, now) => pool.run({ job: handedOver({ ...job, pdf: NOTHING }), now }, { name: 'lot' }),
    mail: (job, now) => pool.run({ job: handedOver(job), now }, { name: 'mail' }),
    close: () => pool.close(),
  };
}

const NOTHING = new Uint8Array(0);

/** A job whose documents are shared with the worker: a message that holds them is written and read at a tenth of the speed. */
function handedOver(job: DeliveryJob): DeliveryJob {
  return { ...job, cda: shared(job.cda), pdf: shared(job.pdf) };
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}
