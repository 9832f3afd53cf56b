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

  it('reads the three choices, and none from ZFA of older versions', () => {
    const consent = (...lines: string[]) => {
      const [part] = read(adt('A08', pid(), ...lines));
      return part?.kind === 'patient' ? part.update.consent?.alimentation : 'no update';
    };
    expect(['INO', 'IO', 'NA', 'PEUT-ETRE'].map((choice) => consent(zfa(choice)))).toEqual([
      'INO',
      'IO',
      'NA',
      undefined,
    ]);
    expect(consent('ZFA|ACTIF|20220105||Y||N|N')).toBeUndefined();
    expect(consent()).toBeUndefined();
  });

  it('says that the INS is removed only on an explicit deletion', () => {
    const removed = (ids: string) => {
      const [part] = read(adt('A31', pid({ ids })));
      return part?.kind === 'patient' && part.update.insRemoved;
    };
    const local = `LC1^^^LBM&${PATIENTS_OID}&ISO^PI`;
    expect(removed(`${local}~""^^^X&1.2.250.1.213.1.4.10&ISO^INS`)).toBe(true);
    expect(removed(`${local}~""`)).toBe(true);
    expect(removed(local)).toBeUndefined();
  });

  it('ignores the end of a stay and other movements, with the reason', () => {
    expect(read(adt('A03', pid()))).toEqual([{ kind: 'ignored', reason: expect.stringContaining('A03') }]);
    expect(read(adt('A02', pid()))).toEqual([{ kind: 'ignored', reason: expect.stringContaining('A02') }]);
  });

  it('refuses a message without patient', () => {
    expect(faultsOf(adt('A08')).map(({ code }) => code)).toEqual(['PID_MISSING']);
  });
});
