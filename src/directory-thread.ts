import { Worker } from 'node:worker_threads';
import type { DirectorySource } from './report/directory-entry.ts';
import type { Fault } from './report/fault.ts';
import type { DirectoryImport } from './stages/directory-import.ts';

/**
 * Imports extractions in a thread of their own: the event loop stays free, and the memory goes with the thread.
 * @param signal stops the import; the directory in use stays
 * @throws Error stopped, or a bug met by the import
 */
export function importInThread(
  task: DirectoryImport,
  signal: AbortSignal,
): Promise<readonly DirectorySource[] | Fault> {
  return new Promise((resolve, reject) => {
    // Beside this file, with its extension: the sources in development, the build in production.
    const file = import.meta.url.endsWith('.ts') ? './directory-worker.ts' : './directory-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData: task });
    signal.addEventListener('abort', () => void worker.terminate(), { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the import ended without an answer')));
  });
}
