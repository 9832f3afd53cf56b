import { describe, expect, it } from 'vitest';
import { bytes, msh, obr, obx, oru, pid } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, dossierOf, faultsOf, present, read, resultOf, resultsOf } from './parts.ts';

const codes = (input: Uint8Array, given = {}) => faultsOf(input, given).map(({ code }) => code);
const pdf = (content = '%PDF-1.4 corps') => Buffer.from(content).toString('base64');

describe('dossiers', () => {
  const twoOrders = (first: string, second: string) =>
    bytes(
      msh(),
      pid(),
      first,
      obr('A'),
      obx('NM', 'A', '1'),
      second,
      obr('B', { 3: 'D1-2' }),
      obx('NM', 'B', '2'),
    );

  it('tell of a prescriber or a copy that a code alone names: nobody gets the report by it', () => {
    const { dossier, warnings } = dossierAndWarnings(
      bytes(
        msh(),
        pid(),
        'ORC|RE|||G1',
        obr('A', { 16: 'D042', 28: 'D057^PETIT^Hugo~D063' }),
        obx('NM', 'A', '1'),
      ),
    );
    expect(dossier.prescriber).toBeUndefined();
    expect(dossier.recipients).toMatchObject([{ role: 'copy', professional: { family: 'PETIT' } }]);
    expect(warnings).toEqual(['RECIPIENT_UNNAMED', 'RECIPIENT_UNNAMED']);
  });

  it('are told apart by patient and request number', () => {
    const numbers = (input: Uint8Array, given = {}) =>
      read(input, given).map((part) => (part.kind === 'dossier' ? part.dossier.number : part.kind));
    expect(numbers(twoOrders('ORC|RE|||G1', 'ORC|RE|||G1'))).toEqual(['G1']);
    expect(numbers(twoOrders('ORC|RE|||G1', 'ORC|RE|||G2'))).toEqual(['G1', 'G2']);
    expect(numbers(twoOrders('ORC|RE', 'ORC|RE'))).toEqual(['D1-1', 'D1-2']);
    expect(numbers(twoOrders('ORC|RE', 'ORC|RE'), { dossierNumber: ['OBR-3 root'] })).toEqual(['D1']);
    const twoPatients = bytes(
      ...[msh(), pid(), 'ORC|RE|||G1', obr('A'), obx('NM', 'A', '1')],
      ...[pid({ ids: 'LC2' }), 'ORC|RE|||G2', obr('A'), obx('NM', 'A', '1')],
    );
    expect(numbers(twoPatients)).toEqual(['G1', 'G2']);
  });

  it('that cannot be read do not stop the others of the message', () => {
    const input = bytes(
      ...[msh(), pid(), 'ORC|RE|||G1', obr('A'), obx('NM', 'A', '', {})],
      ...['ORC|RE|||G2', obr('B'), obx('NM', 'B', '2')],
    );
    expect(read(input)).toMatchObject([
      { kind: 'rejected', fault: { code: 'OBX_NO_VALUE', position: 'message 1, OBX[1]-5' } },
      { kind: 'dossier', dossier: { number: 'G2' } },
    ]);
  });

  it.each(['{\\rtf1\\ansi Présence de}', '{\\E\\rtf1\\E\\ansi Présence de}'])(
    'whose text is RTF are refused by that name: %s',
    (text) => {
      const input = bytes(msh(), pid(), 'ORC|RE|||G1', obr('A'), obx('FT', 'A', text));
      expect(read(input)).toMatchObject([{ kind: 'rejected', fault: { code: 'OBX_RTF' } }]);
    },
  );

  it('carry who ordered, who gets copies and their mailboxes', () => {
    const dossier = dossierOf(
      bytes(
        ...[msh(), pid(), 'PV1|1|I|UF12||||||||||||||||SEJOUR1', 'ORC|RE|||D1'],
        obr('A', {
          13: 'Fièvre',
          16: 'D042^DURAND^Claire^^^Dr.',
          28: '10000000104^ROUSSEL^Karim^^^PR^^^^^^^RPPS~D042^DURAND^Claire',
        }),
        obx('NM', 'A', '1'),
        'PRT||UC||RCT^^participation|10000000104^ROUSSEL^Karim^^^^^^^^^^RPPS||||||||||^^X.400^k.roussel@x.invalid',
        `PRT||UC||RCT|279035121518989^PAT^D^^^^^^^^^^INS||||||||||^^X.400^279035121518989@patient.invalid`,
      ),
    );
    expect(dossier).toMatchObject({
      patientClass: 'I',
      location: 'UF12',
      visitNumber: 'SEJOUR1',
      clinicalInformation: 'Fièvre',
      prescriber: { localCode: 'D042', family: 'DURAND', given: 'Claire', title: 'DR' },
    });
    expect(dossier.recipients).toEqual([
      { role: 'prescriber', professional: dossier.prescriber },
      {
        role: 'copy',
        professional: expect.objectContaining({ idNat: '810000000104', mssante: 'k.roussel@x.invalid' }),
      },
    ]);
  });

  it('are dated by the latest of OBR-22, OBX-19 and MSH-7', () => {
    const issued = (more: string) => dossierOf(oru(obx('NM', 'A', '1', { 19: more }))).issuedAt;
    expect(issued('202611161200')).toEqual({ local: '20261116143000', offset: '+0100' });
    expect(issued('202611161500')).toEqual({ local: '202611161500', offset: '+0100' });
  });

  it('keep notes with what they follow', () => {
    const dossier = dossierOf(
      bytes(
        ...[msh(), pid(), 'NTE|1||du dossier', 'ORC|RE|||D1', obr('A'), 'NTE|1||de l’examen', 'NTE|2||suite'],
        ...[
          obx('NM', 'A', '1'),
          'NTE|1||du\\.br\\résultat',
          'SPM|1|||UR^Urine^HL70487',
          'NTE|1||du prélèvement',
        ],
      ),
    );
    expect(dossier.comments).toEqual(['du dossier']);
    expect(dossier.exams[0]?.comments).toEqual(['de l’examen\nsuite\ndu prélèvement']);
    expect(dossier.exams[0]?.results[0]?.comments).toEqual(['du\nrésultat']);
  });

  it('say that the specimen is of no human', () => {
    const input = bytes(
      msh(),
      pid(),
      'ORC|RE|||D1',
      obr('A'),
      obx('NM', 'A', '1'),
      'SPM|1|||WATR^Eau^HL70487',
    );
    expect(dossierOf(input).nonHuman).toBe(true);
    expect(dossierOf(oru(obx('NM', 'A', '1'))).nonHuman).toBeUndefined();
  });
});

