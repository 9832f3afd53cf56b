import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/sandbox/authority.ts';
import {
  input,
  type Laboratory,
  type LaboratoryConfig,
  openLaboratory,
  SYSTEM_TIMEOUT_MS,
} from './laboratory.ts';

/** The daemon as its operator meets it: start, stop, reload, wrong files, peers that fail and come back. */

const LUC = '184076938301241@patient.sandbox-mssante.invalid';
let laboratory: Laboratory;
let original: string;
let next = 250_000;

beforeAll(async () => {
  laboratory = await openLaboratory();
  original = readFileSync(laboratory.configFile, 'utf8');
}, SYSTEM_TIMEOUT_MS);
afterEach(async () => {
  await laboratory.stop();
  await laboratory.repair();
  writeFileSync(laboratory.configFile, original, { mode: 0o600 });
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

/** Drops a blood count of LUC. @returns its dossier */
function drop(): string {
  const dossier = `26-${next++}`;
  laboratory.drop(
    `${dossier}.hl7`,
    input('02-hemogramme.hl7', { '26-110002': dossier, DEMO0002: `DEMO-${dossier}` }),
  );
  return dossier;
}

const fates = async (dossier: string) =>
  (await laboratory.report(dossier)).deliveries.map(({ channel, state }) => `${channel} ${state}`).sort();
const ALL_DELIVERED = ['dmp delivered', 'mssante-patient delivered', 'mssante-pro delivered'];

/** A delivery once its report is planned. */
async function delivery(dossier: string, channel: string) {
  const found = (await laboratory.store().reports({})).find((report) => report.dossier === dossier);
  return found?.deliveries.find((row) => row.channel === channel);
}

describe('crbio check', () => {
  const lines = (out: string) =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { check: string; level: string; text: string });
  const check = async (change: (config: LaboratoryConfig) => void, ...more: string[]) => {
    laboratory.configure(change);
    const { code, out } = await laboratory.crbio('check', '--json', ...more);
    return { code, errors: lines(out).filter(({ level }) => level === 'error') };
  };

  it('passes a good laboratory, its peers included', async () => {
    expect(await check(() => {}, '--reach')).toEqual({ code: 0, errors: [] });
  });

  it('refuses the signing certificate where that of authentication is due', async () => {
    const { code, errors } = await check((config) => {
      config.dmp.client = config.dmp.signature;
    });
    expect(code).toBe(1);
    expect(errors).toMatchObject([{ check: 'dmp.client', text: expect.stringContaining('ORG_AUTH_CLI') }]);
  });

  it('refuses a key that others can read, and says what to type', async () => {
    const { certificates } = laboratory.sandbox.access;
    const key = join(laboratory.folder, 'lisible.key');
    cpSync(certificates.auth.key, key);
    chmodSync(key, 0o644);
    const { code, errors } = await check(({ mssante }) => {
      mssante.client = { certificate: certificates.auth.certificate, key };
    });
    expect(code).toBe(1);
    expect(errors).toMatchObject([{ check: 'mssante', text: expect.stringContaining(`chmod 600 ${key}`) }]);
  });

  it('refuses a catalogue that is not there', async () => {
    const { code, errors } = await check((config) => {
      config.catalogue = 'absent.csv';
    });
    expect(code).toBe(1);
    expect(errors).toMatchObject([{ text: expect.stringContaining('absent.csv') }]);
  });

  it('tells a peer that does not answer from a wrong file: exit 3', async () => {
    const { code, errors } = await check((config) => {
      config.dmp.url = 'https://127.0.0.1:9/services';
      config.peers = [...(config.peers as string[]), '127.0.0.1:9'];
    }, '--reach');
    expect(code).toBe(3);
    expect(errors).toMatchObject([{ check: 'dmp joignable' }]);
  });
});

describe('crbio start', () => {
  it(
    'refuses a second daemon on the same data',
    async () => {
      const daemon = await laboratory.start();
      const { code, err } = await laboratory.crbio('start');
      expect(code).toBe(2);
      expect(err).toContain('DAEMON_RUNNING');
      expect(err).toContain(String(daemon.pid));
      expect(daemon.exitCode).toBeNull();
    },
    SYSTEM_TIMEOUT_MS,
  );

  it('is stopped by a wrong configuration: file, line and key, exit 2', async () => {
    writeFileSync(laboratory.configFile, original.replace('workers: 1', 'workers: beaucoup'));
    const line = original.split('\n').findIndex((text) => text.startsWith('workers:')) + 1;
    const { code, err } = await laboratory.crbio('start');
    expect(code).toBe(2);
    expect(err).toContain(`${laboratory.configFile}:${line} — workers`);
  });

  it('is stopped by a wrong catalogue: file, line and column, exit 2', async () => {
    const catalogue = join(laboratory.folder, 'catalogue.csv');
    laboratory.configure((config) => {
      // Sodium, with a wrong check digit.
      const text = readFileSync(String(config.catalogue), 'utf8').replace(';2951-2;', ';2951-3;');
      writeFileSync(catalogue, text);
      config.catalogue = catalogue;
    });
    const line =
      readFileSync(catalogue, 'utf8')
        .split('\n')
        .findIndex((row) => row.includes(';2951-3;')) + 1;
    const { code, err } = await laboratory.crbio('start');
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`catalogue\\.csv(?::|, ligne )${line}\\b`));
    expect(err).toContain('2951-3');
  });
});

