import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BUILD, built } from './built.ts';
import { DESTINATIONS, reportFile } from './inputs.ts';
import { usageOf } from './machine.ts';
import { median, quantile } from './statistics.ts';

export interface PipelineOptions {
  /** Reports dropped at once for the throughput. */
  readonly reports: number;
  /** Reports in all after which memory is read again; not above `reports`: no second part. */
  readonly total: number;
  /** Rendering threads of the daemon. */
  readonly workers: number;
}

export interface PipelineFigures {
  readonly reportsPerSecond: number;
  readonly seconds: number;
  /** From the first file dropped to the last one in the archive. */
  readonly takenSeconds: number;
  readonly daemonCpuSeconds: number;
  readonly sandboxCpuSeconds: number;
  readonly harnessCpuSeconds: number;
  /** Milliseconds, from the rename that makes a file visible to its move to the archive, while rendering runs. */
  readonly acknowledgement: { readonly median: number; readonly p99: number; readonly files: number };
  /** Milliseconds, store.receive as the daemon logs it, all files. */
  readonly receive: { readonly median: number; readonly p99: number };
  /** MiB of the daemon at a number of reports delivered. */
  readonly resident: readonly { readonly reports: number; readonly miB: number }[];
  readonly stableMs: number;
}

const MEMORY_AFTER = 100;
/** Files dropped one by one under load to time their acknowledgement. */
const PROBE_EVERY_MS = 150;
const STABLE_MS = 200;

/** The daemon and the sandbox as processes, reports in at one end, outcomes counted at the other. */
export async function measurePipeline({
  reports,
  total,
  workers,
}: PipelineOptions): Promise<PipelineFigures> {
  const { startSandbox, startDaemonProcess, stopProcess, writeConfiguration } =
    await built<typeof import('../src/commands/demo-laboratory.ts')>('commands/demo-laboratory');
  const folder = mkdtempSync(join(tmpdir(), 'crbio-bench-'));
  const sandbox = await startSandbox(join(folder, 'sandbox'), BUILD);
  const laboratory = join(folder, 'laboratory');
  const configFile = writeConfiguration(laboratory, sandbox.access, (config) => {
    config.workers = workers;
  });
  let daemon: ChildProcess | undefined;
  try {
    daemon = await startDaemonProcess(configFile, { build: BUILD });
    const exportFolder = join(laboratory, 'export');
    const events = follow(daemon);
    const daemonPid = pidOf(daemon);
    const before = [usageOf(daemonPid), usageOf(pidOf(sandbox.process)), process.cpuUsage()] as const;

    const start = Date.now();
    for (let n = 0; n < reports; n++) drop(n, exportFolder);
    const resident: { reports: number; miB: number }[] = [];
    if (MEMORY_AFTER < reports) {
      await events.delivered(MEMORY_AFTER * DESTINATIONS);
      resident.push({ reports: MEMORY_AFTER, miB: usageOf(daemonPid).residentMiB });
    }
    const end = await events.delivered(reports * DESTINATIONS);
    const takenSeconds = (Math.max(...[...archived(laboratory).values()]) - start) / 1000;
    const after = [usageOf(daemonPid), usageOf(pidOf(sandbox.process)), process.cpuUsage(before[2])] as const;
    resident.push({ reports, miB: after[0].residentMiB });

    const droppedAt = new Map<string, number>();
    if (total > reports) {
      // The rest at once, but for the files that are timed: dropped one by one while the rest is being rendered.
      const probes = Math.min(100, Math.floor((total - reports) / 5));
      for (let n = reports; n < total - probes; n++) drop(n, exportFolder);
      await events.received(total - probes);
      for (let n = total - probes; n < total; n++) {
        const name = drop(n, exportFolder);
        droppedAt.set(name, Date.now());
        await delay(PROBE_EVERY_MS);
      }
      await events.delivered(total * DESTINATIONS);
      resident.push({ reports: total, miB: usageOf(daemonPid).residentMiB });
    }
    await confirm(sandbox.access.control, Math.max(reports, total));

    const moved = archived(laboratory);
    const waits = [...droppedAt].map(([name, at]) => (moved.get(name) ?? Number.NaN) - at);
    return {
      reportsPerSecond: reports / ((end - start) / 1000),
      seconds: (end - start) / 1000,
      takenSeconds,
      daemonCpuSeconds: after[0].cpuSeconds - before[0].cpuSeconds,
      sandboxCpuSeconds: after[1].cpuSeconds - before[1].cpuSeconds,
      harnessCpuSeconds: (after[2].user + after[2].system) / 1e6,
      acknowledgement: { median: median(waits), p99: quantile(waits, 0.99), files: waits.length },
      receive: { median: median(events.receiveMs), p99: quantile(events.receiveMs, 0.99) },
      resident,
      stableMs: STABLE_MS,
    };
  } finally {
    if (daemon) await stopProcess(daemon);
    await stopProcess(sandbox.process);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the n-th report in the folder as an SGL should: under a temporary name, then renamed. */
function drop(n: number, folder: string): string {
  const { name, bytes } = reportFile(n);
  writeFileSync(join(folder, `${name}.tmp`), bytes);
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
  return name;
}

/** When each archived file got there: a rename sets the change time of its inode. */
function archived(laboratory: string): Map<string, number> {
  const folder = join(laboratory, 'archive');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(files.map(({ name, parentPath }) => [name, statSync(join(parentPath, name)).ctimeMs]));
}

/** What the daemon's log tells while it runs. */
function follow(daemon: ChildProcess) {
  let rest = '';
  let received = 0;
  const receiveMs: number[] = [];
  const deliveredAt: number[] = [];
  const waiting: { ready: () => boolean; resolve: () => void }[] = [];
  let ended = false;
  const check = () => {
    for (const wait of waiting.splice(0)) {
      if (ended || wait.ready()) wait.resolve();
      else waiting.push(wait);
    }
  };
  daemon.once('exit', () => {
    ended = true;
    check();
  });
  daemon.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { event, time, ms } = JSON.parse(line) as { event: string; time: string; ms?: number };
      if (event === 'received') received += 1;
      if (event === 'received' && ms !== undefined) receiveMs.push(ms);
      if (event === 'delivered') deliveredAt.push(Date.parse(time));
      if (event === 'delivery-failed' || event === 'render-refused' || event === 'delivery-crashed')
        console.error(line);
    }
    check();
  });
  const until = async (ready: () => boolean) => {
    if (!ready()) await new Promise<void>((resolve) => waiting.push({ ready, resolve }));
    if (!ready()) throw new Error('the daemon stopped');
  };
  return {
    receiveMs,
    received: (count: number) => until(() => received >= count),
    /** @returns when the count was reached, ms since 1970 */
    delivered: async (count: number) => {
      await until(() => deliveredAt.length >= count);
      return deliveredAt[count - 1] ?? Number.NaN;
    },
  };
}

/** The other side's own count. @throws Error when it is not what was dropped, each once */
async function confirm(control: string, reports: number): Promise<void> {
  const state = (await (await fetch(`${control.replace(/\/$/, '')}/state`)).json()) as {
    documents: readonly { kind: string }[];
    mails: readonly { kind: string; duplicate: boolean }[];
  };
  const documents = state.documents.filter(({ kind }) => kind === 'document').length;
  const mails = state.mails.filter(({ kind, duplicate }) => kind === 'report' && !duplicate).length;
  if (documents !== reports || mails !== reports * (DESTINATIONS - 1))
    throw new Error(`${reports} reports dropped; the sandbox has ${documents} documents and ${mails} mails`);
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process did not start');
  return pid;
}
