import { describe, expect, test } from 'vitest';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { isLoinc } from '../../src/cda/conformance/result-rules.ts';
import { REPORTS } from '../fixtures/reports.ts';
import { cdaOf, elements, kindOf, oneOfEachKind, parse, without } from './xml-probe.ts';

const NAMES = Object.keys(REPORTS) as (keyof typeof REPORTS)[];
/** Between them these hold every kind of element that we write. */
const RICH: (keyof typeof REPORTS)[] = [
  'urineCultureWithAntibiogram',
  'severalChapters',
  'performerOther',
  'subcontractedPdf',
  'correction',
  'textAndCoded',
];

const children = (parent: string, names: string): string[] =>
  names.split(' ').map((name) => `${parent}/c:${name}`);
const HEADER = '/c:ClinicalDocument';
const withTemplate = (element: string, root: string): string =>
  `//c:${element}[c:templateId/@root='${root}']`;

/** What the official validators, or the DMP, do not do without. */
const MANDATORY: readonly string[] = [
  ...children(
    HEADER,
    'realmCode typeId id code title effectiveTime confidentialityCode languageCode setId versionNumber',
  ),
  ...children(HEADER, 'recordTarget author custodian legalAuthenticator documentationOf[1] componentOf'),
  ...children('//c:patientRole', 'addr telecom patient'),
  ...children('//c:patient', 'name administrativeGenderCode birthTime birthplace'),
  ...children('//c:author', 'time assignedAuthor'),
  ...children('//c:legalAuthenticator', 'time signatureCode assignedEntity'),
  ...children('//c:authenticator', 'time signatureCode assignedEntity'),
  ...children('//c:authenticator/c:assignedEntity', 'id addr telecom'),
  ...children(`${HEADER}/c:participant`, 'time associatedEntity'),
  ...children('//c:serviceEvent', 'code'),
  ...children(`${HEADER}/c:documentationOf[1]/c:serviceEvent`, 'effectiveTime performer'),
  ...children('//c:performer', 'time assignedEntity'),
  ...children('//c:performer/c:assignedEntity', 'id representedOrganization'),
  ...children('//c:performer//c:representedOrganization', 'id name telecom addr standardIndustryClassCode'),
  ...children('//c:relatedDocument', 'parentDocument'),
  ...children('//c:encompassingEncounter', 'effectiveTime responsibleParty location'),
  ...children('//c:responsibleParty/c:assignedEntity', 'id code assignedPerson'),
  ...children('//c:healthCareFacility', 'code'),
  ...children('//c:section', 'code title text entry'),
  ...children('//c:entry[@typeCode="DRIV"]', 'act'),
  ...children('//c:entry[@typeCode="DRIV"]/c:act', 'code statusCode'),
  ...children(
    withTemplate('observation', '1.2.250.1.213.1.1.3.80'),
    'code statusCode effectiveTime value[../c:statusCode/@code="completed"]',
  ),
  ...children('//c:entryRelationship[@typeCode="REFR"]/c:observation', 'code statusCode effectiveTime value'),
  ...children('//c:organizer', 'statusCode'),
  ...children('//c:organizer[@classCode="CLUSTER"][c:specimen]', 'specimen'),
  ...children('//c:specimenRole', 'id specimenPlayingEntity'),
  ...children('//c:procedure', 'code effectiveTime participant'),
  ...children('//c:procedure/c:participant/c:participantRole', 'id playingEntity'),
  ...children(withTemplate('act', '1.2.250.1.213.1.1.3.107'), 'code effectiveTime'),
  ...children(withTemplate('act', '1.2.250.1.213.1.1.3.32'), 'code text statusCode'),
  ...children(withTemplate('organizer', '1.2.250.1.213.1.1.3.18'), 'id code component'),
  ...children(
    withTemplate('observation', '1.2.250.1.213.1.1.3.48.18'),
    'id code text statusCode effectiveTime value',
  ),
  ...children('//c:observationMedia', 'value'),
];

