import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../src/pfi/answer.ts';
import { controlIdOf, zamMessage } from '../../src/pfi/zam.ts';
import type { BusinessAck } from '../../src/report/business-ack.ts';

const ack = (more: Partial<BusinessAck> = {}): BusinessAck => ({
  ackId: 'pfi-1-v1-1-Z01-Y',
  source: 'pfi',
  event: 'Z01',
  done: true,
  at: Date.parse('2026-03-02T09:30:00.250Z'),
  orders: {
    reception: true,
    reading: true,
    controlId: '015',
    sender: ['SIL-Y', 'labo'],
    receiver: ['PFI-X', 'Organisation-X'],
    processing: 'T',
    volet: '2.1',
  },
  ...more,
});
const lines = (given: BusinessAck) =>
  zamMessage(given, 'Europe/Paris').toString('utf8').trimEnd().split('\r');

describe('a business acknowledgement', () => {
  it('goes back to who sent the document, names its message, and is the same at each try', () => {
    const one = ack();
    expect(lines(one)).toEqual([
      `MSH|^~\\&|PFI-X|Organisation-X|SIL-Y|labo|20260302103000+0100||ZAM^Z01^ZAM_Z01|${controlIdOf(one)}|T|2.6|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2`,
      'EVN||20260302103000+0100',
      'OBX|1|CWE|ACK_RECEPTION_DMP^Accusé de réception DMP^AckMetierZAM|015|Y^^expandedYes-NoIndicator||||||F',
    ]);
    expect(controlIdOf(one)).toHaveLength(20);
    expect(lines(ack())).toEqual(lines(one));
  });

  it('names the mailbox of a mail', () => {
    const mailbox = 'claire.durand@medecin.mssante.invalid';
    expect(lines(ack({ event: 'Z02', mailbox }))[3]).toBe(
      `OBX|2|XTN|DESTINATAIRE_MSS^Destinataire MSSanté^AckMetierZAM||^^X.400^${mailbox}||||||F`,
    );
    expect(lines(ack({ event: 'Z03', mailbox }))[2]).toContain(
      '|ACK_LECTURE_MSS^Accusé de lecture^AckMetierZAM|',
    );
    expect(lines(ack({ event: 'Z03', mailbox }))[3]).toContain('|LECTEUR_MSS^');
  });

  it.each([
    ['Z01', 'DMPClosed', 'DMPClosed^^DMPERRORCODE'],
    ['Z01', 'opposition', "906^Erreur 'Autre'^applicationErrorCondition"],
    ['Z01', 'CDA_PATIENT_DIFFERS', "904^L'INS transmis ne correspond pas^applicationErrorCondition"],
    ['Z01', 'CDA_REPLACES_OLD', '900^Version du document incorrecte^applicationErrorCondition'],
    ['Z01', 'RENDER_INTERNAL', "906^Erreur 'Autre'^applicationErrorCondition"],
    ['Z02', 'MSSANTE_UNKNOWN_MAILBOX', '550^^SMTPERRORCODE'],
    ['Z02', 'MSSANTE_UNDELIVERED', '554^^SMTPERRORCODE'],
    ['Z03', '902', '902^Identifiant patient inconnu^applicationErrorCondition'],
    ['Z03', '907', "906^Erreur 'Autre'^applicationErrorCondition"],
    ['Z02', 'INTERNAL', "906^Erreur 'Autre'^applicationErrorCondition"],
  ] as const)('%s tells %s', (event, error, told) => {
    const segments = lines(ack({ event, done: false, error }));
    expect(segments[2]).toContain('|N^^expandedYes-NoIndicator|');
    expect(segments.at(-1)).toBe(`ERR|||207^Application error^messageErrorCondition|E|${told}`);
  });

  it('lets no value of the message that asked change its own structure', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (application, controlId) => {
        const orders = { ...ack().orders, receiver: [application, application] as const, controlId };
        const segments = lines(ack({ orders }));
        expect(segments).toHaveLength(3);
        expect(segments[0]?.split('|')).toHaveLength(21);
        expect(segments[2]?.split('|')).toHaveLength(12);
      }),
    );
  });
});

describe('its answer', () => {
  const answer = (code: string, id = 'ZAM-1', err = '') =>
    answerTo(Buffer.from(`MSH|^~\\&|A|B|C|D|2026||ACK^Z01^ACK|1|P|2.6\rMSA|${code}|${id}\r${err}`), 'ZAM-1');

  it.each([
    ['AA', 'accepted'],
    ['CA', 'accepted'],
    ['AE', 'refused'],
    ['CE', 'refused'],
    ['AR', 'retry'],
    ['CR', 'retry'],
    ['XX', 'retry'],
  ])('%s: %s', (code, kind) => {
    expect(answer(code).kind).toBe(kind);
  });

  it('is none when it answers another message, or cannot be read', () => {
    expect(answer('AA', 'ZAM-2')).toMatchObject({ kind: 'retry', code: 'PFI_ANSWER_UNREADABLE' });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(answerTo(bytes, 'ZAM-1').kind).toBe('retry');
      }),
    );
  });

  it('tells the error that it names, and no text of the peer', () => {
    const told = answer('AE', 'ZAM-1', 'ERR|||101^PAT-TROIS DOMINIQUE|E');
    expect(told).toEqual({ kind: 'refused', code: 'PFI_REFUSED', cause: 'réponse AE, erreur 101' });
  });
});
