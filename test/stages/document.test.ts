import { describe, expect, it } from 'vitest';
import { identifyReport } from '../../src/report/identifiers.ts';
import { mergeDossiers } from '../../src/report/merge.ts';
import { type DocumentAssets, renderDocument } from '../../src/stages/document.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { dossierOf } from '../intake/parts.ts';

/** Nothing of it is needed to see that there is nothing to show. */
const NO_ASSETS = {} as DocumentAssets;

describe('a request with nothing to show yet', () => {
  it.each([
    ['no row is verified', oru(obx('NM', 'GLY', '5.1', { 11: 'R' }))],
    ['nothing was asked', oru(obx('NM', 'GLY', '', { 11: 'N' }))],
  ])('makes no document, and says so plainly: %s', async (_what, message) => {
    const made = await renderDocument(
      {
        ...identifyReport('sgl', 'D1', '1.2.250.1.999.1'),
        version: 1,
        dossier: mergeDossiers([dossierOf(message)]),
        cause: 'first',
        flags: {},
      },
      NO_ASSETS,
    );
    expect('faults' in made && made.faults.map(({ code }) => code)).toEqual(['REPORT_EMPTY']);
  });
});
