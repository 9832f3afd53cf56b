import { mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlainServer } from './baseline/mllp-server.ts';
import { BUILD, built } from './built.ts';
import { machine, usageOf } from './machine.ts';
import { type Load, lockStep } from './mllp-load.ts';
import { median, quantile } from './statistics.ts';

/**
 * What an acknowledgement costs, as a table to paste: `npm run bench:mllp`. Senders wait for each answer, as laboratory
 * systems do; the daemon is a process, alone (nothing to render) and then with its workers rendering all the time.
 */
const MESSAGES = 400;
const CONNECTIONS = [1, 8];
/** Reports that keep two workers busy while acknowledgements are timed. */
const RENDERED = 150;
const TIMED = 200;
const TURNS = 20;
const LARGE_MIB = 50;

console.log(`Machine: ${machine()}\n`);
const folder = mkdtempSync(join(tmpdir(), 'crbio-bench-mllp-'));
try {
  const plain = await startPlainServer(join(folder, 'plain.log'));
  const { startSandbox, startDaemonProcess, stopProcess, writeConfiguration } =
    await built<typeof import('../src/commands/demo-laboratory.ts')>('commands/demo-laboratory');
  const sandbox = await startSandbox(join(folder, 'sandbox'), BUILD);
  // It stands for other machines: what it needs of this one is not to be taken from the daemon.
  setPriority(sandbox.process.pid ?? 0, constants.priority.PRIORITY_LOW);
  const configFile = writeConfiguration(join(folder, 'laboratory'), sandbox.access, (config) => {
    config.listeners = [{ name: 'port', port: 0, metaDmpMss: true, ownFacilities: ['LBM'] }];
    config.workers = 2;
  });
  const daemon = await startDaemonProcess(configFile, { build: BUILD });
  try {
    const port = await listenedPort(configFile);
    const pid = daemon.pid ?? 0;
    const rows: [string, string][] = [];
    for (const connections of CONNECTIONS) {
      const theirs = await lockStep(plain.port, { connections, messages: MESSAGES, kind: 'small' });
      const ours = await lockStep(port, { connections, messages: MESSAGES, kind: 'small' });
      rows.push([
        `messages/s acknowledged, ${connections} connection(s): crbio, plainest, ratio`,
        `${rate(ours)}, ${rate(theirs)}, ${(ours.perSecond / theirs.perSecond).toPrecision(2)}`,
      ]);
      rows.push([
        `acknowledgement, ${connections} connection(s), nothing rendered: p50, p99`,
        percentiles(ours),
      ]);
    }
    const before = usageOf(pid).residentMiB;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, usageOf(pid).residentMiB);
    }, 20);
    const large = await lockStep(port, { connections: 1, messages: 1, kind: 'large', mebibytes: LARGE_MIB });
    clearInterval(watch);
    rows.push([
      `a frame of ${LARGE_MIB} MiB: answered after, memory before, peak until its answer`,
      `${median(large.waits).toFixed(0)} ms, ${before.toFixed(0)} MiB, ${peak.toFixed(0)} MiB`,
    ]);
    // Reports to render arrive first; acknowledgements are timed while they are being rendered.
    await lockStep(port, { connections: 4, messages: RENDERED, kind: 'report' });
    const busy = await takeTurns([plain.port, port]);
    for (const [server, load] of [
      ['plainest', busy[0]],
      ['crbio (goal 5 ms, 50 ms)', busy[1]],
    ] as const)
      rows.push([`acknowledgement while rendering at full load: p50, p99, ${server}`, percentiles(load)]);
    console.log('| MLLP, synchronous=FULL | |\n| --- | ---: |');
    for (const [name, value] of rows) console.log(`| ${name} | ${value} |`);
  } finally {
    await stopProcess(daemon);
    await stopProcess(sandbox.process);
    plain.server.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

/** Times two servers in the same minutes, a few messages each in turn. */
async function takeTurns(ports: readonly [number, number]): Promise<[Load, Load]> {
  const waits: [number[], number[]] = [[], []];
  for (let turn = 0; turn < TURNS; turn++)
    for (const which of [0, 1] as const) {
      const options = { connections: 1, messages: TIMED / TURNS, kind: 'small', everyMs: 20 } as const;
      waits[which].push(...(await lockStep(ports[which], options)).waits);
    }
  const load = (all: number[]): Load => ({ perSecond: Number.NaN, waits: all });
  return [load(waits[0]), load(waits[1])];
}

function rate({ perSecond }: Load): string {
  return perSecond.toFixed(0);
}

function percentiles({ waits }: Load): string {
  return `${median(waits).toFixed(1)} ms, ${quantile(waits, 0.99).toFixed(1)} ms`;
}

/** The port that the daemon chose, from its log. */
async function listenedPort(configFile: string): Promise<number> {
  const { readFileSync } = await import('node:fs');
  const line = readFileSync(join(configFile, '..', 'crbio.log'), 'utf8')
    .split('\n')
    .find((one) => one.includes('"event":"listening"'));
  return Number(/:(\d+)"/.exec(line?.split('"listen":')[1] ?? '')?.[1]);
}
