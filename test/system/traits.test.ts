import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * A qualified identity that the DMP knows under other traits (TD0.2 before the deposit): nothing is deposited until the
 * identity is corrected or a person vouches for it, and then once.
 */

/** The demo's full blood count, of BERTHIER in the DMP. */
const FILE = '02-hemogramme.hl7';
const KNOWN = 'BERTHIER^LUC';
const MISSPELT = 'BERTIER^LUC';
const BY = ['--by', 'Dr Martin', '--reason', 'pièce d’identité contrôlée'];

let laboratory: Laboratory;

beforeAll(async () => {
  laboratory = await openLaboratory();
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

/** Drops the count of a patient whose name the laboratory misspelt. @returns the report's identifier */
async function received(dossier: string, patient: string, changes = {}): Promise<string> {
  const content = input(FILE, {
    '26-110002': dossier,
    DEMO0002: `T-${dossier}`,
    LC000002: patient,
    [KNOWN]: MISSPELT,
    ...changes,
  });
  laboratory.drop(`${dossier}.hl7`, content);
  await laboratory.settled();
  return (await laboratory.report(dossier)).reportId;
}

const ofDmp = async (dossier: string) =>
  (await laboratory.report(dossier)).deliveries.filter(({ channel }) => channel === 'dmp');

const fates = async (dossier: string) =>
  (await ofDmp(dossier)).map(({ version, state, rule }) => `v${version} ${state} ${rule}`).sort();

/** The versions of a dossier that the DMP was asked to take, and took, in that order. */
async function deposits(dossier: string): Promise<number[]> {
  const { versions } = await laboratory.report(dossier);
  const events = (await laboratory.events()).filter(({ transaction }) => transaction.startsWith('TD2.1'));
  return events.flatMap(({ subjects }) =>
    versions
      .filter(({ documentOid }) => documentOid && subjects.includes(documentOid))
      .map(({ version }) => version),
  );
}

async function released(reportId: string): Promise<void> {
  expect((await laboratory.crbio('report', 'release', reportId, ...BY)).code).toBe(0);
  await laboratory.settled();
}

/** ADT A31 with the name as the DMP knows it. */
async function corrected(patient: string): Promise<void> {
  const [, pid = ''] = input(FILE, { LC000002: patient })
    .toString('latin1')
    .split(/[\r\n]+/);
  const lines = [
    `MSH|^~\\&|SGL-DEMO|LBM-CANAL|CRBIO|LBM-CANAL|20261118100000||ADT^A31|A-${patient}|T|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`,
    'EVN||20261118100000',
    pid,
  ];
  laboratory.drop(`adt-${patient}.hl7`, Buffer.from(lines.map((line) => `${line}\r`).join(''), 'latin1'));
  await laboratory.settled();
}

describe('a patient whom the DMP knows under another name', () => {
  it('is not deposited: the field is named, never the value of the DMP; a person releases it, and it goes once', {
    timeout: SYSTEM_TIMEOUT_MS,
  }, async () => {
    const id = await received('26-320001', 'T1');
    expect(await fates('26-320001')).toEqual(['v1 held traits-dmp']);
    expect(await deposits('26-320001')).toEqual([]);
    const { out } = await laboratory.crbio('explain', id);
    expect(out).toMatch(/diffère de celle du compte rendu : nom/);
    for (const shown of [out, laboratory.log()]) expect(shown).not.toContain('BERTHIER');

    await released(id);
    expect(await fates('26-320001')).toEqual(['v1 delivered envoi']);
    expect(await deposits('26-320001')).toEqual([1]);
    expect((await laboratory.crbio('explain', id)).out).toContain('Dr Martin');
  });

  it('is corrected by ADT before anybody received it: the new version goes, once, and no other', {
    timeout: SYSTEM_TIMEOUT_MS,
  }, async () => {
    // In hospital: mails wait for a person.
    await received('26-320002', 'T2', { 'PV1|1|N': 'PV1|1|I' });
    expect(await fates('26-320002')).toEqual(['v1 held traits-dmp']);
    await corrected('T2');
    expect(await fates('26-320002')).toEqual(['v1 superseded traits-dmp', 'v2 delivered envoi']);
    expect(await deposits('26-320002')).toEqual([2]);
  });

  it('is corrected by ADT when mails with the wrong name are gone: nothing is deposited before the report comes corrected', {
    timeout: SYSTEM_TIMEOUT_MS,
  }, async () => {
    const id = await received('26-320003', 'T3');
    await corrected('T3');
    expect(await fates('26-320003')).toEqual(['v1 held identite-changee']);
    const alerts = async () => (await laboratory.crbio('alerts', 'list', '--json')).out;
    expect(await alerts()).toContain(`"subject":"${id}"`);

    await received('26-320003', 'T3', {
      [KNOWN]: KNOWN,
      '|20261116150500||ORU': '|20261118110000||ORU',
    });
    expect(await fates('26-320003')).toEqual(['v1 superseded identite-changee', 'v2 delivered envoi']);
    expect(await deposits('26-320003')).toEqual([2]);
    expect(await alerts()).toBe('');
  });
});
