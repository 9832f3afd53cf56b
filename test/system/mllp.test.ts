import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MllpClient, mllpClient } from '../intake/mllp/mllp-client.ts';
import { expectDeliveredOnce } from './exactly-once.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** A laboratory that receives over MLLP: what its daemon has acknowledged is never lost and never published twice. */

let laboratory: Laboratory;
let order: string;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      config.listeners = [
        { name: 'port', port: 0, charset: 'windows-1252', metaDmpMss: true, ownFacilities: ['LBM'] },
      ];
    },
  });
  order = join(laboratory.folder, 'stop-order');
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

/** The port that the running daemon has chosen. */
function port(): number {
  const lines = laboratory
    .log()
    .split('\n')
    .filter((line) => line.includes('"event":"listening"'));
  const { listen } = JSON.parse(lines.at(-1) ?? '{}') as { listen: string };
  return Number(listen.split(':').at(-1));
}

async function connect(): Promise<MllpClient> {
  return mllpClient(port());
}

const codeOf = (answer: string) => /\rMSA\|(\w\w)\|([^|\r]*)/.exec(answer)?.slice(1) ?? [];
const lipids = (dossier: string, id: string) =>
  input('01-bilan-lipidique-glycemie.hl7', { '26-110001': dossier, DEMO0001: id });

/** The same message in enhanced mode, asking for both acknowledgements. */
function enhanced(message: Buffer): string {
  const [msh = '', ...rest] = message.toString('latin1').split(/\r\n?|\n/);
  const fields = msh.split('|');
  fields[14] = 'AL';
  fields[15] = 'AL';
  return [fields.join('|'), ...rest].join('\r');
}

/** Of the same sender, not readable further than its header: nothing of it is published. */
const unreadable = (id: string) => {
  const [sender] = /(?<=^MSH.{6})[^|]*\|[^|]*/.exec(lipids('26-310000', 'X').toString('latin1')) ?? [];
  return Buffer.from(
    `MSH|^~\\&|${sender}|CRBIO||20261122100000||ORU^R01|${id}|T|2.5\rPID|1\rOBR|1|||X\r`,
    'latin1',
  );
};

it(
  'killed between the storage and its acknowledgement: sent again, the message is AA and one report',
  async () => {
    await laboratory.start({ CRBIO_STOP_ORDER: order });
    writeFileSync(order, 'mllp:after-store');
    const first = await connect();
    const answer = first.answer();
    first.send(lipids('26-310001', 'KILL-1'));
    await expect(answer).rejects.toThrow('the connection is over');
    await laboratory.death();
    expect(existsSync(order), 'the point was reached').toBe(false);

    await laboratory.start({ CRBIO_STOP_ORDER: order });
    const second = await connect();
    second.send(lipids('26-310001', 'KILL-1'));
    expect(codeOf(await second.answer())).toEqual(['AA', 'KILL-1']);
    await second.end();
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-310001', [1]);
  },
  SYSTEM_TIMEOUT_MS,
);

it(
  'in enhanced mode the application acknowledgement follows the interpretation',
  async () => {
    const sender = await connect();
    sender.send(enhanced(lipids('26-310002', 'ENH-1')));
    expect(codeOf(await sender.answer())).toEqual(['CA', 'ENH-1']);
    expect(codeOf(await sender.answer())).toEqual(['AA', 'ENH-1']);
    await sender.end();
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-310002', [1]);
  },
  SYSTEM_TIMEOUT_MS,
);

it(
  'killed between the two acknowledgements: the second one follows the next message of its sender',
  async () => {
    const first = await connect();
    writeFileSync(order, 'interpret:after-commit');
    first.send(enhanced(lipids('26-310003', 'ENH-2')));
    expect(codeOf(await first.answer())).toEqual(['CA', 'ENH-2']);
    await laboratory.death();
    expect(await first.end()).toEqual([]);

    await laboratory.start({ CRBIO_STOP_ORDER: order });
    const second = await connect();
    second.send(enhanced(unreadable('ENH-3')));
    const answers = [await second.answer(), await second.answer(), await second.answer()].map(codeOf);
    expect(answers.sort()).toEqual([
      ['AA', 'ENH-2'],
      ['AE', 'ENH-3'],
      ['CA', 'ENH-3'],
    ]);
    second.send(enhanced(unreadable('ENH-4')));
    expect(codeOf(await second.answer())).toEqual(['CA', 'ENH-4']);
    expect(codeOf(await second.answer())).toEqual(['AE', 'ENH-4']);
    expect(await second.end()).toEqual([]);
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-310003', [1]);
  },
  SYSTEM_TIMEOUT_MS,
);

it(
  'a stop leaves no message half acknowledged: who was told CA is told the rest before the connection ends',
  async () => {
    const sender = await connect();
    const ids = Array.from({ length: 300 }, (_, n) => `HALF-${n}`);
    sender.send(...ids.map((id) => enhanced(unreadable(id))));
    const first = codeOf(await sender.answer());
    await laboratory.stop();
    const answers = [first, ...(await sender.end()).map(codeOf)];
    const told = (code: string) => answers.flatMap(([one, id]) => (one === code ? [id] : [])).sort();
    expect(told('CA').length).toBeGreaterThan(0);
    expect(told('AE')).toEqual(told('CA'));
    await laboratory.start({ CRBIO_STOP_ORDER: order });
  },
  SYSTEM_TIMEOUT_MS,
);

it(
  'stopped in the middle of a flood: what was acknowledged is in the store, what was not is taken when sent again',
  async () => {
    const senders = await Promise.all([connect(), connect(), connect()]);
    const sent = new Map<string, Buffer>();
    const receipts = async () =>
      (await laboratory.store().journal({ limit: 10_000 })).filter(({ action }) => action === 'received')
        .length;
    const before = await receipts();
    senders.forEach((sender, index) => {
      for (let n = 0; n < 60; n++) {
        const id = `FLOOD-${index}-${n}`;
        const bytes = unreadable(id);
        sent.set(id, bytes);
        sender.send(bytes);
      }
    });
    const acknowledged = new Set<string>();
    const note = (answer: string) => {
      const [code, id = ''] = codeOf(answer);
      expect(code).toBe('AA');
      acknowledged.add(id);
    };
    for (const answer of await Promise.all(senders.map((sender) => sender.answer()))) note(answer);
    await laboratory.stop();
    for (const answers of await Promise.all(senders.map((sender) => sender.end()))) answers.forEach(note);

    expect((await receipts()) - before).toBe(acknowledged.size);

    await laboratory.start({ CRBIO_STOP_ORDER: order });
    const again = await connect();
    for (const [, bytes] of sent) again.send(bytes);
    for (const [id] of sent) expect(codeOf(await again.answer())).toEqual(['AA', id]);
    expect((await receipts()) - before).toBe(sent.size);
    await again.end();
  },
  SYSTEM_TIMEOUT_MS,
);

it('check sees the listener', async () => {
  const { out } = await laboratory.crbio('check');
  expect(out).toMatch(/✓ listeners\.port : 127\.0\.0\.1:0 libre/);
});
