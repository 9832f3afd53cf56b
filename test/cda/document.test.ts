import { describe, expect, test } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import { aBattery, aChapter, aResult, coded, content, loinc, quantity, range } from '../fixtures/build.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { QUALIFIED_PATIENT } from '../fixtures/people.ts';
import {
  aReport,
  bloodCount,
  comparators,
  correction,
  partial,
  performerOther,
  severalChapters,
  subcontractedPdf,
  textAndCoded,
  tshWithPrevious,
  twoUnits,
  uncodedResult,
  unqualifiedIdentity,
  urineCultureWithAntibiogram,
} from '../fixtures/reports.ts';
import { cdaOf, elements, parse, textAt } from './xml-probe.ts';

const result = (label: string): string =>
  `//c:observation[c:code//c:translation/@displayName="${label}"][c:templateId]`;

test('the same report gives the same bytes', () => {
  expect(Buffer.compare(cdaOf(bloodCount()), cdaOf(bloodCount()))).toBe(0);
});

describe('the header', () => {
  test('names the document, its set of versions and the version of the volet', () => {
    const report = correction();
    const document = parse(cdaOf(report));
    expect(textAt(document, '/c:ClinicalDocument/c:id/@root')).toBe(report.version.documentOid);
    expect(textAt(document, '/c:ClinicalDocument/c:setId/@root')).toBe(report.version.setOid);
    expect(textAt(document, '//c:relatedDocument/c:parentDocument/c:id/@root')).toBe(
      report.version.replaces?.documentOid,
    );
    const older = parse(buildCda({ report, pdf: samplePdf('x'), version: '2023.01' }));
    expect(textAt(document, '//c:templateId[@root="1.2.250.1.213.1.1.1.55"]/@extension')).toBe('2024.01');
    expect(textAt(older, '//c:templateId[@root="1.2.250.1.213.1.1.1.55"]/@extension')).toBe('2023.01');
  });

  test('an INS appears in a qualified identity', () => {
    expect(textAt(parse(cdaOf(aReport())), '//c:patientRole/c:id[1]/@extension')).toBe('279035121518989');
  });

  test('neither matricule nor OID appears anywhere in an unqualified one', () => {
    const xml = Buffer.from(cdaOf(unqualifiedIdentity())).toString('utf8');
    if (QUALIFIED_PATIENT.kind !== 'qualified') throw new Error('fixture');
    expect(xml).not.toContain(QUALIFIED_PATIENT.ins.matricule);
    expect(xml).not.toContain('1.2.250.1.213.1.4.');
    expect(xml).toContain('PAT-TROIS');
  });

  test('every biologist who validated is an authenticator', () => {
    const document = parse(cdaOf(severalChapters()));
    expect(elements(document, '//c:authenticator//c:family').map((one) => one.textContent)).toEqual([
      'LEROY',
      'MARTIN',
    ]);
  });

  test('each further chapter is a documented act, a subcontracted PDF too', () => {
    const codes = (report: Parameters<typeof cdaOf>[0]) =>
      elements(parse(cdaOf(report)), '//c:serviceEvent/c:code').map((one) => one.getAttribute('code'));
    expect(codes(severalChapters())).toEqual(['18723-7', '18719-5']);
    expect(codes(subcontractedPdf())).toEqual(['18719-5', '1443252']);
  });

  test('a patient without address or phone is said to be without', () => {
    const { address: _address, phone: _phone, ...patient } = QUALIFIED_PATIENT;
    const document = parse(cdaOf(aReport({ patient: patient as typeof QUALIFIED_PATIENT })));
    expect(textAt(document, '//c:patientRole/c:addr/@nullFlavor')).toBe('UNK');
    expect(textAt(document, '//c:patientRole/c:telecom/@nullFlavor')).toBe('UNK');
  });
});

