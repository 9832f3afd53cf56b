import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryRow } from '../../src/store/rows.ts';
import { INPUTS, input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** What a biologist does from the command line while the daemon runs, and what becomes of the reports. */

const BY = ['--by', 'Dr Martin', '--reason', 'annonce faite'];
const LUC = '184076938301241@patient.sandbox-mssante.invalid';
let laboratory: Laboratory;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      config.correspondents = 'correspondents.csv';
    },
  });
  const table = readFileSync(join(INPUTS, '..', 'correspondents.csv'), 'utf8');
  writeFileSync(
    join(laboratory.folder, 'correspondents.csv'),
    `${table.trimEnd()}\nD077;810000000107;NULLEPART;Jean;DR;inconnu@sandbox-mssante.invalid\n`,
  );
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

/** Drops a demo input as another dossier and waits until all is done that can be. @returns its report's identifier */
async function received(name: string, from: string, dossier: string, changes = {}): Promise<string> {
  laboratory.drop(`${dossier}-${name}`, renamed(name, from, dossier, changes));
  await laboratory.settled();
  return (await laboratory.report(dossier)).reportId;
}

function renamed(name: string, from: string, dossier: string, changes = {}): Buffer {
  return input(name, { [from]: dossier, '|DEMO00': `|${dossier}-`, ...changes });
}

async function run(...args: string[]) {
  const result = await laboratory.crbio(...args);
  return {
    ...result,
    objects: result.out
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(parse),
  };
}
const parse = (line: string) => JSON.parse(line) as Record<string, unknown>;

