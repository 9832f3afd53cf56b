import { describe, expect, it } from 'vitest';
import type { FileMove } from '../../src/intake/folder.ts';
import { sourceProfile } from '../../src/intake/profile.ts';
import { createInterpreter } from '../../src/stages/interpret.ts';
import { itemsOf } from '../../src/stages/items.ts';
import { createReceiver } from '../../src/stages/receive.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { aBench, type Bench } from '../store/store-fixtures.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const MINUTE = 60_000;
const SOURCE = { name: 'sgl', maxBytes: 100_000, sideFiles: { waitMs: 30 * MINUTE, suffixes: ['.pdf'] } };
const pdf = (text: string) => Buffer.from(`%PDF-1.4\n${text}\n%%EOF\n`);

/** A message of a dossier that names these files beside it. */
const citing = (dossier: string, ...names: readonly string[]) =>
  Buffer.from(
    Buffer.from(oru(...names.map((name, rank) => obx('FIC', `DOC${rank}`, `SGL^${name}^PDF`))))
      .toString()
      .replaceAll('D1', dossier)
      .replaceAll('LC1', `LC-${dossier}`),
  );

/** The receiver and interpreter on a real store; files are handed over as the folder watcher would. */
function aFolder(bench: Bench = aBench()) {
  const settled: string[] = [];
  const profile = sourceProfile({ name: 'sgl', patientAuthority: '1.2.250.1.999.1.1.2' });
  const make = () => {
    const { store } = bench;
    const interpreter = createInterpreter({
      store,
      log,
      at: () => {},
      next: () => {},
      waitMs: () => SOURCE.sideFiles.waitMs,
      settled: (_, names) => settled.push(...names),
      interpret: (bytes, _, sideFiles) =>
        itemsOf(bytes, profile, { correspondents: [], sideFiles, root: '1.2.250.1.999.1' }),
    });
    const receive = createReceiver({
      store,
      log,
      interpretOne: interpreter.interpretOne,
      next: () => {},
      now: () => bench.clock.now,
      at: () => {},
    });
    return { interpreter, receive };
  };
  let parts = make();
  const waited = new Set<string>();
  return {
    bench,
    settled,
    /** Hands a file over; again after it was told to wait, as the watcher does. */
    async drop(name: string, bytes: Uint8Array, stamp = `stamp of ${name}`): Promise<FileMove> {
      const file = { name, size: bytes.length, stamp, waited: waited.has(name), read: async () => bytes };
      const move = await parts.receive(file, SOURCE);
      if (move.move === 'wait') waited.add(name);
      else waited.delete(name);
      return move;
    },
    turn: () => parts.interpreter.turn(),
    crash(): void {
      bench.crash();
      waited.clear();
      parts = make();
    },
    /** What the attachments of a dossier hold. */
    async attached(dossier: string): Promise<string[] | undefined> {
      const tasks = await bench.store.unrendered(100);
      return tasks
        .find((task) => task.dossier.number === dossier)
        ?.dossier.attachments.map(({ base64 }) => Buffer.from(base64, 'base64').toString());
    },
    codes: async () =>
      (await bench.store.quarantine({})).map(({ origin, fault }) => `${origin} ${fault.code}`),
  };
}

