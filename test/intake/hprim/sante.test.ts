import { describe, expect, it } from 'vitest';
import type { SourceProfile } from '../../../src/intake/profile.ts';
import { qualify } from '../../../src/report/identity.ts';
import { H, hprim, OBR, obx, oru, P } from '../../fixtures/hprim.ts';
import { dossierAndWarnings, dossierOf, faultsOf, present, read } from '../parts.ts';

const codes = (input: Uint8Array, given: Partial<SourceProfile> = {}) =>
  faultsOf(input, given).map(({ code, position }) => (position ? `${code} ${position}` : code));
const GLU = obx('NM', 'GLU~Glycémie~L', '5.3', { 6: 'mmol/L', 7: '3.9 - 6.1', 8: 'N', 14: '202611161130' });

describe('a message of results', () => {
  it('says the same as its HL7 likeness', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(GLU, 'C|1|L|Contrôlé deux fois'));
    expect(warnings).toEqual([]);
    expect(dossier).toMatchObject({
      source: 'sgl',
      number: 'D1',
      processing: 'T',
      messageAt: { local: '202611161430' },
      prescriptionNumber: 'PRESC1',
      prescriber: { localCode: 'DURAND', family: 'DURAND', given: 'Claire' },
      sendingFacility: { name: 'LBM DU CANAL' },
      completeness: 'complete',
      patient: {
        localId: { value: 'LC1' },
        traits: { birthName: 'PAT-TROIS', usedName: 'MARTINEZ', birthDate: { local: '19790328' }, sex: 'F' },
        address: { lines: ['28 av de Breteuil'], postalCode: '75007', city: 'PARIS' },
      },
    });
    expect(dossier.exams).toMatchObject([
      {
        order: 'D1',
        local: { code: 'NFS', label: 'Numération' },
        specimens: [{ collectedAt: { local: '202611161005' }, receivedAt: { local: '202611161020' } }],
        results: [
          {
            local: { code: 'GLU', label: 'Glycémie' },
            status: 'final',
            value: { kind: 'quantity', lexical: '5.3' },
            unit: 'mmol/L',
            ranges: [{ low: '3.9', high: '6.1' }],
            interpretations: ['N'],
            observedAt: { local: '202611161005' },
            analysedAt: { local: '202611161130' },
            validator: { idNat: '810000000001', family: 'MARTIN', given: 'Anne' },
            comments: ['Contrôlé deux fois'],
          },
        ],
      },
    ]);
  });

  it('with a character lost upstream is refused, and says where', () => {
    const lost = (input: Uint8Array) =>
      Buffer.from(Buffer.from(input).toString('latin1').replace('présence', 'pr\ufffdsence'), 'utf8');
    expect(codes(lost(oru(obx('ST', 'A~A~L', 'présence'))))).toEqual([
      'HL7_DAMAGED_TEXT message 1, OBX[1]-5',
    ]);
    expect(codes(lost(oru(GLU, 'C|1|L|présence')))).toEqual(['HL7_DAMAGED_TEXT message 1, C[1]-3']);
  });

  it('comments belong to the segment above', () => {
    const dossier = dossierOf(
      hprim(
        H,
        P,
        'C|1|L|Du patient',
        OBR,
        'C|1|L|De la demande',
        'C|2|L|et sa suite',
        GLU,
        'C|1|L|De la ligne',
        'L|1',
      ),
    );
    expect(dossier.comments).toEqual(['Du patient']);
    expect(dossier.exams[0]?.comments).toEqual(['De la demande\net sa suite']);
    expect(dossier.exams[0]?.results[0]?.comments).toEqual(['De la ligne']);
  });

  it('several patients, one of them unreadable', () => {
    const other = P.replace('LC1', 'LC2').replace('PAT-TROIS', 'AUTRE');
    const parts = read(
      hprim(
        H,
        P,
        OBR,
        GLU,
        P.replace('|LC1|', '||'),
        OBR,
        GLU,
        other,
        OBR.replace('~D1', '~D2'),
        GLU,
        'L|1||3|11',
      ),
    );
    expect(parts).toMatchObject([
      { kind: 'dossier', dossier: { number: 'D1' } },
      { kind: 'rejected', fault: { code: 'HPRIM_NO_PATIENT_NUMBER', position: 'message 1, P[2]-2' } },
      { kind: 'dossier', dossier: { number: 'D2', patient: { localId: { value: 'LC2' } } } },
    ]);
  });

  it('several messages in a file, each with its own signs', () => {
    const second = [
      'H^|~\\&^F2^^LBM^^ORU^^^^^T^H2.1|C^202611161500',
      'P^1^LC9^^^DUPONT|JEAN^^19600101^M',
      'OBR^1^^|D9^K|Kaliémie|L',
    ];
    const parts = read(
      hprim(H, P, OBR, GLU, 'L|1', ...second, 'OBX^1^NM^K|Potassium|L^^4,1^mmol/L^^^^^F', 'L^1'),
    );
    expect(parts).toMatchObject([
      { dossier: { number: 'D1' } },
      { dossier: { number: 'D9', exams: [{ results: [{ value: { lexical: '4.1' } }] }] } },
    ]);
  });
});

