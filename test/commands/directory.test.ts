import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import {
  type DirectoryImportOptions,
  importExtractions,
  searchExtractions,
  showDirectory,
} from '../../src/commands/directory.ts';
import { openDirectory } from '../../src/store/directory.ts';
import {
  ACTIVITY_HEADER,
  activity,
  CLAIRE,
  extraction,
  MAILBOX_HEADER,
  mailbox,
  type Person,
  row,
} from '../fixtures/directory/extractions.ts';

const NOW = Date.UTC(2026, 7, 26, 12);
const HUGO: Person = {
  rpps: '99700012042',
  family: 'DURANDEAU',
  given: 'Hugo',
  postalCode: '69003',
  town: 'LYON',
};
const ACTIVITIES = extraction(ACTIVITY_HEADER, [activity(CLAIRE), activity(HUGO)]);
const MAILBOXES = extraction(MAILBOX_HEADER, [
  mailbox('claire.durand@medecin.mssante.fr', CLAIRE),
  row(MAILBOX_HEADER, {
    'Type de BAL': 'ORG',
    'Adresse BAL': 'accueil@ch-durand.mssante.fr',
    'Identification Structure': '750000027',
    'Raison Sociale structure BAL': 'CENTRE HOSPITALIER DURAND',
    L6LIGNEACHEMINEMENT: '75020 PARIS CEDEX 20',
  }),
]);

/** A laboratory with a data folder, and the files of an administrator. */
function aLaboratory() {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-directory-'));
  const config = join(folder, 'crbio.yaml');
  const sample = readFileSync('config/demo/crbio.yaml', 'utf8');
  writeFileSync(
    config,
    sample
      .replace(/^data: .*$/m, `data: ${join(folder, 'data')}`)
      .replaceAll(': ../../', `: ${resolve('.')}/`),
  );
  const lines: { out: string[]; err: string[] } = { out: [], err: [] };
  const output = { out: (line: string) => lines.out.push(line), err: (line: string) => lines.err.push(line) };
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const told = async (run: () => Promise<number>) => {
    lines.out = [];
    lines.err = [];
    return { code: await run(), ...lines };
  };
  return {
    data: join(folder, 'data'),
    file,
    import: (files: readonly string[], options: DirectoryImportOptions = {}) =>
      told(() => importExtractions(output, { config, ...options }, files, NOW)),
    search: (text: string, options: { town?: string; limit?: string; json?: boolean } = {}) =>
      told(() => searchExtractions(output, { config, limit: '20', ...options }, text)),
    status: () => told(() => showDirectory(output, { config, json: true }, NOW)),
  };
}

async function imported() {
  const laboratory = aLaboratory();
  const files = [laboratory.file('a.txt', ACTIVITIES), laboratory.file('Boites_202608261013.txt', MAILBOXES)];
  expect((await laboratory.import(files)).code).toBe(0);
  return laboratory;
}

const found = async (laboratory: ReturnType<typeof aLaboratory>, text: string, options = {}) =>
  (await laboratory.search(text, { json: true, ...options })).out.map((line) => JSON.parse(line));
const names = async (...asked: Parameters<typeof found>) => (await found(...asked)).map(({ name }) => name);

