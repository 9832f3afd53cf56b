import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { extraction, MAILBOX_HEADER, mailbox } from '../fixtures/directory/extractions.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** The national directory through the whole daemon: a dropped extraction gives the address that a report lacked, and it leaves. */

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

/** What the sandbox got: documents of the DMP, mails with reports. */
const received = async () => {
  const { documents, mails: all } = await laboratory.state();
  return { documents, mails: all.filter(({ kind }) => kind === 'report') };
};

const mails = async () =>
  (await laboratory.report('26-110002')).deliveries.filter(({ channel }) => channel === 'mssante-pro');

it('completes what waited for an address as soon as the directory has one', {
  timeout: SYSTEM_TIMEOUT_MS,
}, async () => {
  laboratory.drop('1.hl7', exported('A1'));
  await laboratory.until('the report is planned', async () =>
    (await laboratory.store().deliveries({})).some(({ channel }) => channel === 'mssante-pro'),
  );
  expect(await mails()).toMatchObject([{ state: 'never', rule: 'adresse-absente' }]);
  await laboratory.settled();
  const before = await received();

  const person = { rpps: '10000000105', family: 'LAMBERT', given: 'ODILE' };
  const file = join(laboratory.folder, 'annuaire', 'Extraction_Correspondance_MSSante_202608261013.txt');
  writeFileSync(`${file}.part`, extraction(MAILBOX_HEADER, [mailbox(ADDRESS, person)]));
  const minuteAgo = Date.now() / 1000 - 60;
  utimesSync(`${file}.part`, minuteAgo, minuteAgo);
  renameSync(`${file}.part`, file);
  await laboratory.until('the professional has the report', async () =>
    (await mails()).some(({ state }) => state === 'delivered'),
  );
  expect(await mails()).toMatchObject([
    { state: 'superseded', recipient: '810000000105' },
    {
      version: 1,
      recipient: ADDRESS,
      reason: 'compte rendu validé, adresse de l’annuaire national du 2026-08-26',
    },
  ]);
  const after = await received();
  expect(after.documents).toEqual(before.documents);
  expect(after.mails.slice(0, before.mails.length)).toEqual(before.mails);
  expect(after.mails).toHaveLength(before.mails.length + 1);

  // The same content once more: the address is no news.
  laboratory.drop('2.hl7', exported('A2'));
  await laboratory.until('the file is archived', () =>
    laboratory.files('archive').some((name) => name.endsWith('2.hl7')),
  );
  await laboratory.settled();
  expect((await laboratory.report('26-110002')).versions).toHaveLength(1);
  expect(await received()).toEqual(after);
  expect(laboratory.log()).not.toContain('LAMBERT');
  expect(laboratory.log()).not.toContain(ADDRESS);
});
