import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mllpClient } from '../intake/mllp/mllp-client.ts';
import { expectDeliveredOnce } from './exactly-once.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';
import { canMount, canUnshare, mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** Disks that are full or read-only under the built daemon: nothing is lost, and all goes on by itself. */

if (!canMount && !canUnshare)
  console.log('this process may neither mount nor unshare: full and read-only disks are not tried');

it.runIf(!canMount && canUnshare)(
  'full and read-only disks, in a mount namespace of their own',
  async () => {
    const vitest = join(process.cwd(), 'node_modules', 'vitest', 'vitest.mjs');
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
    const run = ['-rm', process.execPath, vitest, 'run', fileURLToPath(import.meta.url)];
    const { stdout } = await promisify(execFile)('unshare', run, { env: Object.fromEntries(own) });
    expect(stdout).toMatch(/4 passed/);
  },
  2 * SYSTEM_TIMEOUT_MS,
);

/** More than any room that SQLite has set aside in its files. */
const LARGE_BYTES = 12 * 1024 * 1024;

it.runIf(canMount)(
  'a disk that is full when the destination answers: what it said is written when there is room',
  async () => {
    // A daemon of its own: SQLite has set no room aside yet, so that the smallest write needs the disk.
    const laboratory = await openLaboratory();
    const data = mountSmallDisk(join(laboratory.folder, 'data'), 96);
    try {
      await laboratory.start();
      await laboratory.disrupt({ service: 'dmp', transaction: 'TD2.1', kind: 'late-after-commit' });
      laboratory.drop('late.hl7', input('02-hemogramme.hl7'));
      const deposit = async () =>
        (await laboratory.store().deliveries()).find(({ channel }) => channel === 'dmp')?.state;
      await laboratory.until('the deposit is on the wire', async () => (await deposit()) === 'on-wire');
      data.fill();
      const unrecorded = /"channel":"dmp".*"event":"delivery-unrecorded"/;
      await laboratory.until('what was said cannot be written', () => unrecorded.test(laboratory.log()));
      expect(await deposit()).toBe('on-wire');
      data.free();
      await laboratory.settled();
      await expectDeliveredOnce(laboratory, '26-110002', [1]);
    } finally {
      await laboratory.close(() => data.unmount());
    }
  },
  SYSTEM_TIMEOUT_MS,
);

describe.skipIf(!canMount)('a disk', { timeout: SYSTEM_TIMEOUT_MS }, () => {
  let laboratory: Laboratory;
  let data: SmallDisk;
  let archive: SmallDisk;

  beforeAll(async () => {
    laboratory = await openLaboratory({
      changes: (config) => {
        config.listeners = [{ name: 'port', port: 0, metaDmpMss: true, ownFacilities: ['LBM'] }];
        for (const source of config.sources) source.rescanMs = 1_000;
      },
    });
    data = mountSmallDisk(join(laboratory.folder, 'data'), 96);
    archive = mountSmallDisk(join(laboratory.folder, 'archive'), 32);
    await laboratory.start();
  }, SYSTEM_TIMEOUT_MS);
  afterAll(async () => {
    await laboratory.close(() => {
      data.unmount();
      archive.unmount();
    });
  });

  let next = 330_000;
  /** Drops a blood count of its own dossier. @returns its dossier */
  const drop = (change = (message: Buffer) => message, demo = '2'): string => {
    const dossier = `26-${next++}`;
    const name = { 2: '02-hemogramme.hl7', 5: '05-examen-sous-traite.hl7' }[demo] ?? '';
    const message = input(name, { [`26-11000${demo}`]: dossier, [`DEMO000${demo}`]: `DISK-${dossier}` });
    laboratory.drop(`${dossier}.hl7`, change(message));
    return dossier;
  };
  /** The same message with segments that nobody reads. */
  const large = (message: Buffer) =>
    Buffer.concat([message, Buffer.from(`ZZZ|${'x'.repeat(LARGE_BYTES / 24)}\r`.repeat(24))]);
  const archived = () => laboratory.files('archive').map((file) => file.split('/').at(-1));
  const last = (event: string) =>
    laboratory
      .log()
      .split('\n')
      .findLast((line) => line.includes(`"event":"${event}"`)) ?? '';
  const count = (event: string) => laboratory.log().split(`"event":"${event}"`).length - 1;
  const openAlerts = async () =>
    (await laboratory.store().alerts()).map(({ kind, subject }) => `${kind} ${subject}`);

  it('that holds the data and is full: MLLP answers AR, files stay, and each report leaves once when there is room', async () => {
    const { listen } = JSON.parse(last('listening')) as { listen: string };
    // But for the first, their pages are made by programs that write beside the data file (qpdf, Ghostscript).
    const dossiers = [drop(), drop(undefined, '5'), drop(undefined, '5'), drop(undefined, '5')];
    // In the midst of the work on these.
    await laboratory.until('the first is about to leave', () => count('decided') > 0);
    data.fill();
    dossiers.push(drop(large), drop());
    const sender = await mllpClient(Number(listen.split(':').at(-1)));
    const sent = large(input('02-hemogramme.hl7', { '26-110002': '26-339999', DEMO0002: 'DISK-M' }));
    sender.send(sent);
    expect(await sender.answer()).toMatch(/\rMSA\|AR\|DISK-M/);
    await laboratory.until('the folder is given up', () => last('folder-blocked').includes('SQLITE_FULL'));
    expect(laboratory.files('export')).toContain(`${dossiers[4]}.hl7`);
    expect(archived()).not.toContain(`${dossiers[4]}.hl7`);
    await laboratory.until('the stages cannot write', () => count('stage-failed') > 0);

    data.free();
    await laboratory.until('the folder is taken up', () => count('folder-resumed') > 0);
    sender.send(sent);
    expect(await sender.answer()).toMatch(/\rMSA\|AA\|DISK-M/);
    await sender.end();
    await laboratory.settled();
    for (const dossier of [...dossiers, '26-339999']) await expectDeliveredOnce(laboratory, dossier, [1]);
    for (const dossier of dossiers) expect(archived()).toContain(`${dossier}.hl7`);
    expect(await openAlerts()).toEqual([]);
    expect((await laboratory.store().verifyJournal()).brokenAt).toBeUndefined();
  });

  it.each([
    ['read-only', 'EROFS', (on: boolean) => archive.setReadOnly(on)],
    ['full', 'ENOSPC', (on: boolean) => (on ? archive.fill() : archive.free())],
  ])(
    'of the archive that is %s: files stay where they are, a person is told, each report leaves once',
    async (_, code, set) => {
      set(true);
      const blocked = count('folder-blocked');
      const dossiers = [drop(), drop()];
      await laboratory.until('a person is told', async () => (await openAlerts()).length > 0);
      expect(await openAlerts()).toEqual(['dossier-bloque source:sgl']);
      expect(last('folder-blocked')).toContain(code);
      expect(laboratory.files('export')).toEqual(dossiers.map((dossier) => `${dossier}.hl7`));

      set(false);
      await laboratory.settled();
      expect(count('folder-blocked')).toBe(blocked + 1);
      expect(archived()).toEqual(expect.arrayContaining(dossiers.map((dossier) => `${dossier}.hl7`)));
      for (const dossier of dossiers) await expectDeliveredOnce(laboratory, dossier, [1]);
      expect(await openAlerts()).toEqual([]);
    },
  );
});