/** Runs an act that must be done, and waits for what follows from it. */
async function act(...args: string[]): Promise<Record<string, unknown>> {
  const { code, err, objects } = await run(...args, ...BY, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(objects).toHaveLength(1);
  await laboratory.settled();
  return objects[0] ?? {};
}

const fates = (rows: readonly DeliveryRow[], version: number) =>
  rows
    .filter((row) => row.version === version)
    .map((row) => `${row.channel} ${row.state} ${row.rule}`)
    .sort();

async function published(dossier: string, version: number) {
  const report = await laboratory.report(dossier);
  const oid = report.versions.find((one) => one.version === version)?.documentOid ?? '?';
  const { documents, mails } = await laboratory.state();
  return {
    oid,
    document: documents.find(({ uniqueId }) => uniqueId === oid),
    to: mails
      .filter(({ kind, documents: carried }) => kind === 'report' && carried.includes(oid))
      .flatMap(({ to }) => to)
      .sort(),
    fates: fates(report.deliveries, version),
  };
}

const ALL_SENT = ['dmp delivered envoi', 'mssante-patient delivered envoi', 'mssante-pro delivered envoi'];

describe('a report masked until the announcement', () => {
  it(
    'is released: version 2 replaces it in the DMP, in the open, and the patient’s mail leaves',
    async () => {
      const id = await received('09-consultation-d-annonce.hl7', '26-110009', '26-240009');
      const before = await published('26-240009', 1);
      expect(before.document?.confidentialityCodes).toContain('INVISIBLE_PATIENT');
      expect(before.to).toEqual(['karim.roussel@sandbox-mssante.invalid']);

      expect(await act('report', 'release', id)).toEqual({ subject: id, done: true, version: 2 });
      const after = await published('26-240009', 2);
      expect(after.document).toMatchObject({ replaces: before.oid, confidentialityCodes: ['N'] });
      expect(after.document?.status).toMatch(/Approved$/);
      expect((await published('26-240009', 1)).document?.status).toMatch(/Deprecated$/);
      expect(after.to).toContain('271065935023104@patient.sandbox-mssante.invalid');
      expect(after.fates).toEqual(ALL_SENT);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'tells who did it and why, in the journal and in explain',
    async () => {
      const { reportId } = await laboratory.report('26-240009');
      const journal = await run('journal', 'list', '--report', reportId, '--json');
      expect(journal.objects).toContainEqual(
        expect.objectContaining({
          actor: 'Dr Martin',
          action: 'released',
          subject: reportId,
          details: expect.objectContaining({ reason: 'annonce faite' }),
        }),
      );
      const explained = await run('explain', reportId);
      expect(explained.code).toBe(0);
      expect(explained.out).toContain('annonce');
      expect(explained.out).toContain('Dr Martin');
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('mask and unmask', () => {
  it(
    'each make a version that replaces the one before',
    async () => {
      const id = await received('02-hemogramme.hl7', '26-110002', '26-240002');
      expect(await act('report', 'mask', id, '--patient')).toMatchObject({ version: 2 });
      const masked = await published('26-240002', 2);
      expect(masked.document?.confidentialityCodes).toContain('INVISIBLE_PATIENT');
      expect(masked.document?.replaces).toBe((await published('26-240002', 1)).oid);
      expect(masked.fates).toContain('mssante-patient held annonce');

      expect(await act('report', 'mask', id, '--ps')).toMatchObject({ version: 3 });
      // The DMP refuses both masks at once: a person must choose.
      expect((await published('26-240002', 3)).fates).toContain('dmp held cumul-masquage');

      expect(await act('report', 'unmask', id)).toMatchObject({ version: 4 });
      const open = await published('26-240002', 4);
      expect(open.document).toMatchObject({ replaces: masked.oid, confidentialityCodes: ['N'] });
      expect(open.fates).toEqual(ALL_SENT);
      expect(open.to).toEqual([LUC, 'hugo.petit@sandbox-mssante.invalid'].sort());
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'refuse what makes no sense: exit 1 for the report, 2 for the command',
    async () => {
      const { reportId } = await laboratory.report('26-240002');
      expect((await run('report', 'unmask', reportId, ...BY)).code).toBe(1);
      expect((await run('report', 'mask', reportId, ...BY)).code).toBe(2);
      expect((await run('report', 'mask', reportId, '--patient', '--until', 'jamais', ...BY)).code).toBe(2);
      expect((await run('report', 'mask', reportId, '--patient')).code).toBe(2);
      const unknown = await run('report', 'release', 'sgl-0', ...BY, '--json');
      expect(unknown.code).toBe(1);
      expect(parse(unknown.err)).toMatchObject({
        about: 'sgl-0',
        code: expect.any(String),
        hint: expect.any(String),
      });
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('hold', () => {
  it(
    'keeps what has not left, and release lets it go',
    async () => {
      await laboratory.disrupt({ service: 'mssante', kind: 'rcpt-temporary', subject: LUC, times: 10_000 });
      const dossier = '26-240005';
      laboratory.drop(`${dossier}.hl7`, renamed('05-examen-sous-traite.hl7', '26-110005', dossier));
      await laboratory.until('only the patient’s mail is left', async () => {
        const [report] = (await laboratory.store().reports({})).filter((one) => one.dossier === dossier);
        const left = (report?.deliveries ?? []).filter(({ state }) => state !== 'delivered');
        return report?.deliveries.length === 3 && left.length === 1 && (left[0]?.attempts ?? 0) > 0;
      });
      const { reportId } = await laboratory.report(dossier);
      await act('report', 'hold', reportId);
      await laboratory.repair();
      expect((await published(dossier, 1)).fates).toEqual([
        'dmp delivered envoi',
        'mssante-patient held retenu',
        'mssante-pro delivered envoi',
      ]);
      expect((await run('report', 'hold', reportId, ...BY)).code).toBe(1);
      const listed = await run('report', 'list', '--state', 'held', '--json');
      expect(listed.objects.map(({ dossier: number }) => number)).toEqual([dossier]);

      await act('report', 'release', reportId);
      const after = await published(dossier, 1);
      expect(after.fates).toEqual(ALL_SENT);
      expect(after.to).toEqual([LUC, 'hugo.petit@sandbox-mssante.invalid'].sort());
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('opposition', () => {
  it(
    'recorded before the report keeps it out of the DMP; lifted, the report goes there',
    async () => {
      // The patient is known by an earlier report.
      await received('03-tsh-avec-anteriorite.hl7', '26-110003', '26-240003');
      await act('patient', 'oppose', 'LC000003', '--channel', 'dmp');
      const shown = await run('patient', 'show', 'LC000003', '--json');
      expect(shown.objects[0]).toMatchObject({
        oppositions: [{ channel: 'dmp', by: 'Dr Martin', reason: 'annonce faite' }],
      });
      await received('03-tsh-avec-anteriorite.hl7', '26-110003', '26-240103');
      const opposed = await published('26-240103', 1);
      expect(opposed.document).toBeUndefined();
      expect(opposed.fates).toEqual([
        'dmp never opposition',
        'mssante-patient delivered envoi',
        'mssante-pro delivered envoi',
      ]);
      await act('patient', 'oppose', 'LC000003', '--channel', 'dmp', '--lift');
      expect((await published('26-240103', 1)).fates).toEqual(ALL_SENT);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'of an unknown patient or channel is refused',
    async () => {
      expect((await run('patient', 'oppose', 'LC999999', '--channel', 'dmp', ...BY)).code).toBe(1);
      expect((await run('patient', 'oppose', 'LC000003', '--channel', 'fax', ...BY)).code).toBe(2);
      expect((await run('patient', 'show', 'LC999999')).code).toBe(1);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('a partial report', () => {
  it(
    'waits, leaves when a person releases it, and the complete one replaces it',
    async () => {
      const id = await received('06-partiel.hl7', '26-110006', '26-240006');
      expect((await published('26-240006', 1)).fates).toEqual([
        'dmp held partiel-dmp',
        'mssante-patient held partiel',
        'mssante-pro held partiel',
      ]);
      await act('report', 'release', id);
      const partial = await published('26-240006', 1);
      expect(partial.fates).toEqual(ALL_SENT);

      await received('07-complet.hl7', '26-110006', '26-240006');
      const complete = await published('26-240006', 2);
      expect(complete.fates).toEqual(ALL_SENT);
      expect(complete.document?.replaces).toBe(partial.oid);
      // Too late: nothing is held any more.
      const late = await run('report', 'release', id, ...BY);
      expect(late.code).toBe(1);
      expect(late.err).toMatch(/→ /);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('the queue', () => {
  it(
    'shows a failure with its cause; retry tries again, cancel gives up; the others are unaffected',
    async () => {
      await received('13-code-non-transcode.hl7', '26-110013', '26-240013', {
        'D042^DURAND^Claire': 'D077^NULLEPART^Jean',
      });
      expect((await published('26-240013', 1)).fates).toEqual([
        'dmp delivered envoi',
        'mssante-patient delivered envoi',
        'mssante-pro failed envoi',
      ]);
      const failed = async () =>
        (await run('queue', 'list', '--json')).objects.filter(({ state }) => state === 'failed');
      const [row] = await failed();
      expect(row).toMatchObject({ attempts: 1, lastCode: expect.any(String), lastHint: expect.any(String) });
      const id = String(row?.deliveryId);
      await act('queue', 'retry', id);
      expect(await failed()).toMatchObject([{ deliveryId: id, attempts: 2 }]);
      await act('queue', 'cancel', id);
      expect(await failed()).toEqual([]);
      expect((await run('queue', 'cancel', id, ...BY)).code).toBe(1);
      expect((await run('queue', 'retry', 'nulle-part', ...BY)).code).toBe(1);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('the quarantine', () => {
  it(
    'lists, explains and replays',
    async () => {
      laboratory.drop('12-fichier-illisible.hl7', readFileSync(join(INPUTS, '12-fichier-illisible.hl7')));
      await laboratory.settled();
      const [row] = (await run('quarantine', 'list', '--json')).objects;
      const id = String(row?.quarantineId);
      const shown = await run('quarantine', 'show', id);
      expect(shown.code).toBe(0);
      expect(shown.out).toMatch(/12-fichier-illisible\.hl7[\s\S]+INPUT_UNREADABLE[\s\S]+→ /);
      expect(await act('quarantine', 'replay', id)).toMatchObject({ done: true });
      // It is as unreadable as before: another entry says so, and the first tells that it was replayed.
      const after = (await run('quarantine', 'list', '--json')).objects;
      expect(after.map(({ origin }) => origin)).toEqual(['12-fichier-illisible.hl7']);
      expect(after[0]?.quarantineId).not.toBe(Number(id));
      expect((await run('quarantine', 'show', id, '--json')).objects[0]).toHaveProperty('replayedAt');
      expect((await run('quarantine', 'replay', id, ...BY)).code).toBe(1);
      expect((await run('quarantine', 'show', '999')).code).toBe(1);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('the questions', () => {
  it(
    'answer in French for people and in JSON for programs',
    async () => {
      const table = await run('report', 'list');
      expect(table.code).toBe(0);
      expect(table.out).toMatch(/compte rendu +dossier/);
      const { reportId } = await laboratory.report('26-240009');
      const text = await run('report', 'show', reportId);
      expect(text.out).toMatch(/v2 \(masquage, /);
      expect((await run('report', 'show', reportId, '--json')).objects[0]).toMatchObject({
        reportId,
        version: 2,
      });
      expect((await run('report', 'show', 'sgl-0')).code).toBe(1);
      const verified = await run('journal', 'verify', '--json');
      expect(verified).toMatchObject({ code: 0, objects: [{ brokenAt: null }] });
      expect(verified.objects[0]?.entries).toBeGreaterThan(30);
    },
    SYSTEM_TIMEOUT_MS,
  );
});
