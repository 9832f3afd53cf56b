import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listQuarantine, type ShowOptions, showQuarantine } from '../../src/commands/quarantine.ts';
import { type ReplayOptions, replayQuarantine } from '../../src/commands/quarantine-replay.ts';
import { visible } from '../../src/commands/visible-text.ts';
import { createInterpreter } from '../../src/stages/interpret.ts';
import { itemsOf } from '../../src/stages/items.ts';
import { openStore } from '../../src/store/store.ts';
import { profile } from '../fixtures/hl7/messages.ts';
import { input } from '../system/laboratory.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const GOOD = input('01-bilan-lipidique-glycemie.hl7');
/** The patient's number is gone; a name that would turn the terminal red, and write from right to left. */
const BAD = Buffer.from(
  GOOD.toString('latin1')
    .replace(/^(PID\|[^|]*\|[^|]*\|)[^|]*/m, '$1')
    .replace(/^(PID(?:\|[^|]*){4}\|)/m, '$1\x1b[31m'),
  'latin1',
);

/** A laboratory whose daemon refused a message three days ago, and what a command at its terminal prints. */
async function aLaboratory(bytes: Uint8Array = BAD) {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-quarantine-'));
  const config = join(folder, 'crbio.yaml');
  writeFileSync(
    config,
    readFileSync('config/demo/crbio.yaml', 'utf8')
      .replace(/^data: .*$/m, `data: ${folder}`)
      .replace(
        /^(catalogue|stylesheets|correspondents): (.*)$/gm,
        (_, key, path) => `${key}: ${resolve('config/demo', path)}`,
      ),
  );
  const clock = { now: NOW - 3 * 24 * 3_600_000 };
  const store = openStore({ file: join(folder, 'crbio.db'), now: () => clock.now });
  onTestFinished(() => store.close());
  const interpreter = createInterpreter({
    store,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    at: () => {},
    next: () => {},
    waitMs: () => 0,
    interpret: (given, _, sideFiles) =>
      itemsOf(given, profile(), { correspondents: [], sideFiles, root: '1.2.250.1.999.1' }),
  });
  await store.receive({ source: 'sgl', origin: 'a\x1b]0;b.hl7', bytes });
  await interpreter.turn();
  const run = async (
    command: (output: { out: (line: string) => void; err: (line: string) => void }) => Promise<number>,
  ) => {
    const lines: string[] = [];
    const code = await command({ out: (line) => lines.push(line), err: (line) => lines.push(line) });
    return { code, text: lines.join('\n') };
  };
  const raw: Uint8Array[] = [];
  return {
    folder,
    store,
    raw,
    turn: () => interpreter.turn(),
    list: (options = {}) => run((output) => listQuarantine(output, { config, ...options }, NOW)),
    show: (options: ShowOptions = {}, isTerminal = false) =>
      run((output) =>
        showQuarantine(output, { config, ...options }, '1', NOW, {
          isTerminal,
          write: (given) => raw.push(given),
        }),
      ),
    replay: (options: ReplayOptions) =>
      run((output) => replayQuarantine(output, { config, ...options }, '1')),
    mended: (content: Uint8Array = GOOD) => {
      const file = join(folder, 'corrige.hl7');
      writeFileSync(file, content);
      return file;
    },
    actions: async () => (await store.journal()).map(({ actor, action }) => `${actor} ${action}`),
  };
}

