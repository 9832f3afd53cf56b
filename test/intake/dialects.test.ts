import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/intake/interpret.ts';
import { bytes, msh, obr, obx, oru, pid, profile } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, dossierOf, faultsOf, read, resultOf } from './parts.ts';

const codes = (input: Uint8Array, given = {}) => faultsOf(input, given).map(({ code }) => code);
const SPM = 'SPM|1|T1&LBM||UR^Urine^HL70487|||||||||||||202611160800|202611160900';
const exams = (input: Uint8Array) =>
  dossierOf(input).exams.map(({ local, results, specimens }) => [
    local.code,
    results.map((result) => result.local.code).join(' '),
    specimens.map(({ id }) => id).join(' '),
  ]);

describe('versions', () => {
  it.each(['2.1', '2.2', '2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.7.1', '2.8', '2.8.2'])(
    '%s is read',
    (version) => {
      const rows = [pid(), 'ORC|RE|||D1', obr('A'), obx('NM', 'A', '1')];
      expect(dossierOf(bytes(msh({ version }), ...rows)).exams).toHaveLength(1);
    },
  );

  it.each(['1.0', '2.9', '3.0', '2', 'FHIR'])('%s is refused', (version) => {
    expect(codes(bytes(msh({ version }), pid()))).toEqual(['HL7_VERSION']);
  });

  it('is told when MSH-12 is empty', () => {
    const input = bytes(msh({ version: '' }), pid(), obr('A'), obx('NM', 'A', '1'));
    expect(dossierAndWarnings(input).warnings).toEqual(['NO_VERSION']);
  });

  it('2.2: no ORC, plain numbers and names, specimen in OBR-15, no event in MSH-9', () => {
    const dossier = dossierOf(
      bytes(
        'MSH|^~\\&|SGL|LBM|||19970301103000||ORU|1|P|2.2',
        'PID|1||12345||DUPONT^MARIE||19500102|F',
        'OBR|1||970301-12|GLY^Glycémie||||||||||199703010800|BLOOD^^^ARM|D042^DURAND^Claire^^^Dr||||||19970301103000||CH|F',
        'OBX|1|NM|GLY^Glycémie||5.1|mmol/l|3.9-5.8|N|||F|||||MARTIN01^MARTIN^Anne',
      ),
    );
    expect(dossier).toMatchObject({
      number: '970301-12',
      patient: { localId: { value: '12345' }, traits: { birthName: 'DUPONT', firstGiven: 'MARIE' } },
      prescriber: { localCode: 'D042', family: 'DURAND', title: 'DR' },
      exams: [
        {
          local: { code: 'GLY' },
          specimens: [{ typeText: 'BLOOD', site: 'ARM' }],
          results: [{ value: { lexical: '5.1' }, validator: { family: 'MARTIN' } }],
        },
      ],
    });
  });

  it('2.7: a value cut at its truncation sign is refused, the sign itself escaped is not', () => {
    const cut = (value: string, header = msh({ version: '2.7' }).replace('^~\\&', '^~\\&#')) =>
      bytes(header, pid(), 'ORC|RE|||D1', obr('A'), obx('ST', 'A', value));
    expect(codes(cut('Présence de#'))).toEqual(['OBX_TRUNCATED']);
    expect(dossierOf(cut('Lot \\P\\12')).exams[0]?.results[0]?.value).toMatchObject({ text: 'Lot #12' });
    expect(dossierOf(cut('Lot #', msh())).exams[0]?.results[0]?.value).toMatchObject({ text: 'Lot #' });
  });

  it('2.8: PRT tells who validated, who did it, who ordered and who gets a copy, where the old fields are empty', () => {
    const prt = (role: string, person: string, organization = '', address = '') =>
      `PRT||AD||${role}|${person}|||${organization}||||||${address}`;
    const person = (id: string, family: string) => `${id}^${family}^Anne^^^^^^^^^^RPPS`;
    const dossier = dossierOf(
      bytes(
        ...[msh({ version: '2.8' }), pid(), 'ORC|RE|||D1', prt('OP', person('10000000104', 'ROUSSEL'))],
        ...[obr('A'), prt('RCT', person('10000000302', 'PETIT'))],
        ...[obx('NM', 'A', '1', { 16: '' }), prt('RO', person('10000000203', 'LEROY'))],
        prt('PO', '', 'Spécial^^^^^X&1.2.250.1.71.4.2.2&ISO^FINEG^^^930000015', '1 rue X^^LYON^^69001'),
      ),
    );
    expect(dossier.prescriber).toMatchObject({ idNat: '810000000104' });
    expect(dossier.recipients.map(({ role, professional }) => [role, professional.family])).toEqual([
      ['prescriber', 'ROUSSEL'],
      ['copy', 'PETIT'],
    ]);
    expect(dossier.exams[0]?.results[0]).toMatchObject({
      validator: { idNat: '810000000203' },
      performer: { idNat: '1930000015', address: { city: 'LYON' } },
    });
  });

  it('2.8: answers to questions of the order are clinical information, and no results', () => {
    const dossier = dossierOf(
      oru(
        obx('NM', 'A', '1'),
        obx('CWE', 'Q1^Symptômes^L', 'Y^Oui^HL70136', { 29: 'QST' }),
        'NTE|1|L|depuis trois jours',
      ),
    );
    expect(dossier.clinicalInformation).toBe('Symptômes : Oui\ndepuis trois jours');
    expect(dossier.exams[0]?.results.map(({ local }) => local.code)).toEqual(['A']);
  });
});

