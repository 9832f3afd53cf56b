import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hprim, OBR, obx, P } from '../fixtures/hprim.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** Documents beside HPRIM messages, through the built daemon. */

/** One waits for what comes, the other is told soon of what never does. */
const SOURCES = { patient: 30 * 60_000, presse: 1_000 };
type Source = keyof typeof SOURCES;

const H = 'H|~^\\&|ESSAI.HPR||LBM~LBM DU CANAL||ORU|||CLINIQUE||T|H2.5~C|202611161430';

/** A message of its own dossier and patient that names a document. */
function citing(dossier: string, name: string): Uint8Array {
  return hprim(
    H,
    P.replace('LC1', `LC-${dossier}`),
    OBR.replace('~D1', `~${dossier}`),
    obx('NM', 'GLU~Glycémie~L', '5.3', { 6: 'mmol/L' }),
    obx('FIC', 'SOUS~Examen sous-traité~L', `SGL~${name}~PDF`),
    'L|1||1|6',
  );
}

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: ({ sources }) => {
      for (const [name, waitMs] of Object.entries(SOURCES))
        sources.push({
          name,
          folder: `export-${name}`,
          archive: `archive-${name}`,
          quarantine: `quarantine-${name}`,
          completion: { stableMs: 50 },
          rescanMs: 1_000,
          sideFiles: { waitMs },
        });
    },
  });
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

const files = (below: string, source: Source) =>
  laboratory.files(`${below}-${source}`).map((file) => file.split('/').at(-1));
const events = (name: string) => laboratory.log().split(`"event":"${name}"`).length - 1;

describe('a document beside a message', { timeout: SYSTEM_TIMEOUT_MS }, () => {
  it('that comes after a stop of the daemon is joined to the report, and both go to the archive', async () => {
    laboratory.drop('tardif.hpr', citing('D-TARDIF', 'tardif.pdf'), 'patient');
    await laboratory.until('the message waits', () => events('waiting-for-file') > 0);
    expect(files('export', 'patient')).toEqual(['tardif.hpr']);
    await laboratory.stop();
    await laboratory.start();
    laboratory.drop('tardif.pdf', samplePdf('Resultat du sous-traitant'), 'patient');
    await laboratory.settled();
    expect(files('archive', 'patient')).toEqual(['tardif.hpr', 'tardif.pdf']);
    const { reportId, version } = await laboratory.report('D-TARDIF');
    const documents = await laboratory.store().documents({ reportId, version });
    const pdf = join(laboratory.folder, 'compte-rendu.pdf');
    writeFileSync(pdf, documents?.pdf ?? new Uint8Array());
    expect(execFileSync('pdftotext', [pdf, '-'], { encoding: 'utf8' })).toContain(
      'Resultat du sous-traitant',
    );
  });

  it('that never comes, a path, and a document that nobody names end in quarantine, each with its reason', async () => {
    writeFileSync(join(laboratory.folder, 'secret.pdf'), samplePdf('secret'));
    laboratory.drop('chemin.hpr', citing('D-CHEMIN', '../secret.pdf'), 'presse');
    laboratory.drop('manquant.hpr', citing('D-MANQUANT', 'manquant.pdf'), 'presse');
    laboratory.drop('orphelin.pdf', samplePdf('orphelin'), 'presse');
    await laboratory.settled();
    const rows = await laboratory.store().quarantine({});
    expect(rows.map(({ origin, fault }) => `${origin} ${fault.code}`).sort()).toEqual([
      'chemin.hpr SIDE_FILE_PATH',
      'manquant.hpr SIDE_FILE_MISSING',
      'orphelin.pdf SIDE_FILE_UNCLAIMED',
    ]);
    for (const name of ['chemin.hpr', 'manquant.hpr', 'orphelin.pdf'])
      expect(files('quarantine', 'presse')).toEqual(expect.arrayContaining([name, `${name}.reason.txt`]));
    expect(existsSync(join(laboratory.folder, 'secret.pdf'))).toBe(true);
    expect((await laboratory.store().reports({})).map(({ dossier }) => dossier)).toEqual(['D-TARDIF']);
  });
});
