import { describe, expect, it } from 'vitest';
import { sourceProfile } from '../../src/intake/profile.ts';
import { createInterpreter } from '../../src/stages/interpret.ts';
import { itemsOf } from '../../src/stages/items.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { aBench, aDossier, itemOf } from '../store/store-fixtures.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };

describe('interpreting', () => {
  it('sets aside the message that meets a bug, and goes on with the others', async () => {
    const { store } = aBench();
    for (const name of ['bug', 'good']) {
      await store.receive({ source: 'sgl', origin: `${name}.hl7`, bytes: Buffer.from(name) });
    }
    const interpreter = createInterpreter({
      store,
      log,
      at: () => {},
      next: () => {},
      waitMs: () => 0,
      interpret: (bytes) => {
        if (String(bytes) === 'bug') throw new TypeError('a name of the patient');
        return [itemOf(aDossier())];
      },
    });
    expect(await interpreter.turn()).toBe(2);
    const [row] = await store.quarantine({});
    expect(row).toMatchObject({ origin: 'bug.hl7', fault: { code: 'INTERPRET_INTERNAL' } });
    expect(JSON.stringify(row)).not.toContain('a name of the patient');
    expect(await store.reports({})).toHaveLength(1);
  });

  it('refuses a message from the future, which would silence every later one', () => {
    const profile = sourceProfile({ name: 'sgl', patientAuthority: '1.2.250.1.999' });
    const bytes = oru(obx('NM', 'GLY', '5.1'));
    const read = (now: number) =>
      itemsOf(bytes, profile, { correspondents: [], root: '1.2.250.1.999.1', now });
    const [dossier] = read(Date.now());
    if (dossier?.kind !== 'dossier') throw new Error('a dossier was expected');
    const { messageAt } = dossier.dossier;
    const year = Number(messageAt.local.slice(0, 4));
    expect(read(Date.UTC(year + 1, 0, 1))[0]?.kind).toBe('dossier');
    expect(read(Date.UTC(year - 1, 0, 1))).toMatchObject([
      { kind: 'rejected', fault: { code: 'MESSAGE_IN_FUTURE' } },
    ]);
  });
});