describe('list', () => {
  it('tells position, reason, what to do, source and age; nothing in it reaches the terminal as an order', async () => {
    const { list } = await aLaboratory();
    const { code, text } = await list();
    expect(code).toBe(0);
    expect(text).toContain('(3 j)');
    for (const part of [
      'sgl',
      'message 1, PID[1]-3',
      '[PID_NO_NUMBER]',
      'Renseigner le numéro',
      'a␛]0;b.hl7',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('\x1b');
  });

  it('--json gives one object a line', async () => {
    const { list } = await aLaboratory();
    expect(JSON.parse((await list({ json: true })).text)).toMatchObject({
      quarantineId: 1,
      kept: 'message',
      size: BAD.length,
      fault: { code: 'PID_NO_NUMBER', position: 'message 1, PID[1]-3' },
    });
  });
});

describe('show', () => {
  it('tells what the input is without a word of the patient', async () => {
    const { show, actions } = await aLaboratory();
    for (const { text } of [await show(), await show({ json: true })]) {
      expect(text).toContain('message HL7 v2');
      expect(text).toContain('PID_NO_NUMBER');
      for (const said of ['PAT-', '27903', '\x1b']) expect(text).not.toContain(said);
    }
    expect((await actions()).join()).not.toContain('quarantine-viewed');
  });

  it('--around shows the segment at fault with the field marked, controls made visible; the journal keeps who looked', async () => {
    const { show, actions } = await aLaboratory();
    const { text } = await show({ around: true });
    expect(text).toMatch(/→ +2 │ PID\|1\|\|⟦⟧\|/);
    expect(text).toContain('␛[31m');
    expect(text).not.toContain('\x1b');
    expect(await actions()).toContain(`${userInfo().username} quarantine-viewed`);
  });

  it('--raw gives the very bytes, never to a screen; --out to a new file of this account alone', async () => {
    const { show, raw, folder } = await aLaboratory();
    expect(await show({ raw: true }, true)).toMatchObject({
      code: 2,
      text: expect.stringContaining('QUARANTINE_TERMINAL'),
    });
    expect(raw).toEqual([]);
    expect((await show({ raw: true })).code).toBe(0);
    expect(Buffer.concat(raw).equals(BAD)).toBe(true);
    const out = join(folder, 'copie.hl7');
    expect((await show({ out })).code).toBe(0);
    expect(readFileSync(out).equals(BAD)).toBe(true);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    await expect(show({ out })).rejects.toThrow('EEXIST');
  });

  it('a document in base64 does not fill the screen', async () => {
    const line = `OBX|1|ED|X||^APPLICATION^PDF^Base64^${'A'.repeat(100_000)}`;
    const { show } = await aLaboratory(
      Buffer.from(BAD.toString('latin1').replace(/^(PID.*)$/m, `$1\r${line}`), 'latin1'),
    );
    const { text } = await show({ around: true });
    expect(text.length).toBeLessThan(5_000);
    expect(text).toContain('caractères)');
  });
});

describe('replay', () => {
  it('--preview says what it would still refuse, or make of a mended copy, and does nothing', async () => {
    const laboratory = await aLaboratory();
    const still = await laboratory.replay({ preview: true });
    expect(still).toMatchObject({
      code: 1,
      text: expect.stringContaining('encore refusé : message 1, PID[1]-3'),
    });
    const mended = await laboratory.replay({ preview: true, file: laboratory.mended() });
    expect(mended.code).toBe(0);
    expect(mended.text).toMatch(/nouveau compte rendu sgl-\S+ \(dossier \S+\), résultats complets/);
    expect(mended.text).toContain('patients créés : 1');
    expect(await laboratory.store.uninterpreted(10)).toEqual([]);
    expect(await laboratory.store.quarantine()).toHaveLength(1);
    expect(await laboratory.store.reports()).toEqual([]);
  });

  it('--file takes the mended copy, which becomes the report', async () => {
    const laboratory = await aLaboratory();
    const by = { by: 'Dr Martin', reason: 'PID-3 complété' };
    expect(await laboratory.replay({ ...by, file: laboratory.mended() })).toMatchObject({ code: 0 });
    await laboratory.turn();
    expect(await laboratory.store.reports()).toHaveLength(1);
    expect(await laboratory.store.quarantine()).toEqual([]);
    expect(await laboratory.actions()).toContain('Dr Martin mended');
    expect(await laboratory.replay({ ...by, file: laboratory.mended() })).toMatchObject({
      code: 1,
      text: expect.stringContaining('ALREADY_REPLAYED'),
    });
  });

  it('asks who acts', async () => {
    const { replay } = await aLaboratory();
    expect(await replay({})).toMatchObject({ code: 2, text: expect.stringContaining('--by') });
  });
});

it('no sign that a terminal obeys is left in a text', () => {
  const text = visible('a\x1b[2J\x07\x9b1m\u202Eb\u200b\r\n\x7fé☺');
  expect(text).toBe('a␛[2J␇<U+009B>1m<U+202E>b<U+200B>␍␊␡é☺');
});
