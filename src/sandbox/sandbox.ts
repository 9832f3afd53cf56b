/** Starts the local DMP, the local MSSanté operator and their control endpoint, all on 127.0.0.1. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { join, resolve } from 'node:path';
import { type Authority, type Credential, createAuthority, type Organisation } from './authority.ts';
import { createControlServer } from './control.ts';
import { Disruptions } from './disruptions.ts';
import { Registry } from './dmp/registry.ts';
import { createDmpServer } from './dmp/server.ts';
import { Journal } from './journal.ts';
import { MailStore, PATIENT_DOMAIN, PROFESSIONAL_DOMAIN } from './mssante/mailboxes.ts';
import { createMssanteServer } from './mssante/server.ts';
import { loadPatients, TEST_INS_OID, type TestPatient } from './patients.ts';

const LOOPBACK = '127.0.0.1';

export interface SandboxOptions {
  /** Where certificates, journal, documents and mails are written; made when absent. */
  readonly folder: string;
  /** The laboratory that the certificates name. */
  readonly organisation?: Organisation;
  /** JSON file of more patients. */
  readonly patients?: string;
  /** 0, the default, lets the system choose. */
  readonly ports?: { readonly dmp: number; readonly smtp: number; readonly control: number };
  readonly now?: () => Date;
}

/** What `sandbox.json` says: all that a client needs. Paths are absolute. */
export interface SandboxDescription {
  readonly pid: number;
  readonly dmp: {
    readonly url: string;
    readonly services: { readonly repository: string; readonly registry: string; readonly patients: string };
  };
  readonly smtp: { readonly host: string; readonly port: number };
  readonly control: string;
  readonly certificates: {
    /** Issuing authority and root, to verify the servers. */
    readonly ca: string;
    readonly auth: { readonly certificate: string; readonly key: string };
    readonly sign: { readonly certificate: string; readonly key: string };
  };
  readonly organisation: Organisation;
  readonly domains: { readonly professional: string; readonly patient: string };
  readonly mailboxes: {
    readonly laboratory: string;
    readonly organisation: string;
    readonly professionals: readonly string[];
  };
  readonly insOid: string;
  readonly patients: readonly TestPatient[];
  readonly journal: string;
}

export interface Sandbox {
  readonly description: SandboxDescription;
  readonly authority: Authority;
  stop(): Promise<void>;
}

const DEFAULT_ORGANISATION: Organisation = { id: '1750000001', name: 'LABORATOIRE DES TILLEULS' };

/** @throws Error when the folder cannot be written, a port is taken, or the file of patients is wrong */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const folder = resolve(options.folder);
  const now = options.now ?? (() => new Date());
  const organisation = options.organisation ?? DEFAULT_ORGANISATION;
  const ports = options.ports ?? { dmp: 0, smtp: 0, control: 0 };
  await mkdir(folder, { recursive: true, mode: 0o700 });

  const patients = await loadPatients(options.patients);
  const authority = await createAuthority(now());
  const [server, auth, sign] = await Promise.all([
    authority.issue({ kind: 'server', names: ['localhost'], addresses: [LOOPBACK] }),
    authority.issue({ kind: 'ORG_AUTH_CLI', organisation, commonName: 'CRBIO AUTH' }),
    authority.issue({ kind: 'ORG_SIGN', organisation, commonName: 'CRBIO SIGN' }),
  ]);
  const certificates = await writeCertificates(folder, authority, auth, sign);

  const journal = new Journal(folder, now);
  const disruptions = new Disruptions();
  const registry = new Registry(folder, now, randomUUID);
  const store = new MailStore(folder, now);
  const shared = { authority, credential: server, patients, journal, disruptions, now };
  const dmp = createDmpServer({ ...shared, registry });
  const mssante = createMssanteServer({ ...shared, store });
  const control = createControlServer({ registry, store, patients, journal, disruptions });

  const started: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const release of started.splice(0).reverse()) await release();
  };
  try {
    const dmpPort = await listen(dmp, ports.dmp);
    started.push(() => closeServer(dmp));
    const smtpPort = await listen(mssante.listen(ports.smtp, LOOPBACK));
    started.push(() => new Promise((done) => mssante.close(() => done())));
    const controlPort = await listen(control, ports.control);
    started.push(() => closeServer(control));

    const url = `https://${LOOPBACK}:${dmpPort}/si-dmp-server/v2/services`;
    const description: SandboxDescription = {
      pid: process.pid,
      dmp: {
        url,
        services: {
          repository: `${url}/repository`,
          registry: `${url}/registry`,
          patients: `${url}/patients`,
        },
      },
      smtp: { host: LOOPBACK, port: smtpPort },
      control: `http://${LOOPBACK}:${controlPort}`,
      certificates,
      organisation,
      domains: { professional: PROFESSIONAL_DOMAIN, patient: PATIENT_DOMAIN },
      mailboxes: {
        laboratory: `labo-app@${PROFESSIONAL_DOMAIN}`,
        organisation: `labo@${PROFESSIONAL_DOMAIN}`,
        professionals: [`dr.durand@${PROFESSIONAL_DOMAIN}`, `dr.petit@${PROFESSIONAL_DOMAIN}`],
      },
      insOid: TEST_INS_OID,
      patients: patients.all(),
      journal: journal.file,
    };
    await writeAtomically(join(folder, 'sandbox.json'), JSON.stringify(description, null, 2));
    return { description, authority, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeCertificates(
  folder: string,
  authority: Authority,
  auth: Credential,
  sign: Credential,
): Promise<SandboxDescription['certificates']> {
  const inside = join(folder, 'certificates');
  await mkdir(inside, { recursive: true, mode: 0o700 });
  const write = async (name: string, content: string): Promise<string> => {
    const path = join(inside, name);
    await writeAtomically(path, content);
    return path;
  };
  return {
    ca: await write('ca.pem', authority.chain),
    auth: {
      certificate: await write('auth.pem', auth.certificate + authority.issuing),
      key: await write('auth.key', auth.key),
    },
    sign: { certificate: await write('sign.pem', sign.certificate), key: await write('sign.key', sign.key) },
  };
}

/** A reader sees the whole file or none; only the owner reads it. */
async function writeAtomically(path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
}

/** Waits until a server listens, on a port given or already asked for. @returns the port */
async function listen(server: Server, port?: number): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('listening', done);
    server.once('error', fail);
    if (port !== undefined) server.listen(port, LOOPBACK);
  });
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server & { closeAllConnections?: () => void }): Promise<void> {
  await new Promise<void>((done) => {
    server.close(() => done());
    server.closeAllConnections?.();
  });
}
