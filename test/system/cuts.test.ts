import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { copies, expectDeliveredOnce } from './exactly-once.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * The destination or the network fails around the moment that counts: the DMP's commit, SMTP's final dot. The daemon
 * lives; a first version and its correction both meet the breakdown.
 */

let laboratory: Laboratory;
let next = 220_000;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: ({ dmp }) => {
      dmp.timeoutMs = 1_000;
    },
  });
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
beforeEach(() => laboratory.repair());
afterAll(() => laboratory.close());

/** Sends a report, then its correction, each into the breakdowns. @returns the dossier's number */
async function sendInto(...orders: Readonly<Record<string, unknown>>[]): Promise<string> {
  const dossier = `26-${next++}`;
  for (const [name, control] of [
    ['01-bilan-lipidique-glycemie.hl7', 'DEMO0001'],
    ['08-correction-du-01.hl7', 'DEMO0008'],
  ] as const) {
    for (const order of orders) await laboratory.disrupt(order);
    laboratory.drop(
      `${dossier}-${control}.hl7`,
      input(name, { '26-110001': dossier, [control]: `${control}-${dossier}` }),
    );
    await laboratory.settled();
  }
  return dossier;
}

const disruptions = async () => (await laboratory.events()).filter(({ outcome }) => outcome === 'disrupted');

describe('around the commit of the DMP', () => {
  it.each([
    'reset-before-commit',
    'reset-after-commit',
    'timeout-after-commit',
    'truncated-after-commit',
    'wrong-relates-to',
    'unavailable',
    'html',
  ])(
    '%s: the document is there once',
    async (kind) => {
      const before = (await disruptions()).length;
      const dossier = await sendInto({ service: 'dmp', kind, transaction: 'TD2.1' });
      await expectDeliveredOnce(laboratory, dossier, [1, 2]);
      expect((await disruptions()).length - before).toBe(2);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'a cut, then a look-up that is cut too: nothing is sent twice',
    async () => {
      const dossier = await sendInto(
        { service: 'dmp', kind: 'reset-after-commit', transaction: 'TD2.1' },
        { service: 'dmp', kind: 'reset-before-commit', transaction: 'TD3.1b', times: 2 },
      );
      await expectDeliveredOnce(laboratory, dossier, [1, 2]);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('around the final dot of SMTP', () => {
  it.each([
    { kind: 'close-before-store', mails: 1 },
    { kind: 'close-after-store', mails: 2 },
  ])(
    '$kind: $mails mail(s), flagged',
    async ({ kind, mails }) => {
      const dossier = await sendInto({ service: 'mssante', kind });
      await expectDeliveredOnce(laboratory, dossier, [1, 2]);
      for (const version of [1, 2]) {
        const found = await copies(laboratory, dossier, version);
        expect(found).toHaveLength(2);
        expect(found).toContainEqual({ mails: 1, flagged: false });
        expect(found).toContainEqual({ mails, flagged: true });
      }
    },
    SYSTEM_TIMEOUT_MS,
  );
});
