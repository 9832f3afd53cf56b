import { fork } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  ACTIVITY_HEADER,
  activity,
  MAILBOX_HEADER,
  mailbox,
  someone,
} from '../test/fixtures/directory/extractions.ts';
import type { DirectoryFigures, DirectoryTask } from './directory-process.ts';
import { machine } from './machine.ts';

/**
 * What importing and searching the national directory costs: `npm run bench:directory -- [--rows N]`. Each import is a
 * process of its own, so that its memory is its own; the plainest code reads the same file in the same run.
 */
const { values } = parseArgs({ options: { rows: { type: 'string', default: '500000' } } });
const rows = Number(values.rows);
if (!Number.isInteger(rows) || rows < 1_000)
  throw new Error('a whole number of a thousand rows or more is expected');

console.log(`Machine: ${machine()}\n`);
const folder = mkdtempSync(join(tmpdir(), 'crbio-bench-directory-'));
try {
  const boxes = join(folder, 'Extraction_Correspondance_MSSante_202608261013.txt');
  const activities = join(folder, 'PS_LibreAcces_Personne_activite_202608261013.txt');
  await write(boxes, MAILBOX_HEADER, (n) => mailbox(`p${n}@medecin.mssante.fr`, someone(n)));
  await write(activities, ACTIVITY_HEADER, (n) => activity(someone(n)));
  const data = join(folder, 'data');
  const lines: [string, string, DirectoryFigures][] = [];
  for (const [name, file] of [
    ['mailboxes', boxes],
    ['activities', activities],
  ] as const) {
    lines.push([name, file, await inProcess({ kind: 'plain', file })]);
    lines.push([`${name}: checked, stored, indexed`, file, await inProcess({ kind: 'import', file, data })]);
  }
  console.log(`| ${rows} rows | MB | s | processor s | rows/s | peak resident MiB |`);
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const [name, file, { seconds, cpuSeconds, peakMiB }] of lines) {
    const plain = name.includes(':') ? name : `${name}: readline, split, Map`;
    const cells = [
      (statSync(file).size / 1e6).toFixed(0),
      seconds.toFixed(1),
      cpuSeconds.toFixed(1),
      (rows / seconds).toFixed(0),
      peakMiB.toFixed(0),
    ];
    console.log(`| ${plain} | ${cells.join(' | ')} |`);
  }
  const searched = await inProcess({ kind: 'search', data, rows });
  console.log(`\n| ${2 * rows} entries | median ms | p95 ms |`);
  console.log('| --- | ---: | ---: |');
  for (const { name, median, p95 } of searched.searches ?? [])
    console.log(`| ${name} | ${median.toPrecision(2)} | ${p95.toPrecision(2)} |`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function write(file: string, header: string, rowOf: (n: number) => string): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(`${header}\n`);
  for (let n = 0; n < rows; n++)
    if (!stream.write(`${rowOf(n)}\n`)) await new Promise<void>((resolve) => stream.once('drain', resolve));
  await new Promise<void>((resolve) => stream.end(resolve));
}

/** Runs a task in a process of its own, started as this one is. */
function inProcess(task: DirectoryTask): Promise<DirectoryFigures> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./directory-process.ts', import.meta.url)));
    child.once('message', (figures) => resolve(figures as DirectoryFigures));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a measure ended with ${code}`)));
    child.send(task);
  });
}