describe('crbio directory', () => {
  it('imports both extractions and tells what it holds', async () => {
    const laboratory = await imported();
    const { code, out } = await laboratory.status();
    expect(code).toBe(0);
    expect(out.map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'activity', file: 'a.txt', rows: 2, skipped: 0, importedAt: NOW },
      { kind: 'mailbox', dated: '202608261013', rows: 2 },
    ]);
  });

  it('finds a professional by name, whatever the accents and hyphens, with activities and mailboxes joined', async () => {
    const laboratory = await imported();
    for (const text of ['durand levy claire', 'DURAND-LÉVY', 'Lévy', 'clai']) {
      expect(await found(laboratory, text)).toEqual([
        {
          idNat: '899700012034',
          name: 'DURAND-LÉVY Claire',
          profession: 'Médecin, Qualifié en médecine générale',
          places: ['CABINET DES LILAS, 75020 PARIS'],
          mailboxes: [{ address: 'claire.durand@medecin.mssante.fr', structure: '1750000019' }],
        },
      ]);
    }
  });

  it('finds whole words before beginnings of words, structures too, in a town when asked', async () => {
    const laboratory = await imported();
    const [hospital, claire, hugo] = ['CENTRE HOSPITALIER DURAND', 'DURAND-LÉVY Claire', 'DURANDEAU Hugo'];
    expect(await names(laboratory, 'durand')).toEqual([hospital, claire, hugo]);
    expect(await names(laboratory, 'durand', { town: 'Lyon' })).toEqual([hugo]);
    expect(await names(laboratory, '', { town: 'lyon' })).toEqual([hugo]);
    expect(await names(laboratory, 'durand', { town: 'Brest' })).toEqual([]);
    expect(await names(laboratory, '"durand" OR * NEAR(')).toEqual([]);
    const cut = await laboratory.search('durand', { limit: '1' });
    expect(cut.out.join('\n')).toContain(hospital);
    expect(cut.err.join()).toContain('d’autres existent');
  });

  it('finds by RPPS, by national identifier, by mailbox', async () => {
    const laboratory = await imported();
    for (const text of ['99700012034', '899700012034', 'Claire.Durand@MEDECIN.mssante.fr'])
      expect(await names(laboratory, text)).toEqual(['DURAND-LÉVY Claire']);
    expect(await found(laboratory, 'accueil@ch-durand.mssante.fr')).toMatchObject([
      { name: 'CENTRE HOSPITALIER DURAND', mailboxes: [{ structure: '1750000027' }] },
    ]);
    expect(await names(laboratory, '99700099999')).toEqual([]);
  });

  it('keeps the other extraction when one is imported, and reads the new directory at once', async () => {
    const laboratory = await imported();
    const reader = openDirectory(laboratory.data);
    expect(reader.professional('899700012042')).toHaveLength(1);
    const both = extraction(MAILBOX_HEADER, [mailbox('hugo@medecin.mssante.fr', HUGO)]);
    expect((await laboratory.import([laboratory.file('b.txt', both)])).code).toBe(0);
    expect(reader.professional('899700012042').map(({ kind }) => kind)).toEqual(['mailbox', 'activity']);
    expect(reader.professional('899700012034').map(({ kind }) => kind)).toEqual(['activity']);
    expect(await names(laboratory, 'durandeau')).toEqual(['DURANDEAU Hugo']);
    reader.close();
  });

  it.each([
    ['cut', MAILBOXES.slice(0, -40), 'DIRECTORY_TRUNCATED'],
    ['of another header', 'a|b\n1|2\n', 'DIRECTORY_UNKNOWN_FILE'],
  ])('lets no extraction %s take the place of a good one', async (_, content, expected) => {
    const laboratory = await imported();
    const before = (await laboratory.status()).out;
    const result = await laboratory.import([laboratory.file('c.txt', content)]);
    expect(result.code).toBe(1);
    expect(result.err.join()).toContain(`[${expected}]`);
    expect((await laboratory.status()).out).toEqual(before);
    expect(await names(laboratory, 'durand levy')).toEqual(['DURAND-LÉVY Claire']);
    expect(existsSync(join(laboratory.data, 'directory.db.new'))).toBe(false);
  });

  it('refuses one with less than half the rows, or an older one, unless forced', async () => {
    const laboratory = aLaboratory();
    const boxes = (count: number) =>
      extraction(
        MAILBOX_HEADER,
        Array.from({ length: count }, (_, n) => mailbox(`b${n}@x.fr`, CLAIRE)),
      );
    const rows = async () => JSON.parse((await laboratory.status()).out[0] ?? '{}').rows;
    const file = (count: number, date: string) => [laboratory.file(`E_${date}.txt`, boxes(count))];
    expect((await laboratory.import(file(10, '202608261013'))).code).toBe(0);
    expect((await laboratory.import(file(4, '202608271013'))).err.join()).toContain('DIRECTORY_SMALLER');
    expect((await laboratory.import(file(12, '202608251013'))).err.join()).toContain('DIRECTORY_OLDER');
    expect(await rows()).toBe(10);
    expect((await laboratory.import(file(5, '202608271013'))).code).toBe(0);
    expect((await laboratory.import(file(2, '202608201013'), { force: true })).code).toBe(0);
    expect(await rows()).toBe(2);
  });

  it('imports all the files or none', async () => {
    const laboratory = aLaboratory();
    const good = laboratory.file('a.txt', ACTIVITIES);
    expect((await laboratory.import([good, laboratory.file('b.txt', 'x')])).code).toBe(1);
    expect((await laboratory.import([good, laboratory.file('c.txt', ACTIVITIES)])).err.join()).toContain(
      'DIRECTORY_SAME_KIND',
    );
    expect((await laboratory.import([good, '/nonexistent'])).code).toBe(3);
    expect((await laboratory.status()).code).toBe(3);
  });

  it('lets one import work at a time, and clears what a crash left', async () => {
    const laboratory = await imported();
    const other = new Database(join(laboratory.data, 'directory.lock'));
    other.exec('BEGIN EXCLUSIVE');
    const files = [laboratory.file('d.txt', MAILBOXES)];
    const busy = await laboratory.import(files);
    expect(busy).toMatchObject({ code: 3 });
    expect(busy.err.join()).toContain('DIRECTORY_BUSY');
    other.close();
    writeFileSync(join(laboratory.data, 'directory.db.new'), 'what a crash left');
    expect((await laboratory.import(files)).code).toBe(0);
  });

  it('takes a directory of another release as none, until the next import', async () => {
    const laboratory = await imported();
    const db = new Database(join(laboratory.data, 'directory.db'));
    db.pragma('user_version = 99');
    db.close();
    expect((await laboratory.status()).code).toBe(3);
    expect((await laboratory.import([laboratory.file('e.txt', MAILBOXES)])).code).toBe(0);
    expect((await laboratory.status()).out).toHaveLength(1);
  });
});