describe('results by specimen', () => {
  const oul = (event: string, ...rows: string[]) =>
    bytes(msh({ type: `OUL^${event}^OUL_${event}` }), pid(), 'PV1|1|N', ...rows);

  it('OUL^R22: the specimen is that of every exam until the next one; ORC follows its OBR', () => {
    const input = oul(
      'R22',
      SPM,
      obx('NM', 'VOL^Volume^L', '200'),
      'SAC|||C1',
      ...[obr('A'), 'ORC|RE|||D1', 'NTE|1||de A', obx('NM', 'A1', '1'), obx('NM', 'A2', '2')],
      ...[obr('B', { 3: 'D1-2' }), 'ORC|RE|||D1', obx('NM', 'B1', '3'), 'NTE|1||de B1'],
      SPM.replace('T1', 'T2'),
      ...[obr('C', { 3: 'D1-3' }), 'ORC|RE|||D1', obx('NM', 'C1', '4')],
    );
    expect(exams(input)).toEqual([
      ['A', 'A1 A2', 'T1'],
      ['B', 'B1', 'T1'],
      ['C', 'C1', 'T2'],
    ]);
    const [first, second] = dossierOf(input).exams;
    expect(first?.comments).toEqual(['de A', 'Volume : 200']);
    expect(second?.results[0]?.comments).toEqual(['de B1']);
  });

  it('takes ORC before OBR when the sender puts it there', () => {
    const numbers = read(
      oul(
        'R22',
        SPM,
        'ORC|RE|||D1',
        obr('A'),
        obx('NM', 'A', '1'),
        'ORC|RE|||D2',
        obr('B'),
        obx('NM', 'B', '2'),
      ),
    ).map((part) => part.kind === 'dossier' && part.dossier.number);
    expect(numbers).toEqual(['D1', 'D2']);
  });

  it('OUL^R21 and R23 are read too, other events are refused', () => {
    expect(exams(oul('R21', 'SAC|||C1', 'ORC|RE|||D1', obr('A'), obx('NM', 'A', '1')))).toEqual([
      ['A', 'A', ''],
    ]);
    expect(exams(oul('R23', SPM, 'SAC|||C1', obr('A'), 'ORC|RE|||D1', obx('NM', 'A', '1')))).toEqual([
      ['A', 'A', 'T1'],
    ]);
    expect(codes(oul('R24', obr('A'), SPM, obx('NM', 'A', '1')))).toEqual(['HL7_OUL']);
  });

  it('refuses controls of the laboratory, and what has no patient', () => {
    const control = `${SPM.split('|').slice(0, 11).join('|')}|Q`;
    expect(codes(oul('R22', control, obr('A'), obx('NM', 'A', '1')))).toEqual(['SPM_NOT_PATIENT']);
    expect(codes(bytes(msh({ type: 'OUL^R22' }), SPM, obr('A'), obx('NM', 'A', '1')))).toEqual([
      'PID_MISSING',
    ]);
  });
});

