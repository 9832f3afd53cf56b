import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import {
  mailSubject,
  type NamingFacts,
  namingFacts,
  pdfFileName,
  pdfName,
  REPLACEMENT_TAG,
  safePdfName,
} from '../../src/mssante/names.ts';
import { readCdaHeader } from '../../src/xds/cda-header.ts';
import { lipidAndGlucose, unqualifiedIdentity } from '../fixtures/reports.ts';
import { bareCda } from '../fixtures/xds/cda.ts';

const FACTS: NamingFacts = {
  type: "CR d'examens biologiques",
  birthName: 'Le Goff-Étienne',
  given: 'Zoé',
  birthDate: '19800203',
  serviceDate: '20260102',
  dossier: '26A0042',
};

describe('the name of the PDF', () => {
  it('follows ECO.2.1.6', () => {
    expect(pdfFileName(FACTS)).toBe("20260102_CR d'examens biologiques_LE GOFF-ETIENNE_Zoe_26A0042.pdf");
  });

  it('leaves out what is not known', () => {
    const { given: _given, dossier: _dossier, ...rest } = FACTS;
    expect(pdfFileName(rest)).toBe("20260102_CR d'examens biologiques_LE GOFF-ETIENNE.pdf");
  });

  it('cuts the type at 40 characters and keeps the underscore as separator', () => {
    const name = pdfFileName({ ...FACTS, type: `a_b${'x'.repeat(60)}`, given: 'A_B' });
    expect(name).toBe(`20260102_a-b${'x'.repeat(37)}_LE GOFF-ETIENNE_A-B_26A0042.pdf`);
  });

  it('reads its facts in the CDA header', () => {
    const header = readCdaHeader(bareCda());
    if ('cause' in header) throw new Error(header.cause);
    expect(pdfFileName(namingFacts(header, '26A0042'))).toBe(
      "20260302_CR d'examens biologiques_MARTIN-DUVAL_ZOE_26A0042.pdf",
    );
  });

  it('is a plain file name whatever the names hold', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(anything, anything, anything, anything, (type, birthName, given, dossier) => {
        const name = pdfFileName({ ...FACTS, type, birthName, given, dossier });
        expect(name).toMatch(/^20260102(?:_[ -~]+)?\.pdf$/);
        expect(name).not.toMatch(/[\\/:*?"<>|]/);
        expect(name.length).toBeLessThan(255);
        expect(safePdfName(name)).toBe(name);
      }),
    );
  });
});

it('a report names its PDF by the facts that its CDA header will hold', () => {
  for (const report of [lipidAndGlucose(), unqualifiedIdentity()]) {
    const header = readCdaHeader(buildCda({ report, pdf: Buffer.from('%PDF'), version: '2024.01' }));
    if ('cause' in header) throw new Error(header.cause);
    expect(pdfName(report)).toBe(pdfFileName(namingFacts(header, report.dossier)));
  }
});

describe('a name given by another', () => {
  it.each([
    ['../../etc/passwd', '-..-etc-passwd.pdf'],
    ['C:\\temp\\x.pdf', 'C-temp-x.pdf'],
    ['a"\r\nBcc: x@y.pdf', 'a- Bcc- x@y.pdf'],
    ['\u0000', 'compte-rendu.pdf'],
  ])('%j becomes %j', (given, name) => {
    expect(safePdfName(given)).toBe(name);
  });
});

describe('the subject', () => {
  it('follows ECO.2.1.3', () => {
    expect(mailSubject(FACTS, {})).toBe(
      "XDM/1.0/DDM+CR d'examens biologiques LE GOFF-ETIENNE Zoe 03/02/1980",
    );
  });

  it('tells a replacement after the prefix', () => {
    expect(mailSubject(FACTS, { tag: REPLACEMENT_TAG })).toBe(
      "XDM/1.0/DDM+[Annule et remplace] CR d'examens biologiques LE GOFF-ETIENNE Zoe 03/02/1980",
    );
  });

  it.each([
    ['Œuvrard', 'OEUVRARD'],
    ['Strauß', 'STRAUSS'],
    ['Łukasz’', "LUKASZ'"],
    ['N\u0303a', 'NA'],
  ])('writes %s as %s', (birthName, written) => {
    expect(mailSubject({ ...FACTS, birthName }, {})).toContain(` ${written} `);
  });

  it('is printable ASCII on one line, and begins with the prefix, whatever the names hold', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(anything, anything, anything, (type, birthName, given) => {
        const subject = mailSubject({ ...FACTS, type, birthName, given }, {});
        expect(subject).toMatch(/^XDM\/1\.0\/DDM\+[ -~]*$/);
      }),
    );
  });
});
