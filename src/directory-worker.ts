import { parentPort, workerData } from 'node:worker_threads';
import { type DirectoryImport, importDirectory } from './stages/directory-import.ts';

/** A worker thread that imports extractions, answers what {@link importDirectory} answers, and ends: its memory goes with it. */
parentPort?.postMessage(await importDirectory(workerData as DirectoryImport));
