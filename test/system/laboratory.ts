import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import {
  type RunningSandbox,
  startDaemonProcess,
  startSandbox,
  stopProcess,
  writeConfiguration,
} from '../../src/commands/demo-laboratory.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { RegisteredDocument } from '../../src/sandbox/dmp/registry.ts';
import type { SandboxEvent } from '../../src/sandbox/journal.ts';
import type { StoredMail } from '../../src/sandbox/mssante/mailboxes.ts';
import type { Store } from '../../src/store/model.ts';
import type { ReportDetails } from '../../src/store/rows.ts';
import { openStore } from '../../src/store/store.ts';

/**
 * A laboratory for whole-daemon tests: the built daemon as one process, the sandbox as another, and what a person or a
 * test can see of them. Nothing here reaches into the daemon.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What users run; CRBIO_BUILD names another build, such as an installed package. */
const BUILD = process.env.CRBIO_BUILD ?? join(ROOT, 'dist');
export const INPUTS = join(ROOT, 'config', 'demo', 'inputs');

/** Long enough for a machine that runs other things; a test that waits this long has failed. */
const PATIENCE_MS = 90_000;
/** A whole-daemon test's own limit: above all its waits. */
export const SYSTEM_TIMEOUT_MS = 240_000;

/** The answer of the sandbox's control endpoint. */
export interface SandboxState {
  readonly documents: readonly RegisteredDocument[];
  readonly mails: readonly StoredMail[];
}

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface LaboratoryOptions {
  /** Changes to the sample laboratory's configuration, before it is written. */
  readonly changes?: (config: LaboratoryConfig) => void;
}

/** The parts of a written configuration that tests change. */
export interface LaboratoryConfig extends Record<string, unknown> {
  sources: Record<string, unknown>[];
  dmp: Record<string, unknown>;
  mssante: Record<string, unknown>;
}

export type Laboratory = Awaited<ReturnType<typeof openLaboratory>>;