describe('delimiters, read by their place', () => {
  const said = (h: string, component: string) => {
    const lines = [
      h,
      `P|1|LC1|||DUPONT${component}JEAN`,
      `OBR|1||${component}D1|GLU${component}Glycémie${component}L`,
    ];
    return read(hprim(...lines, `OBX|1|NM|GLU${component}Glycémie${component}L||5.3|g/L|||||F`, 'L|1'));
  };
  it.each([
    ['~^\\&', '~'],
    ['^~\\&', '^'],
    ['\\^&~', '\\'],
    ['~^\\', '~'],
    ['^~', '^'],
  ])('H|%s', (encoding, component) => {
    const parts = said(`H|${encoding}|F||LBM||ORU|||||T|H2.1${component}C|202611161430`, component);
    expect(parts).toMatchObject([
      {
        kind: 'dossier',
        dossier: { number: 'D1', exams: [{ results: [{ local: { label: 'Glycémie' } }] }] },
      },
    ]);
  });

  it.each(['~', '', '~~\\&', 'AB\\&', '~^\\&#', '~ \\&'])('H|%s is refused', (encoding) => {
    expect(codes(Buffer.from(`H|${encoding}|F||LBM||ORU|||||T|H2.1|202611161430\r\nL|1\r\n`))).toEqual([
      'HPRIM_DELIMITERS message 1, H',
    ]);
  });

  it.each([
    ['10^6 UFC/mL', '10^6 UFC/mL'],
    ['> 10^5 /mL', '> 10^5 /mL'],
    ['10^3 - 10^5/mL', '10^3 - 10^5/mL'],
    ['10^2 colonies', '10^2 colonies'],
    ['1,5.10^9', '1,5.10^9'],
    ['5.10^6 germes/mL', '5.10^6 germes/mL'],
    // Of other texts this sign parts the lines.
    ['de 5.10^6', 'de 5.10\n6'],
    ['de 10^2,5', 'de 10\n2,5'],
    ['un^deux', 'un\ndeux'],
  ])('a value keeps its power of ten: %s', (sent, text) => {
    const result = dossierOf(oru(obx('ST', 'A~A~L', sent, { 7: '< 10^4' }), `C|1||Seuil ${sent}`)).exams[0]
      ?.results[0];
    expect(result).toMatchObject({
      value: { text },
      ranges: [{ text: '< 10^4' }],
      comments: [`Seuil ${text}`],
    });
  });

  it.each([
    ['ED', '~APPLICATION~PDF~Base64~JVBERi0xLjQ='],
    ['TX', 'JVBERi0xLjQ='],
  ])(
    'a document sent in the message (%s) is said not to be joined, and its base64 not shown',
    (type, sent) => {
      const [result] = dossierOf(oru(obx(type, 'CR~CR~L', sent))).exams[0]?.results ?? [];
      expect(result?.value).toMatchObject({ text: expect.stringContaining('Document non joint') });
    },
  );

  it('a unit keeps its power of ten', () => {
    const dossier = dossierOf(oru(obx('NM', 'GB~Leucocytes~L', '6.2', { 6: '10^9/L' })));
    expect(dossier.exams[0]?.results[0]?.unit).toBe('10^9/L');
  });
});

