import { describe, expect, test } from 'vitest';
import { OID } from '../../src/report/coding.ts';
import { aBattery, aChapter, aResult, content, quantity, range, text } from '../fixtures/build.ts';
import { at } from '../fixtures/people.ts';
import {
  accredited,
  aReport,
  attachmentsOnly,
  bloodGroup,
  cervicalScreening,
  correction,
  electrophoresis,
  rejectedSpecimen,
  serology,
  urineCultureWithAntibiogram,
  WHITE_POINT,
  withdrawal,
} from '../fixtures/reports.ts';
import { correctedAndCancelled } from '../pdf/kinds.ts';
import { cdaOf, elements, parse, textAt } from './xml-probe.ts';

const narrative = (report: Parameters<typeof cdaOf>[0]): string =>
  elements(parse(cdaOf(report)), '//c:section/c:text')
    .map((one) => one.textContent)
    .join('\n');

test('an image stands in its battery and is shown where the battery is read', () => {
  const document = parse(cdaOf(electrophoresis()));
  const shown = textAt(
    document,
    '//c:section[c:code/@code="18719-5"]/c:text//c:renderMultiMedia/@referencedObject',
  );
  const media = `//c:organizer/c:component/c:observationMedia[@ID="${shown}"]`;
  expect(textAt(document, `${media}/c:value`)).toBe(WHITE_POINT);
  expect(textAt(document, `${media}/c:value/@mediaType`)).toBe('image/png');
  expect(textAt(document, `${media}/c:templateId[2]/@root`)).toBe('1.2.250.1.213.1.1.3.103');
});

test('an image of a lone result hangs under its act', () => {
  const lone = aBattery('C', 'Caryotype', [aResult('C', 'Caryotype', quantity('1'))], {
    images: [{ id: '1', title: 'Image', mediaType: 'image/png', base64: WHITE_POINT }],
  });
  const document = parse(cdaOf(aReport({ chapters: [aChapter('18719-5', 'B', content([lone]))] })));
  expect(elements(document, '//c:act/c:entryRelationship/c:observationMedia')).toHaveLength(1);
});

test('a second unit without a code of its own is read beside the first and not coded', () => {
  const document = parse(cdaOf(electrophoresis()));
  const row = textAt(document, '//c:tr[c:td="Albumine"]');
  expect(row).toMatch(/41,2.*58,9.*g\/L.*%/);
  expect(elements(document, '//c:value[@value="58.9"]')).toHaveLength(0);
});

test('a range reads with a decimal comma, as in the PDF, and is coded as it came', () => {
  const range = { text: '3.90 - 5.50', low: '3.90', high: '5.50' };
  const words = { text: 'cf. méthode 2.1' };
  const results = [
    aResult('A', 'Glucose', quantity('5.1'), { ranges: [range] }),
    aResult('B', 'Autre', quantity('1'), { ranges: [words] }),
  ];
  const document = parse(
    cdaOf(aReport({ chapters: [aChapter('18719-5', 'B', content([aBattery('C', 'C', results)]))] })),
  );
  expect(textAt(document, '//c:tr[c:td="Glucose"]/c:td[4]')).toBe('3,90 - 5,50');
  expect(textAt(document, '//c:tr[c:td="Autre"]/c:td[4]')).toBe('cf. méthode 2.1');
  const coded = elements(document, '//c:observationRange');
  expect(coded.map((one) => one.textContent?.trim())).toEqual(['3.90 - 5.50', 'cf. méthode 2.1']);
});

test('a national waiting code is the translation of a code without attributes, the unit is kept', () => {
  const document = parse(cdaOf(serology()));
  const code = `//c:code[c:translation/@codeSystem="${OID.waitingCodes}"]`;
  expect(elements(document, `${code}/@code`)).toHaveLength(0);
  expect(textAt(document, `${code}/c:translation[1]/@code`)).toBe('1443999');
  expect(textAt(document, `${code}/c:translation[2]/@code`)).toBe('NOUV');
  expect(textAt(document, `//c:observation[c:code/c:translation/@code="1443999"]/c:value/@unit`)).toBe(
    '{index}',
  );
});

test.each([
  ['a blood group', bloodGroup(), '278149003'],
  ['an HPV answer', cervicalScreening(), '1269497006'],
  ['a previous HPV answer', cervicalScreening(), '77851000146104'],
  ['a cytology', cervicalScreening(), 'MED-1194'],
  ['an ordinal serology', serology(), '260385009'],
])('%s is a coded value', (_, report, code) => {
  expect(
    elements(parse(cdaOf(report)), `//c:value[@code="${code}"][@codeSystem][@displayName]`),
  ).toHaveLength(1);
});

