import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { readExtraction } from '../../src/directory/extraction.ts';
import { ExtractionFailure } from '../../src/directory/faults.ts';
import { datedBy, extractionsOf } from '../../src/directory/files.ts';
import { EXTRACTION_LIMITS } from '../../src/directory/lines.ts';
import type { DirectoryEntry } from '../../src/report/directory-entry.ts';
import {
  ACTIVITY_HEADER,
  activity,
  CLAIRE,
  extraction,
  MAILBOX_HEADER,
  mailbox,
  row,
} from '../fixtures/directory/extractions.ts';

/** Bytes in pieces of `size`: cuts fall inside lines and characters. */
async function* pieces(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Uint8Array, limits = EXTRACTION_LIMITS, size = 7) {
  const entries: DirectoryEntry[] = [];
  const count = await readExtraction(pieces(text, size), 'x.txt', (entry) => entries.push(entry), limits);
  return { ...count, entries };
}

const refusal = (text: string | Uint8Array, limits = EXTRACTION_LIMITS) =>
  read(text, limits).then(
    () => 'taken',
    (error: unknown) => (error instanceof ExtractionFailure ? error.fault.code : String(error)),
  );

/** What an entry says, without the fields that it lacks. */
const said = (entry: DirectoryEntry | undefined) => JSON.parse(JSON.stringify(entry ?? null));

