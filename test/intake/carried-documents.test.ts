import { describe, expect, it, test } from 'vitest';
import { embeddedDocuments } from '../../src/intake/embedded-documents.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, dossierOf, faultsOf, present } from './parts.ts';

const base64 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('base64');
const PNG = base64('\x89PNG\r\n\x1a\n corps');
const JPEG = base64('\xff\xd8\xff\xe0 corps.');
const PDF = base64('%PDF-1.4 corps');
const OTHER = { 23: 'Spécial', 24: '1 rue X^^LYON' };

describe('a picture among the results', () => {
  it.each([
    ['PNG', PNG, 'image/png'],
    ['JPEG', JPEG, 'image/jpeg'],
    ['GIF', base64('GIF89a corps..'), 'image/gif'],
  ])('%s, told by its first bytes whatever it is called, belongs to its exam', (_name, data, mediaType) => {
    const dossier = dossierOf(
      oru(obx('NM', 'PT', '72'), obx('ED', 'ELEC^Courbe d’électrophorèse^L', `^Image^X^Base64^${data}`)),
    );
    expect(dossier.exams).toHaveLength(1);
    expect(dossier.exams[0]?.results.map(({ local }) => local.code)).toEqual(['PT']);
    expect(dossier.exams[0]?.images).toMatchObject([
      { title: 'Courbe d’électrophorèse', mediaType, base64: data },
    ]);
    expect(dossier.attachments).toEqual([]);
  });

  it('leaves its notes to its exam', () => {
    const rows = [obx('ED', 'ELEC^Courbe^L', `^Image^PNG^Base64^${PNG}`), 'NTE|1|L|Pic monoclonal'];
    expect(dossierOf(oru(...rows)).exams[0]?.comments).toEqual(['Pic monoclonal']);
  });

  it('is enough for an exam to be shown', () => {
    const dossier = dossierOf(oru(obx('ED', 'ELEC^Courbe^L', `^Image^PNG^Base64^${PNG}`)));
    expect(dossier.exams[0]?.images).toHaveLength(1);
    expect(dossier.exams[0]?.results).toEqual([]);
  });
});

describe('the SGL’s own PDF', () => {
  const row = (more = {}) => obx('ED', 'CR^Compte rendu^L', `^APPLICATION^PDF^Base64^${PDF}`, more);

  it('is taken from a source that sends one, and is no result', () => {
    const dossier = dossierOf(oru(obx('NM', 'GLY', '5.1'), row()), { sourcePdf: true });
    expect(dossier.sourcePdf).toMatchObject({ base64: PDF });
    expect(dossier.attachments).toEqual([]);
    expect(dossier.exams.flatMap(({ results }) => results.map(({ local }) => local.code))).toEqual(['GLY']);
  });

  it('is an attachment from other sources, and always when another laboratory made it', () => {
    expect(dossierOf(oru(obx('NM', 'GLY', '5.1'), row())).sourcePdf).toBeUndefined();
    const subcontracted = dossierOf(oru(obx('NM', 'GLY', '5.1'), row(OTHER)), { sourcePdf: true });
    expect(subcontracted.sourcePdf).toBeUndefined();
    expect(subcontracted.attachments).toHaveLength(1);
  });

  it('is refused when its bytes are no PDF', () => {
    const broken = obx('ED', 'CR^Compte rendu^L', `^APPLICATION^PDF^Base64^${base64('PK autre')}`);
    expect(faultsOf(oru(broken), { sourcePdf: true }).map(({ code }) => code)).toEqual(['ED_UNREADABLE']);
  });
});

describe('automatic validation', () => {
  it('is told by the system’s code in OBX-16, and names no person', () => {
    const rows = oru(
      obx('NM', 'NA', '140', { 16: 'AUTOVAL^Système expert' }),
      obx('NM', 'K', '4.1', { 16: '10000000001^MARTIN^Anne' }),
    );
    const [sodium, potassium] = dossierOf(rows, { automaticValidators: ['AUTOVAL'] }).exams[0]?.results ?? [];
    expect(sodium).toMatchObject({ automaticValidation: true });
    expect(sodium?.validator?.family).not.toBe('Système expert');
    expect(potassium?.automaticValidation).toBeUndefined();
    expect(potassium?.validator?.family).toBe('MARTIN');
  });
});

describe('a document that is a text', () => {
  it.each([
    ['as it stands', '^TEXT^PLAIN^A^Conclusion :~  rien \\T\\ rien'],
    ['with its header on each line', '^TEXT^PLAIN^A^Conclusion :~^TEXT^PLAIN^A^  rien \\T\\ rien'],
    ['in base64', `^TEXT^PLAIN^Base64^${Buffer.from('Conclusion :\n  rien & rien').toString('base64')}`],
  ])('%s is read as one', (_, value) => {
    const { dossier, warnings } = dossierAndWarnings(oru(obx('ED', 'TXT^Texte^L', value)));
    expect(dossier.exams[0]?.results[0]?.value).toEqual({
      kind: 'text',
      text: 'Conclusion :\n  rien & rien',
      preformatted: true,
    });
    expect(warnings).toEqual([]);
  });
});

test('a line of a text keeps the carets that nobody escaped', () => {
  const { dossier } = dossierAndWarnings(oru(obx('ED', 'TXT^Texte^L', '^TEXT^PLAIN^A^x~1^2^3^4^5')));
  expect(dossier.exams[0]?.results[0]?.value).toMatchObject({ text: 'x\n1^2^3^4^5' });
});