describe('observations on the patient, before any order (HL7 2.7 and later)', () => {
  const weight = 'OBX|1|NM|29463-7^Poids^LN||62|kg^^UCUM|||||F';
  const exam = [obr('BIO^Biochimie^L'), 'SPM|1|S1||BLD', obx('NM', 'GLY', '5.1')];
  const message = (type: string, version: string, ...rows: readonly string[]) =>
    bytes(msh({ type, version }), pid(), ...rows);

  it.each([
    ['ORU^R01', [weight, 'PV1|1|O', ...exam]],
    ['OUL^R22', [weight, 'PV1|1|O', exam[1] ?? '', exam[0] ?? '', exam[2] ?? '']],
  ])('are clinical information of each dossier, not results: %s', (type, rows) => {
    const dossier = dossierOf(message(type, '2.8', ...rows));
    expect(dossier.clinicalInformation).toBe('Poids : 62 kg');
    expect(dossier.exams.flatMap(({ results }) => results.map(({ local }) => local.code))).toEqual(['GLY']);
  });

  it('are results that lost their OBR where no order follows, or in an older version', () => {
    expect(codes(message('ORU^R01', '2.8', weight))).toEqual(['HL7_STRUCTURE']);
    expect(codes(message('OUL^R22', '2.8', weight))).toEqual(['HL7_STRUCTURE']);
    expect(codes(message('ORU^R01', '2.5.1', weight, ...exam))).toEqual(['HL7_STRUCTURE']);
    expect(codes(message('ORU^R01', '2.8', 'ORC|RE|P1|D1-1|D1', weight, ...exam))).toEqual(['HL7_STRUCTURE']);
  });
});

describe('hybrids of HL7 and HPRIM Santé', () => {
  const hybrid = (...rows: string[]) =>
    bytes(
      ...[msh({ version: '2.3' }), pid(), obr('CRP^CRP^L'), obr('I3^Ionogramme^L'), obr('CR^Créatinine^L')],
      ...rows,
    );
  const linked = (...rows: string[]) => exams(hybrid(...rows)).map(([exam, results]) => [exam, results]);

  it('give rows back by OBX-15, in the order of the message', () => {
    const of = (exam: string) => ({ 15: `Bioch.IA^10^${exam}^24^1^${exam}` });
    expect(
      linked(
        obx('NM', 'CRP', '4.2', of('CRP')),
        obx('NM', 'NA', '140', of('I3')),
        obx('NM', 'K', '4.1', of('I3')),
        obx('NM', 'CR', '78', of('CR')),
      ),
    ).toEqual([
      ['CRP', 'CRP'],
      ['I3', 'NA K'],
      ['CR', 'CR'],
    ]);
  });

  it('give a row to the exam of its own code when OBX-15 is empty, and tell the rows that name no exam', () => {
    expect(linked(obx('NM', 'CRP', '4.2'), obx('NM', 'CR', '78'))).toEqual([
      ['CRP', 'CRP'],
      ['CR', 'CR'],
    ]);
    const unknown = hybrid(obx('NM', 'NA', '140', { 15: 'Bioch.IA^10^XX^24^1^XX' }));
    expect(dossierAndWarnings(unknown).warnings).toContain('ROW_UNLINKED');
  });

  it('put SPM before the results: they are results all the same', () => {
    const input = bytes(msh(), pid(), 'ORC|RE|||D1', obr('A'), SPM, obx('NM', 'A', '1'), 'NTE|1||remarque');
    const { dossier, warnings } = dossierAndWarnings(input);
    expect(dossier.exams[0]?.results).toMatchObject([{ local: { code: 'A' }, comments: ['remarque'] }]);
    expect(warnings).toEqual(['SPM_BEFORE_OBX']);
  });

  it('name the validator with a title and no identifier', () => {
    expect(resultOf([obx('NM', 'A', '1', { 16: 'Dr MARTIN Anne' })]).validator).toEqual({
      family: 'MARTIN Anne',
      title: 'DR',
    });
  });
});