describe('lines', () => {
  it('a continuation is joined without a separator, inside a word and inside a character', () => {
    const utf8 = Buffer.from(`${H}\n${P}\n${OBR}\n${GLU}\nL|1\n`, 'utf8');
    const cut = utf8.indexOf(Buffer.from('é')) + 1;
    const split = Buffer.concat([utf8.subarray(0, cut), Buffer.from('\nA|'), utf8.subarray(cut)]);
    expect(read(split)).toEqual(read(utf8));
    expect(dossierOf(split).exams[0]?.local.label).toBe('Numération');
  });

  it.each(['\r', '\n', '\r\n', '\r\r\n'])('ended by %j', (end) => {
    expect(dossierOf(Buffer.from([H, P, OBR, GLU, 'L|1'].join(end), 'latin1')).number).toBe('D1');
  });

  it('are of ISO 8859-1 unless their bytes are UTF-8', () => {
    const label = (bytes: Uint8Array) => dossierOf(bytes, { charset: 'windows-1252' }).exams[0]?.local.label;
    const lines = [H, P, OBR, GLU, 'L|1', ''].join('\r\n');
    expect(label(Buffer.from(lines, 'latin1'))).toBe('Numération');
    expect(label(Buffer.from(lines, 'utf8'))).toBe('Numération');
    expect(label(Buffer.from(`\ufeff${lines}`, 'utf8'))).toBe('Numération');
    expect(label(Buffer.from(`\ufeff${lines}`, 'utf16le'))).toBe('Numération');
  });

  it('a break inside a field is told', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(GLU, 'C|1|L|Première ligne', 'seconde ligne'));
    expect(dossier.exams[0]?.results[0]?.comments).toEqual(['Première ligne\nseconde ligne']);
    expect(warnings).toEqual(['LINE_BROKEN']);
  });

  it('without L the message may have been cut', () => {
    expect(codes(hprim(H, P, OBR, GLU))).toEqual(['HPRIM_TRUNCATED message 1']);
    expect(dossierAndWarnings(hprim(H, P, OBR, GLU), { finalTerminator: 'optional' }).warnings).toEqual([
      'HPRIM_NO_END',
    ]);
    expect(codes(hprim(H, P, OBR, GLU, 'L|1', OBR))).toEqual(['HPRIM_STRUCTURE message 1']);
  });

  it.each([
    ['L|1||1|5', []],
    ['L|1||1|3', []],
    ['L|1', []],
    ['L|1||2|5', ['HPRIM_COUNTS']],
    ['L|1||1|9', ['HPRIM_COUNTS']],
  ])('%s: counts are a warning', (l, warnings) => {
    expect(dossierAndWarnings(hprim(H, P, OBR, GLU, l)).warnings).toEqual(warnings);
  });
});