const rulesOf = (bytes: Uint8Array): string[] => checkDocument(bytes).map(({ rule }) => rule);

/** The document of a report with some text replaced in its XML. */
function edited(name: keyof typeof REPORTS, from: string | RegExp, to: string): Uint8Array {
  const xml = Buffer.from(cdaOf(REPORTS[name]())).toString('utf8');
  const changed = xml.replace(from, to);
  expect(changed).not.toBe(xml);
  return Buffer.from(changed, 'utf8');
}

test.each(NAMES)('%s is conformant', (name) => {
  expect(checkDocument(cdaOf(REPORTS[name]()))).toEqual([]);
});

describe('what is taken away is missed', () => {
  test.each(RICH)('any templateId of %s', (name) => {
    const document = parse(cdaOf(REPORTS[name]()));
    const targets = oneOfEachKind(elements(document, '//c:templateId'));
    expect(targets.length).toBeGreaterThan(20);
    for (const target of targets) {
      const rules = rulesOf(without(document, target));
      expect(
        rules.filter((rule) => rule.endsWith('-TEMPLATE')),
        kindOf(target),
      ).not.toEqual([]);
    }
  });

  test.each(RICH)('any link of %s to what is read', (name) => {
    const document = parse(cdaOf(REPORTS[name]()));
    for (const target of oneOfEachKind(elements(document, '//c:reference | //c:renderMultiMedia'))) {
      expect(rulesOf(without(document, target)), kindOf(target)).not.toEqual([]);
    }
  });

  test.each(RICH)('any mandatory element of %s', (name) => {
    const document = parse(cdaOf(REPORTS[name]()));
    for (const path of MANDATORY) {
      for (const target of oneOfEachKind(elements(document, path))) {
        expect(rulesOf(without(document, target)), `${path}: ${kindOf(target)}`).not.toEqual([]);
      }
    }
  });

  test('and each of those paths leads somewhere', () => {
    const documents = RICH.map((name) => parse(cdaOf(REPORTS[name]())));
    for (const path of MANDATORY) {
      expect(
        documents.some((document) => elements(document, path).length > 0),
        path,
      ).toBe(true);
    }
  });

  test('any anchor that an entry points at', () => {
    const document = parse(cdaOf(REPORTS.severalChapters()));
    const pointed = new Set(
      elements(document, '//c:reference').map((one) => one.getAttribute('value')?.slice(1)),
    );
    const anchors = elements(document, '//*[@ID]').filter((one) => pointed.has(one.getAttribute('ID') ?? ''));
    expect(anchors.length).toBe(pointed.size);
    for (const anchor of anchors.slice(0, 10)) {
      const id = anchor.getAttribute('ID') ?? '';
      expect(rulesOf(edited('severalChapters', `ID="${id}"`, `ID="${id}-moved"`)), id).toContain(
        'LINK-RESOLVES',
      );
    }
  });
});