describe('damaged texts', () => {
  it('refuse the message wherever a report would show them, and say where', () => {
    const input = oru(obx('ST', 'A', 'pr\ufffdsence'));
    expect(faultsOf(input)).toMatchObject([{ code: 'HL7_DAMAGED_TEXT', position: 'message 1, OBX[1]-5' }]);
    const named = bytes(msh(), pid({ names: 'B\ufffdRANGER^ANNE^^^^^L' }), obr('A'), obx('NM', 'A', '1'));
    expect(faultsOf(named)[0]?.position).toBe('message 1, PID[1]-5');
  });

  it('are those of a number that holds a control character too: it may have been its decimal mark', () => {
    expect(faultsOf(oru(obx('NM', 'A', '13\x009')))).toMatchObject([
      { code: 'HL7_DAMAGED_TEXT', position: 'message 1, OBX[1]-5' },
    ]);
    const { dossier, warnings } = dossierAndWarnings(oru(obx('ST', 'A', 'a\x07b')));
    expect(dossier.exams[0]?.results[0]?.value).toMatchObject({ text: 'ab' });
    expect(warnings).toEqual(['CONTROL_CHARACTERS']);
  });

  it('are those that an escape, a file beside the message, or a text in base64 hold', () => {
    const damaged = [{ code: 'HL7_DAMAGED_TEXT', position: 'message 1, OBX[1]-5' }];
    expect(faultsOf(oru(obx('NM', 'A', '13\\X00\\9')))).toMatchObject(damaged);
    for (const lost of ['Glyc 13\x079 g/L', 'pr\ufffdsence']) {
      const beside = interpret(oru(obx('FIC', 'A', 'SGL^a.txt^TXT')), profile(), () => Buffer.from(lost));
      expect(beside).toMatchObject([{ kind: 'rejected', fault: damaged[0] }]);
    }
    const text = Buffer.from('pr\ufffdsence').toString('base64');
    expect(faultsOf(oru(obx('ED', 'A', `^TEXT^PLAIN^Base64^${text}`)))).toMatchObject(damaged);
  });

  it('are none where a vertical tab or a form feed breaks the line', () => {
    for (const [written, read] of [
      ['Normal.\v2) suite', 'Normal.\n2) suite'],
      ['vu le 12\f3 comprimés', 'vu le 12\n3 comprimés'],
      ['vu le 12\\X0C\\3 comprimés', 'vu le 12\n3 comprimés'],
    ] as const)
      expect(resultOf([obx('NM', 'A', '1'), `NTE|1|L|${written}`]).comments).toEqual([read]);
  });

  it('are no matter in a segment that nobody reads, nor written as an escape', () => {
    expect(codes(oru(obx('NM', 'A', '1'), 'ZXX|\ufffd'))).toEqual([]);
    expect(resultOf([obx('ST', 'A', 'a\\XEFBFBD\\b')]).value).toMatchObject({ text: 'a\\XEFBFBD\\b' });
  });
});

it('keeps a comment whose signs | nobody escaped, and takes no type of comment (NTE-4) for its end', () => {
  const comments = (note: string) => resultOf([obx('NM', 'A', '1'), note]).comments;
  expect(comments('NTE|1|L|IgG 10 | IgM 20 | IgA')).toEqual(['IgG 10 | IgM 20 | IgA']);
  expect(comments('NTE|1|L|Contrôlé|RE|10000000001^MARTIN')).toEqual(['Contrôlé']);
});
