import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceProfile } from '../../../src/intake/profile.ts';
import { qualify } from '../../../src/report/identity.ts';
import { PATIENTS_OID } from '../../fixtures/hl7/messages.ts';
import { dossierAndWarnings, faultsOf, read } from '../parts.ts';

const HEADER = [
  '0000129610',
  'PAT-TROIS',
  'DOMINIQUE',
  '28 AV DE BRETEUIL             ',
  '',
  '75007 PARIS                   ',
  '28/03/1979',
  '2790351215189 89',
  '    506232',
  '16/11/2026',
  '         C LBM DU CANAL       ',
  '     DUR042 DURAND CLAIRE     ',
];
const TEXT = [
  '',
  '                 ALLERGIE',
  '',
  '    I.g.E totales            164  UI/ml',
  '       normale : jusqu’à 100',
  '',
];
const LAB = [
  '****LAB****',
  'TEX',
  'TEX|    I.g.E totales            164  UI/ml',
  'RES|I.G.E|IGET|N|164|UI/ml|0|100|H|F',
];
const END = ['****FIN****', '****FINFICHIER****'];

const letter = (...lines: readonly string[]) => Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8');
const WHOLE = letter(...HEADER, ...TEXT, ...LAB, ...END);
const configured: Partial<SourceProfile> = { hprimMedecin: true, charset: 'utf-8' };
const codes = (input: Uint8Array, given = configured) => faultsOf(input, given).map(({ code }) => code);

describe('a letter of HPRIM Médecin', () => {
  it('is refused by its name where the source does not say that it sends them', () => {
    const [refusal] = faultsOf(WHOLE);
    expect(refusal).toMatchObject({ code: 'INPUT_FOREIGN', cause: expect.stringContaining('HPRIM Médecin') });
  });

  it('is refused with a character lost upstream', () => {
    expect(codes(Buffer.from(WHOLE.toString().replace('ALLERGIE', 'ALL\ufffdRGIE')))).toEqual([
      'HL7_DAMAGED_TEXT',
    ]);
  });

  it('becomes its printed text, its columns kept', () => {
    const { dossier, warnings } = dossierAndWarnings(WHOLE, configured);
    expect(warnings).toEqual(['HPRIM_MEDECIN']);
    expect(dossier.number).toBe('506232');
    expect(dossier.exams.flatMap(({ results }) => results)).toMatchObject([
      {
        status: 'final',
        value: {
          kind: 'text',
          preformatted: true,
          text: '                 ALLERGIE\n\n    I.g.E totales            164  UI/ml\n       normale : jusqu’à 100',
        },
      },
    ]);
    expect(dossier.recipients).toEqual([
      { role: 'copy', professional: { localCode: 'DUR042', family: 'DURAND CLAIRE' } },
    ]);
  });

  it('never has an INS, a number of the other messages, a validator, nor the DMP as destination', () => {
    const { patient, flags, exams } = dossierAndWarnings(WHOLE, configured).dossier;
    expect(qualify(patient)).toMatchObject({ kind: 'unqualified', cause: 'no-ins' });
    expect(JSON.stringify(patient)).not.toContain('27903512151');
    expect(patient.localId).toEqual({ value: '0000129610', authority: `${PATIENTS_OID}.1` });
    expect(flags).toEqual({ destDmp: false });
    expect(exams[0]?.results[0]?.validator).toBeUndefined();
  });

  it('without a text before the results is read from their printed lines', () => {
    const { dossier } = dossierAndWarnings(letter(...HEADER, ...LAB, ...END), configured);
    expect(dossier.exams[0]?.results[0]?.value).toMatchObject({
      text: '    I.g.E totales            164  UI/ml',
    });
  });

  it('in ISO 8859-1, in UTF-16, with LF, with CR, without LAB, without the end of the file', () => {
    const text = WHOLE.toString('utf8').replace('’', "'");
    const label = (bytes: Uint8Array) =>
      dossierAndWarnings(bytes, configured).dossier.exams[0]?.results[0]?.value;
    const expected = label(Buffer.from(text, 'utf8'));
    expect(label(Buffer.from(text, 'latin1'))).toEqual(expected);
    expect(label(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual(expected);
    expect(label(Buffer.from(text.replaceAll('\r\n', '\n')))).toEqual(expected);
    expect(label(Buffer.from(text.replaceAll('\r\n', '\r')))).toEqual(expected);
    expect(label(Buffer.from([...HEADER, ...TEXT, '****FIN****'].join('\r\n').replace('’', "'")))).toEqual(
      expected,
    );
  });

  it('several in a file, one of them without a birth date', () => {
    const other = HEADER.with(1, 'AUTRE').with(8, '506233');
    const parts = read(
      letter(
        ...HEADER,
        ...TEXT,
        '****FIN****',
        ...HEADER.with(6, ''),
        ...TEXT,
        '****FIN****',
        ...other,
        ...TEXT,
        ...END,
      ),
      configured,
    );
    expect(parts).toMatchObject([
      { dossier: { number: '506232' } },
      {
        fault: {
          code: 'HPRIM_MEDECIN_HEADER',
          position: 'lettre 2',
          cause: expect.stringContaining('ligne 7'),
        },
      },
      { dossier: { number: '506233', patient: { traits: { birthName: 'AUTRE' } } } },
    ]);
  });

  it.each([
    ['no end of letter', [...HEADER, ...TEXT, ...LAB, '****FINFICHIER****']],
    ['two LAB', [...HEADER, ...TEXT, ...LAB, ...LAB, ...END]],
    ['the end before the header is over', [...HEADER.slice(0, 6), ...END]],
    ['a text after the end of the letter', [...HEADER, ...TEXT, '****FIN****', 'un reste']],
    ['a text after the end of the file', [...HEADER, ...TEXT, ...END, 'un reste']],
    ['a text between the two ends', [...HEADER, ...TEXT, '****FIN****', 'un reste', '****FINFICHIER****']],
  ])('%s: refused whole', (_, lines) => {
    expect(codes(letter(...lines))).toEqual(['HPRIM_MEDECIN_END']);
  });

  it('without any text is refused', () => {
    expect(codes(letter(...HEADER, '', ...END))).toEqual(['HPRIM_MEDECIN_EMPTY']);
  });

  it('whatever the lines, ends as parts', () => {
    const line = fc.oneof(fc.constantFrom(...HEADER, ...LAB, ...END, ''), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (lines) => {
        expect(read(letter(...lines), configured).length).toBeGreaterThan(0);
      }),
    );
  });
});