describe('accreditation', () => {
  test('is told where an examination is covered: a mark on each, the number once, an id in the header', () => {
    const document = parse(cdaOf(accredited()));
    const marked = elements(document, '//c:tr[contains(c:td[1], "*")]').map((row) =>
      textAt(row, 'c:td[1]/c:content'),
    );
    expect(marked).toEqual(['Cholestérol total', 'Triglycérides', 'Glycémie à jeun']);
    expect(narrative(accredited())).toContain(
      'accréditation COFRAC n° 8-0000, Examens médicaux. Portée disponible',
    );
    expect(textAt(document, '//c:responsibleParty//c:representedOrganization/c:id[2]/@root')).toBe(
      '1.2.250.1.213.6.3.1',
    );
  });

  test('is not told where none is, though the laboratory holds one', () => {
    const { laboratory } = accredited();
    const xml = Buffer.from(cdaOf(aReport({ laboratory }))).toString('utf8');
    expect(xml).not.toMatch(/accréd|COFRAC|8-0000| \*</i);
  });
});

test('automatic validation is told on the result and under the report, only when there was any', () => {
  expect(narrative(accredited())).toContain('sans relecture ultérieure');
  expect(narrative(accredited())).toContain('Validation automatique');
  expect(narrative(aReport({ laboratory: accredited().laboratory }))).not.toContain('relecture');
});

test('every report names its laboratory, legal form, site, biologists and privacy notice', () => {
  expect(narrative(aReport())).toMatch(
    /démonstration du Canal, SELAS, 12 quai.*Biologiste responsable : Dr Anne MARTIN.*Vos données/s,
  );
  expect(textAt(parse(cdaOf(aReport())), '//c:responsibleParty//c:asOrganizationPartOf/c:code/@code')).toBe(
    '91',
  );
});

test('the requester’s mailbox stands in the header', () => {
  const document = parse(cdaOf(aReport()));
  expect(textAt(document, '//c:participant[@typeCode="REF"]//c:telecom/@value')).toBe(
    'mailto:claire.durand@medecin.mssante.invalid',
  );
});

test('a correction says what it said before, when and by whom', () => {
  expect(narrative(correction())).toContain(
    'Résultat corrigé par Dr Anne MARTIN. Résultat rendu précédemment : 6,2 mmol/L (02/03/2026 à 16:10)',
  );
});

test('what was not done says why, or that nobody said', () => {
  const said = narrative(rejectedSpecimen());
  expect(said).toContain('Tube coagulé : examen non réalisé');
  expect(said).toContain('motif non précisé');
  expect(said).toContain('prélevé le 02/03/2026 à 08:15 par Mme Léa ROUX');
  const document = parse(cdaOf(rejectedSpecimen()));
  expect(textAt(document, '//c:organizer[@classCode="BATTERY"]/c:statusCode/@code')).toBe('aborted');
});

test('a reason given in the value’s place is read and coded as a comment', () => {
  const document = parse(cdaOf(correctedAndCancelled()));
  const row = '//c:tr[c:td="Chlorures"]';
  expect(textAt(document, `${row}/c:td[2]`)).toBe('Non réalisé');
  expect(textAt(document, `${row}/following-sibling::c:tr[1]`)).toBe('Tube hémolysé');
  const id = textAt(document, `${row}/following-sibling::c:tr[1]//c:content/@ID`);
  expect(elements(document, `//c:act/c:text/c:reference[@value="#${id}"]`)).toHaveLength(1);
});

test('words run over the empty columns at their right, figures do not', () => {
  const words = text('Aspect évocateur d’une anémie par carence martiale, à confronter à la ferritine.');
  const rows = [
    aResult('C', 'Conclusion', words),
    aResult('D', 'Dépistage', text('Positif'), { interpretations: ['A'] }),
    aResult('G', 'Groupe', text('Élevé'), { unit: 'classe' }),
    aResult('F', 'Ferritine', quantity('9')),
  ];
  const chapters = [aChapter('18719-5', 'Biochimie', content([aBattery('B', 'Bilan', rows)]))];
  const document = parse(cdaOf(aReport({ chapters })));
  const spans = rows.map(({ local }) => {
    const cells = elements(document, `//c:tr[c:td="${local.label}"]/c:td`);
    return cells.map((cell) => Number(cell.getAttribute('colspan') || 1));
  });
  expect(spans).toEqual([
    [1, 5],
    [1, 3, 1, 1],
    [1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1],
  ]);
});