describe('a message and the document that it names', () => {
  it('the document first: it waits where it is, then both go to the archive', async () => {
    const folder = aFolder();
    expect(await folder.drop('cr.pdf', pdf('un'))).toMatchObject({ move: 'wait' });
    expect(await folder.drop('m.hl7', citing('D1', 'cr.pdf'))).toEqual({ move: 'archive' });
    expect(folder.settled).toEqual(['m.hl7', 'cr.pdf']);
    expect(await folder.drop('cr.pdf', pdf('un'))).toEqual({ move: 'archive' });
    expect(await folder.attached('D1')).toEqual([pdf('un').toString()]);
  });

  it('of a sub-folder, both are told of under the name that they have in the feed', async () => {
    const folder = aFolder();
    await folder.drop('site/cr.pdf', pdf('un'));
    expect(await folder.drop('site/m.hl7', citing('D1', 'cr.pdf'))).toEqual({ move: 'archive' });
    expect(folder.settled).toEqual(['site/m.hl7', 'site/cr.pdf']);
  });

  it('the message first: it waits, is read as soon as the document is there, whatever its case', async () => {
    const folder = aFolder();
    const message = citing('D1', 'cr.pdf');
    const until = folder.bench.clock.now + 30 * MINUTE;
    expect(await folder.drop('m.hl7', message)).toEqual({ move: 'wait', until });
    expect(await folder.turn()).toBe(0);
    expect(await folder.drop('CR.PDF', pdf('un'))).toMatchObject({ move: 'wait' });
    expect(await folder.turn()).toBe(1);
    expect(folder.settled).toEqual(['m.hl7', 'cr.pdf']);
    expect(await folder.drop('m.hl7', message)).toEqual({ move: 'archive' });
    expect(await folder.drop('CR.PDF', pdf('un'))).toEqual({ move: 'archive' });
    expect(await folder.attached('D1')).toEqual([pdf('un').toString()]);
    expect(await folder.codes()).toEqual([]);
  });

  it('the wait and the document survive a crash at any point', async () => {
    const folder = aFolder();
    const message = citing('D1', 'a.pdf', 'b.pdf');
    await folder.drop('a.pdf', pdf('a'));
    folder.crash();
    await folder.drop('m.hl7', message);
    folder.crash();
    expect(await folder.turn()).toBe(0);
    expect(await folder.drop('m.hl7', message)).toMatchObject({ move: 'wait' });
    await folder.drop('b.pdf', pdf('b'));
    folder.crash();
    expect(await folder.turn()).toBe(1);
    for (const [name, bytes] of [
      ['m.hl7', message],
      ['a.pdf', pdf('a')],
      ['b.pdf', pdf('b')],
    ] as const)
      expect([name, await folder.drop(name, bytes)]).toEqual([name, { move: 'archive' }]);
    expect(await folder.attached('D1')).toEqual([pdf('a').toString(), pdf('b').toString()]);
  });

  it('missing when its time is over: quarantine with a reason; replayed once it came, without a new wait for the rest', async () => {
    const folder = aFolder();
    const message = citing('D1', 'cr.pdf');
    await folder.drop('m.hl7', message);
    folder.bench.clock.now += 20 * MINUTE;
    // Asked about on the way: its time does not begin again.
    await folder.drop('m.hl7', message);
    folder.bench.clock.now += 10 * MINUTE;
    expect(await folder.turn()).toBe(1);
    expect(await folder.drop('m.hl7', message)).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('SIDE_FILE_MISSING'),
    });
    expect(await folder.codes()).toEqual(['m.hl7 SIDE_FILE_MISSING']);
    await folder.drop('cr.pdf', pdf('un'));
    const [row] = await folder.bench.store.quarantine({});
    await folder.bench.store.replay(row?.quarantineId ?? 0, { by: 'x', reason: 'arrivé' });
    expect(await folder.turn()).toBe(1);
    expect(await folder.attached('D1')).toEqual([pdf('un').toString()]);
  });

  it('named by nobody in time: quarantine, and kept; put back with its message it is taken', async () => {
    const folder = aFolder();
    await folder.drop('cr.pdf', pdf('un'));
    folder.bench.clock.now += 30 * MINUTE;
    expect(await folder.drop('cr.pdf', pdf('un'))).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('aucun message ne le cite'),
    });
    expect(await folder.codes()).toEqual(['cr.pdf SIDE_FILE_UNCLAIMED']);
    // Moved back by hand: the same file.
    expect(await folder.drop('cr.pdf', pdf('un'))).toMatchObject({ move: 'wait' });
    expect(await folder.drop('m.hl7', citing('D1', 'cr.pdf'))).toEqual({ move: 'archive' });
  });

  it('set aside with its message when that is refused for another reason', async () => {
    const folder = aFolder();
    await folder.drop('cr.pdf', Buffer.from('PK pas un PDF'));
    expect(await folder.drop('m.hl7', citing('D1', 'cr.pdf'))).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('SIDE_FILE_FORMAT'),
    });
    expect(await folder.drop('cr.pdf', Buffer.from('PK pas un PDF'))).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('le message qui cite ce document est en quarantaine'),
    });
  });
});