describe('exams and their rows', () => {
  const PANELS = OBR.replace('NFS~Numération~L', 'NFS~Numération~L^GLU~Glycémie~L^CRP~CRP~L');
  const at = (code: string, section: string, rank: number, exam: string, examRank: number) =>
    obx('NM', `${code}~${code}~L`, '1', { 15: `${section}~${rank}~${exam}~${examRank}~0~P` });
  const shape = (bytes: Uint8Array) =>
    dossierOf(bytes).exams.map(({ local, results }) => [local.code, ...results.map((row) => row.local.code)]);

  it('each repetition of OBR.4 is an exam, its rows linked and ordered by OBX.15', () => {
    const rows = [
      at('CRP', 'BIO', 80, 'CRP', 9),
      at('G', 'BIO', 80, 'GLU', 2),
      at('HB', 'HEM', 20, 'NFS', 1),
    ];
    expect(shape(hprim(H, P, PANELS, ...rows, 'L|1'))).toEqual([
      ['NFS', 'HB'],
      ['GLU', 'G'],
      ['CRP', 'CRP'],
    ]);
  });

  it('a row that names none of several exams stands under its own name', () => {
    expect(
      shape(hprim(H, P, PANELS, obx('ST', 'X~Inconnu~L', 'a'), obx('NM', 'CRP~CRP~L', '3'), 'L|1')),
    ).toEqual([
      ['CRP', 'CRP'],
      ['X', 'X'],
    ]);
  });

  it('requests first, rows after: linked by the exam they name', () => {
    const second = OBR.replace('~D1', '~D2').replace('NFS~Numération', 'ION~Ionogramme');
    const rows = [at('HB', 'HEM', 20, 'NFS', 1), at('K', 'BIO', 80, 'ION', 1)];
    const parts = read(hprim(H, P, OBR, second, ...rows, 'L|1'));
    expect(parts).toMatchObject([
      {
        dossier: { number: 'D1', exams: [{ local: { code: 'NFS' }, results: [{ local: { code: 'HB' } }] }] },
      },
      { dossier: { number: 'D2', exams: [{ local: { code: 'ION' }, results: [{ local: { code: 'K' } }] }] } },
    ]);
  });

  it('requests of two dossiers, and a row of neither: no dossier is chosen for it', () => {
    const same = OBR.replace('~D1', '~D2');
    const refused = ['HPRIM_LINK_AMBIGUOUS message 1, OBX[1]-15'];
    expect(codes(hprim(H, P, OBR, same, at('HB', 'HEM', 20, 'NFS', 1), 'L|1'))).toEqual(refused);
    expect(codes(hprim(H, P, OBR, same, GLU, 'L|1'))).toEqual(refused);
  });

  it('rows straight under the patient are of the dossier that P.4 names', () => {
    const bare = P.replace('|LC1|||', '|LC1||D7|');
    expect(shape(hprim(H, bare, GLU, 'L|1'))).toEqual([['GLU', 'GLU']]);
    expect(dossierOf(hprim(H, bare, GLU, 'L|1')).number).toBe('D7');
    expect(codes(hprim(H, P, GLU, 'L|1'))).toEqual(['HPRIM_NO_DOSSIER message 1, P[1]-4']);
  });
});

describe('what is validated', () => {
  const result = (row: string, request = OBR) =>
    dossierOf(hprim(H, P, request, row, GLU, 'L|1')).exams[0]?.results[0];

  it('a row without a validator names nobody, so that the report is held', () => {
    expect(present(result(obx('NM', 'K~K~L', '4', { 16: '' }))).validator).toBeUndefined();
    // A code alone is not a biologist's name in full.
    expect(present(result(obx('NM', 'K~K~L', '4', { 16: 'VBIO' }))).validator).toBeUndefined();
    expect(present(result(obx('NM', 'K~K~L', '4', { 16: 'DR MARTIN' }))).validator).toEqual({
      family: 'MARTIN',
      title: 'DR',
    });
  });

  it('OBR.32 validates the rows that name nobody', () => {
    const request = `${OBR}|||||||BIO1~MARTIN~Anne`;
    expect(present(result(obx('NM', 'K~K~L', '4', { 16: '' }), request)).validator).toMatchObject({
      family: 'MARTIN',
    });
  });

  it('a row cut before its status has the status of its request; none at all is refused', () => {
    const cut = 'OBX|1|NM|K~K~L||4';
    expect(result(cut)?.status).toBe('final');
    expect(codes(hprim(H, P, OBR.replace(/F$/, ''), cut, 'L|1'))).toEqual([
      'OBX_STATUS message 1, OBX[1]-11',
    ]);
  });

  it.each([
    ['R', 'partial', 1],
    ['I', 'partial', 2],
    ['C', 'complete', 2],
  ])('status %s', (status, completeness, shown) => {
    const dossier = dossierOf(oru(obx('NM', 'K~K~L', '4', { 11: status }), GLU));
    expect([dossier.completeness, dossier.exams[0]?.results.length]).toEqual([completeness, shown]);
  });
});

