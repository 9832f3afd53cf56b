import { describe, expect, test } from 'vitest';
import { INS_OIDS, parseIns } from '../../src/report/ins.ts';
import type { Consent, PatientUpdate } from '../../src/report/patient-update.ts';
import { holdersOf } from '../../src/store/patient-merges.ts';
import type { InterpretedItem } from '../../src/store/records.ts';
import { at, statedPatient } from '../fixtures/people.ts';
import {
  ACT,
  aBench,
  aDossier,
  anExam,
  aRow,
  deliver,
  fates,
  hold,
  plan,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

/** A40: what was a number's goes to the patient who stays. */

const { ins: _ins, ...UNSAID } = statedPatient({ statuses: ['PROV'] });
/** Known first under a number of their own, without INS. */
const OLD = { ...UNSAID, localId: { value: 'P0009' } };
const STAYS = statedPatient();

const adt = (time: string, identity = STAYS, more: Partial<PatientUpdate> = {}): InterpretedItem => ({
  kind: 'patient',
  update: { identity, at: at(time), event: 'A31', ...more },
});
const merge = (time: string, identity = STAYS, merged = 'P0009'): InterpretedItem =>
  adt(time, identity, { event: 'A40', merged: { value: merged } });
const says = (time: string, alimentation: Consent['alimentation'], identity = STAYS): InterpretedItem =>
  adt(time, identity, { consent: { alimentation } });

/** A report of the old number, mailed to its prescriber and waiting for an INS. */
async function waiting(store: ReturnType<typeof aBench>['store'], doctor = toDoctor()): Promise<void> {
  await tell(store, aDossier({ patient: OLD }));
  await render(store);
  await plan(store, hold('ins-non-qualifiee'), doctor);
}

describe('a report that waited for an INS', () => {
  test('goes to the patient who stays, and is made again with that identity', async () => {
    const { store } = aBench();
    await waiting(store, hold('partiel', { channel: 'mssante-pro', recipient: 'x' }));
    await tell(store, merge('20260303080000'));
    expect((await store.report(REPORT))?.patient).toBe('P0001');
    expect(await store.unrendered(1)).toMatchObject([
      { version: 2, dossier: { patient: { localId: { value: 'P0001' }, ins: STAYS.ins } } },
    ]);
    const journal = await store.journal({ reportId: REPORT });
    expect(journal).toContainEqual(
      expect.objectContaining({
        action: 'patient-merged',
        details: { from: 'patient:1', to: 'patient:2', inbox: 2 },
      }),
    );
  });

  test('and that comes after the merge goes there at once', async () => {
    const { store } = aBench();
    await tell(store, merge('20260301080000'));
    await tell(store, aDossier({ patient: OLD }));
    expect(await store.unrendered(1)).toMatchObject([
      { version: 1, dossier: { patient: { localId: { value: 'P0001' }, ins: STAYS.ins } } },
    ]);
    expect((await store.patient('P0009'))?.mergedInto).toBe('P0001');
  });

  test('stays frozen, and told, when the two are plainly not one person', async () => {
    const { store } = aBench();
    const somebodyElse = {
      ...STAYS,
      traits: { ...STAYS.traits, birthName: 'PAT-QUATRE', firstGiven: 'ALAIN', sex: 'M' as const },
    };
    await waiting(store);
    await tell(store, merge('20260303080000', somebodyElse));
    expect(await store.unrendered(1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([{ borne: { birthName: 'PAT-TROIS' } }]);
    await plan(store, hold('identite-changee'));
    expect(await store.alerts()).toMatchObject([{ kind: 'identite-gelee', subject: REPORT }]);
    // Nor are results of the one taken under the merged number as the other's.
    expect(await tell(store, aDossier({ number: '2', patient: OLD }))).toMatchObject([
      { kind: 'quarantined' },
    ]);
  });
});

test('what was sent is not sent again by itself', async () => {
  const { store } = aBench();
  const known = { ...STAYS, localId: { value: 'P0009' } };
  await tell(store, aDossier({ patient: known }));
  await render(store);
  await plan(store, send(), toDoctor());
  await deliver(store);
  await deliver(store, 'mssante-pro');
  await tell(store, merge('20260303080000'));
  expect((await store.report(REPORT))?.patient).toBe('P0001');
  expect(await store.unrendered(1)).toEqual([]);
  expect(await fates(store)).toEqual(['v1 dmp delivered', 'v1 mssante-pro delivered']);
  expect(await store.alerts()).toEqual([]);
});

test('a merge under another INS than the one that was sent is told', async () => {
  const { store } = aBench();
  const other = parseIns('184076938301241', INS_OIDS.test);
  if ('fault' in other) throw new Error('the test INS is wrong');
  await tell(store, aDossier({ patient: { ...STAYS, ins: other, localId: { value: 'P0009' } } }));
  await render(store);
  await plan(store, send());
  await deliver(store);
  await tell(store, merge('20260303080000'));
  expect(await store.alerts()).toMatchObject([{ kind: 'identite-gelee', subject: REPORT }]);
});

describe('oppositions', () => {
  const opposed = async (store: ReturnType<typeof aBench>['store']) => {
    await tell(store, aDossier({ messageAt: at('20260305080000') }));
    await render(store);
    return (await store.unplanned(1))[0]?.opposition;
  };

  test('told by ADT of the merged number stands, whatever the other said before', async () => {
    const { store } = aBench();
    await tell(store, says('20260301080000', 'IO', OLD), says('20260302080000', 'INO'));
    await tell(store, merge('20260303080000'));
    expect(await opposed(store)).toMatchObject({ dmp: { by: 'ADT' } });
    await tell(store, says('20260304080000', 'INO'));
    expect((await store.unplanned(1))[0]?.opposition).toEqual({});
  });

  test('of a person stands', async () => {
    const { store } = aBench();
    await tell(store, adt('20260301080000', OLD));
    await store.oppose('P0009', ['mssante-patient'], true, ACT);
    await tell(store, merge('20260303080000'));
    expect(await opposed(store)).toMatchObject({ 'mssante-patient': { by: ACT.by } });
  });

  test('stops at once what waits of the patient who stays', async () => {
    const { store } = aBench();
    await tell(store, says('20260301080000', 'IO', OLD));
    await tell(store, aDossier());
    await render(store);
    await plan(store, send());
    await tell(store, merge('20260303080000'));
    expect(await store.lease('dmp', 1, 1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([{ opposition: { dmp: { by: 'ADT' } } }]);
  });
});

test('a merge told again, or replayed, changes nothing more', async () => {
  const { store } = aBench();
  await waiting(store);
  await tell(store, merge('20260303080000'));
  await render(store);
  await tell(store, merge('20260303080000'));
  expect(await store.unrendered(1)).toEqual([]);
  expect((await store.report(REPORT))?.version).toBe(2);
  expect((await store.patient('P0001'))?.history.filter(({ merged }) => merged)).toHaveLength(1);
});

test('of two merges of a number the later counts, whatever order they come in', async () => {
  const { store } = aBench();
  const third = statedPatient({ localId: { value: 'P0003' } });
  await waiting(store);
  await tell(store, merge('20260304080000', third), merge('20260303080000'));
  expect((await store.report(REPORT))?.patient).toBe('P0003');
});

describe('chains', () => {
  test.each([
    [
      'lead to the last who stays',
      [
        [1, 2],
        [2, 3],
      ],
      { 1: 3, 2: 3, 3: 3 },
    ],
    [
      'that come back keep the one who came back',
      [
        [1, 2],
        [2, 1],
      ],
      { 1: 1, 2: 1 },
    ],
    [
      'that close keep the last survivor',
      [
        [1, 2],
        [2, 3],
        [3, 1],
      ],
      { 1: 1, 2: 1, 3: 1 },
    ],
  ] as [string, [number, number][], Record<number, number>][])('%s', (_what, pairs, expected) => {
    const holder = holdersOf(pairs.map(([merged, survivor], rank) => ({ merged, survivor, at: rank })));
    const found = Object.fromEntries(Object.keys(expected).map((id) => [id, holder(Number(id)).id]));
    expect(found).toEqual(expected);
  });
});

test('a second message of the old number completes the report of the patient who stays', async () => {
  const { store } = aBench();
  await waiting(store);
  await tell(store, merge('20260303080000'));
  await render(store);
  await plan(store, send());
  const more = [anExam('TSH', [aRow('TSH', '2')])];
  await tell(store, aDossier({ patient: OLD, exams: more, messageAt: at('20260304080000') }));
  expect(await store.unrendered(1)).toMatchObject([
    { version: 3, dossier: { patient: { localId: { value: 'P0001' }, ins: STAYS.ins } } },
  ]);
});