test('a document in hexadecimal is the same as in base64, and refused when it is cut', () => {
  const hex = Buffer.from('%PDF-1.4 corps').toString('hex');
  const sent = (data: string) => oru(obx('ED', 'CR^CR^L', `^APPLICATION^PDF^Hex^${data}`));
  expect(dossierOf(sent(hex)).attachments[0]?.base64).toBe(PDF);
  expect(embeddedDocuments(Buffer.from(sent(hex)).toString('latin1'))[0]?.bytes).toEqual(
    Buffer.from('%PDF-1.4 corps'),
  );
  expect(faultsOf(sent(hex.slice(1))).map(({ code }) => code)).toEqual(['ED_UNREADABLE']);
});

test.each([
  ['with a blank inside', (hex: string) => `^APPLICATION^PDF^Hex^${hex.slice(0, 5)} ${hex.slice(5)}`],
  ['with a long source', (hex: string) => `${'S'.repeat(300)}^APPLICATION^PDF^Hex^${hex}`],
  ['in repetitions', (hex: string) => `^APPLICATION^PDF^Hex^${hex.slice(0, 5)}~${hex.slice(5)}`],
])('a document in hexadecimal %s is to the antivirus what it is to the report', (_, written) => {
  const sent = oru(obx('ED', 'CR^CR^L', written(Buffer.from('%PDF-1.4 corps').toString('hex'))));
  const [attachment] = dossierOf(sent).attachments;
  const [seen] = embeddedDocuments(Buffer.from(sent).toString('latin1'));
  expect(attachment?.base64).toBe(PDF);
  expect(Buffer.from(present(seen).bytes).toString('base64')).toBe(PDF);
});

describe('base64 without its padding', () => {
  const unpadded = (file: string) => base64(file).replace(/=+$/, '');
  const sent = (file: string, type = 'APPLICATION^PDF') =>
    oru(obx('ED', 'CR^Compte rendu^L', `^${type}^Base64^${unpadded(file)}`));

  it.each(['%PDF-1.4 corps %%EOF', '%PDF-1.4 corps. %%EOF\n'])(
    'is whole where the document is: %j',
    (file) => {
      expect(unpadded(file)).not.toBe(base64(file));
      const [attachment] = dossierOf(sent(file)).attachments;
      expect(attachment?.base64).toBe(base64(file));
    },
  );

  it('is cut where the document is', () => {
    const cut = (file: string, type?: string) => faultsOf(sent(file, type)).map(({ code }) => code);
    expect(cut('%PDF-1.4 corps %')).toEqual(['ED_UNREADABLE']);
    expect(cut('<?xml version="1.0"?><ClinicalDocument><a', 'TEXT^XML')).toEqual(['ED_UNREADABLE']);
    expect(cut('<?xml version="1.0"?><ClinicalDocument></ClinicalDocument>', 'TEXT^XML')).toEqual([
      'HL7_CDA_IN_ORU',
    ]);
  });
});

describe('a PDF cut into several rows', () => {
  const file = Buffer.from(`%PDF-1.4 ${'corps '.repeat(60)}%%EOF`);
  const data = file.toString('base64');
  const cut = (length: number) => data.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
  const row = (part: string, index: number) =>
    obx('ED', 'CR^CR^L', `^APPLICATION^PDF^Base64^${part}`, { 4: String(index + 1) });
  const bytesSeen = (sent: Uint8Array) =>
    embeddedDocuments(Buffer.from(sent).toString('latin1')).map(({ bytes }) => Buffer.from(bytes));

  it.each([40, 41, 64])('of %i characters is one document, to the antivirus too', (length) => {
    const sent = oru(obx('NM', 'A', '1'), ...cut(length).map(row), obx('NM', 'B', '2'));
    expect(dossierOf(sent).attachments.map(({ base64: one }) => one)).toEqual([data]);
    expect(bytesSeen(sent)).toEqual([file]);
  });

  it('is not joined to a whole one, nor to the row of another analysis', () => {
    const other = obx('ED', 'AUTRE^Autre^L', `^APPLICATION^PDF^Base64^${data}`);
    expect(dossierOf(oru(row(data, 0), row(data, 1), other)).attachments).toHaveLength(3);
    const [part = ''] = cut(40);
    const word = obx('ED', 'AUTRE^Autre^L', '^APPLICATION^MSWORD^Base64^dGV4dGU=');
    expect(bytesSeen(oru(row(part, 0), word))).toHaveLength(2);
  });
});

test.each([
  ['TX', (data: string) => data],
  ['ST', (data: string) => `PDF^${data}`],
  ['ED', (data: string) => `PDF^Base64^${data}`],
  ['', (data: string) => `^^PDF^^${data}`],
])('a PDF in base64 that a row of type « %s » does not announce is no text', (type, written) => {
  const sent = oru(obx(type, 'CR^CR^L', written(PDF)));
  const { attachments, exams } = dossierOf(sent);
  expect(attachments[0]?.base64).toBe(PDF);
  expect(exams[0]?.results[0]?.value).toMatchObject({ text: 'Voir le document joint' });
  expect(embeddedDocuments(Buffer.from(sent).toString('latin1'))).toHaveLength(1);
});