describe('the identity', () => {
  const identity = (p: string) => dossierAndWarnings(hprim(H, p, OBR, GLU, 'L|1'));

  it('of version 2.5 with its INS, every trait and a status that says so, is qualified', () => {
    const { patient } = identity(P).dossier;
    expect(qualify(patient)).toMatchObject({ kind: 'qualified', ins: { matricule: '279035121518989' } });
    expect(qualify(identity(P.replace('VALI', 'QUAL')).dossier.patient).kind).toBe('qualified');
  });

  it.each([
    ['without a status', P.replace('VALI', ''), 'status-not-validated'],
    ['provisional', P.replace('VALI', 'PROV'), 'status-not-validated'],
    ['doubtful', P.replace('VALI', 'DOUT'), 'status-blocked'],
    ['without the OID of its INS', P.replace('1.2.250.1.213.1.4.10', ''), 'no-ins'],
    ['of an older version, a text in P.11', P.replace(/279\S+4\.10/, '279035121518989'), 'no-ins'],
    ['without a birth place', P.replace('~51215~', '~~'), 'traits-incomplete'],
  ])('%s is not', (_, p, cause) => {
    expect(qualify(identity(p).dossier.patient)).toMatchObject({ kind: 'unqualified', cause });
  });

  it('without a birth name takes the name in use, and then no INS', () => {
    const { dossier, warnings } = identity(P.replace(/PAT-TROIS\S+ MARIE/, ''));
    expect(dossier.patient.traits).toMatchObject({ birthName: 'MARTINEZ', firstGiven: 'DOMINIQUE' });
    expect(qualify(dossier.patient)).toMatchObject({ cause: 'no-ins' });
    expect(warnings.sort()).toEqual(['HPRIM_BIRTH_NAME', 'HPRIM_INS_IGNORED']);
  });

  it('maiden name of the old versions, admission in hospital, confidentiality', () => {
    const p = `P|1|LC1|||DURAND~LEA|PETIT|19800101|F|${'|'.repeat(15)}IP|CARDIO||||||VIP`;
    const { dossier, warnings } = identity(p);
    expect(dossier).toMatchObject({
      patientClass: 'I',
      location: 'CARDIO',
      patient: { traits: { birthName: 'PETIT', firstGiven: 'LEA', usedName: 'DURAND' } },
    });
    expect(warnings).toEqual(['HPRIM_CONFIDENTIAL']);
  });

  it('cannot do without number and name', () => {
    expect(codes(hprim(H, 'P|1||||DUPONT', OBR, GLU, 'L|1'))).toEqual([
      'HPRIM_NO_PATIENT_NUMBER message 1, P[1]-2',
    ]);
    expect(codes(hprim(H, 'P|1|LC1', OBR, GLU, 'L|1'))).toEqual(['HPRIM_NO_NAME message 1, P[1]-5']);
  });
});

