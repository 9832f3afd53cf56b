import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STOP_POINTS } from '../../src/ops/stop-points.ts';
import { copies, expectDeliveredOnce } from './exactly-once.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * The daemon is killed with SIGKILL at each named point: once while a report leaves for the first time, once while its
 * correction does. Started again, it must lose nothing and repeat nothing.
 */

let laboratory: Laboratory;
let order: string;

beforeAll(async () => {
  laboratory = await openLaboratory();
  order = join(laboratory.folder, 'stop-order');
  await laboratory.start({ CRBIO_STOP_ORDER: order });
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

async function killedAt(point: string, name: string, content: Uint8Array): Promise<void> {
  writeFileSync(order, point);
  laboratory.drop(name, content);
  await laboratory.death();
  expect(existsSync(order), `${point} was reached`).toBe(false);
  await laboratory.start({ CRBIO_STOP_ORDER: order });
  await laboratory.settled();
  expect(laboratory.files('archive').filter((file) => file.endsWith(name))).toHaveLength(1);
  expect(laboratory.files('quarantine')).toEqual([]);
}

/** The points at which nobody can know whether the operator has taken the mail. */
const MAIL_IN_DOUBT = ['smtp:before-dot', 'smtp:after-reply'];

/** Reached by a frame, not by a file: test/system/mllp.test.ts. */
const OF_LISTENERS = ['mllp:after-store'];
const POINTS = STOP_POINTS.filter((point) => !OF_LISTENERS.includes(point));

it.each(POINTS.map((point, index) => ({ point, dossier: `26-2100${String(index).padStart(2, '0')}` })))(
  'killed at $point',
  async ({ point, dossier }) => {
    const numbers = (control: string) => ({ '26-110001': dossier, [control]: `${control}-${dossier}` });
    const file = `${dossier}-1.hl7`;
    await killedAt(point, file, input('01-bilan-lipidique-glycemie.hl7', numbers('DEMO0001')));
    await expectDeliveredOnce(laboratory, dossier, [1]);
    const correction = `${dossier}-2.hl7`;
    await killedAt(point, correction, input('08-correction-du-01.hl7', numbers('DEMO0008')));
    await expectDeliveredOnce(laboratory, dossier, [1, 2]);

    if (!MAIL_IN_DOUBT.includes(point)) return;
    for (const version of [1, 2]) {
      const flagged = (await copies(laboratory, dossier, version)).filter((mail) => mail.flagged);
      expect(flagged.length).toBeGreaterThanOrEqual(1);
      // The reply had come: the mail was taken, and is taken again.
      if (point === 'smtp:after-reply') expect(flagged.map(({ mails }) => mails)).toContain(2);
    }
  },
  SYSTEM_TIMEOUT_MS,
);

it('leaves an intact journal and nothing leased behind so many kills', async () => {
  expect((await laboratory.store().verifyJournal()).brokenAt).toBeUndefined();
  expect(await laboratory.store().deliveries({ states: ['leased', 'on-wire', 'unknown', 'failed'] })).toEqual(
    [],
  );
});
