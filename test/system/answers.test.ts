import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { H, hprim, OBR, obx, oru, P } from '../fixtures/hprim.ts';
import { type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** A partner of HPRIM Santé who is told what became of its files, through the built daemon. */

let laboratory: Laboratory;
let order: string;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: ({ sources }) => {
      sources.push({
        ...{ name: 'clinique', folder: 'export-clinique', archive: 'archive-clinique' },
        ...{ quarantine: 'quarantine-clinique', answers: 'reponses' },
        ...{ completion: { stableMs: 50 }, rescanMs: 1_000 },
      });
    },
  });
  order = join(laboratory.folder, 'stop-order');
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

const answers = () => laboratory.files('reponses').filter((name) => !name.includes('.crbio-'));
const answered = (count: number) => laboratory.until(`${count} answers`, () => answers().length >= count);

it(
  'killed as it answers, and again, it answers each file once',
  async () => {
    const good = oru(obx('NM', 'K~K~L', '4'));
    const bad = hprim(H, P.replace('LC1', ''), OBR, obx('NM', 'K~K~L', '4'), 'L|1');
    for (const [name, bytes, point] of [
      ['bon.hpr', good, 'answer:before-record'],
      ['faux.hpr', bad, 'answer:after-record'],
    ] as const) {
      writeFileSync(order, point);
      await laboratory.start({ CRBIO_STOP_ORDER: order });
      laboratory.drop(name, bytes, 'clinique');
      await laboratory.death();
      expect(existsSync(order), `${point} was reached`).toBe(false);
    }
    await laboratory.start();
    await laboratory.settled();
    await answered(2);
    expect(answers()).toEqual(['err-1-bon.hpr', 'err-2-faux.hpr']);
    const read = (name: string) => readFileSync(join(laboratory.folder, 'reponses', name), 'latin1');
    expect(read('err-1-bon.hpr')).not.toContain('\nERR|');
    expect(read('err-2-faux.hpr')).toMatch(
      /\nERR\|1\|faux\.hpr\|\d{14}\|T\|2\|P~1\|2\|\|HPRIM_NO_PATIENT_NUMBER\|/,
    );
    expect(laboratory.files('reponses')).toHaveLength(2);
    expect(laboratory.log().match(/"event":"file-answered"/g)).not.toBeNull();
  },
  SYSTEM_TIMEOUT_MS,
);