describe('rows', () => {
  it('take the laboratory’s code, wherever the LOINC stands', () => {
    const expected = { local: { code: 'TSH', label: 'TSH ultra' }, sentLoinc: '3016-3' };
    expect(resultOf([obx('NM', '3016-3^Thyrotropin^LN^TSH^TSH ultra^L', '1')])).toMatchObject(expected);
    expect(resultOf([obx('NM', 'TSH^TSH ultra^L^3016-3^Thyrotropin^LN', '1')])).toMatchObject(expected);
    expect(resultOf([obx('NM', '3016-3^Thyrotropin^LN', '1')]).local.code).toBe('3016-3');
  });

  it('carry ranges, flags, method, dates and validator', () => {
    const result = resultOf([
      obx('NM', 'A', '7', {
        7: '1 - 5~2 - 6',
        8: 'H~A',
        14: '202611160900',
        17: 'ECL^Électrochimiluminescence^L',
      }),
    ]);
    expect(result).toMatchObject({
      ranges: [
        { text: '1 - 5', low: '1', high: '5' },
        { text: '2 - 6', low: '2', high: '6' },
      ],
      interpretations: ['H', 'A'],
      method: 'Électrochimiluminescence',
      observedAt: { local: '202611160900', offset: '+0100' },
      validator: { idNat: '810000000001', family: 'MARTIN', given: 'Anne', title: 'DR' },
    });
  });

  it('keep an unknown flag as a comment', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(obx('NM', 'A', '7', { 8: 'ZZ' })));
    expect(dossier.exams[0]?.results[0]).toMatchObject({
      interpretations: [],
      comments: ['Indicateur : ZZ'],
    });
    expect(warnings).toEqual(['FLAG_UNKNOWN']);
  });

  it('are validated by OBR-32 when OBX-16 is empty', () => {
    const of = (interpreter: string) =>
      dossierOf(bytes(msh(), pid(), obr('A', { 32: interpreter }), obx('NM', 'A', '1', { 16: '' }))).exams[0]
        ?.results[0]?.validator;
    expect(of('017&LEROY&Paul&&&Dr')).toEqual({
      localCode: '017',
      family: 'LEROY',
      given: 'Paul',
      title: 'DR',
    });
    expect(of('017^Pr LEROY Paul')).toEqual({ localCode: '017', family: 'LEROY Paul', title: 'PR' });
    expect(of('')).toBeUndefined();
  });

  it('of one analysis at several dates are a result and its previous values', () => {
    const result = resultOf([
      obx('NM', 'TSH', '9', { 6: 'mUI/L', 14: '202608201015' }),
      obx('NM', 'TSH', '5', { 6: 'mUI/L', 14: '202611161030' }),
      obx('NM', 'TSH', '4', { 6: 'mUI/L', 14: '202601011030' }),
    ]);
    expect(result.value).toEqual({ kind: 'quantity', lexical: '5' });
    expect(result.previous.map(({ value, observedAt }) => [value, observedAt.local])).toEqual([
      [{ kind: 'quantity', lexical: '9' }, '202608201015'],
      [{ kind: 'quantity', lexical: '4' }, '202601011030'],
    ]);
  });

  it('keep the note of a previous value, which says of which one it is', () => {
    const result = resultOf([
      obx('NM', 'TSH', '9', { 6: 'mUI/L', 14: '202608201015' }),
      'NTE|1|L|Sérum hémolysé.',
      'NTE|2|L|À contrôler.',
      obx('NM', 'TSH', '5', { 6: 'mUI/L', 14: '202611161030' }),
      'NTE|1|L|Contrôlé.',
    ]);
    expect(result.comments).toEqual([
      'Contrôlé.',
      'Antériorité du 20/08/2026 à 10:15 : Sérum hémolysé.\nÀ contrôler.',
    ]);
  });

  it('dated well after their message are told, field by field, and kept', () => {
    const told = (fields: Readonly<Record<number, string>>) => {
      const [part] = read(oru(obx('NM', 'TSH', '9', fields)));
      if (part?.kind !== 'dossier') throw new Error(JSON.stringify(part));
      return part.warnings.flatMap(({ code, text }) => (code === 'TIME_IN_FUTURE' ? [text] : []));
    };
    expect(told({ 14: '202711161030' })).toEqual([expect.stringContaining('(OBX-14)')]);
    expect(told({ 14: '202711161030', 19: '202711161100' })).toHaveLength(2);
    expect(told({ 14: '20261116', 19: '202611171000' })).toEqual([]);
    expect(resultOf([obx('NM', 'TSH', '9', { 14: '202711161030' })]).observedAt?.local).toBe('202711161030');
  });

  it('never show a previous value in place of a withheld result, nor one in another unit', () => {
    const withheld = [
      obx('NM', 'A', '9', { 14: '20260101' }),
      obx('NM', 'A', '5', { 14: '20260201', 11: 'R' }),
    ];
    expect(resultsOf(withheld)).toEqual([]);
    const { dossier, warnings } = dossierAndWarnings(
      oru(
        obx('NM', 'A', '9', { 6: 'g/L', 14: '20260101' }),
        obx('NM', 'A', '5', { 6: 'mg/L', 14: '20260201' }),
      ),
    );
    expect(dossier.exams[0]?.results[0]?.previous).toEqual([]);
    expect(warnings).toEqual(['PREVIOUS_UNIT']);
  });

  it('twice at one date without sub-id are refused; with sub-ids they are two results', () => {
    expect(codes(oru(obx('NM', 'A', '1'), obx('NM', 'A', '2')))).toEqual(['OBX_DUPLICATE']);
    expect(resultsOf([obx('NM', 'A', '1', { 4: '1' }), obx('NM', 'A', '2', { 4: '2' })])).toHaveLength(2);
  });

  it('of text sent a line a row are one text', () => {
    expect(resultOf([obx('TX', 'A', 'un'), obx('TX', 'A', 'deux')]).value).toMatchObject({
      text: 'un\ndeux',
    });
  });

  it('that follow all OBR are given back by OBX-15', () => {
    const dossier = dossierOf(
      bytes(
        ...[
          msh({ version: '2.3' }),
          pid(),
          'ORC|RE|||D1',
          obr('CRP^CRP^L'),
          obr('CR^Créatinine^L', { 3: 'D1-2' }),
        ],
        obx('NM', 'CRP', '4.2', { 15: 'BIOCH^10^CRP^10^1' }),
        obx('NM', 'CR', '78', { 15: 'BIOCH^10^CR^56^1' }),
      ),
    );
    expect(dossier.exams.map(({ local, results }) => [local.code, results.map((r) => r.local.code)])).toEqual(
      [
        ['CRP', ['CRP']],
        ['CR', ['CR']],
      ],
    );
  });

  it('done elsewhere name the other laboratory, ours is not named', () => {
    const done = (xon: string, address = '1 rue X^^LYON^^69001') =>
      resultOf([obx('NM', 'A', '1', { 23: xon, 24: address, 25: '10000000201^NGUYEN^Sarah^^^^^^^^^^RPPS' })])
        .performer;
    expect(done('LBM-CANAL')).toBeUndefined();
    expect(done('Spécial^^^^^X&1.2.250.1.71.4.2.2&ISO^FINEG^^^930000015')).toMatchObject({
      idNat: '1930000015',
      name: 'Spécial',
      address: { lines: ['1 rue X'], city: 'LYON', postalCode: '69001' },
      director: { idNat: '810000000201' },
    });
    expect(done('^^^^^X&1.2.250.1.71.4.2.2&ISO^FINEG^^^930000015')?.idNat).toBe('1930000015');
    const { warnings } = dossierAndWarnings(oru(obx('NM', 'A', '1', { 23: 'Spécial' })));
    expect(warnings).toEqual(['SUBCONTRACTOR_ADDRESS']);
  });

  it('done elsewhere may name the other laboratory in OBX-15, which else names a section of ours', () => {
    const address = { lines: ['7 rue Y'], postalCode: '95310', city: 'SAINT-OUEN' };
    const laboratory = { name: 'Laboratoire Spécial', idNat: '1930000015', address };
    const done = (producer: string, more = {}) =>
      resultOf([obx('NM', 'A', '1', { 15: producer, ...more })], {
        otherLaboratories: [{ laboratory, names: ['SPE1'] }],
      }).performer;
    for (const producer of ['SPE1^Spécial^L', '^LABORATOIRE SPECIAL', '930000015'])
      expect(done(producer)).toEqual(laboratory);
    expect(done('940000016^Un autre^FINESS')).toEqual({ idNat: '1940000016', name: 'Un autre' });
    for (const producer of ['BIOCH^10^A^10^1', 'SPE2', 'LBM-CANAL', '940000016'])
      expect(done(producer)).toBeUndefined();
    expect(done('SPE1', { 23: 'LBM-CANAL' })).toBeUndefined();
  });

  it.each([
    '930000015^Site de Lyon^FINESS',
    '930000015^^FINEJ',
    '940000016^LBM-CANAL^FINEG',
    '940000016^Site de Lyon^FINESS^LBM-CANAL^Canal^L',
    '950000017^Un site^FINESS',
  ])('done on a site of ours, of which OBX-15 tells a name or a FINESS, is done by us: %s', (producer) => {
    const ownFacilities = ['LBM-CANAL', '930000015', '1950000017'];
    expect(resultOf([obx('NM', 'A', '1', { 15: producer })], { ownFacilities })).not.toHaveProperty(
      'performer',
    );
  });
});