/** Starts the sandbox and writes the laboratory's files; the daemon is started by the test. */
export async function openLaboratory({ changes = () => {} }: LaboratoryOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-system-'));
  const sandbox = await startSandbox(join(folder, 'sandbox'), BUILD);
  const laboratory = join(folder, 'laboratory');
  const configFile = writeConfiguration(laboratory, sandbox.access, (config) => {
    const parts = config as LaboratoryConfig;
    for (const source of parts.sources) source.completion = { stableMs: 50 };
    parts.retry = { baseMs: 50, capMs: 400 };
    parts.workers = 1;
    changes(parts);
  });
  const config = configOf(configFile);
  let daemon: ChildProcess | undefined;
  let opened: Store | undefined;
  const control = controlOf(sandbox);

  const store = (): Store => {
    opened ??= openStore({ file: join(laboratory, 'data', 'crbio.db'), now: Date.now });
    return opened;
  };
  const logFile = join(laboratory, 'crbio.log');

  const start = async (environment: NodeJS.ProcessEnv = {}): Promise<ChildProcess> => {
    try {
      daemon = await startDaemonProcess(configFile, { environment, build: BUILD });
    } catch (error) {
      throw new Error(`${error}\n${readFileSync(logFile, 'utf8').split('\n').slice(-12).join('\n')}`);
    }
    return daemon;
  };

  /** Runs a command of the built `crbio` on this laboratory. */
  const crbio = (...args: string[]): Promise<CommandResult> => runCrbio([...args, '--config', configFile]);

  return {
    folder: laboratory,
    sandboxFolder: sandbox.folder,
    configFile,
    sandbox,
    start,
    store,
    crbio,
    ...control,
    log: () => readFileSync(logFile, 'utf8'),
    /** Changes the configuration file of a laboratory at work; the daemon reads it at its next start or at SIGHUP. */
    configure(change: (config: LaboratoryConfig) => void): void {
      const written = parse(readFileSync(configFile, 'utf8')) as LaboratoryConfig;
      change(written);
      writeFileSync(configFile, stringify(written), { mode: 0o600 });
    },
    /** Writes a file as an SGL should: under a temporary name, then renamed. */
    drop(name: string, content: string | Uint8Array, source = 'sgl'): void {
      const target = sourceOf(config, source).folder;
      const temporary = join(laboratory, target, `${name}.tmp`);
      writeFileSync(temporary, content);
      renameSync(temporary, join(laboratory, target, name));
    },
    /** Names of the files below a folder of the laboratory, relative to it. */
    files: (below: string): string[] => filesBelow(join(laboratory, below)),
    /** The report of a dossier, with the deliveries of every version. */
    async report(dossier: string): Promise<ReportDetails> {
      const found = (await store().reports({})).find((report) => report.dossier === dossier);
      const details = found && (await store().report(found.reportId));
      if (!details) throw new Error(`no report of dossier ${dossier}`);
      return details;
    },
    /** Waits until a condition holds. @throws with the state of every open delivery when it does not in time */
    async until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
      const deadline = Date.now() + PATIENCE_MS;
      while (!(await holds())) {
        if (Date.now() > deadline) throw new Error(`waited in vain: ${what}\n${await situation(store())}`);
        await delay(50);
      }
    },
    /** Waits until every file has moved and nothing is left to do. */
    async settled(): Promise<void> {
      const folders = config.sources.map((source) => join(laboratory, source.folder));
      for (let quiet = 0; quiet < 2; ) {
        await this.until('everything is settled', async () => {
          const calm = folders.every((one) => readdirSync(one).length === 0) && (await isIdle(store()));
          if (!calm) quiet = 0;
          return calm;
        });
        quiet += 1;
        await delay(60);
      }
    },
    /** Waits for the end of the daemon that a stop point kills. */
    async death(): Promise<void> {
      if (!daemon) throw new Error('no daemon was started');
      if (daemon.exitCode === null && daemon.signalCode === null) {
        const patience = new AbortController();
        await Promise.race([
          once(daemon, 'exit'),
          delay(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
            throw new Error('the daemon lives on: the point was not reached');
          }),
        ]).finally(() => patience.abort());
      }
      if (daemon.signalCode !== 'SIGKILL') throw new Error(`the daemon ended otherwise (${daemon.exitCode})`);
    },
    stop: () => (daemon ? stopProcess(daemon) : Promise.resolve()),
    /** SIGHUP, and waits for what the log says of it. */
    async reload(outcome: 'reloaded' | 'reload-refused' = 'reloaded'): Promise<void> {
      const told = () => this.log().split(`"event":"${outcome}"`).length;
      const before = told();
      daemon?.kill('SIGHUP');
      await this.until(outcome, () => told() > before);
    },
    /** @param before done when nothing uses the folder any more, before it is removed */
    async close(before = () => {}): Promise<void> {
      await opened?.close();
      if (daemon) await stopProcess(daemon);
      before();
      await stopProcess(sandbox.process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the built command line. */
function runCrbio(args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(BUILD, 'cli.js'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
  });
}

/** A demo input, under other numbers: each test has its own dossiers. Its bytes stay as they are, whatever the charset. */
export function input(name: string, changes: Readonly<Record<string, string>> = {}): Buffer {
  let text = readFileSync(join(INPUTS, name), 'latin1');
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${name} does not hold « ${from} »`);
    text = text.replaceAll(from, to);
  }
  return Buffer.from(text, 'latin1');
}

export function filesBelow(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function controlOf({ access }: RunningSandbox) {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${access.control}${path}`, {
      method,
      // Tests that run a tool synchronously would find a kept-alive connection closed.
      headers: { connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    state: () => call('GET', '/state') as Promise<SandboxState>,
    events: () => call('GET', '/journal') as Promise<SandboxEvent[]>,
    /** Orders a breakdown (sandbox/disruptions.ts). */
    disrupt: (order: Readonly<Record<string, unknown>>) => call('POST', '/faults', order),
    repair: () => call('DELETE', '/faults'),
    patient: (change: Readonly<Record<string, string>>) => call('POST', '/patients', change),
  };
}

function configOf(file: string): Config {
  const config = readConfig(file);
  if (Array.isArray(config)) throw new Error(config.map((fault) => fault.cause).join('\n'));
  return config;
}

function sourceOf(config: Config, name: string): Config['sources'][number] {
  const source = config.sources.find((one) => one.name === name);
  if (!source) throw new Error(`no source ${name}`);
  return source;
}

const AT_WORK = ['waiting', 'leased', 'on-wire', 'unknown'] as const;

async function isIdle(store: Store): Promise<boolean> {
  const work = await Promise.all([
    store.uninterpreted(1),
    store.unrendered(1),
    store.unplanned(1),
    store.deliveries({ states: AT_WORK }),
  ]);
  return work.every((rows) => rows.length === 0);
}

async function situation(store: Store): Promise<string> {
  const reports = (await store.reports({})).map(
    (report) => `${report.dossier} v${report.version} ${report.state}`,
  );
  const deliveries = (await store.deliveries({ states: [...AT_WORK, 'failed'] })).map(
    (row) => `${row.deliveryId} ${row.channel} ${row.state} ${row.attempts} ${row.lastCode ?? ''}`,
  );
  return [...reports, ...deliveries].join('\n');
}