test('breakpoints of an antibiogram are read where the source gives some', () => {
  const heads = '//c:table[c:caption="Antibiogramme"]/c:thead//c:th[5]';
  const base = urineCultureWithAntibiogram();
  expect(elements(parse(cdaOf(base)), heads)).toHaveLength(0);
  const isolates = [
    {
      id: '1',
      organism: { code: 'ECO', label: 'Escherichia coli' },
      antibiogram: [
        aResult('AMX', 'Amoxicilline', quantity('32', '>'), { ranges: [range('S ≤ 8 ; R > 8')] }),
        aResult('CTX', 'Céfotaxime', quantity('0.5')),
      ],
      comments: [],
    },
  ];
  const chapters = [aChapter('18725-2', 'Microbiologie', content([aBattery('B', 'ECBU', [], { isolates })]))];
  const document = parse(cdaOf(aReport({ chapters })));
  expect(textAt(document, heads)).toBe('Valeurs critiques');
  expect(textAt(document, '//c:tr[c:td="Amoxicilline"]/c:td[5]')).toBe('S ≤ 8 ; R > 8');
  expect(elements(document, '//c:tr[c:td="Céfotaxime"]/c:td')).toHaveLength(5);
});

test('a sampler without a national number is named without an identifier', () => {
  const document = parse(cdaOf(rejectedSpecimen()));
  const sampler = '//c:participant[c:functionCode/@code="PRELV"]/c:associatedEntity';
  expect(textAt(document, `${sampler}//c:family`)).toBe('ROUX');
  expect(elements(document, `${sampler}/c:id`)).toHaveLength(0);
});

test('a withdrawal names what it replaces and repeats nothing of it', () => {
  const document = parse(cdaOf(withdrawal()));
  const said = narrative(withdrawal());
  expect(said).toContain('ne pas tenir compte des versions précédentes');
  expect(said).toContain('Annule et remplace la version 2 du 03/03/2026 à 09:45');
  expect(said).not.toMatch(/Potassium|Sodium|4,2/);
  expect(elements(document, '//c:observation/c:value[@value]')).toHaveLength(0);
  expect(textAt(document, '//c:act/c:statusCode/@code')).toBe('aborted');
});

test('a result that was published and then cancelled is told with what it was', () => {
  const row = aResult('MG', 'Magnésium', undefined, {
    status: 'cancelled',
    unit: 'mmol/L',
    corrects: { value: quantity('0.85'), at: at('20260302161000') },
    comments: ['Hémolyse'],
  });
  const chapter = aChapter('18719-5', 'BIOCHIMIE', content([aBattery('IONO', 'Ionogramme', [row])]));
  const report = aReport({ chapters: [chapter] });
  const text = narrative(report);
  expect(text).toMatch(
    /Hémolyse.*Résultat annulé\. Résultat rendu précédemment : 0,85 mmol\/L \(02\/03\/2026 à 16:10\)/s,
  );
  const striking = elements(parse(cdaOf(report)), '//c:text//c:content[@styleCode="Bold"]').map(
    ({ textContent }) => textContent,
  );
  expect(striking).toContainEqual(expect.stringMatching(/^Résultat annulé\. .*0,85/));
  expect(striking).not.toContainEqual(expect.stringContaining('Hémolyse'));
});

test('a document is said to be another laboratory’s only when its row names one', () => {
  const [attachment] = attachmentsOnly().attachments;
  if (!attachment) throw new Error('no attachment');
  const { from: _, ...unsigned } = attachment;
  expect(narrative(attachmentsOnly())).toContain('Examen sous-traité : Dosage de vitamine B6');
  expect(narrative(attachmentsOnly({ attachments: [unsigned] }))).toContain(
    'Document joint : Dosage de vitamine B6',
  );
});

test('a report of documents only has a chapter that sends to them, done by their laboratory', () => {
  const document = parse(cdaOf(attachmentsOnly()));
  expect(textAt(document, '(//c:section)[1]/c:code/@code')).toBe('1443252');
  expect(textAt(document, '(//c:section)[1]/c:text')).toMatch(/vitamine B6.*Voir le document joint.*Lilas/s);
  expect(textAt(document, '//c:observation/c:performer//c:name')).toContain('BERNARD');
  expect(elements(document, '//c:serviceEvent').length).toBe(1);
});