describe('specimens', () => {
  const specimen = (...lines: string[]) =>
    dossierOf(bytes(msh(), pid(), 'ORC|RE|||D1', ...lines)).exams[0]?.specimens;

  it('come from SPM, with the dates of OBR first', () => {
    const spm =
      'SPM|1|T1&LBM||UR^Urine^HL70487||||VES^Vessie|||||||||202601010800|202601010900|||HEM^Hémolysé';
    expect(specimen(obr('A', { 14: '202611161100' }), obx('NM', 'A', '1'), spm)).toEqual([
      {
        id: 'T1',
        type: 'UR',
        typeText: 'Urine',
        site: 'Vessie',
        collectedAt: { local: '202611161005', offset: '+0100' },
        receivedAt: { local: '202611161100', offset: '+0100' },
        nonConformity: 'Hémolysé',
      },
    ]);
  });

  it('come from OBR-15 of the old versions', () => {
    expect(specimen(obr('A', { 15: 'BLD&Sang total' }), obx('NM', 'A', '1'))).toMatchObject([
      { type: 'BLD', typeText: 'Sang total' },
    ]);
  });
});

describe('documents', () => {
  it('that are PDF become attachments, line breaks and repetitions joined', () => {
    const data = pdf(`%PDF-1.4 ${'x'.repeat(90)}`);
    const sent = `^APPLICATION^PDF^Base64^${data.slice(0, 40)}\\.br\\${data.slice(40, 80)}~${data.slice(80)}`;
    const dossier = dossierOf(
      oru(obx('ED', 'SOUS^Sous-traité^L', sent, { 23: 'Spécial', 24: '1 rue X^^LYON' })),
    );
    expect(dossier.attachments).toMatchObject([
      { title: 'Sous-traité', mediaType: 'application/pdf', base64: data, from: { name: 'Spécial' } },
    ]);
    expect(dossier.exams[0]?.results[0]?.value).toEqual({ kind: 'text', text: 'Voir le document joint' });
  });

  it('that are cut, or PDF only by name, refuse the dossier', () => {
    expect(codes(oru(obx('ED', 'A', `^APPLICATION^PDF^Base64^${pdf().slice(0, -3)}`)))).toEqual([
      'ED_UNREADABLE',
    ]);
    expect(codes(oru(obx('ED', 'A', `^APPLICATION^PDF^Base64^${pdf('PK pas un PDF')}`)))).toEqual([
      'ED_UNREADABLE',
    ]);
  });

  it('that no report can show are said to be missing, not joined', () => {
    const word = Buffer.from('un traitement de texte').toString('base64');
    const { dossier, warnings } = dossierAndWarnings(
      oru(obx('ED', 'A', `^APPLICATION^MSWORD^Base64^${word}`)),
    );
    expect(warnings).toEqual(['ED_NOT_PDF']);
    expect(dossier.attachments).toEqual([]);
    expect(dossier.exams[0]?.results[0]?.value).toMatchObject({
      text: expect.stringContaining('non joint'),
    });
  });

  it('of 20 MB pass without going through the parser', () => {
    const data = pdf(`%PDF-1.4 ${'x'.repeat(20_000_000)}`);
    const dossier = dossierOf(oru(obx('ED', 'A', `^APPLICATION^PDF^Base64^${data}`)));
    expect(dossier.attachments[0]?.base64.length).toBe(data.length);
  });
});