describe('a result', () => {
  test('keeps its digits, its unit, its range and its previous values', () => {
    const document = parse(cdaOf(tshWithPrevious()));
    expect(textAt(document, `${result('TSH')}/c:value/@value`)).toBe('2.450');
    expect(textAt(document, `${result('TSH')}/c:value/@unit`)).toBe('m[IU]/L');
    expect(elements(document, `${result('TSH')}/c:referenceRange`)).toHaveLength(1);
    expect(textAt(document, `${result('TSH')}/c:referenceRange//c:low/@value`)).toBe('0.270');
    const previous = elements(
      document,
      `${result('TSH')}/c:entryRelationship[@typeCode="REFR"]/c:observation`,
    );
    expect(previous.map((one) => textAt(one, 'c:effectiveTime/@value'))).toEqual([
      '20251202083000+0100',
      '20250911081000+0200',
      '20240604',
    ]);
    expect(textAt(document, '//c:table')).toContain('Grossesse, 1er trimestre');
  });

  test.each([
    ['Protéine C réactive', 'IVL_PQ', 'c:high', '1.0', 'false'],
    ['NT-proBNP', 'IVL_PQ', 'c:low', '35000', 'true'],
    ['Anti-ADN natif', 'IVL_PQ', 'c:high', '10', 'false'],
  ])('%s with a comparator is an interval', (label, type, bound, value, inclusive) => {
    const document = parse(cdaOf(comparators()));
    expect(textAt(document, `${result(label)}/c:value/@*[local-name()="type"]`)).toBe(type);
    expect(elements(document, `${result(label)}/c:value/*`)).toHaveLength(1);
    expect(textAt(document, `${result(label)}/c:value/${bound}/@value`)).toBe(value);
    expect(textAt(document, `${result(label)}/c:value/${bound}/@inclusive`)).toBe(inclusive);
  });

  test('a titre is a quantity of titer, printed as a dilution', () => {
    const document = parse(cdaOf(comparators()));
    const titre = `${result('Titre des anticorps anti-nucléaires')}/c:value`;
    expect(textAt(document, `${titre}/@value`)).toBe('320');
    expect(textAt(document, `${titre}/@unit`)).toBe('{titer}');
    expect(textAt(document, '//c:table')).toContain('1/320');
  });

  test('MS left the value set: it is printed, not coded', () => {
    const document = parse(cdaOf(comparators()));
    expect(
      elements(document, `${result('NT-proBNP')}/c:interpretationCode`).map((one) =>
        one.getAttribute('code'),
      ),
    ).toEqual(['HH']);
    expect(textAt(document, '//c:table[2]')).toContain('Modérément sensible');
  });

  test('without LOINC leaves with its local code alone, and with its unit in its text', () => {
    const document = parse(cdaOf(uncodedResult()));
    const zinc = result('Zinc érythrocytaire');
    expect(elements(document, `${zinc}/c:code/@code`)).toHaveLength(0);
    expect(textAt(document, `${zinc}/c:code/c:translation/@code`)).toBe('ZINCX');
    expect(elements(document, `${zinc}/c:value/@value`)).toHaveLength(0);
    expect(textAt(document, '//c:tr[c:td="182"]')).toContain('µmol/L GR');
  });

  test('in two units is two observations, each with its own LOINC and its own place in the text', () => {
    const document = parse(cdaOf(twoUnits()));
    const found = elements(document, result('Glycémie à jeun'));
    expect(
      found.map((one) => [
        textAt(one, 'c:code/@code'),
        textAt(one, 'c:value/@value'),
        textAt(one, 'c:value/@unit'),
      ]),
    ).toEqual([
      ['40193-5', '4.89', 'mmol/L'],
      ['53049-3', '0.88', 'g/L'],
    ]);
    expect(new Set(found.map((one) => textAt(one, 'c:code/c:originalText/c:reference/@value'))).size).toBe(2);
  });

  test('cancelled has no value and says why', () => {
    const document = parse(cdaOf(textAndCoded()));
    const cancelled = result('Taux de prothrombine');
    expect(textAt(document, `${cancelled}/c:statusCode/@code`)).toBe('aborted');
    expect(elements(document, `${cancelled}/c:value`)).toHaveLength(0);
    const reference = textAt(
      document,
      `${cancelled}/c:entryRelationship/c:act/c:text/c:reference/@value`,
    ).slice(1);
    expect(textAt(document, `//*[@ID="${reference}"]`)).toContain('insuffisamment rempli');
  });

  test('corrected tells what it said before', () => {
    expect(textAt(parse(cdaOf(correction())), '//c:table')).toContain(
      'précédemment : 6,2 mmol/L (02/03/2026 à 16:10)',
    );
  });

  test('awaited has no observation: its battery is active and the text says so', () => {
    const document = parse(cdaOf(partial()));
    expect(elements(document, result('T4 libre'))).toHaveLength(0);
    expect(textAt(document, '//c:organizer[@classCode="BATTERY"]/c:statusCode/@code')).toBe('active');
    expect(textAt(document, '//c:act/c:statusCode/@code')).toBe('active');
    expect(textAt(document, '//lab:statusCode/@code')).toBe('active');
    expect(textAt(document, '//c:tr[c:td="T4 libre"]')).toContain('En cours');
    expect(textAt(document, '//c:section[1]')).toContain('Résultats partiels');
  });

  test('a number that is none stays text', () => {
    const odd = aResult('X', 'Examen', quantity('1e5'), {
      coding: coded('2093-3', 'Cholestérol', 'g/L', 'g/L'),
      ranges: [range('moins de 5')],
    });
    const document = parse(
      cdaOf(aReport({ chapters: [aChapter('18719-5', 'Biochimie', content([aBattery('X', 'X', [odd])]))] })),
    );
    expect(elements(document, `${result('Examen')}/c:value/@value`)).toHaveLength(0);
    expect(textAt(document, `${result('Examen')}/c:referenceRange//c:text`)).toBe('moins de 5');
  });
});

