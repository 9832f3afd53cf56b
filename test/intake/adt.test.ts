import { describe, expect, it } from 'vitest';
import { bytes, INS, msh, PATIENTS_OID, pid } from '../fixtures/hl7/messages.ts';
import { faultsOf, read } from './parts.ts';

const adt = (event: string, ...lines: readonly string[]) =>
  bytes(msh({ type: `ADT^${event}`, version: '2.5^FRA^2.11' }), `EVN|${event}|20261116140000`, ...lines);
const zfa = (choice: string) => `ZFA|ACTIF|20220105|||||||${choice}|20261115083000|INC|20261115083000`;

describe('ADT', () => {
  it.each(['A01', 'A04', 'A08', 'A28', 'A31'])('%s updates identity and consent', (event) => {
    expect(read(adt(event, pid({ status: 'PROV' }), zfa('IO')))).toMatchObject([
      {
        kind: 'patient',
        update: {
          identity: { ins: { matricule: INS }, statuses: ['PROV'], localId: { value: 'LC1' } },
          consent: { alimentation: 'IO', at: { local: '20261115083000' } },
          at: { local: '20261116143000' },
        },
      },
    ]);
  });

  it('refuses a choice that it does not understand: it may be an opposition', () => {
    expect(read(adt('A08', pid(), zfa('PEUT-ETRE')))).toMatchObject([
      { kind: 'rejected', fault: { code: 'ADT_CONSENT', position: 'message 1, ZFA[1]-9' } },
    ]);
  });

  it('reads the three choices, and none from ZFA of older versions', () => {
    const consent = (...lines: string[]) => {
      const [part] = read(adt('A08', pid(), ...lines));
      return part?.kind === 'patient' ? part.update.consent?.alimentation : 'no update';
    };
    expect(['INO', 'IO', 'NA'].map((choice) => consent(zfa(choice)))).toEqual(['INO', 'IO', 'NA']);
    expect(consent('ZFA|ACTIF|20220105||Y||N|N')).toBeUndefined();
    expect(consent()).toBeUndefined();
  });

  it('keeps the choice on reading with its date, and how the identity was got', () => {
    const [part] = read(adt('A28', pid(), zfa('INO'), 'ZFD|||Y|N|INSI|20261114|CNI'));
    expect(part).toMatchObject({
      update: {
        event: 'A28',
        controlId: 'MSG1',
        consent: { consultation: 'INC', consultationAt: { local: '20261115083000' } },
        proof: { mode: 'INSI', insiAt: { local: '20261114' }, document: 'CNI' },
      },
    });
  });

  describe('the INS', () => {
    const local = `LC1^^^LBM&${PATIENTS_OID}&ISO^PI`;
    const removed = (event: string, ids: string) => {
      const [part] = read(adt(event, pid({ ids })));
      return part?.kind === 'patient' && part.update.insRemoved;
    };

    it('is removed by an explicit deletion, and by a whole identity that no longer gives it', () => {
      for (const event of ['A28', 'A31', 'A02', 'Z99']) {
        expect(removed(event, `${local}~""^^^X&1.2.250.1.213.1.4.10&ISO^INS`)).toBe(true);
        expect(removed(event, `${local}~""`)).toBe(true);
      }
      for (const event of ['A01', 'A04', 'A05', 'A08', 'A28', 'A31'])
        expect(removed(event, local)).toBe(true);
    });

    it('is not removed by a movement that is silent about it', () => {
      for (const event of ['A02', 'A06', 'A07', 'Z99']) expect(removed(event, local)).toBeUndefined();
    });
  });

  it.each(['A03', 'A11', 'A12', 'A13'])('%s is recorded, and states nothing', (event) => {
    expect(read(adt(event, pid(), zfa('IO')))).toMatchObject([
      { kind: 'patient', update: { event, recordedOnly: true } },
    ]);
    const [part] = read(adt(event, pid(), zfa('IO')));
    expect(part?.kind === 'patient' && part.update.consent).toBeUndefined();
    expect(read(adt(event))).toEqual([{ kind: 'ignored', reason: expect.stringContaining(event) }]);
  });

  it('ignores other movements, with the reason', () => {
    expect(read(adt('A21', pid()))).toEqual([{ kind: 'ignored', reason: expect.stringContaining('A21') }]);
  });

  it.each(['A24', 'A37', 'A47', 'A34', 'A18'])('%s is refused by name: numbers change hands', (event) => {
    const [fault] = faultsOf(adt(event, pid()));
    expect(fault?.code).toBe('ADT_EVENT');
    expect(fault?.cause).toContain(event);
  });

  describe('A40', () => {
    const mrg = (number: string) => `MRG|${number}^^^LBM&${PATIENTS_OID}&ISO^PI`;
    const numbers = (...lines: string[]) =>
      read(adt('A40', ...lines)).map((part) =>
        part.kind === 'patient'
          ? `${part.update.merged?.value} into ${part.update.identity.localId.value}`
          : part.kind === 'rejected'
            ? part.fault.code
            : part.kind,
      );

    it('merges MRG-1 into PID-3, pair by pair', () => {
      const other = pid({ ids: `LC9^^^LBM&${PATIENTS_OID}&ISO^PI` });
      expect(numbers(pid(), mrg('LC2'), 'PV1|1|N', other, mrg('LC8'))).toEqual([
        'LC2 into LC1',
        'LC8 into LC9',
      ]);
    });

    it('is refused without two different numbers', () => {
      expect(numbers(pid())).toEqual(['ADT_MERGE']);
      expect(numbers(pid(), mrg('LC1'))).toEqual(['ADT_MERGE']);
      expect(numbers(pid(), 'MRG|')).toEqual(['ADT_MERGE']);
      expect(numbers(mrg('LC2'))).toEqual(['PID_MISSING']);
    });

    it('takes the number of a known numbering, as PID-3 does', () => {
      expect(numbers(pid(), 'MRG|1^^^ELSEWHERE&1.2.3&ISO^AN~LC2^^^LBM^PI')).toEqual(['LC2 into LC1']);
    });
  });

  it('refuses a message without patient', () => {
    expect(faultsOf(adt('A08')).map(({ code }) => code)).toEqual(['PID_MISSING']);
  });
});
