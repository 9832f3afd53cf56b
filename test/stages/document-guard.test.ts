import { expect, it } from 'vitest';
import type { ScanVerdict } from '../../src/antivirus/scanner.ts';
import { embeddedDocuments } from '../../src/intake/embedded-documents.ts';
import { createDocumentGuard } from '../../src/stages/document-guard.ts';
import { createInterpreter } from '../../src/stages/interpret.ts';
import { itemsOf } from '../../src/stages/items.ts';
import { obx, oru, profile } from '../fixtures/hl7/messages.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { aBench } from '../store/store-fixtures.ts';

const MARK = 'crbio-essai-antivirus';
const embedded = (text: string) =>
  obx('ED', 'DOC', `^APPLICATION^PDF^Base64^${Buffer.from(samplePdf(text)).toString('base64')}`);
const beside = obx('FIC', 'DOC', 'SGL^cr.pdf^PDF');

/** The interpreter with an antivirus that knows one signature, or is away. */
function aStage() {
  const bench = aBench();
  const opened: string[] = [];
  const scanned: string[] = [];
  const antivirus = { away: false };
  const scan = async (bytes: Uint8Array): Promise<ScanVerdict> => {
    const text = Buffer.from(bytes).toString('latin1');
    scanned.push(text);
    if (antivirus.away) return { state: 'unavailable', code: 'ENOENT' };
    return text.includes(MARK) ? { state: 'infected', signature: 'Essai.Crbio' } : { state: 'clean' };
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const movable: string[] = [];
  const interpreter = createInterpreter({
    ...{ store: bench.store, log, at: () => {}, next: () => {} },
    waitMs: () => 1_000_000,
    settled: (_, names) => void movable.push(...names),
    guard: createDocumentGuard({
      scanner: { scan, reach: async () => ({ ok: true }) },
      ...{ store: bench.store, log, now: () => bench.clock.now, random: () => 1 },
      backoff: { baseMs: 1_000, capMs: 60_000 },
    }),
    interpret: (bytes, _, sideFiles) => {
      opened.push('message');
      return itemsOf(bytes, profile(), { correspondents: [], sideFiles, root: '1.2.250.1.999.1' });
    },
  });
  return {
    ...{ bench, opened, scanned, antivirus, movable },
    async receive(...rows: readonly string[]) {
      const { inboxId } = await bench.store.receive({
        ...{ source: 'sgl', origin: 'm.hl7', bytes: Buffer.from(oru(...rows)) },
      });
      await interpreter.turn();
      return inboxId;
    },
    turn: () => interpreter.turn(),
    drop: (text: string) =>
      bench.store.receiveSideFile({
        ...{ source: 'sgl', name: 'cr.pdf', key: 'cr.pdf', stamp: '1' },
        ...{ bytes: samplePdf(text), waitMs: 1_000_000, again: false },
      }),
    state: async (inboxId: number) => (await bench.store.inboxState(inboxId)).state,
  };
}

it('a clean document goes on', async () => {
  const stage = aStage();
  expect(await stage.state(await stage.receive(embedded('propre')))).toBe('interpreted');
  expect(stage.scanned).toHaveLength(1);
});

it('a message without documents asks nobody', async () => {
  const stage = aStage();
  stage.antivirus.away = true;
  expect(await stage.state(await stage.receive(obx('NM', 'A', '1')))).toBe('interpreted');
});

it('an infected document puts the message in quarantine with its place and signature; nothing else opens it', async () => {
  const stage = aStage();
  await stage.receive(obx('NM', 'A', '1'), embedded(MARK));
  const [row] = await stage.bench.store.quarantine();
  expect(row?.fault).toMatchObject({
    code: 'DOCUMENT_INFECTED',
    position: 'message 1, OBX[2]-5',
    cause: expect.stringContaining('Essai.Crbio'),
  });
  expect(stage.opened).toEqual([]);
  expect(await stage.bench.store.reports()).toEqual([]);
});

it('so does one beside the message, which is never given to a reader', async () => {
  const stage = aStage();
  await stage.drop(MARK);
  await stage.receive(beside);
  const [row] = await stage.bench.store.quarantine();
  expect(row?.fault).toMatchObject({ code: 'DOCUMENT_INFECTED', position: 'cr.pdf' });
  expect(await stage.bench.store.reports()).toEqual([]);
});

it.each(['in the message', 'beside it'])(
  'without an antivirus that answers the message waits, document %s',
  async (where) => {
    const stage = aStage();
    stage.antivirus.away = true;
    await stage.drop('propre');
    const inboxId = await stage.receive(where === 'beside it' ? beside : embedded('propre'));
    expect(await stage.bench.store.inboxState(inboxId)).toMatchObject({
      state: 'received',
      waitsUntil: stage.bench.clock.now + 1_000,
    });
    expect(await stage.turn()).toBe(0);
    stage.bench.clock.now += 1_000;
    expect(await stage.turn()).toBe(1);
    expect(await stage.bench.store.inboxState(inboxId)).toMatchObject({
      waitsUntil: stage.bench.clock.now + 2_000,
    });
    expect(await stage.bench.store.reports()).toEqual([]);
    stage.antivirus.away = false;
    stage.bench.clock.now += 2_000;
    await stage.turn();
    expect(await stage.state(inboxId)).toBe('interpreted');
    expect(await stage.bench.store.reports()).toHaveLength(1);
    // Its file does not wait for the next listing of the folder.
    expect(stage.movable).toContain('m.hl7');
  },
);

it.each([
  ['lines of base64', (data: string) => data.replace(/.{60}/g, '$&\r\n')],
  ['marks of a line break', (data: string) => data.replace(/.{60}/g, '$&\\.br\\')],
  ['repetitions', (data: string) => data.replace(/.{60}/g, '$&~')],
])('documents are found as the readers find them: %s', (_, cut) => {
  const data = Buffer.from(samplePdf('x')).toString('base64');
  const [found, more] = embeddedDocuments(
    Buffer.from(oru(obx('NM', 'A', '1'), obx('ED', 'D', `^APPLICATION^PDF^Base64^${cut(data)}`))).toString(
      'latin1',
    ),
  );
  expect(more).toBeUndefined();
  expect(found?.position).toBe('message 1, OBX[2]-5');
  expect(Buffer.from(found?.bytes ?? []).equals(samplePdf('x'))).toBe(true);
});

it('documents are found in UTF-16, and in every message of a batch', () => {
  const message = Buffer.from(oru(embedded('x'))).toString('latin1');
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(message, 'utf16le')]);
  expect(embeddedDocuments(utf16.toString('latin1'))).toHaveLength(1);
  expect(embeddedDocuments(message + message).map(({ position }) => position)).toEqual([
    'message 1, OBX[1]-5',
    'message 2, OBX[1]-5',
  ]);
});