describe('around the results', () => {
  test('an isolate has SNOMED CT, NCBI, and an antibiogramme of its own', () => {
    const document = parse(cdaOf(urineCultureWithAntibiogram()));
    const isolate = '//c:organizer[@classCode="CLUSTER"][c:specimen]';
    expect(textAt(document, `${isolate}//c:specimenPlayingEntity/c:code/@code`)).toBe('112283007');
    expect(textAt(document, `${isolate}//c:specimenPlayingEntity/c:code/c:translation/@code`)).toBe('562');
    const rows = elements(document, `${isolate}//c:organizer//c:observation`);
    expect(rows.map((row) => textAt(row, 'c:interpretationCode/@code'))).toEqual(['R', 'S', 'S', 'S', 'I']);
    // EUCAST: not the "Intermédiaire" of the value set.
    expect(textAt(document, '//c:tr[c:td="Ciprofloxacine"]')).toContain('Sensible à forte posologie (I)');
  });

  test('another laboratory is named on the whole it did, and read with its address', () => {
    const document = parse(cdaOf(performerOther()));
    expect(
      elements(document, '//c:structuredBody//c:performer').map((one) => one.parentNode?.nodeName),
    ).toEqual(['observation', 'observation', 'act']);
    expect(textAt(document, '//c:section[1]/c:text')).toContain(
      'Laboratoire spécialisé des Lilas, 19 allée des Lilas, 75020 PARIS',
    );
  });

  test('a chapter outside LOINC keeps its code as translation in its act', () => {
    const chapter = aChapter(
      '930894',
      'Biologie moléculaire',
      content([aBattery('X', 'X', [aResult('X', 'X', quantity('1'))])]),
    );
    const waiting = {
      ...chapter,
      code: { code: '930894', system: '1.2.250.1.213.1.1.5.130', display: 'Biologie moléculaire' },
    };
    const document = parse(cdaOf(aReport({ chapters: [waiting] })));
    expect(elements(document, '//c:entry/c:act/c:code/@code')).toHaveLength(0);
    expect(textAt(document, '//c:entry/c:act/c:code/c:translation/@code')).toBe('930894');
  });

  test('a replacing version says so to its reader', () => {
    expect(textAt(parse(cdaOf(correction())), '//c:section[1]')).toContain('Annule et remplace la version 1');
  });

  test('the PDF copy comes last and is the very PDF', () => {
    const pdf = samplePdf('le compte rendu');
    const document = parse(buildCda({ report: aReport(), pdf }));
    expect(textAt(document, '(//c:section)[last()]/c:code/@code')).toBe('55108-5');
    const base64 = textAt(document, '(//c:observationMedia)[last()]/c:value');
    expect(Buffer.compare(Buffer.from(base64, 'base64'), pdf)).toBe(0);
  });

  test('a panel with LOINC is a battery, a lone result hangs under its act', () => {
    expect(textAt(parse(cdaOf(bloodCount())), '//c:organizer[@classCode="BATTERY"]/c:code/@code')).toBe(
      loinc('58410-2', '').code,
    );
    expect(elements(parse(cdaOf(tshWithPrevious())), '//c:organizer[@classCode="BATTERY"]')).toHaveLength(0);
  });
});