describe('an extraction', () => {
  it('of activities gives people at structures, and nothing that finding an address does not need', async () => {
    const { entries, ...count } = await read(extraction(ACTIVITY_HEADER, [activity(CLAIRE)]));
    expect(count).toEqual({ kind: 'activity', rows: 1, skipped: 0 });
    expect(said(entries[0])).toEqual({
      kind: 'activity',
      idNat: '899700012034',
      family: 'DURAND-LÉVY',
      given: 'Claire',
      title: 'DR',
      profession: 'Médecin, Qualifié en médecine générale',
      structure: '1750000019',
      structureName: 'CABINET DES LILAS',
      postalCode: '75020',
      town: 'PARIS',
    });
  });

  it('of mailboxes gives addresses, of people and of structures', async () => {
    const text = extraction(MAILBOX_HEADER, [
      mailbox('claire.durand@medecin.mssante.fr', CLAIRE),
      mailbox('cd@cabinet.mssante.fr', CLAIRE, { Dématérialisation: 'N' }),
      row(MAILBOX_HEADER, {
        'Type de BAL': 'ORG',
        'Adresse BAL': 'accueil@ch-lilas.mssante.fr',
        'Identification Structure': '26010004500012',
        'Raison Sociale structure BAL': 'CH DES LILAS',
        L6LIGNEACHEMINEMENT: '75020 PARIS CEDEX 20',
      }),
    ]);
    const { entries, kind } = await read(text);
    expect(kind).toBe('mailbox');
    expect(said(entries[0])).toMatchObject({
      idNat: '899700012034',
      mailbox: 'claire.durand@medecin.mssante.fr',
      mailboxType: 'PER',
      structure: '1750000019',
      town: 'PARIS',
    });
    expect(said(entries[0])).not.toHaveProperty('paperOnly');
    expect(entries[1]?.paperOnly).toBe(true);
    expect(said(entries[2])).toEqual({
      kind: 'mailbox',
      structure: '326010004500012',
      structureName: 'CH DES LILAS',
      town: 'PARIS CEDEX 20',
      mailbox: 'accueil@ch-lilas.mssante.fr',
      mailboxType: 'ORG',
    });
  });

  it('is read by the names of its columns, whatever their order, case, accents, and the columns added', async () => {
    const titles = ['Colonne nouvelle', ...MAILBOX_HEADER.split('|').reverse()];
    const cells = mailbox('claire@medecin.mssante.fr', CLAIRE).split('|').reverse();
    const header = titles
      .join('|')
      .replace('Dématérialisation', 'DEMATERIALISATION')
      .replace("Nom d'", 'Nom d’');
    const { entries } = await read(`\ufeff${header}\r\n?|${cells.join('|')}\r\n`);
    expect(said(entries[0])).toMatchObject({ idNat: '899700012034', family: 'DURAND-LÉVY', town: 'PARIS' });
  });

  it('leaves out rows without a usable number or address, and counts them', async () => {
    const rows = [
      ...Array.from({ length: 300 }, () => activity(CLAIRE)),
      activity({ ...CLAIRE, rpps: '123' }),
      activity({ ...CLAIRE, family: '' }),
      'une ligne abîmée',
      '',
    ];
    expect(await read(extraction(ACTIVITY_HEADER, rows))).toMatchObject({ rows: 300, skipped: 3 });
    const boxes = [mailbox('pas-une-adresse', CLAIRE), mailbox('a@b.fr', CLAIRE)];
    expect(await read(extraction(MAILBOX_HEADER, boxes))).toMatchObject({ rows: 1, skipped: 1 });
  });

  it('is refused with a header of something else', async () => {
    for (const text of [
      '',
      'a|b|c\n1|2|3\n',
      'Identification nationale PP|Code savoir-faire|\n8997|SM04|\n',
      MAILBOX_HEADER.replace('Adresse BAL', 'Adresse'),
      `${MAILBOX_HEADER}|Adresse BAL\n`,
      MAILBOX_HEADER,
    ])
      expect(await refusal(text)).toBe('DIRECTORY_UNKNOWN_FILE');
  });

  it('is refused when its last row was cut, wherever the cut fell', async () => {
    const whole = extraction(MAILBOX_HEADER, [mailbox('a@b.fr', CLAIRE), mailbox('c@d.fr', CLAIRE)]);
    const lastRow = whole.lastIndexOf('\n', whole.length - 2) + 1;
    // The last column is not one of ours: a cut in it loses nothing.
    const cuts = fc.integer({ min: lastRow + 1, max: whole.lastIndexOf('|') });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        expect(await refusal(whole.slice(0, at))).toBe('DIRECTORY_TRUNCATED');
      }),
    );
    expect(await refusal(whole.slice(0, -1))).toBe('taken');
    const trailing = extraction(ACTIVITY_HEADER, [activity(CLAIRE)]);
    expect(await refusal(trailing.slice(0, -2))).toBe('DIRECTORY_TRUNCATED');
    expect(await refusal(`${ACTIVITY_HEADER}\n`)).toBe('DIRECTORY_TRUNCATED');
  });

  it('is refused when it is not UTF-8, when one row in a hundred is not a row, or beyond the limits', async () => {
    const text = extraction(ACTIVITY_HEADER, [activity(CLAIRE)]);
    expect(await refusal(Buffer.from(text, 'latin1'))).toBe('DIRECTORY_NOT_UTF8');
    expect(await refusal(`${text}une autre ligne\n`)).toBe('DIRECTORY_DAMAGED');
    const limited = (limits: Partial<typeof EXTRACTION_LIMITS>) =>
      refusal(`${text}${text.split('\n')[1]}\n`, { ...EXTRACTION_LIMITS, ...limits });
    expect(await limited({ maxBytes: 100 })).toBe('DIRECTORY_LIMIT');
    expect(await limited({ maxRows: 1 })).toBe('DIRECTORY_LIMIT');
    expect(await limited({ maxLine: 100 })).toBe('DIRECTORY_LIMIT');
    expect(await limited({})).toBe('taken');
  });

  it('gives the same whatever the pieces that it comes in', async () => {
    const text = extraction(MAILBOX_HEADER, [mailbox('é@b.fr', CLAIRE), mailbox('c@d.fr', CLAIRE)]);
    const whole = await read(text, EXTRACTION_LIMITS, 1_000_000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        expect(await read(text, EXTRACTION_LIMITS, size)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('never fails otherwise, whatever the text', async () => {
    const cell = fc.constantFrom(
      ...MAILBOX_HEADER.split('|'),
      '|',
      '\n',
      '\r',
      'a@b.fr',
      '899700012034',
      '\u0000',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(cell, fc.string())), async (parts) => {
        expect(await refusal(parts.join('|'))).toMatch(/^taken$|^DIRECTORY_/);
      }),
    );
  });
});