describe('the header', () => {
  const head = (h: string) => hprim(h, P, OBR, GLU, 'L|1');
  it.each([
    ['ADM', 'HPRIM_CONTEXT message 1, H.6'],
    ['ORM', 'HPRIM_CONTEXT message 1, H.6'],
    ['ERR', 'HPRIM_CONTEXT message 1, H.6'],
  ])('context %s is refused by its name', (context, code) => {
    expect(codes(head(H.replace('|ORU|', `|${context}|`)))).toEqual([code]);
    expect(faultsOf(head(H.replace('|ORU|', `|${context}|`)))[0]?.cause).toContain(context);
  });

  it.each([
    ['H2.5~R', 'HPRIM_LINK_KIND message 1, H.12'],
    ['H2.5~Z', 'HPRIM_LINK_KIND message 1, H.12'],
    ['H3.0~C', 'HPRIM_VERSION message 1, H.12'],
  ])('%s is refused', (version, code) => {
    expect(codes(head(H.replace('H2.5~C', version)))).toEqual([code]);
  });

  it('reads the kind of link behind a sign of the sender’s own', () => {
    expect(codes(head(H.replace('H2.5~C', 'H2.0~:C')))).toEqual([]);
    expect(codes(head(H.replace('H2.5~C', 'H2.0~:R')))).toEqual(['HPRIM_LINK_KIND message 1, H.12']);
  });

  it('says production, test or debugging', () => {
    const processing = (code: string) => dossierAndWarnings(head(H.replace('|T|', `|${code}|`)));
    expect(processing('P').dossier.processing).toBe('P');
    expect(processing('D').dossier.processing).toBe('D');
    expect(processing('').warnings).toEqual(['NO_PROCESSING_ID']);
    expect(codes(head(H.replace('|T|', '|X|')))).toEqual(['HPRIM_PROCESSING_ID message 1, H.11']);
  });

  it('without a date takes the latest result; without any it is refused', () => {
    const undated = H.replace('|202611161430', '');
    const { dossier, warnings } = dossierAndWarnings(head(undated));
    expect(dossier.messageAt.local).toBe('202611161130');
    expect(warnings).toEqual(['HPRIM_NO_DATE_SENT']);
    expect(codes(hprim(undated, P, OBR, obx('NM', 'K~K~L', '4'), 'L|1'))).toEqual([
      'HPRIM_NO_DATE message 1, H.13',
    ]);
  });

  it('liaison L is refused of a source that is no other laboratory: it would go out as ours', () => {
    expect(codes(head(H.replace('H2.5~C', 'H2.5~L')))).toEqual(['HPRIM_LINK_SUBCONTRACTOR message 1, H.12']);
  });

  it('liaison L of a source that says so: the rows are those of the laboratory that sends', () => {
    const dossier = dossierOf(
      head(H.replace('H2.5~C', 'H2.5~L').replace('LBM~LBM DU CANAL|', 'SPE~Spécial|1 rue X~~LYON~~69001')),
      { hprimLiaisonL: true },
    );
    expect(dossier.sendingFacility).toBeUndefined();
    expect(dossier.exams[0]).toMatchObject({
      performer: { name: 'Spécial', address: { lines: ['1 rue X'], city: 'LYON', postalCode: '69001' } },
    });
  });
});

describe('formats told apart', () => {
  it.each([
    'H|\\^&|||AUTOMATE|||||||P|1|20261116\rP|1|||X1\rO|1|E1\rR|1|^^^GLU|5.3|mmol/L\rL|1|N\r',
    'H|\\^&|||AUTOMATE^2.1|||||LIS||P|LIS2-A2|20261116\rP|1\rL|1|N\r',
    '\x021H|\\^&|||AUTOMATE\r\x17\rP|1\rR|1|^^^GLU|5.3\rL|1|N\r',
    'H|@^\\|GUID||AUTOMATE|||||LIS||P||20261116\rP|1\rO|1|E1\rR|1|GLU|5.3\rL|1|N\r',
  ])('a frame of an instrument is refused by its name: %j', (frame) => {
    const [refusal] = faultsOf(Buffer.from(frame));
    expect(refusal).toMatchObject({ code: 'INPUT_FOREIGN', cause: expect.stringContaining('ASTM') });
  });

  it('a header behind bytes that are no mark of a frame is refused, not passed over', () => {
    const [refusal] = faultsOf(Buffer.from('\x85H|~^\\&|F||LBM||ORU|||||P|H2.1\rP|1|LC1\rL|1\r', 'latin1'));
    expect(refusal).toMatchObject({ code: 'HPRIM_DELIMITERS' });
  });

  it('HPRIM with the signs of an instrument is HPRIM', () => {
    const h = 'H|\\^&|F||LBM||ORU|||||T|H2.1\\C|202611161430';
    const lines = [
      h,
      'P|1|LC1|||DUPONT\\JEAN',
      'OBR|1||\\D1|GLU\\Glycémie\\L',
      'OBX|1|NM|GLU\\Glycémie\\L||5.3|g/L|||||F',
    ];
    expect(dossierOf(hprim(...lines, 'L|1')).number).toBe('D1');
  });
});
