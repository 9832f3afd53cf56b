import { describe, expect, test } from 'vitest';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { buildN1, n1Identifiers } from '../../src/cda/n1.ts';
import { describeDocument } from '../../src/xds/document-entry.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { aReport, correction } from '../fixtures/reports.ts';
import { corpus } from './corpus.ts';
import { cdaOf, elements, parse, textAt } from './xml-probe.ts';

const pdf = samplePdf('compte rendu');
const header = '/c:ClinicalDocument';

test('the N1 holds the very PDF, under three templateIds', () => {
  const document = parse(buildN1({ report: aReport(), pdf }));
  expect(elements(document, `${header}/c:templateId`).map((one) => one.getAttribute('root'))).toEqual([
    '2.16.840.1.113883.2.8.2.1',
    '1.2.250.1.213.1.1.1.1',
    '1.3.6.1.4.1.19376.1.2.20',
  ]);
  const base64 = textAt(document, `${header}/c:component/c:nonXMLBody/c:text`);
  expect(Buffer.compare(Buffer.from(base64, 'base64'), pdf)).toBe(0);
});

test('its identifiers are its own, its dates and its title are those of the N3', () => {
  const [n1, n3] = [parse(buildN1({ report: correction(), pdf })), parse(cdaOf(correction()))];
  for (const path of ['c:title', 'c:effectiveTime/@value', 'c:versionNumber/@value', 'c:code/@code']) {
    expect(textAt(n1, `${header}/${path}`)).toBe(textAt(n3, `${header}/${path}`));
  }
  const { setOid } = correction().version;
  expect(textAt(n1, `${header}/c:setId/@root`)).toBe(`${setOid}.0`);
  expect(textAt(n1, `${header}/c:id/@root`)).toBe(`${setOid}.0.2`);
  expect(textAt(n1, '//c:parentDocument/c:id/@root')).toBe(`${setOid}.0.1`);
});

test('a first N1 of a report that has versions already replaces nothing', () => {
  const document = parse(buildN1({ report: correction(), pdf, replaces: null }));
  expect(elements(document, '//c:relatedDocument')).toHaveLength(0);
});

test('no version of an N3 has the identifier of an N1', () => {
  const { setOid } = aReport().version;
  const n3 = Array.from({ length: 200 }, (_, index) => `${setOid}.${index + 1}`);
  const n1 = Array.from({ length: 200 }, (_, index) => n1Identifiers({ setOid }, index + 1));
  expect(n1.flatMap((one) => [one.setOid, one.documentOid]).filter((oid) => n3.includes(oid))).toEqual([]);
  expect(() => n1Identifiers({ setOid: `1.2.${'9'.repeat(57)}` }, 1)).toThrow(RangeError);
});

test('metadata read from an N1 name its format', () => {
  expect(describeDocument(buildN1({ report: aReport(), pdf }), { confidentiality: [] })).toMatchObject({
    formatCode: { code: 'urn:ihe:iti:xds-sd:pdf:2008' },
  });
});

describe('the built-in check', () => {
  test.each(corpus().filter((_, index) => index % 4 === index % 7))('passes the N1 of %s', (_, report) => {
    expect(checkDocument(buildN1({ report, pdf }))).toEqual([]);
  });

  test.each([
    [
      'a fourth templateId',
      'N1-TEMPLATE',
      '<templateId root="1.3.6.1.4.1.19376.1.2.20"/>',
      '$&<templateId root="1.2.3"/>',
    ],
    ['no XDS-SD templateId', 'N1-TEMPLATE', '<templateId root="1.3.6.1.4.1.19376.1.2.20"/>', ''],
    ['something else than a PDF', 'N1-PDF', 'representation="B64">JVBERi', 'representation="B64">AAAAAA'],
    ['a set without identifier', 'HEADER-SHAPE', /<setId [^>]*>/, ''],
  ] as [string, string, string | RegExp, string][])('refuses %s', (_, rule, from, to) => {
    const xml = Buffer.from(buildN1({ report: aReport(), pdf })).toString('utf8');
    expect(checkDocument(Buffer.from(xml.replace(from, to))).map((one) => one.rule)).toContain(rule);
  });
});