describe('orders on who may see the report', () => {
  const meta = (code: string, answer: string, system = 'MetaDMPMSS') =>
    obx('CE', `${code}^libellé^${system}`, `${answer}^^expandedYes-NoIndicator`);

  it('are read in every spelling, and are no results', () => {
    const dossier = dossierOf(
      oru(
        obx('NM', 'A', '1'),
        meta('INVISIBLE_PATIENT', 'Y'),
        meta('INVISIBLE_REPRESENTANTS_LEGAUX', 'N', ''),
        meta('MODIF_CONFIDENTIALITYCODE', 'N', ''),
        meta('DESTMSSANTEPAT', 'Y'),
        'NTE|1|||FIN',
      ),
    );
    expect(dossier.flags).toEqual({
      invisiblePatient: true,
      invisibleRepLegaux: false,
      destMssantePat: true,
      patientMayNotReply: true,
    });
    expect(dossier.exams[0]?.results).toHaveLength(1);
  });

  it('exclude the patient’s mailbox, unless the exclusion is only the mask’s own consequence', () => {
    const excluded = meta('DESTMSSANTEPAT', 'N');
    expect(dossierOf(oru(obx('NM', 'A', '1'), excluded)).flags).toEqual({ destMssantePat: false });
    const masked = [meta('INVISIBLE_PATIENT', 'Y'), excluded];
    expect(dossierOf(oru(obx('NM', 'A', '1'), ...masked)).flags).toEqual({ invisiblePatient: true });
  });

  it('that contradict each other: the stricter wins', () => {
    const rows = [meta('MASQUE_PS', 'Y'), meta('MASQUE_PS', 'N'), meta('DESTDMP', 'Y'), meta('DESTDMP', 'N')];
    expect(dossierOf(oru(obx('NM', 'A', '1'), ...rows)).flags).toEqual({ masquePs: true, destDmp: false });
  });

  it('refuse the dossier when they are not understood, or not allowed to the source', () => {
    expect(codes(oru(obx('NM', 'A', '1'), meta('MASQUE_PS', 'peut-être')))).toEqual(['META_VALUE']);
    expect(codes(oru(obx('NM', 'A', '1'), meta('INVISIBLE_PATIENTS', 'Y')))).toEqual(['META_UNKNOWN']);
    expect(codes(oru(obx('NM', 'A', '1'), meta('ACK_AUTRE', 'Y')))).toEqual([]);
    expect(codes(oru(obx('NM', 'A', '1'), meta('MASQUE_PS', 'Y')), { metaDmpMss: false })).toEqual([
      'META_NOT_ALLOWED',
    ]);
  });
});

describe('structure', () => {
  it.each([
    ['no PID', [msh(), obr('A'), obx('NM', 'A', '1')], 'PID_MISSING'],
    ['a row without exam', [msh(), pid(), obx('NM', 'A', '1')], 'HL7_STRUCTURE'],
    ['no exam', [msh(), pid()], 'ORU_NO_EXAM'],
    ['no request number', [msh(), pid(), obr('A', { 3: '' }), obx('NM', 'A', '1')], 'DOSSIER_NO_NUMBER'],
    ['no analysis code', [msh(), pid(), obr('A'), obx('NM', '^^', '1')], 'OBX_NO_CODE'],
  ])('%s is refused', (_, lines, code) => {
    expect(codes(bytes(...lines))).toEqual([code]);
  });

  it('tolerates unknown segments and trailing fields', () => {
    const input = oru('ZXX|quoi', obx('NM', 'A', '1'), 'ZYY|1');
    expect(present(dossierOf(input).exams[0]).results).toHaveLength(1);
  });
});
