import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDocument } from '../../src/xds/document-entry.ts';
import { bareCda, clinicalDocument, selfPresentingCda } from '../fixtures/xds/cda.ts';

const noMask = { confidentiality: [] } as const;

function entryOf(cda: Uint8Array) {
  const entry = describeDocument(cda, noMask);
  if ('cause' in entry) throw new Error(`${entry.code} ${entry.position ?? ''}`);
  return entry;
}

describe('describeDocument', () => {
  it('takes every attribute from the header', () => {
    const cda = bareCda({ replaces: '1.2.250.1.999.7.1.0' });
    expect(entryOf(cda)).toEqual({
      uniqueId: '1.2.250.1.999.7.1.1',
      title: "Compte rendu d'examens biologiques",
      typeCode: {
        code: '11502-2',
        system: '2.16.840.1.113883.6.1',
        display: "CR d'examens biologiques",
      },
      classCode: { code: '10', system: '1.2.250.1.213.1.1.4.1', display: 'Compte rendu' },
      formatCode: expect.objectContaining({
        code: 'urn:ihe:lab:xd-lab:2008',
        system: '1.3.6.1.4.1.19376.1.2.3',
      }),
      confidentialityCodes: [{ code: 'N', system: '2.16.840.1.113883.5.25', display: 'Normal' }],
      eventCodes: [
        { code: '18719-5', system: '2.16.840.1.113883.6.1', display: 'Biochimie' },
        { code: '18723-7', system: '2.16.840.1.113883.6.1', display: 'Hématologie' },
      ],
      facilityType: {
        code: 'SA25',
        system: '1.2.250.1.71.4.2.4',
        display: 'Laboratoire de biologie médicale',
      },
      practiceSetting: { code: 'AMBULATOIRE', system: '1.2.250.1.213.1.1.4.9', display: 'Ambulatoire' },
      // UTC, where the CDA has local times.
      creationTime: '20260302081530',
      serviceStartTime: '20260302063000',
      serviceStopTime: '20260302081000',
      languageCode: 'fr-FR',
      mimeType: 'text/xml',
      authors: [
        {
          person: '810000000001^DURAND^Paul^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
          institution: 'LBM \\T\\ Fils^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1750000001',
          specialty: 'G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5',
        },
      ],
      legalAuthenticator: '810000000001^DURAND^Paul^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      patientId: '279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH',
      sourcePatientId: 'P-77^^^&1.2.250.1.999.2&ISO^PI',
      sourcePatientInfo: ['PID-5|MARTIN-DUVAL^ZOÉ^^^^^L', 'PID-7|19790328', 'PID-8|F'],
      hash: createHash('sha1').update(cda).digest('hex'),
      size: cda.byteLength,
      replaces: '1.2.250.1.999.7.1.0',
    });
  });

  it('reads the self-presenting form alike, but for its media type, hash and size', () => {
    const bare = entryOf(bareCda());
    const wrapped = entryOf(selfPresentingCda());
    expect(wrapped.mimeType).toBe('application/xslt+xml');
    const { hash: _h, size: _s, mimeType: _m, ...same } = wrapped;
    expect(bare).toMatchObject(same);
    expect(wrapped.hash).not.toBe(bare.hash);
  });

  it('reads elements written with a prefix', () => {
    const prefixed = clinicalDocument()
      .replace('xmlns="urn:hl7-org:v3"', 'xmlns:c="urn:hl7-org:v3"')
      .replace(/<(\/?)(?!lab:)([A-Za-z])/g, '<$1c:$2');
    expect(entryOf(Buffer.from(prefixed)).uniqueId).toBe('1.2.250.1.999.7.1.1');
  });

  it('adds the masks of the dispatch order after N', () => {
    const entry = describeDocument(bareCda(), {
      confidentiality: ['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
    });
    expect(entry).toMatchObject({
      confidentialityCodes: [
        { code: 'N' },
        { code: 'INVISIBLE_PATIENT', system: '1.2.250.1.213.1.1.4.13' },
        { code: 'INVISIBLE_REPRESENTANTS_LEGAUX', system: '1.2.250.1.213.1.1.4.13' },
      ],
    });
  });

  it('names a patient without INS by the local identifier', () => {
    const entry = entryOf(bareCda({ ins: false }));
    expect(entry.patientId).toBe('P-77^^^&1.2.250.1.999.2&ISO^PI');
    expect(JSON.stringify(entry)).not.toContain('279035121518989');
  });

  it('never looks at the body', () => {
    const entry = entryOf(bareCda({ body: '<broken & <unclosed>' }));
    expect(entry.title).toBe("Compte rendu d'examens biologiques");
  });

  it('knows an N1 by its template', () => {
    const n1 = bareCda({ templates: '<templateId root="1.3.6.1.4.1.19376.1.2.20"/>' });
    expect(entryOf(n1).formatCode.code).toBe('urn:ihe:iti:xds-sd:pdf:2008');
  });

  it('gives every name back through XML and HL7 escapes', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((s) => /^\p{L}/u.test(s));
    fc.assert(
      fc.property(name, fc.constantFrom('&', '<', '^', '~', '|', '\\', '"', "'"), (text, special) => {
        const family = `${text.normalize()}${special}X`.replace(/\s+/g, ' ');
        const xml = family.replace(/&/g, '&#38;').replace(/</g, '&lt;');
        const [pid5] = entryOf(bareCda({ family: xml })).sourcePatientInfo;
        const field = pid5?.split('|')[1]?.split('^')[0] ?? '';
        const unescaped = field.replace(
          /\\([EFSTR])\\/g,
          (_, c: string) => '\\|^&~'['EFSTR'.indexOf(c)] ?? '',
        );
        expect(unescaped).toBe(family);
      }),
    );
  });

  it.each([
    [
      'a document id with an extension',
      (x: string) => x.replace('<id root="1.2.250.1.999.7.1.1"', '$& extension="1"'),
      'XDS_HEADER_INVALID',
    ],
    [
      'an OID of more than 64 characters',
      (x: string) => x.replace('1.2.250.1.999.7.1.1"', `1.2.${'9'.repeat(62)}"`),
      'XDS_HEADER_INVALID',
    ],
    [
      'no practice setting',
      (x: string) => x.replace(/<standardIndustryClassCode[^>]*>/, ''),
      'XDS_HEADER_MISSING',
    ],
    ['no author', (x: string) => x.replace(/<author>[\s\S]*?<\/author>/, ''), 'XDS_HEADER_MISSING'],
    ['another type of document', (x: string) => x.replace('11502-2', '34133-9'), 'XDS_HEADER_INVALID'],
    ['a header that never ends', (x: string) => x.replace('</componentOf>', ''), 'XDS_CDA_UNREADABLE'],
    [
      'crossed tags',
      (x: string) => x.replace('</patientRole></recordTarget>', '</recordTarget></patientRole>'),
      'XDS_CDA_UNREADABLE',
    ],
    ['a DOCTYPE', (x: string) => `<!DOCTYPE x [<!ENTITY a "b">]>${x}`, 'XDS_CDA_UNREADABLE'],
    ['something else', () => '%PDF-1.4', 'XDS_CDA_UNREADABLE'],
  ])('refuses %s', (_, damage, code) => {
    expect(describeDocument(Buffer.from(damage(clinicalDocument())), noMask)).toMatchObject({ code });
  });

  it('refuses bytes that are not UTF-8', () => {
    const latin1 = Buffer.from(clinicalDocument(), 'latin1');
    expect(describeDocument(latin1, noMask)).toMatchObject({ code: 'XDS_CDA_UNREADABLE' });
  });

  it('names no data of the patient in its faults', () => {
    const fault = describeDocument(
      Buffer.from(
        clinicalDocument()
          .replace(/<birthTime[\s\S]*?\/>/, '')
          .replace('administrativeGenderCode code="F"', 'administrativeGenderCode'),
      ),
      noMask,
    );
    expect(fault).toMatchObject({ code: 'XDS_HEADER_MISSING' });
    expect(JSON.stringify(fault)).not.toMatch(/MARTIN|279035/);
  });
});
