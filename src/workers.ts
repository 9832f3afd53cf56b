import { Piscina } from 'piscina';
import type { DeliveryJob } from './report/delivery.ts';
import type { Fault } from './report/fault.ts';
import type { RenderedDocument, VersionToRender } from './stages/document.ts';

/** The CPU work of the daemon, off its event loop. */
export interface Workers {
  render(task: VersionToRender): Promise<RenderedDocument | { faults: readonly Fault[] }>;
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
    render: (task) => pool.run(task, { name: 'render' }),
    lot: (job, now) => pool.run({ job, now }, { name: 'lot' }),
    mail: (job, now) => pool.run({ job, now }, { name: 'mail' }),
    close: () => pool.close(),
  };
}