describe('SIGTERM', () => {
  it(
    'ends cleanly in the midst of work: exit 0, nothing leased, nothing lost',
    async () => {
      const daemon = await laboratory.start();
      const dossiers = Array.from({ length: 4 }, drop);
      await laboratory.until('the first plan', async () =>
        (await Promise.all(dossiers.map((dossier) => delivery(dossier, 'dmp')))).some(Boolean),
      );
      await laboratory.stop();
      expect(daemon.exitCode).toBe(0);
      expect(laboratory.log()).toContain('"event":"stopped"');
      expect(await laboratory.store().deliveries({ states: ['leased', 'on-wire', 'unknown'] })).toEqual([]);

      await laboratory.start();
      await laboratory.settled();
      for (const dossier of dossiers) expect(await fates(dossier)).toEqual(ALL_DELIVERED);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('SIGHUP', () => {
  it(
    'takes up the files as they are now, and refuses wrong ones without stopping',
    async () => {
      const daemon = await laboratory.start();
      laboratory.configure(({ mssante }) => {
        mssante.toPatients = false;
      });
      await laboratory.reload();
      const dossier = drop();
      await laboratory.settled();
      expect(await fates(dossier)).toEqual(['dmp delivered', 'mssante-pro delivered']);

      laboratory.configure((config) => {
        config.catalogue = 'absent.csv';
      });
      await laboratory.reload('reload-refused');
      laboratory.configure((config) => {
        config.workers = 'beaucoup';
      });
      await laboratory.reload('reload-refused');
      expect(daemon.exitCode).toBeNull();
      const another = drop();
      await laboratory.settled();
      expect(await fates(another)).toEqual(['dmp delivered', 'mssante-pro delivered']);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('a DMP that is down', () => {
  let link: ReturnType<typeof breakableLink>;

  beforeEach(async () => {
    const { port } = new URL(laboratory.sandbox.access.dmp.url);
    link = breakableLink(Number(port));
    const here = await link.open();
    laboratory.configure((config) => {
      config.dmp.url = String(config.dmp.url).replace(`:${port}/`, `:${here}/`);
      config.peers = [...(config.peers as string[]), `127.0.0.1:${here}`];
    });
  });
  afterEach(() => link.cut());

  it(
    'receives everything once it is back, without anybody’s help; the mails did not wait',
    async () => {
      await laboratory.start();
      await link.cut();
      const dossiers = [drop(), drop()];
      await laboratory.until('a few tries', async () => {
        const rows = await Promise.all(dossiers.map((dossier) => delivery(dossier, 'dmp')));
        return rows.every((row) => (row?.attempts ?? 0) >= 2);
      });
      for (const dossier of dossiers)
        expect((await delivery(dossier, 'dmp'))?.lastCause).toContain("rien n'a été envoyé");
      await laboratory.until('the mails', async () =>
        (await Promise.all(dossiers.map(fates))).every(
          (rows) => rows.filter((fate) => fate.endsWith('delivered')).length === 2,
        ),
      );
      await link.open();
      await laboratory.settled();
      for (const dossier of dossiers) expect(await fates(dossier)).toEqual(ALL_DELIVERED);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

it(
  'a mailbox that is busy gets its mail later, once',
  async () => {
    await laboratory.start();
    await laboratory.disrupt({
      service: 'mssante',
      kind: 'rcpt-temporary',
      subject: LUC,
      times: 2,
      code: '451',
    });
    const dossier = drop();
    await laboratory.settled();
    expect(await fates(dossier)).toEqual(ALL_DELIVERED);
    expect(await delivery(dossier, 'mssante-patient')).toMatchObject({
      attempts: 3,
      possibleDuplicate: false,
    });
    expect(await delivery(dossier, 'mssante-pro')).toMatchObject({ attempts: 1 });
    const { mails } = await laboratory.state();
    const [version] = (await laboratory.report(dossier)).versions;
    const sent = mails.filter(
      ({ kind, to, documents }) =>
        kind === 'report' && to.includes(LUC) && documents.includes(version?.documentOid ?? '?'),
    );
    expect(sent).toHaveLength(1);
  },
  SYSTEM_TIMEOUT_MS,
);

describe('a server whose certificate is not to be trusted', () => {
  const blocked = async (channel: string) =>
    (await laboratory.store().journal({ limit: 1_000 })).filter(
      ({ action, subject }) => action === 'lane-blocked' && subject === channel,
    );

  it(
    'of another authority: both lanes stop, no try is counted, and all leaves once it is mended',
    async () => {
      const foreign = join(laboratory.folder, 'autre-autorite.pem');
      writeFileSync(foreign, (await createAuthority(new Date())).chain);
      laboratory.configure(({ dmp, mssante }) => {
        dmp.authorities = foreign;
        mssante.authorities = foreign;
      });
      await laboratory.start();
      const dossier = drop();
      const channels = ['dmp', 'mssante-pro', 'mssante-patient'];
      await laboratory.until('every lane is blocked', async () =>
        (await Promise.all(channels.map(blocked))).every((entries) => entries.length > 0),
      );
      for (const channel of channels) {
        expect(await delivery(dossier, channel)).toMatchObject({ state: 'waiting', attempts: 0 });
        expect((await blocked(channel)).at(-1)?.details).toMatchObject({
          code: expect.stringMatching(/CERT|TLS/),
          hint: expect.any(String),
        });
      }
      writeFileSync(laboratory.configFile, original, { mode: 0o600 });
      await laboratory.reload();
      await laboratory.settled();
      expect(await fates(dossier)).toEqual(ALL_DELIVERED);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'expired: nothing of the report reaches it',
    async () => {
      const authority = await createAuthority(new Date(Date.now() - 30 * 86_400_000));
      const { certificate, key } = await authority.issue(
        { kind: 'server', names: ['localhost'], addresses: ['127.0.0.1'] },
        { notAfter: new Date(Date.now() - 86_400_000) },
      );
      const authorities = join(laboratory.folder, 'expiree.pem');
      writeFileSync(authorities, authority.chain);
      let received = 0;
      const server = createTlsServer({ cert: certificate + authority.issuing, key }, (socket) => {
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          received += chunk.length;
        });
      });
      const port = await listening(server);
      laboratory.configure((config) => {
        config.dmp.url = `https://127.0.0.1:${port}/services`;
        config.dmp.authorities = authorities;
        config.peers = [...(config.peers as string[]), `127.0.0.1:${port}`];
      });
      const before = (await blocked('dmp')).length;
      await laboratory.start();
      const dossier = drop();
      await laboratory.until('the lane is blocked', async () => (await blocked('dmp')).length > before);
      await laboratory.until(
        'the mails',
        async () => (await delivery(dossier, 'mssante-pro'))?.state === 'delivered',
      );
      expect(await delivery(dossier, 'dmp')).toMatchObject({ state: 'waiting', attempts: 0 });
      expect(received).toBe(0);
      await laboratory.stop();
      await new Promise((closed) => server.close(closed));
    },
    SYSTEM_TIMEOUT_MS,
  );
});

/** A TCP relay to a local port that can be cut, connections included, and opened again on the same port. */
function breakableLink(to: number) {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    return socket;
  };
  return {
    async open(): Promise<number> {
      server = createServer((incoming) => {
        const outgoing = keep(connect(to, '127.0.0.1'));
        keep(incoming).pipe(outgoing).pipe(incoming);
        incoming.once('close', () => outgoing.destroy());
        outgoing.once('close', () => incoming.destroy());
      });
      port = await listening(server, port);
      return port;
    },
    async cut(): Promise<void> {
      const closing = server;
      server = undefined;
      if (!closing) return;
      const closed = new Promise((resolve) => closing.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listening(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
