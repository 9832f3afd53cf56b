import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INS_OIDS, type Ins, parseIns } from '../../src/report/ins.ts';
import type { PatientUpdate } from '../../src/report/patient-update.ts';
import type { Store } from '../../src/store/model.ts';
import { at, statedPatient } from '../fixtures/people.ts';
import { aBench, aDossier, REPORT, tell } from './store-fixtures.ts';

/** The state of a patient follows from what messages said and when they were written, not from when they came. */

const NUMBERS = ['P0001', 'P0002', 'P0003'];

const insOf = (matricule: string): Ins => {
  const ins = parseIns(matricule, INS_OIDS.test);
  if ('fault' in ins) throw new Error('a test INS is wrong');
  return ins;
};
const INS = ['279035121518989', '184076938301241'].map(insOf);
const { ins: _ins, ...WITHOUT_INS } = statedPatient();

/** ADT of one hospital: several may be of the same second, and none has the number of another. */
const statement = fc.record({
  number: fc.constantFrom(...NUMBERS),
  second: fc.integer({ min: 0, max: 9 }),
  ins: fc.constantFrom(undefined, ...INS),
  status: fc.constantFrom('VALI', 'PROV', 'DOUT', undefined),
  removed: fc.boolean(),
  given: fc.constantFrom('DOMINIQUE', 'DOMINICA'),
  alimentation: fc.constantFrom(undefined, 'INO', 'IO', 'NA' as const),
  merged: fc.option(fc.constantFrom(...NUMBERS), { nil: undefined, freq: 3 }),
  recorded: fc.boolean(),
});
type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

function updateOf(said: Statement, rank: number): PatientUpdate {
  const time = at(`202603010800${String(said.second).padStart(2, '0')}`);
  const identity = {
    ...WITHOUT_INS,
    ...(said.ins ? { ins: said.ins } : {}),
    localId: { value: said.number },
    statuses: said.status ? [said.status] : [],
    traits: { ...WITHOUT_INS.traits, firstGiven: said.given },
  };
  const common = { identity, at: time, controlId: String(rank) };
  if (said.merged && said.merged !== said.number)
    return { ...common, event: 'A40', merged: { value: said.merged } };
  return {
    ...common,
    event: 'A31',
    ...(said.removed ? { insRemoved: true } : {}),
    ...(said.alimentation ? { consent: { alimentation: said.alimentation as 'INO' | 'IO' | 'NA' } } : {}),
  };
}

/** What a person and the plans see of every number. */
async function stateOf(store: Store): Promise<unknown> {
  return Promise.all(
    NUMBERS.map(async (number) => {
      const details = await store.patient(number);
      return details && { ...details, history: details.history.map(({ inboxId: _from, ...event }) => event) };
    }),
  );
}

test('any order of arrival of the same ADT gives the same patients', async () => {
  const shuffled = fc.array(statement, { minLength: 2, maxLength: 8 }).chain((said) => {
    const updates = said.map(updateOf);
    const whole = { minLength: updates.length, maxLength: updates.length };
    return fc.tuple(fc.constant(updates), fc.shuffledSubarray(updates, whole));
  });
  await fc.assert(
    fc.asyncProperty(shuffled, async ([updates, others]) => {
      const states = [];
      for (const order of [updates, others]) {
        const { store } = aBench();
        // One commit: the order of arrival is what counts, not how many messages bring them.
        await tell(store, ...order.map((update) => ({ kind: 'patient' as const, update })));
        states.push(await stateOf(store));
      }
      expect(states[1]).toEqual(states[0]);
    }),
    { numRuns: 60 },
  );
}, 90_000);

describe('two messages of the same second', () => {
  const qualified = { identity: statedPatient(), at: at('20260301080000'), event: 'A28', controlId: '9' };
  const doubtful = {
    ...qualified,
    identity: statedPatient({ statuses: ['DOUT'] }),
    event: 'A31',
    controlId: '10',
  };

  test.each([
    ['in order', [qualified, doubtful]],
    ['the other way round', [doubtful, qualified]],
  ])('are ordered by MSH-10: %s', async (_order, updates) => {
    const { store } = aBench();
    for (const update of updates) await tell(store, { kind: 'patient', update });
    expect((await store.patient('P0001'))?.identity.statuses).toEqual(['DOUT']);
  });
});

test('a movement that is only recorded changes nothing, and is shown', async () => {
  const { store } = aBench();
  const known = { identity: statedPatient(), at: at('20260301080000'), event: 'A28' };
  const end = {
    identity: statedPatient({ statuses: ['DOUT'] }),
    at: at('20260302080000'),
    event: 'A03',
    recordedOnly: true,
  };
  await tell(store, { kind: 'patient', update: end });
  expect(await store.patient('P0001')).toBeUndefined();
  await tell(store, { kind: 'patient', update: known }, { kind: 'patient', update: end });
  expect(await store.patient('P0001')).toMatchObject({
    identity: { statuses: ['VALI'] },
    history: [
      { event: 'A28', inboxId: 2, identity: { statuses: ['VALI'] } },
      { event: 'A03', inboxId: 2 },
    ],
  });
});

test('results that repeat the same identity leave its first and its last word', async () => {
  const { store } = aBench();
  for (const hour of ['09', '11', '10', '12'])
    await tell(store, aDossier({ messageAt: at(`202603020${hour}000`.replace('020', '02')) }));
  const history = (await store.patient('P0001'))?.history ?? [];
  expect(history.map((event) => new Date(event.at).getUTCHours())).toEqual([8, 11]);
  expect((await store.report(REPORT))?.patient).toBe('P0001');
});
