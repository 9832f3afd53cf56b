import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/intake/interpret.ts';
import type { SourceProfile } from '../../src/intake/profile.ts';
import { isPlainName } from '../../src/intake/side-files.ts';
import { obx, oru, profile } from '../fixtures/hl7/messages.ts';
import { present } from './parts.ts';

const PDF = Buffer.from('%PDF-1.4\nun compte rendu\n%%EOF\n');
const PNG = Buffer.from('\x89PNG\r\n\x1a\nimage', 'latin1');
const TIFF = Buffer.from('II*\0image', 'latin1');

/** The parts of an ORU with these rows and these files beside it, and the names that it asked for. */
function read(
  rows: readonly string[],
  files: Readonly<Record<string, Uint8Array>> = {},
  given: Partial<SourceProfile> = {},
) {
  const asked: string[] = [];
  const parts = interpret(oru(...rows), profile(given), (name) => {
    asked.push(name);
    return files[name];
  });
  return { asked, parts };
}

function dossier(rows: readonly string[], files: Readonly<Record<string, Uint8Array>>) {
  const [part] = read(rows, files).parts;
  if (part?.kind !== 'dossier') throw new Error(JSON.stringify(part));
  return part;
}

const faults = (...args: Parameters<typeof read>) =>
  read(...args).parts.flatMap((part) => (part.kind === 'rejected' ? [part.fault] : []));

describe('a row that names a file beside the message', () => {
  it.each([
    ['FIC', 'GALAXIE^cr 12é.pdf^PDF'],
    ['FIC', 'cr 12é.pdf^PDF'],
    ['PDF', 'cr 12é.pdf'],
    ['RP', 'cr 12é.pdf^SGL^AP^PDF'],
    ['RP', 'cr 12é.pdf'],
  ])('%s %s: the PDF is attached as if the row carried it', (type, value) => {
    const sent = { 23: 'Spécial', 24: '1 rue X^^LYON' };
    const { dossier: read } = dossier([obx(type, 'SOUS^Sous-traité^L', value, sent)], { 'cr 12é.pdf': PDF });
    expect(read.attachments).toMatchObject([
      { title: 'Sous-traité', mediaType: 'application/pdf', from: { name: 'Spécial' } },
    ]);
    expect(Buffer.from(present(read.attachments[0]).base64, 'base64')).toEqual(PDF);
    expect(read.exams[0]?.results[0]?.value).toEqual({ kind: 'text', text: 'Voir le document joint' });
  });

  it('shows a picture, whatever the row calls it', () => {
    const { dossier: read } = dossier([obx('TIF', 'EPP^Courbe^L', 'courbe.tif')], { 'courbe.tif': PNG });
    expect(read.exams[0]?.images).toMatchObject([{ title: 'Courbe', mediaType: 'image/png' }]);
  });

  it('reads a text in the charset of the source, its columns kept', () => {
    const text = Buffer.from('Culture :  stérile\r\nExamen  direct : n\xe9gatif\r\n', 'latin1');
    const { dossier: read } = dossier([obx('FIC', 'TXT', 'SGL^AL213202.j1^TXT')], {
      'AL213202.j1': Buffer.from(text.toString('latin1').replace('stérile', 'st\xe9rile'), 'latin1'),
    });
    expect(read.exams[0]?.results[0]?.value).toEqual({
      kind: 'text',
      text: 'Culture :  stérile\nExamen  direct : négatif',
      preformatted: true,
    });
  });

  it('is refused while the file is not there, and the name is asked for', () => {
    const { asked, parts } = read([obx('NM', 'A', '1'), obx('FIC', 'B', 'SGL^cr.pdf^PDF')]);
    expect(asked).toEqual(['cr.pdf']);
    expect(parts).toMatchObject([
      { kind: 'rejected', fault: { code: 'SIDE_FILE_MISSING', position: 'message 1, OBX[2]-5' } },
    ]);
  });

  it.each([
    '../secret.pdf',
    '..',
    '/etc/passwd',
    'C:\\cr.pdf',
    '\\\\serveur\\cr.pdf',
    'sous/cr.pdf',
    '.cache',
  ])('%s: refused as a path, and never asked for', (name) => {
    // The backslash is HL7's escape sign.
    const written = name.replaceAll('\\', '\\E\\');
    const { asked } = read([obx('FIC', 'B', `SGL^${written}^PDF`)]);
    expect(asked).toEqual([]);
    expect(faults([obx('FIC', 'B', `SGL^${written}^PDF`)])).toMatchObject([{ code: 'SIDE_FILE_PATH' }]);
  });

  it('several in one row are refused: one alone would be taken', () => {
    expect(faults([obx('FIC', 'B', 'SGL^cr.pdf^PDF~SGL^courbe.pdf^PDF')])).toMatchObject([
      { code: 'SIDE_FILE_SEVERAL' },
    ]);
  });

  it.each([
    ['a TIFF, which no report can show', 'TIF', 'c.tif', TIFF, 'image TIFF'],
    ['a PDF by its name only', 'PDF', 'c.pdf', Buffer.from('PK pas un PDF'), 'annoncé PDF'],
    ['bytes that are no text', 'FIC', 'SGL^c.txt^TXT', Buffer.from([0x81, 0x8d, 0]), 'illisible'],
  ])('%s: refused', (_, type, value, bytes, said) => {
    const name = present(/c\.\w+/.exec(value)?.[0]);
    const [refusal] = faults([obx(type, 'A', value)], { [name]: bytes });
    expect(refusal).toMatchObject({ code: 'SIDE_FILE_FORMAT', cause: expect.stringContaining(said) });
  });

  it('that is elsewhere is told, not fetched', () => {
    const { warnings, dossier: read } = dossier(
      [obx('NM', 'A', '1'), obx('RP', 'IMAGE', 'http://10.0.0.1/a.pdf')],
      {},
    );
    expect(warnings.map(({ code }) => code)).toEqual(['SIDE_FILE']);
    expect(read.exams[0]?.results.map(({ value }) => value)).toMatchObject([
      { kind: 'quantity' },
      { text: expect.stringContaining('non joint') },
    ]);
  });

  it('that shows nothing (not validated, deleted, awaited, of another patient) waits for no file', () => {
    for (const status of ['R', 'D', 'I', 'X', 'W', 'P']) {
      const { asked, parts } = read([obx('NM', 'A', '1'), obx('FIC', 'B', 'S^b.pdf^PDF', { 11: status })]);
      expect([status, asked, parts[0]?.kind]).toEqual([status, [], 'dossier']);
    }
    const [wrong] = read([obx('FIC', 'B', 'S^b.pdf^PDF', { 11: 'W' })]).parts;
    expect(wrong).toMatchObject({ dossier: { withdrawn: 'wrong-patient' } });
  });
});

describe('names of side files', () => {
  it.each(['cr.pdf', 'CR 12é (2).PDF', 'AL213202.j1'])('%s is a plain name', (name) => {
    expect(isPlainName(name)).toBe(true);
  });
  it.each(['', '.', '..', '.x', 'a/b', 'a\\b', 'c:d', 'a\0', 'a\nb', 'x.', 'x '.padEnd(300, 'y')])(
    '%j is none',
    (name) => {
      expect(isPlainName(name)).toBe(false);
    },
  );
});
