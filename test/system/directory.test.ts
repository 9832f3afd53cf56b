import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { extraction, MAILBOX_HEADER, mailbox } from '../fixtures/directory/extractions.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** The national directory through the whole daemon: a dropped extraction gives the address that a report lacked. */

let laboratory: Laboratory;
const ADDRESS = 'odile.lambert@sandbox-mssante.invalid';

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      config.directory = { folder: 'annuaire', everyMs: 1_000 };
    },
  });
  mkdirSync(join(laboratory.folder, 'annuaire'));
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

/** A blood count asked for by somebody whose number the table knows, but no address. */
const exported = (control: string) =>
  input('02-hemogramme.hl7', { 'D057^PETIT^Hugo': 'D099^LAMBERT^Odile', DEMO0002: control });

const toProfessional = async (version: number) =>
  (await laboratory.report('26-110002')).deliveries.find(
    (delivery) => delivery.version === version && delivery.channel === 'mssante-pro',
  );

/** The first version's delivery; the report may not be there yet. */
const planned = async () =>
  (await laboratory.store().deliveries({})).find(({ channel }) => channel === 'mssante-pro');

it('completes what waited for an address, once the request is exported again', {
  timeout: SYSTEM_TIMEOUT_MS,
}, async () => {
  laboratory.drop('1.hl7', exported('A1'));
  await laboratory.until('the report is planned', async () => (await planned()) !== undefined);
  expect(await toProfessional(1)).toMatchObject({ state: 'never', rule: 'adresse-absente' });

  const person = { rpps: '10000000105', family: 'LAMBERT', given: 'ODILE' };
  const file = join(laboratory.folder, 'annuaire', 'Extraction_Correspondance_MSSante_202608261013.txt');
  writeFileSync(`${file}.part`, extraction(MAILBOX_HEADER, [mailbox(ADDRESS, person)]));
  const minuteAgo = Date.now() / 1000 - 60;
  utimesSync(`${file}.part`, minuteAgo, minuteAgo);
  renameSync(`${file}.part`, file);
  await laboratory.until('the extraction is imported', () =>
    laboratory.log().includes('"directory-imported"'),
  );

  laboratory.drop('2.hl7', exported('A2'));
  await laboratory.until(
    'the professional has the report',
    async () => (await toProfessional(2))?.state === 'delivered',
  );
  expect(await toProfessional(2)).toMatchObject({
    recipient: ADDRESS,
    reason: 'compte rendu validé, adresse de l’annuaire national du 2026-08-26',
  });

  // The same content once more: the directory's address is no news.
  laboratory.drop('3.hl7', exported('A3'));
  await laboratory.until('the file is archived', () =>
    laboratory.files('archive').some((name) => name.endsWith('3.hl7')),
  );
  await laboratory.settled();
  expect((await laboratory.report('26-110002')).versions).toHaveLength(2);
  expect(laboratory.log()).not.toContain('LAMBERT');
});
