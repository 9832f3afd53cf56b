import { describe, expect, it } from 'vitest';
import { identifyReport } from '../../src/report/identifiers.ts';
import { mergeDossiers } from '../../src/report/merge.ts';
import { type DocumentAssets, renderDocument } from '../../src/stages/document.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { dossierOf } from '../intake/parts.ts';

/** Nothing of it is needed to see that there is nothing to show. */
const NO_ASSETS = {} as DocumentAssets;

const made = async (message: Uint8Array): Promise<string[]> => {
  const result = await renderDocument(
    {
      ...identifyReport('sgl', 'D1', '1.2.250.1.999.1'),
      version: 1,
      dossier: mergeDossiers([dossierOf(message)]),
      cause: 'first',
      flags: {},
    },
    NO_ASSETS,
  );
  return 'faults' in result ? result.faults.map(({ code }) => code) : [];
};

it.each([
  ['absent', ''],
  ['unreadable', '28 mars'],
])('a birth date that is %s is asked for in the words of the message', async (_what, date) => {
  const message = Buffer.from(oru(obx('NM', 'GLY', '5.1')))
    .toString()
    .replace('|19790328|', `|${date}|`);
  expect(await made(Buffer.from(message))).toEqual(['NO_BIRTH_DATE']);
});

it('comments alone are asked for as a result', async () => {
  expect(await made(oru('NTE|1|L|Bilan normal'))).toEqual(['ONLY_COMMENTS']);
});

describe('a request with nothing to show yet', () => {
  it.each([
    ['no row is verified', oru(obx('NM', 'GLY', '5.1', { 11: 'R' }))],
    ['nothing was asked', oru(obx('NM', 'GLY', '', { 11: 'N' }))],
  ])('makes no document, and says so plainly: %s', async (_what, message) => {
    expect(await made(message)).toEqual(['REPORT_EMPTY']);
  });
});
