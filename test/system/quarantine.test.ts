import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasClamd, startClamd } from '../fixtures/clamd.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { expectDeliveredOnce } from './exactly-once.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** What the built daemon does not let pass, and what a person then does: a mended copy, an antivirus that is put right. */

let laboratory: Laboratory;
let clamd: string;
let stopClamd: (() => Promise<void>) | undefined;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      config.antivirus = { clamd: { socket: '/to-be-told' }, timeoutMs: 20_000 };
    },
  });
  clamd = join(laboratory.folder, 'clamd');
  mkdirSync(clamd);
  laboratory.configure((config) => {
    config.antivirus = { clamd: { socket: join(clamd, 'clamd.sock') }, timeoutMs: 20_000 };
  });
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(async () => {
  await laboratory.close();
  await stopClamd?.();
});

const archived = () => laboratory.files('archive').map((file) => file.split('/').at(-1));
const dossiers = async () => (await laboratory.store().reports({})).map(({ dossier }) => dossier);
const events = (name: string) => laboratory.log().split(`"event":"${name}"`).length - 1;
const inQuarantine = async (origin: string) =>
  (await laboratory.store().quarantine({})).find((row) => row.origin === origin);

describe('crbio quarantine replay --file', { timeout: SYSTEM_TIMEOUT_MS }, () => {
  it('takes a mended copy, after a preview that changes nothing; its report goes once', async () => {
    const good = input('02-hemogramme.hl7', { '26-110002': '26-320001', DEMO0002: 'MEND-1' });
    // The status of a row, which no table has.
    const text = good.toString('latin1');
    const broken = text.replace(/^(OBX(?:\|[^|\r\n]*){10}\|)F/m, '$1?');
    expect(broken).not.toBe(text);
    laboratory.drop('casse.hl7', Buffer.from(broken, 'latin1'));
    await laboratory.until('it is refused', async () => (await inQuarantine('casse.hl7')) !== undefined);
    await laboratory.settled();
    expect(laboratory.files('quarantine')).toEqual(['casse.hl7', 'casse.hl7.reason.txt']);
    const row = await inQuarantine('casse.hl7');
    expect(row?.fault).toMatchObject({ code: 'OBX_STATUS', position: expect.stringContaining('OBX') });
    const id = String(row?.quarantineId);

    const replay = (...args: string[]) => laboratory.crbio('quarantine', 'replay', id, ...args);
    expect(await replay('--preview')).toMatchObject({ code: 1, out: expect.stringContaining('OBX_STATUS') });
    const mended = join(laboratory.folder, 'corrige.hl7');
    writeFileSync(mended, good);
    const preview = await replay('--preview', '--file', mended);
    expect(preview).toMatchObject({ code: 0, out: expect.stringContaining('26-320001') });
    expect(await dossiers()).toEqual([]);
    expect(await inQuarantine('casse.hl7')).toEqual(row);

    const done = await replay('--file', mended, '--by', 'M. Martin', '--reason', 'statut corrigé');
    expect(done.code).toBe(0);
    await laboratory.until('the report is made', async () => (await dossiers()).includes('26-320001'));
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-320001', [1]);
    expect(await inQuarantine('casse.hl7')).toBeUndefined();
    // The same copy again is known: nothing more leaves.
    expect((await replay('--file', mended, '--by', 'M. Martin')).code).toBe(1);
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-320001', [1]);
  });
});

describe.skipIf(!hasClamd)('an antivirus (clamd itself)', { timeout: SYSTEM_TIMEOUT_MS }, () => {
  const MARK = 'crbio-essai-antivirus';
  const INPUT = '05-examen-sous-traite.hl7';
  /** A report of its own dossier that carries a PDF with this text. */
  const carrying = (dossier: string, text: string) => {
    const [, pdf = ''] = /\^Base64\^([A-Za-z0-9+/=]+)/.exec(input(INPUT).toString('latin1')) ?? [];
    return input(INPUT, {
      '26-110005': dossier,
      DEMO0005: `AV-${dossier}`,
      [pdf]: Buffer.from(samplePdf(text)).toString('base64'),
    });
  };

  it('that is down holds the messages that carry a document: nothing of them leaves until it is back', async () => {
    laboratory.drop('attend.hl7', carrying('26-320002', 'resultat du sous-traitant'));
    await laboratory.until('it was asked in vain twice', () => events('antivirus-unavailable') > 1);
    laboratory.drop('passe.hl7', input('02-hemogramme.hl7', { '26-110002': '26-320003', DEMO0002: 'AV-0' }));
    await laboratory.until('one without a document is archived', () => archived().includes('passe.hl7'));
    expect(archived()).not.toContain('attend.hl7');
    expect(await dossiers()).not.toContain('26-320002');

    stopClamd = await startClamd(clamd, [MARK]);
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-320002', [1]);
    await expectDeliveredOnce(laboratory, '26-320003', [1]);
    expect(archived()).toContain('attend.hl7');
  });

  it('that knows a document sets its message aside; the false alarm lifted, a replay publishes it once', async () => {
    laboratory.drop('infecte.hl7', carrying('26-320004', MARK));
    await laboratory.settled();
    const row = await inQuarantine('infecte.hl7');
    expect(row?.fault).toMatchObject({
      code: 'DOCUMENT_INFECTED',
      cause: expect.stringContaining('Essai.1.UNOFFICIAL'),
      position: expect.stringContaining('OBX'),
    });
    expect(laboratory.files('quarantine')).toContain('infecte.hl7');
    expect(await dossiers()).not.toContain('26-320004');
    const replay = () =>
      laboratory.crbio(
        'quarantine',
        'replay',
        String(row?.quarantineId),
        '--by',
        'M. Martin',
        '--reason',
        'fausse alerte',
      );

    await stopClamd?.();
    stopClamd = await startClamd(clamd, ['another text']);
    expect((await replay()).code).toBe(0);
    await laboratory.until('the report is made', async () => (await dossiers()).includes('26-320004'));
    await laboratory.settled();
    await expectDeliveredOnce(laboratory, '26-320004', [1]);
  });
});
