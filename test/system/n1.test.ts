import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { n1DocumentOid } from '../../src/report/identifiers.ts';
import type { RegisteredDocument } from '../../src/sandbox/dmp/registry.ts';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** The profile `segur-v1` through the whole daemon: the N1 goes to the DMP beside the N3, is replaced and deleted with it. */

let laboratory: Laboratory;
let daemon: ChildProcess;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      config.document = { profile: 'segur-v1' };
    },
  });
  daemon = await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

const kindAndStatus = (document: RegisteredDocument | undefined): string => {
  const bytes = document ? readFileSync(join(laboratory.sandboxFolder, document.file)) : '';
  return `${bytes.includes('<nonXMLBody>') ? 'PDF' : 'structuré'} ${document?.status.split(':').at(-1)}`;
};

const DOSSIER = '26-110001';

/** What the DMP holds of a version: N3 and N1. */
async function deposited(version: number, dossier = DOSSIER) {
  const { versions } = await laboratory.report(dossier);
  const n3 = versions.find((one) => one.version === version)?.documentOid ?? '';
  const { documents } = await laboratory.state();
  const find = (oid: string) => documents.find(({ uniqueId }) => uniqueId === oid);
  return { n3, n1: n1DocumentOid(n3), documents: [find(n3), find(n1DocumentOid(n3))] };
}

it('deposits two documents, sends no N1 by mail, and replaces both', {
  timeout: SYSTEM_TIMEOUT_MS,
}, async () => {
  laboratory.drop('1.hl7', input('01-bilan-lipidique-glycemie.hl7'));
  await laboratory.settled();
  const first = await deposited(1);
  expect(first.documents.map(kindAndStatus)).toEqual(['structuré Approved', 'PDF Approved']);

  laboratory.drop('8.hl7', input('08-correction-du-01.hl7'));
  await laboratory.settled();
  const second = await deposited(2);
  expect(second.documents.map((one) => one?.replaces)).toEqual([first.n3, first.n1]);
  expect(second.documents.map(kindAndStatus)).toEqual(['structuré Approved', 'PDF Approved']);
  const replaced = await deposited(1);
  expect(replaced.documents.map(kindAndStatus)).toEqual(['structuré Deprecated', 'PDF Deprecated']);

  const { documents, mails } = await laboratory.state();
  expect(
    documents.filter(({ uniqueId }) => [first, second].some(({ n3, n1 }) => [n3, n1].includes(uniqueId))),
  ).toHaveLength(4);
  const mailed = mails.flatMap((mail) => mail.documents);
  expect(mailed).toContain(second.n3);
  expect(mailed).not.toContain(second.n1);
  const { deliveries } = await laboratory.report(DOSSIER);
  expect(deliveries.filter(({ channel }) => channel === 'dmp').map(({ state }) => state)).toEqual(
    Array(4).fill('delivered'),
  );
});

async function withdraw(dossier: string): Promise<void> {
  const { reportId } = await laboratory.report(dossier);
  const act = ['--by', 'Dr Martin', '--reason', 'erreur de patient'];
  expect((await laboratory.crbio('report', 'withdraw', reportId, ...act)).code).toBe(0);
  await laboratory.settled();
}

it('deletes both when the report is withdrawn', { timeout: SYSTEM_TIMEOUT_MS }, async () => {
  await withdraw(DOSSIER);
  const { documents, n3, n1 } = await deposited(2);
  expect(documents.map(kindAndStatus)).toEqual(['structuré Deleted', 'PDF Deleted']);
  const { documents: registered } = await laboratory.state();
  // Nothing took their place.
  expect(registered.filter(({ replaces }) => replaces === n3 || replaces === n1)).toEqual([]);
});

describe('a laboratory that leaves the profile', () => {
  const [corrected, withdrawn] = ['26-110002', '26-110003'];
  const both = ['structuré Approved', 'PDF Approved'];
  const haemogram = '02-hemogramme.hl7';

  beforeAll(async () => {
    laboratory.drop('2.hl7', input(haemogram));
    laboratory.drop('3.hl7', input('03-tsh-avec-anteriorite.hl7'));
    await laboratory.settled();
    expect((await deposited(1, corrected)).documents.map(kindAndStatus)).toEqual(both);
    expect((await deposited(1, withdrawn)).documents.map(kindAndStatus)).toEqual(both);
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
    laboratory.configure((config) => {
      config.document = { profile: 'n3' };
    });
    daemon = await laboratory.start();
  }, SYSTEM_TIMEOUT_MS);

  it('leaves no N1 of former results beside a correction', { timeout: SYSTEM_TIMEOUT_MS }, async () => {
    const correction = {
      '20261116150500||ORU': '20261116170500||ORU',
      DEMO0002: 'DEMO0002C',
      '11,8': '12,8',
    };
    laboratory.drop('2c.hl7', input(haemogram, correction));
    await laboratory.settled();
    const former = await deposited(1, corrected);
    expect(former.documents.map(kindAndStatus)).toEqual(['structuré Deprecated', 'PDF Deleted']);
    const second = await deposited(2, corrected);
    expect(second.documents.map((one) => one?.replaces)).toEqual([former.n3, undefined]);
    expect(second.documents[1]).toBeUndefined();
  });

  it('has the N1 deleted with a report that it withdraws', { timeout: SYSTEM_TIMEOUT_MS }, async () => {
    await withdraw(withdrawn);
    const { documents } = await deposited(1, withdrawn);
    expect(documents.map(kindAndStatus)).toEqual(['structuré Deleted', 'PDF Deleted']);
  });
});
