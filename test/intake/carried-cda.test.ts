import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CarriedMessage, carriedMessage } from '../fixtures/carried-cda.ts';
import { dossierAndWarnings, dossierOf, faultsOf, read } from './parts.ts';

const cda = (body: 'structuredBody' | 'nonXMLBody', { set = '1.2.3.4', status = 'completed' } = {}) =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="${set}.1"/>` +
      `<effectiveTime value="20260302093000+0100"/><setId root="${set}"/><versionNumber value="1"/>` +
      `<documentationOf><serviceEvent><statusCode code="${status}"/></serviceEvent></documentationOf>` +
      `<componentOf><encompassingEncounter/></componentOf><component><${body}/></component></ClinicalDocument>`,
    'utf8',
  );
const N3 = cda('structuredBody');
const N1 = cda('nonXMLBody', { set: '1.2.3.5' });
const finished = (message: CarriedMessage) => dossierOf(carriedMessage(message)).finished;
const codes = (message: CarriedMessage) => faultsOf(carriedMessage(message)).map(({ code }) => code);

describe('an ORU that carries a finished CR-Bio', () => {
  it('names the report by the set of its document, and the patient by the INS where no number is given', () => {
    const dossier = dossierOf(carriedMessage({ n3: N3 }));
    expect(dossier).toMatchObject({
      number: '1.2.3.4',
      exams: [],
      completeness: 'complete',
      issuedAt: { local: '20260302093000' },
      patient: { localId: { value: '279035121518989', authority: '1.2.250.1.213.1.4.10' } },
      finished: { n3: N3.toString('base64'), request: 'create', onlyMasking: false },
    });
    expect(dossier.finished?.n1).toBeUndefined();
  });

  it.each([
    ['N1', { n1: N1 }, '1.2.3.5', ['n1']],
    ['both', { n3: N3, n1: N1 }, '1.2.3.4', ['n3', 'n1']],
  ] as const)('takes %s', (_what, documents, number, kept) => {
    const dossier = dossierOf(carriedMessage(documents));
    expect(dossier.number).toBe(number);
    expect(Object.keys(dossier.finished ?? {}).filter((key) => /^n\d$/.test(key))).toEqual(kept);
  });

  it.each(['1.2', '2.0', '2.1'] as const)('reads version %s of the volet', (volet) => {
    const orders = { INVISIBLE_REP_LEGAUX: 'Y', MODIF_CONF_CODE: 'Y' } as const;
    const dossier = dossierOf(carriedMessage({ n3: N3, volet, request: 'replace', orders }));
    expect(dossier.flags).toMatchObject({ invisibleRepLegaux: true, destDmp: true, masquePs: false });
    expect(dossier.finished).toMatchObject({ request: 'replace', onlyMasking: true });
  });

  it('tells of an order to mail to professionals that names none', () => {
    const warnings = (message: CarriedMessage) => dossierAndWarnings(carriedMessage(message)).warnings;
    expect(warnings({ n3: N3, to: [] })).toEqual(['MSS_NO_RECIPIENT']);
    expect(warnings({ n3: N3, to: [], orders: { DESTMSSANTEPS: 'N' } })).toEqual([]);
    expect(warnings({ n3: N3 })).toEqual([]);
  });

  it('withdraws the report when its document is to be deleted', () => {
    expect(dossierOf(carriedMessage({ n3: N3, request: 'delete' }))).toMatchObject({
      withdrawn: 'cancelled',
      finished: { request: 'delete' },
    });
  });

  it('is partial while its main act is', () => {
    const n3 = cda('structuredBody', { status: 'active' });
    expect(dossierOf(carriedMessage({ n3 })).completeness).toBe('partial');
  });

  it('sends only to those whom a PRT names, and never takes the patient for a professional', () => {
    const message = carriedMessage({
      n3: N3,
      to: ['a.b@medecin.mssante.invalid'],
      replyTo: 'c@x.mssante.invalid',
    })
      .toString('utf8')
      .replace(
        '\rOBX|2|',
        '\rPRT||UC||RCT^^participation|279035121518989^PAT-TROIS^DOMINIQUE^^^^^^1.2.250.1.213.1.4.10^L^^^INS||||||||||^^X.400^279035121518989@patient.mssante.invalid\rOBX|2|',
      );
    const { recipients, finished: documents } = dossierOf(Buffer.from(message));
    expect(recipients.map(({ professional }) => professional.mssante)).toEqual([
      'a.b@medecin.mssante.invalid',
    ]);
    expect(documents?.mail.replyTo).toBe('c@x.mssante.invalid');
  });

  it('keeps the mail texts that can be read, and tells of the others', () => {
    const text = Buffer.from('Chère consœur,\r\nvoici le compte rendu.', 'utf8').toString('base64');
    const bodies = { CORPSMAIL_PS: text, CORPSMAIL_PATIENT: text.slice(0, -3) };
    const { dossier, warnings } = dossierAndWarnings(carriedMessage({ n3: N3, bodies }));
    expect(dossier.finished?.mail).toEqual({ professionals: 'Chère consœur,\nvoici le compte rendu.' });
    expect(warnings).toContain('MAIL_BODY_UNREADABLE');
  });

  it('keeps who asks for acknowledgements, and for which message', () => {
    expect(finished({ n3: N3 })?.acknowledge).toBeUndefined();
    expect(finished({ n3: N3, orders: { ACK_RECEPTION: 'Y' } })?.acknowledge).toEqual({
      reception: true,
      reading: false,
      controlId: '015',
      sender: ['SIL-Y', 'labo'],
      receiver: ['PFI-X', 'Organisation-X'],
      processing: 'T',
      volet: '2.1',
    });
    const lecture = { ACK_LECTURE_MSS: null, ACK_LECTURE: 'Y' } as const;
    expect(finished({ n3: N3, orders: lecture })?.acknowledge).toMatchObject({ reading: true });
  });

  it('reads FIN under DESTMSSANTEPAT', () => {
    const flags = dossierOf(carriedMessage({ n3: N3, orders: { DESTMSSANTEPAT: 'FIN' } })).flags;
    expect(flags).toMatchObject({ destMssantePat: true, patientMayNotReply: true });
  });
});

describe('refused', () => {
  it.each([
    ['no document', {}, 'CDA_MISSING'],
    ['two of one level', { n3: N3, n1: N3 }, 'CDA_SEVERAL'],
    [
      'no set of versions',
      { n3: Buffer.from(N3.toString().replace('<setId root="1.2.3.4"/>', '')) },
      'CDA_UNREADABLE',
    ],
    ['a PDF in its place', { n3: Buffer.from('%PDF-1.4 nothing') }, 'CDA_OTHER_DOCUMENT'],
    ['a copy in PDF beside it', { n3: N3, n1: Buffer.from('%PDF-1.4 nothing') }, 'CDA_OTHER_DOCUMENT'],
    ['an order that nobody knows', { n3: N3, orders: { MASQUE_MEDECIN: 'Y' } }, 'META_UNKNOWN'],
    ['ORC-1 against OBX-11', { n3: N3, request: 'replace', control: 'NW' }, 'CDA_ORDER_INCOHERENT'],
    ['no order about the patient', { n3: N3, orders: { INVISIBLE_PATIENT: null } }, 'CDA_ORDER_MISSING'],
    ['no order about the DMP', { n3: N3, orders: { DESTDMP: null } }, 'CDA_ORDER_MISSING'],
  ] as const)('%s', (_what, message, code) => {
    expect(codes(message)).toEqual([code]);
  });

  it('an order that is neither Y nor N', () => {
    const message = carriedMessage({ n3: N3 }).toString('utf8').replace('||N^^expanded', '||O^^expanded');
    expect(faultsOf(Buffer.from(message)).map(({ code }) => code)).toEqual(['META_VALUE']);
  });

  it('never throws on a damaged document, and gives no personal data in its fault', () => {
    fc.assert(
      fc.property(fc.nat(N3.length - 1), fc.integer({ min: 0, max: 255 }), (index, byte) => {
        const n3 = Buffer.from(N3);
        n3[index] = byte;
        for (const part of read(carriedMessage({ n3 }))) {
          expect(JSON.stringify(part.kind === 'rejected' ? part.fault : '')).not.toContain('PAT-TROIS');
        }
      }),
      { numRuns: 300 },
    );
  });
});