describe('what is changed is seen', () => {
  test.each([
    ['a title with a curly apostrophe', 'HEADER-TITLE', "<title>Compte rendu d'", '<title>Compte rendu d’'],
    ['another document code', 'HEADER-FIXED', 'code="11502-2"', 'code="34133-9"'],
    ['a realm other than France', 'HEADER-FIXED', 'realmCode code="FR"', 'realmCode code="US"'],
    ['an unknown version of the volet', 'HEADER-VERSION', 'extension="2024.01"', 'extension="2031.01"'],
    ['a version number of zero', 'HEADER-VERSION', 'versionNumber value="1"', 'versionNumber value="0"'],
    ['a family name qualified SP', 'PATIENT-NAME', 'family qualifier="CL"', 'family qualifier="SP"'],
    ['an INS without the birth first name', 'INS-TRAITS', 'given qualifier="BR"', 'given qualifier="CL"'],
    ['an INS without the place of birth', 'INS-TRAITS', '<county>51215</county>', ''],
    ['an OID with a leading zero', 'OID-FORM', '<id root="1.2.250.1.999', '<id root="1.02.250.1.999'],
    [
      'an OID of more than 64 characters',
      'OID-FORM',
      '<setId root="1.2',
      `<setId root="1.2${'.1234567'.repeat(9)}`,
    ],
    [
      'an ISO date',
      'TIME-FORM',
      /<effectiveTime value="\d+\+0100"/,
      '<effectiveTime value="2026-03-02T16:12:00Z"',
    ],
    [
      'an active result',
      'RESULT-STATUS',
      /(<\/code>\s*<statusCode code=")completed("\/>\s*<effectiveTime value="20260302101500)/,
      '$1active$2',
    ],
    ['a printed unit', 'UNIT-UCUM', 'unit="mmol/L"', 'unit="UI/L"'],
    ['a decimal comma', 'VALUE-NUMBER', 'value="4.89"', 'value="4,89"'],
    [
      'an interpretation outside the set',
      'INTERPRETATION-CODE',
      'interpretationCode code="N"',
      'interpretationCode code="MS"',
    ],
    ['a LOINC with a wrong digit', 'LOINC-DIGIT', 'code="40193-5"', 'code="40193-4"'],
    [
      'a local code in the place of LOINC',
      'RESULT-CODE',
      'code="40193-5" codeSystem="2.16.840.1.113883.6.1"',
      'code="GLYJ" codeSystem="1.2.250.1.999.1.1.3"',
    ],
    ['a specimen outside the set', 'SPECIMEN-NATURE', 'code code="BLDV"', 'code code="SANG"'],
    ['an entry that is not DRIV', 'ENTRY-FORM', 'entry typeCode="DRIV"', 'entry typeCode="COMP"'],
    [
      'another title for the PDF copy',
      'BODY-PDF-COPY',
      '<title>Copie du document</title>',
      '<title>Copie</title>',
    ],
    [
      'a PDF copy that is no PDF',
      'PDF-CONTENT',
      'representation="B64">JVBERi',
      'representation="B64">AAAAAA',
    ],
    ['base64 cut short', 'PDF-CONTENT', 'representation="B64">J', 'representation="B64">'],
    ['base64 with a foreign character', 'PDF-CONTENT', 'representation="B64">J', 'representation="B64">*'],
    ['an ID used twice', 'ID-UNIQUE', 'ID="c1-b1-r1-v"', 'ID="c1-b1-r1"'],
  ])('%s: %s', (_, rule, from, to) => {
    expect(rulesOf(edited('lipidAndGlucose', from, to))).toContain(rule);
  });

  test.each([
    ['an image that is no PNG', 'electrophoresis', 'IMAGE-CONTENT', 'iVBORw0K', 'AAAAAAAA'],
    [
      'an image without its templateId',
      'electrophoresis',
      'IMAGE-TEMPLATE',
      '<templateId root="1.2.250.1.213.1.1.3.103"/>',
      '',
    ],
    [
      'a NIR as patient number',
      'unqualifiedIdentity',
      'PATIENT-NUMBER',
      'extension="P0001"',
      'extension="279035121518989"',
    ],
    [
      'a profession outside the set',
      'lipidAndGlucose',
      'HEADER-VALUE-SET',
      'code="G15_10/SM03"',
      'code="G15_10/XX"',
    ],
    ['a title in full', 'lipidAndGlucose', 'PERSON-NAME', '<suffix>DR<', '<suffix>Docteur<'],
    ['a mailbox without its scheme', 'lipidAndGlucose', 'TELECOM-FORM', 'mailto:', ''],
    [
      'an element out of its place',
      'lipidAndGlucose',
      'SCHEMA-CONTENT',
      /(<realmCode[^>]*>)(\s*<typeId[^>]*>)/,
      '$2$1',
    ],
    [
      'an attribute of no such element',
      'lipidAndGlucose',
      'SCHEMA-ATTRIBUTE',
      '<realmCode ',
      '<realmCode root="1" ',
    ],
    [
      'a type of relation that is none',
      'lipidAndGlucose',
      'SCHEMA-ATTRIBUTE',
      'typeCode="COMP"',
      'typeCode="PART"',
    ],
    ['text between elements', 'lipidAndGlucose', 'SCHEMA-TEXT', '<recordTarget>', '<recordTarget>x'],
    ['an empty address', 'lipidAndGlucose', 'DATATYPE-EMPTY', /<addr>[\s\S]*?<\/addr>/, '<addr/>'],
    [
      'the same templateId twice',
      'lipidAndGlucose',
      'ID-DISTINCT',
      /<templateId root="1.2.250.1.213.1.1.1.1"\/>/,
      '$&$&',
    ],
    ['another code for a comment', 'lipidAndGlucose', 'ENTRY-FIXED', 'code="48767-8"', 'code="55112-7"'],
    [
      'a participant of another class',
      'lipidAndGlucose',
      'PARTICIPANT-VALUE-SET',
      'classCode="PROV"',
      'classCode="CON"',
    ],
  ] as [string, keyof typeof REPORTS, string, string | RegExp, string][])('%s', (_, name, rule, from, to) => {
    expect(rulesOf(edited(name, from, to))).toContain(rule);
  });

  test('a local code for an organism', () => {
    expect(rulesOf(edited('urineCultureWithAntibiogram', OID_NCBI, '1.2.250.1.999.1.1.3'))).toContain(
      'ORGANISM-CODE',
    );
  });

  test('a document that replaces itself', () => {
    expect(rulesOf(edited('correction', /(<parentDocument>\s*<id root="[\d.]+)\.1"/, '$1.2"'))).toContain(
      'REPLACED-DOCUMENT',
    );
  });

  test('a complete report with awaited results', () => {
    expect(
      rulesOf(edited('partial', '<lab:statusCode code="active"/>', '<lab:statusCode code="completed"/>')),
    ).toContain('PARTIAL-STATUS');
  });

  test('a second reference range', () => {
    expect(
      rulesOf(edited('lipidAndGlucose', /(<referenceRange[\s\S]*?<\/referenceRange>)/, '$1$1')),
    ).toContain('RESULT-SHAPE');
  });
});

const OID_NCBI = '2.16.840.1.113883.3.9471';

describe('what cannot be read is refused', () => {
  test.each([
    ['nothing', ''],
    ['text', 'bonjour'],
    ['an open element', '<ClinicalDocument><id></ClinicalDocument>'],
    ['another document', '<Bundle xmlns="http://hl7.org/fhir"/>'],
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY e "x">]><ClinicalDocument>&e;</ClinicalDocument>'],
  ])('%s', (_, xml) => {
    expect(rulesOf(Buffer.from(xml, 'utf8'))).toEqual(['DOCUMENT-READABLE']);
  });

  test('bytes that are not UTF-8', () => {
    expect(rulesOf(Buffer.from('<ClinicalDocument>é</ClinicalDocument>', 'latin1'))).toEqual([
      'DOCUMENT-READABLE',
    ]);
  });
});

test('every finding says where, why and by what rule', () => {
  const [finding] = checkDocument(edited('lipidAndGlucose', 'unit="mmol/L"', 'unit="G/L"'));
  expect(finding).toMatchObject({
    rule: 'UNIT-UCUM',
    cause: expect.stringContaining('G/L'),
    source: expect.stringMatching(/UCUM/),
  });
  expect(finding?.where).toMatch(
    /^ClinicalDocument\/component\/structuredBody\/component\[1\]\/section\/.*\/value/,
  );
});

test.each(['40193-5', '2093-3', '14647-2', '718-7', '58410-2', '101792-0'])('%s is a LOINC', (code) => {
  expect(isLoinc(code)).toBe(true);
});
test.each(['40193-4', '2093', 'GLY', '1751-70', ''])('%s is none', (code) => {
  expect(isLoinc(code)).toBe(false);
});
