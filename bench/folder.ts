import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { watchFolder } from '../src/intake/folder.ts';
import { openStore } from '../src/store/store.ts';
import { machine, usageOf } from './machine.ts';

/**
 * Time to take files that wait in an export folder: `npm run bench:folder -- [--files N] [--in DIR]`. The watcher and the
 * store, each file durable before it moves; against the plainest loop on the same files in the same run: list, read, append,
 * fsync, rename.
 */
const { values } = parseArgs({
  options: { files: { type: 'string', default: '10000' }, in: { type: 'string', default: '.' } },
});
const files = Number(values.files);
const STABLE_MS = 2_000;
const AT_ONCE = 4;

console.log(`Machine: ${machine()}\n`);
const root = mkdtempSync(join(values.in, '.bench-folder-'));
const seconds = (since: number) => (performance.now() - since) / 1_000;

function fill(name: string): string {
  const folder = join(root, name, 'export');
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, name, 'archive'));
  for (let n = 0; n < files; n++)
    writeFileSync(
      join(folder, `resultat-${n}.hl7`),
      `MSH|^~\\&|SGL|LBM|||20261122||ORU^R01|M${n}|T|2.5\rPID|1||${n}\r${`OBX|1|NM|A^A^L||${n}\r`.repeat(60)}`,
    );
  return folder;
}

function plain(): number {
  const folder = fill('plain');
  const start = performance.now();
  const log = openSync(join(root, 'plain', 'log'), 'a');
  for (const name of readdirSync(folder)) {
    writeSync(log, readFileSync(join(folder, name)));
    fsyncSync(log);
    renameSync(join(folder, name), join(root, 'plain', 'archive', name));
  }
  closeSync(log);
  return seconds(start);
}

async function watched(): Promise<{
  readonly all: number;
  readonly first: number;
  readonly peakMiB: number;
}> {
  const folder = fill('watched');
  const store = openStore({ file: join(root, 'watched', 'crbio.db'), now: Date.now });
  let peakMiB = 0;
  const sample = setInterval(() => {
    peakMiB = Math.max(peakMiB, usageOf(process.pid).residentMiB);
  }, 100);
  const start = performance.now();
  let first = 0;
  let taken = 0;
  let last: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    last = resolve;
  });
  const feed = await watchFolder(
    {
      ...{
        folder,
        archive: join(root, 'watched', 'archive'),
        quarantine: join(root, 'watched', 'quarantine'),
      },
      ...{ stableMs: STABLE_MS, temporarySuffixes: ['.tmp'], truncatedAfterMs: 300_000 },
      ...{ maxBytes: 1_000_000, rescanMs: 60_000, concurrency: AT_ONCE },
    },
    async (file) => {
      await store.receive({ source: 'sgl', origin: file.name, bytes: await file.read() });
      first ||= seconds(start);
      taken += 1;
      if (taken === files) last();
      return { move: 'archive' };
    },
  );
  await done;
  await feed.stop();
  const all = seconds(start);
  clearInterval(sample);
  await store.close();
  return { all, first, peakMiB };
}

try {
  const residentMiB = usageOf(process.pid).residentMiB;
  const plainly = plain();
  const { all, first, peakMiB } = await watched();
  console.log(`| ${files} waiting files of 1.4 kB | s | files/s |`);
  console.log('| --- | ---: | ---: |');
  console.log(
    `| list, read, append, fsync, rename, one after the other | ${plainly.toFixed(1)} | ${(files / plainly).toFixed(0)} |`,
  );
  console.log(`| watched, stored, archived | ${all.toFixed(1)} | ${(files / all).toFixed(0)} |`);
  console.log(
    `\nFirst file after ${first.toFixed(1)} s, of which ${STABLE_MS / 1_000} s to see it unchanged. Ratio ${(all / plainly).toFixed(2)}. Resident memory ${residentMiB.toFixed(0)} MiB at the start, ${peakMiB.toFixed(0)} MiB at the most.`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
