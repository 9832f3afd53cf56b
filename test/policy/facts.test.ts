import { expect, it } from 'vitest';
import { factsOf } from '../../src/policy/facts.ts';
import type { Professional } from '../../src/report/people.ts';
import { aReport } from '../fixtures/reports.ts';

const PERSON: Professional = { idNat: '899700012042', family: 'PETIT' };
const MAILBOX = 'hugo.petit@medecin.mssante.invalid';
const copyTo = (professional: Professional) => [{ role: 'copy' as const, professional }];

it('has each professional once, the prescriber first', () => {
  const { professionals } = factsOf(
    aReport({
      prescriber: PERSON,
      recipients: [...copyTo({ family: 'LEROY', localCode: 'D1' }), ...copyTo(PERSON)],
    }),
  );
  expect(professionals).toEqual([{ key: '899700012042', prescriber: true }, { key: 'D1' }]);
});

it('has the address of somebody named twice, whichever of the two gives it', () => {
  const reached = { ...PERSON, mssante: MAILBOX };
  for (const [prescriber, copy] of [
    [PERSON, reached],
    [reached, PERSON],
  ] as const)
    expect(factsOf(aReport({ prescriber, recipients: copyTo(copy) })).professionals).toEqual([
      { key: '899700012042', mailbox: MAILBOX, prescriber: true },
    ]);
});