describe('a document never serves two messages', () => {
  it('a name that is used again waits for its own document', async () => {
    const folder = aFolder();
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    await folder.drop('m1.hl7', citing('D1', 'cr.pdf'));
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    expect(await folder.drop('m2.hl7', citing('D2', 'cr.pdf'))).toMatchObject({ move: 'wait' });
    await folder.drop('cr.pdf', pdf('de D2'), 'second');
    await folder.turn();
    expect(await folder.attached('D1')).toEqual([pdf('de D1').toString()]);
    expect(await folder.attached('D2')).toEqual([pdf('de D2').toString()]);
  });

  it('left behind by a crash, a document that was used is not offered again', async () => {
    const folder = aFolder();
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    await folder.drop('m1.hl7', citing('D1', 'cr.pdf'));
    folder.crash();
    expect(await folder.drop('cr.pdf', pdf('de D1'), 'first')).toEqual({ move: 'archive' });
    expect(await folder.drop('m2.hl7', citing('D2', 'cr.pdf'))).toMatchObject({ move: 'wait' });
  });

  it('on another day, with other bytes, each message has the bytes that lay beside it', async () => {
    const folder = aFolder();
    for (const [day, dossier] of ['D1', 'D2', 'D3'].entries()) {
      const [file, message] = [pdf(`de ${dossier}`), citing(dossier, 'cr.pdf')];
      if (day % 2 === 0) await folder.drop('cr.pdf', file, `day ${day}`);
      await folder.drop(`m${day}.hl7`, message);
      await folder.drop('cr.pdf', file, `day ${day}`);
      await folder.turn();
      expect(await folder.drop('cr.pdf', file, `day ${day}`)).toEqual({ move: 'archive' });
      folder.bench.clock.now += 24 * 60 * MINUTE;
    }
    for (const dossier of ['D1', 'D2', 'D3'])
      expect(await folder.attached(dossier)).toEqual([pdf(`de ${dossier}`).toString()]);
    expect(await folder.codes()).toEqual([]);
  });

  it('written on before anybody took it, only the whole one counts', async () => {
    const folder = aFolder();
    const whole = pdf('whole');
    await folder.drop('cr.pdf', whole.subarray(0, 12), 'first');
    await folder.drop('cr.pdf', whole, 'second');
    await folder.drop('cr.pdf', whole, 'third');
    await folder.drop('m.hl7', citing('D1', 'cr.pdf'));
    expect(await folder.attached('D1')).toEqual([whole.toString()]);
  });

  it('written over by another before its message came, neither is given: either may be of somebody else', async () => {
    const folder = aFolder();
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    expect(await folder.drop('cr.pdf', pdf('de D2'), 'second')).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('SIDE_FILE_NAME_REUSED'),
    });
    expect(await folder.codes()).toEqual(['cr.pdf SIDE_FILE_NAME_REUSED', 'cr.pdf SIDE_FILE_NAME_REUSED']);
    expect(await folder.drop('m.hl7', citing('D1', 'cr.pdf'))).toMatchObject({ move: 'wait' });
    // A person puts the right one back, of which the bytes were kept.
    const [, first] = await folder.bench.store.quarantine({});
    const kept = await folder.bench.store.quarantineContent(first?.quarantineId ?? 0);
    await folder.drop('cr.pdf', kept ?? new Uint8Array(), 'third');
    await folder.turn();
    expect(await folder.attached('D1')).toEqual([pdf('de D1').toString()]);
  });

  it('named by two messages that wait, it is given to neither, until a person says whose it is', async () => {
    const folder = aFolder();
    const messages = { 'm1.hl7': citing('D1', 'cr.pdf'), 'm2.hl7': citing('D2', 'cr.pdf') };
    await Promise.all(Object.entries(messages).map(([name, bytes]) => folder.drop(name, bytes)));
    expect(await folder.drop('cr.pdf', pdf('de D2'), 'first')).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('SIDE_FILE_SEVERAL_WAIT'),
    });
    folder.bench.clock.now += 30 * MINUTE;
    await folder.turn();
    expect((await folder.codes()).sort()).toEqual([
      ...['cr.pdf SIDE_FILE_SEVERAL_WAIT', 'm1.hl7 SIDE_FILE_MISSING', 'm2.hl7 SIDE_FILE_MISSING'],
    ]);
    await folder.drop('cr.pdf', pdf('de D2'), 'first');
    const rows = await folder.bench.store.quarantine({});
    const second = rows.find(({ origin }) => origin === 'm2.hl7')?.quarantineId ?? 0;
    await folder.bench.store.replay(second, { by: 'x', reason: 'c’est le sien' });
    await folder.turn();
    expect(await folder.attached('D1')).toBeUndefined();
    expect(await folder.attached('D2')).toEqual([pdf('de D2').toString()]);
  });

  it('promised to the message that waits, it is not taken by one that comes before that is read again', async () => {
    const folder = aFolder();
    await folder.drop('m1.hl7', citing('D1', 'cr.pdf'));
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    expect(await folder.drop('m2.hl7', citing('D2', 'cr.pdf'))).toMatchObject({ move: 'wait' });
    await folder.turn();
    expect(await folder.attached('D1')).toEqual([pdf('de D1').toString()]);
    await folder.drop('cr.pdf', pdf('de D2'), 'second');
    await folder.turn();
    expect(await folder.attached('D2')).toEqual([pdf('de D2').toString()]);
  });

  it('late for its message, it is not taken by the next one that gives that name', async () => {
    const folder = aFolder();
    await folder.drop('m1.hl7', citing('D1', 'cr.pdf'));
    folder.bench.clock.now += 30 * MINUTE;
    await folder.turn();
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    expect(await folder.drop('m2.hl7', citing('D2', 'cr.pdf'))).toMatchObject({ move: 'wait' });
    const [row] = await folder.bench.store.quarantine({});
    await folder.bench.store.replay(row?.quarantineId ?? 0, { by: 'x', reason: 'arrivé' });
    await folder.turn();
    await folder.drop('cr.pdf', pdf('de D2'), 'second');
    await folder.turn();
    expect(await folder.attached('D1')).toEqual([pdf('de D1').toString()]);
    expect(await folder.attached('D2')).toEqual([pdf('de D2').toString()]);
  });

  it('late for its message while the next one waits, it is given to neither', async () => {
    const folder = aFolder();
    await folder.drop('m1.hl7', citing('D1', 'cr.pdf'));
    folder.bench.clock.now += 30 * MINUTE;
    await folder.turn();
    await folder.drop('m2.hl7', citing('D2', 'cr.pdf'));
    expect(await folder.drop('cr.pdf', pdf('de D1'), 'first')).toMatchObject({
      move: 'quarantine',
      reason: expect.stringContaining('SIDE_FILE_SEVERAL_WAIT'),
    });
    folder.bench.clock.now += 30 * MINUTE;
    await folder.turn();
    // A day later nothing is on its way any more.
    folder.bench.clock.now += 24 * 60 * MINUTE;
    await folder.drop('m3.hl7', citing('D3', 'cr.pdf'));
    await folder.drop('cr.pdf', pdf('de D3'), 'third');
    await folder.turn();
    expect(await folder.attached('D2')).toBeUndefined();
    expect(await folder.attached('D3')).toEqual([pdf('de D3').toString()]);
  });

  it('of a message that waits for another one too, it is kept for it', async () => {
    const folder = aFolder();
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    await folder.drop('m1.hl7', citing('D1', 'cr.pdf', 'annexe.pdf'));
    expect(await folder.drop('m2.hl7', citing('D2', 'cr.pdf'))).toMatchObject({ move: 'wait' });
    await folder.drop('annexe.pdf', pdf('annexe de D1'), 'first');
    await folder.turn();
    expect(await folder.attached('D1')).toEqual([pdf('de D1').toString(), pdf('annexe de D1').toString()]);
    expect(await folder.attached('D2')).toBeUndefined();
  });

  it('of a message that was mended, it goes with the copy', async () => {
    const folder = aFolder();
    const mended = citing('D1', 'cr.pdf');
    await folder.drop('cr.pdf', pdf('de D1'), 'first');
    await folder.drop('m.hl7', Buffer.concat([mended, Buffer.from('OBX|2|NM|A^A^L||1||||||??\r')]));
    expect(await folder.codes()).toEqual(['m.hl7 OBX_STATUS']);
    // Of another message, and of the same name: not what the copy means.
    await folder.drop('cr.pdf', pdf('de D2'), 'second');
    const [row] = await folder.bench.store.quarantine({});
    await folder.bench.store.mend(row?.quarantineId ?? 0, mended, { by: 'x', reason: 'x' });
    await folder.turn();
    expect(await folder.attached('D1')).toEqual([pdf('de D1').toString()]);
  });

  it('another source has its own', async () => {
    const folder = aFolder();
    await folder.bench.store.receiveSideFile({
      ...{ source: 'autre', name: 'cr.pdf', key: 'cr.pdf', stamp: '1', bytes: pdf('x') },
      ...{ waitMs: MINUTE, again: false },
    });
    expect(await folder.drop('m.hl7', citing('D1', 'cr.pdf'))).toMatchObject({ move: 'wait' });
  });
});

describe('what is a document and what is a message', () => {
  it('a name that a message waits for is a document, whatever its end', async () => {
    const folder = aFolder();
    const message = Buffer.from(citing('D1', 'AL213202.j1').toString().replace('^PDF', '^TXT'));
    await folder.drop('m.hl7', message);
    expect(await folder.drop('AL213202.j1', Buffer.from('texte joint'))).toMatchObject({ move: 'wait' });
    expect(await folder.turn()).toBe(1);
  });

  it('what reads like a message is one, and a file of no known kind is refused at once', async () => {
    const folder = aFolder();
    const plain = oru(obx('NM', 'A', '1'));
    expect(await folder.drop('resultats.pdf', plain)).toEqual({ move: 'archive' });
    expect(await folder.drop('divers.bin', Buffer.from('un texte'))).toMatchObject({ move: 'quarantine' });
  });
});