describe('the file of an extraction', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-extraction-'));
  const text = extraction(MAILBOX_HEADER, [mailbox('a@b.fr', CLAIRE)]);

  const readFile = async (path: string) => {
    const found: { name: string; dated: string | undefined; rows: number }[] = [];
    for await (const { name, dated, pieces: bytes } of extractionsOf(path))
      found.push({ name, dated, rows: (await readExtraction(bytes, name, () => {})).rows });
    return found;
  };
  const failure = (path: string) =>
    readFile(path).then(
      () => 'taken',
      (error: unknown) => (error instanceof ExtractionFailure ? error.fault.code : String(error)),
    );
  const zip = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
    const archive = new ZipFile();
    for (const [inside, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content), inside);
    archive.end();
    const chunks: Buffer[] = [];
    for await (const chunk of archive.outputStream) chunks.push(chunk as Buffer);
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat(chunks));
    return path;
  };

  it('may be the text, or the archive as published, with what lies beside in it', async () => {
    const plain = join(folder, 'extraction-correspondance-mssante.txt');
    writeFileSync(plain, text);
    expect(await readFile(plain)).toEqual([
      { name: 'extraction-correspondance-mssante.txt', dated: undefined, rows: 1 },
    ]);
    const archive = await zip('PS_LibreAcces_202608261013.zip', {
      'PS_LibreAcces_Dipl_AutExerc_202608261013.txt': 'x|y\n',
      'PS_LibreAcces_SavoirFaire_202608261013.txt': 'x|y\n',
      'PS_LibreAcces_Personne_activite_202608260900.txt': extraction(ACTIVITY_HEADER, [activity(CLAIRE)]),
      'lisez-moi.pdf': '%PDF',
    });
    expect(await readFile(archive)).toMatchObject([{ dated: '202608260900', rows: 1 }]);
  });

  it('is refused when absent, or when the archive is damaged or holds no extraction', async () => {
    expect(await failure(join(folder, 'absent.txt'))).toBe('DIRECTORY_UNREADABLE');
    expect(await failure(folder)).toBe('DIRECTORY_UNREADABLE');
    expect(await failure(await zip('vide.zip', { 'a.pdf': '' }))).toBe('DIRECTORY_ZIP');
    const damaged = join(folder, 'damaged.zip');
    writeFileSync(damaged, Buffer.from('PK\u0003\u0004 and nothing else'));
    expect(await failure(damaged)).toBe('DIRECTORY_ZIP');
  });

  it('is refused when one bit of the archive has changed, though its sizes are right', async () => {
    const stored = new ZipFile();
    stored.addBuffer(Buffer.from(text), 'x.txt', { compress: false });
    stored.end();
    const chunks: Buffer[] = [];
    for await (const chunk of stored.outputStream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const at = bytes.indexOf('a@b.fr');
    bytes[at] = (bytes[at] ?? 0) ^ 2;
    const path = join(folder, 'changed.zip');
    writeFileSync(path, bytes);
    expect(await failure(path)).toBe('DIRECTORY_ZIP');
  });

  it('tells its date', () => {
    expect(datedBy('PS_LibreAcces_Personne_activite_202608261013.txt')).toEqual({ dated: '202608261013' });
    expect(datedBy('x.txt', 'Extraction_202608261013.zip')).toEqual({ dated: '202608261013' });
    expect(datedBy('extraction_209913451013.txt', '12345678901234567.txt')).toEqual({});
  });
});
