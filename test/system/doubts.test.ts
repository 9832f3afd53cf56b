import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DeliveryRow } from '../../src/store/rows.ts';
import { expectDeliveredOnce } from './exactly-once.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * A deposit is cut and the DMP does not say what became of it. Whatever a person does meanwhile, the next version replaces
 * what is in the DMP, one version is active there, and mails do not wait when the answer would change nothing.
 */

const FIRST = '01-bilan-lipidique-glycemie.hl7';
const SECOND = '08-correction-du-01.hl7';
/** The registry does not answer about a document, for as long as the test wants. */
const MUTE = { service: 'dmp', kind: 'unavailable', transaction: 'TD3.1b', times: 10_000 };

let laboratory: Laboratory;
let next = 230_000;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      // Wide enough apart that a doubt outlives the test's acts: after twenty it would be left to a person.
      config.retry = { baseMs: 500, capMs: 3_000 };
      config.dmp.timeoutMs = 1_000;
    },
  });
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
beforeEach(() => laboratory.repair());
afterAll(() => laboratory.close());

const dossierOf = () => `26-${next++}`;

function drop(
  dossier: string,
  name: string,
  control: string,
  changes: Readonly<Record<string, string>> = {},
) {
  const known = name === FIRST ? 'DEMO0001' : 'DEMO0008';
  const content = input(name, { '26-110001': dossier, [known]: `${control}-${dossier}`, ...changes });
  laboratory.drop(`${dossier}-${control}.hl7`, content);
}

async function deliveries(dossier: string, version: number): Promise<readonly DeliveryRow[]> {
  const known = (await laboratory.store().reports({})).some((report) => report.dossier === dossier);
  if (!known) return [];
  return (await laboratory.report(dossier)).deliveries.filter((row) => row.version === version);
}

const dmpOf = async (dossier: string, version: number) =>
  (await deliveries(dossier, version)).find(({ channel }) => channel === 'dmp');

const isInDoubt = (dossier: string, version: number) =>
  laboratory.until(
    `the deposit of version ${version} is in doubt`,
    async () => (await dmpOf(dossier, version))?.state === 'unknown',
  );

it.each([
  { kind: 'reset-before-commit', there: false },
  { kind: 'reset-after-commit', there: true },
])(
  '$kind, then given up: the next version replaces what is there',
  async ({ kind, there }) => {
    const dossier = dossierOf();
    drop(dossier, FIRST, 'A');
    await laboratory.settled();
    const oid = (await laboratory.report(dossier)).versions[0]?.documentOid?.replace(/\.1$/, '.2');
    await laboratory.disrupt({ service: 'dmp', kind, transaction: 'TD2.1' });
    await laboratory.disrupt({ ...MUTE, subject: oid });
    drop(dossier, SECOND, 'B');
    await isInDoubt(dossier, 2);
    await laboratory.until('the doubt is cancelled', async () => {
      const id = (await dmpOf(dossier, 2))?.deliveryId ?? '';
      const act = await laboratory.crbio('queue', 'cancel', id, '--by', 'Dr Martin', '--reason', 'essai');
      return act.code === 0;
    });
    drop(dossier, SECOND, 'C', { '||3.24|': '||3.31|', '20261117091500': '20261117101500' });
    const asked = () => laboratory.log().split('"event":"doubt-remains"').length;
    const before = asked();
    await laboratory.until('the third version waits for the doubt', async () => {
      const { versions } = await laboratory.report(dossier);
      return versions.some(({ version }) => version === 3) && asked() > before;
    });
    expect((await laboratory.report(dossier)).state).toBe('interpreted');
    await laboratory.repair();
    await laboratory.until(
      'the third version is delivered',
      async () => (await dmpOf(dossier, 3))?.state === 'delivered',
    );

    const { versions } = await laboratory.report(dossier);
    const { documents } = await laboratory.state();
    const [one, two, three] = versions
      .toSorted((a, b) => a.version - b.version)
      .map(({ documentOid }) => documents.find(({ uniqueId }) => uniqueId === documentOid));
    expect([one, two, three].map((document) => document?.status.split(':').at(-1))).toEqual([
      'Deprecated',
      there ? 'Deprecated' : undefined,
      'Approved',
    ]);
    expect(three?.replaces).toBe((there ? two : one)?.uniqueId);
    expect(await dmpOf(dossier, 2)).toMatchObject({ state: there ? 'delivered' : 'cancelled' });
    expect(await dmpOf(dossier, 3)).toMatchObject({ state: 'delivered' });
  },
  SYSTEM_TIMEOUT_MS,
);

it(
  'the doubt on a first deposit keeps no mail of the correction waiting',
  async () => {
    const dossier = dossierOf();
    await laboratory.disrupt({ service: 'dmp', kind: 'reset-after-commit', transaction: 'TD2.1' });
    await laboratory.disrupt(MUTE);
    drop(dossier, FIRST, 'A');
    await isInDoubt(dossier, 1);
    drop(dossier, SECOND, 'B');
    await laboratory.until('the correction is mailed', async () => {
      const mails = (await deliveries(dossier, 2)).filter(({ channel }) => channel !== 'dmp');
      return mails.length === 2 && mails.every(({ state }) => state === 'delivered');
    });
    expect(await dmpOf(dossier, 2)).toMatchObject({ state: 'waiting' });
    await laboratory.repair();
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, dossier, [1, 2]);
  },
  SYSTEM_TIMEOUT_MS,
);
