import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { PACKAGE } from '../assets.ts';

/** The sample laboratory beside its sandbox: what `crbio demo` and the whole-daemon tests start. */

const DEMO = join(PACKAGE, 'config', 'demo');
const STARTUP_MS = 20_000;

/** Where the sandbox listens and what it gave us, as it writes it in `sandbox.json`; paths are absolute. */
export interface SandboxAccess {
  readonly dmp: { readonly url: string };
  readonly smtp: { readonly host: string; readonly port: number };
  /** URL of its control endpoint. */
  readonly control: string;
  readonly certificates: {
    readonly ca: string;
    readonly auth: { readonly certificate: string; readonly key: string };
    readonly sign: { readonly certificate: string; readonly key: string };
  };
  readonly domains: { readonly professional: string; readonly patient: string };
  /** Mailboxes of the laboratory: the one that sends, and the one that people read. */
  readonly mailboxes: { readonly laboratory: string; readonly organisation: string };
}

export interface RunningSandbox {
  readonly access: SandboxAccess;
  readonly folder: string;
  readonly process: ChildProcess;
}

/** Folder of the modules that are started as processes: this one's build. Tests, which run from source, name another. */
const OWN_BUILD = fileURLToPath(new URL('..', import.meta.url));

/** Starts the sandbox in its own process and waits until it is ready. @throws when it does not start */
export async function startSandbox(folder: string, build = OWN_BUILD): Promise<RunningSandbox> {
  mkdirSync(folder, { recursive: true });
  const child = spawn(
    process.execPath,
    // It reads each report into a tree and forgets it: room for several spares the collector an eighth of its time.
    [
      '--max-semi-space-size=64',
      entry(build, 'sandbox/main'),
      '--dir',
      folder,
      '--patients',
      join(DEMO, 'patients.json'),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const file = join(folder, 'sandbox.json');
  await until(() => existsSync(file), child, 'sandbox');
  return { access: JSON.parse(readFileSync(file, 'utf8')) as SandboxAccess, folder, process: child };
}

/** Writes a configuration that joins the sample laboratory to a sandbox. @returns the file's path */
export function writeConfiguration(
  folder: string,
  access: SandboxAccess,
  changes: (config: Record<string, unknown>) => void = () => {},
): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const config = parse(readFileSync(join(DEMO, 'crbio.yaml'), 'utf8')) as Record<string, unknown>;
  const { certificates, dmp, smtp, domains, mailboxes } = access;
  const homologation = join(folder, 'homologation');
  writeFileSync(homologation, 'DEMO-0000\n', { mode: 0o600 });
  Object.assign(config, {
    catalogue: join(PACKAGE, 'loinc', 'catalogue.csv'),
    correspondents: join(DEMO, 'correspondents.csv'),
    stylesheets: join(PACKAGE, 'stylesheets'),
    peers: [new URL(dmp.url).host, `${smtp.host}:${smtp.port}`],
    dmp: {
      url: dmp.url,
      authorities: certificates.ca,
      client: certificates.auth,
      signature: certificates.sign,
      software: { oid: '1.2.250.1.999.2', name: 'crbio', version: '0.1.0', homologation },
    },
    mssante: {
      host: smtp.host,
      port: smtp.port,
      authorities: certificates.ca,
      client: certificates.auth,
      from: mailboxes.laboratory,
      label: 'Laboratoire du Canal - Biologie',
      replyTo: { professionals: mailboxes.organisation, patients: mailboxes.organisation },
      contact: 'le laboratoire, 01 00 00 00 01',
      nil: 'CRBIO-DEMO',
      patientDomain: domains.patient,
      domains: [domains.professional],
    },
  });
  changes(config);
  const file = join(folder, 'crbio.yaml');
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

/** Starts the daemon as a process and waits for its `ready` line; its log goes to `crbio.log` beside the configuration. */
export async function startDaemonProcess(
  configFile: string,
  { environment = {}, build = OWN_BUILD }: { environment?: NodeJS.ProcessEnv; build?: string } = {},
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry(build, 'cli'), 'start', '--config', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let log = '';
  const keep = (chunk: Buffer) => {
    log += chunk.toString('utf8');
    writeFileSync(join(configFile, '..', 'crbio.log'), chunk, { flag: 'a' });
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  await until(() => log.includes('"event":"ready"'), child, 'daemon');
  return child;
}

/** Drops a file as an SGL should: under a temporary name, then renamed. */
export function drop(input: string, folder: string, name = basename(input)): void {
  const temporary = join(folder, `${name}.tmp`);
  cpSync(input, temporary);
  renameSync(temporary, join(folder, name));
}

/** Stops a process with SIGTERM and waits for its end. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function until(ready: () => boolean, child: ChildProcess, name: string): Promise<void> {
  const deadline = Date.now() + STARTUP_MS;
  while (!ready()) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the ${name} stopped while starting (${child.exitCode ?? child.signalCode})`);
    if (Date.now() > deadline) throw new Error(`the ${name} did not start within ${STARTUP_MS / 1000} s`);
    await delay(20);
  }
}

/** A module of a build: `.js`, or `.ts` where it is the source. */
function entry(build: string, module: string): string {
  const compiled = join(build, `${module}.js`);
  return existsSync(compiled) ? compiled : join(build, `${module}.ts`);
}
