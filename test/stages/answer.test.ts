import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isAnswerable } from '../../src/intake/hprim/answer.ts';
import { sourceProfile } from '../../src/intake/profile.ts';
import { createAnswerer } from '../../src/stages/answer.ts';
import { createInterpreter } from '../../src/stages/interpret.ts';
import { itemsOf } from '../../src/stages/items.ts';
import { oru as hl7, obx as hl7Row } from '../fixtures/hl7/messages.ts';
import { H, hprim, OBR, obx, oru, P } from '../fixtures/hprim.ts';
import { ACT, aBench } from '../store/store-fixtures.ts';

/** Answers to a partner's files, from the files to the folder, on a real store. */

const log = { info: () => {}, warn: () => {}, error: () => {} };
const OF_OTHERS = /^\./;

class Killed extends Error {}

function aPartner() {
  const bench = aBench();
  const folder = mkdtempSync(join(tmpdir(), 'crbio-answers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const profile = sourceProfile({ name: 'sgl', patientAuthority: '1.2.250.1.999.1.1.2' });
  const taken: string[] = [];
  let killAt: string | undefined;
  const failures: string[] = [];
  const answerer = () =>
    createAnswerer({
      store: bench.store,
      log: { ...log, error: (_, fields) => failures.push(fields?.code ?? '') },
      now: () => bench.clock.now,
      at: (point) => {
        if (point === killAt) throw new Killed(point);
      },
      folders: new Map([['sgl', folder]]),
      profiles: new Map([['sgl', profile]]),
      sender: 'LBM',
    });
  return {
    bench,
    failures,
    folder,
    async interpret(): Promise<void> {
      await createInterpreter({
        store: bench.store,
        log,
        at: () => {},
        next: () => {},
        waitMs: () => 0,
        answered: ({ bytes }) => isAnswerable(bytes),
        interpret: (bytes) => itemsOf(bytes, profile, { correspondents: [], root: '1.2.250.1.999.1' }),
      }).turn();
    },
    async receive(origin: string, bytes: Uint8Array): Promise<void> {
      await bench.store.receive({ source: 'sgl', origin, bytes });
      await this.interpret();
    },
    answerer,
    turn: () => answerer().turn(),
    /** One turn that ends at a point, and a daemon that begins anew. */
    async killedAt(point: string): Promise<void> {
      killAt = point;
      await answerer().turn();
      killAt = undefined;
      expect(failures.splice(0)).toEqual(['Error']);
      bench.crash();
    },
    /** The partner takes what it finds; what is hidden is not for it. */
    take(): string[] {
      const names = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !OF_OTHERS.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
      const texts = names.map((name) => readFileSync(name, 'latin1'));
      for (const name of names) rmSync(name);
      taken.push(...texts);
      return texts;
    },
    taken,
  };
}

const GOOD = oru(obx('NM', 'K~K~L', '4'));
/** Others, lest they be one file received again. */
const good = (value: number) => oru(obx('NM', 'K~K~L', `${value}`));
/** Without a patient's number. */
const BAD = hprim(H, P.replace('LC1', ''), OBR, obx('NM', 'K~K~L', '4'), 'L|1');

it('says once what became of each file, and nothing to who sends something else', async () => {
  const partner = aPartner();
  await partner.receive('bon.hpr', GOOD);
  await partner.receive('site/faux.hpr', BAD);
  await partner.receive('deux.hpr', Buffer.concat([GOOD, BAD]));
  await partner.receive('m.hl7', hl7(hl7Row('NM', 'A', '1')));
  expect(await partner.turn()).toBe(3);
  expect(readdirSync(partner.folder, { recursive: true }).sort()).toEqual([
    ...['err-1-bon.hpr', 'err-3-deux.hpr', 'site', 'site/err-2-faux.hpr'],
  ]);
  const rows = partner.take().map((text) => text.split('\r\n').filter((line) => line.startsWith('ERR|')));
  expect(rows.map((errors) => errors.map((row) => row.split('|').slice(4, 10).join('|'))).sort()).toEqual([
    [],
    ['P|7|P~1|2||HPRIM_NO_PATIENT_NUMBER'],
    ['T|2|P~1|2||HPRIM_NO_PATIENT_NUMBER'],
  ]);
  expect(partner.taken.join()).not.toMatch(/PAT-TROIS|DOMINIQUE|19790328/);
  expect(await partner.turn()).toBe(0);

  // A replay is the laboratory's affair.
  const [row] = await partner.bench.store.quarantine();
  await partner.bench.store.replay(row?.quarantineId ?? 0, ACT);
  await partner.interpret();
  expect(await partner.turn()).toBe(0);
  const [again] = await partner.bench.store.quarantine();
  const copy = Buffer.from(`${GOOD}\r\n`);
  const mended = await partner.bench.store.mend(again?.quarantineId ?? 0, copy, ACT);
  expect(mended).toMatchObject({ done: true });
  await partner.interpret();
  expect(await partner.turn()).toBe(0);
  expect(partner.failures).toEqual([]);
});

it.each(['answer:before-record', 'answer:after-record'])(
  'killed at %s, it is given once all the same',
  async (point) => {
    const partner = aPartner();
    await partner.receive('bon.hpr', GOOD);
    await partner.killedAt(point);
    expect(partner.take()).toEqual([]);
    await partner.turn();
    expect(partner.take()).toHaveLength(1);
    // The partner has taken it: nothing brings it back.
    partner.bench.crash();
    await partner.turn();
    expect(partner.take()).toEqual([]);
    expect(readdirSync(partner.folder)).toEqual([]);
  },
);

it('a folder that is away is told of, and gets its answers when it is back', async () => {
  const partner = aPartner();
  await partner.receive('bon.hpr', GOOD);
  rmSync(partner.folder, { recursive: true });
  expect(await partner.turn()).toBe(0);
  expect(partner.failures).toEqual(['ENOENT']);
  mkdirSync(partner.folder);
  expect(await partner.turn()).toBe(1);
  expect(partner.take()).toHaveLength(1);
});

it('an answer that cannot be given leaves the others their turn, and a person is told after an hour', async () => {
  const partner = aPartner();
  const { store, clock } = partner.bench;
  const alerts = async () => (await store.alertsDue(9)).map(({ kind, subject }) => `${kind} ${subject}`);
  writeFileSync(join(partner.folder, 'site'), '');
  await partner.receive('site/un.hpr', good(1));
  await partner.receive('deux.hpr', good(2));
  const daemon = partner.answerer();
  const turns = async () => {
    let given = 0;
    for (let more = -1; more !== 0; given += more) more = await daemon.turn();
    return given;
  };
  expect(await turns()).toBe(1);
  expect(readdirSync(partner.folder)).toContain('err-2-deux.hpr');
  // What is stuck is met first each time, and the next ones go all the same.
  for (const n of [3, 4]) {
    clock.now += 61_000;
    await partner.receive(`${n}.hpr`, good(n));
    expect(await turns()).toBe(1);
  }
  expect(readdirSync(partner.folder)).toContain('err-4-4.hpr');
  expect(await alerts()).toEqual([]);
  clock.now += 3_600_000;
  await turns();
  expect(await alerts()).toEqual(['reponses-bloquees source:sgl']);
  expect(new Set(partner.failures)).toEqual(new Set(['EEXIST']));

  rmSync(join(partner.folder, 'site'));
  clock.now += 61_000;
  await turns();
  expect(readdirSync(join(partner.folder, 'site'))).toEqual(['err-1-un.hpr']);
  expect(await alerts()).toEqual([]);
});

it('goes on to the answers behind as many as it tries at once', async () => {
  const partner = aPartner();
  for (let n = 1; n <= 20; n += 1) {
    mkdirSync(join(partner.folder, `.crbio-${n}.tmp`));
    await partner.receive(`${n}.hpr`, good(n));
  }
  await partner.receive('dernier.hpr', good(21));
  const daemon = partner.answerer();
  for (let minute = 0; minute < 3; minute += 1) {
    await daemon.turn();
    partner.bench.clock.now += 61_000;
  }
  expect(readdirSync(partner.folder)).toContain('err-21-dernier.hpr');
});

it.each([
  ['of one byte a letter', `${'a'.repeat(251)}.hpr`, `err-1-${'a'.repeat(245)}.hpr`],
  ['of several', `${'é'.repeat(125)}.hpr`, `err-1-${'é'.repeat(122)}.hpr`],
  ['without an extension', 'é'.repeat(127), `err-1-${'é'.repeat(124)}`],
  ['of an extension alone', `a.${'b'.repeat(250)}`, `err-1-a.${'b'.repeat(247)}`],
])('the answer to a file with the longest name has one that fits: %s', async (_what, name, expected) => {
  const partner = aPartner();
  await partner.receive(name, GOOD);
  expect(await partner.turn()).toBe(1);
  expect(readdirSync(partner.folder)).toEqual([expected]);
  expect(Buffer.byteLength(expected)).toBeLessThanOrEqual(255);
});
