import { describe, expect, test } from 'vitest';
import { INS_OIDS, type Ins, parseIns } from '../../src/report/ins.ts';
import type { Consent } from '../../src/report/patient-update.ts';
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
  itemOf,
  plan,
  planned,
  REPORT,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

/** One patient's results, choices and status must never serve another, nor be lost under another number of the same. */

const OTHER_INS = ((): Ins => {
  const ins = parseIns('184076938301241', INS_OIDS.test);
  if ('fault' in ins) throw new Error('the other test INS is wrong');
  return ins;
})();
const { ins: _ins, ...UNSAID } = statedPatient({ statuses: [] });
/** Somebody else, with a number of their own. */
const OTHER = {
  ...UNSAID,
  localId: { value: 'P0002' },
  traits: {
    ...UNSAID.traits,
    birthName: 'PAT-QUATRE',
    firstGiven: 'ALAIN',
    birthGivens: 'ALAIN',
    sex: 'M' as const,
    birthDate: { local: '19840714', offset: '+0200' },
  },
};
const renamed = (more: Partial<ReturnType<typeof statedPatient>['traits']>, patient = statedPatient()) => ({
  ...patient,
  traits: { ...patient.traits, ...more },
});
const TSH = [anExam('TSH', [aRow('TSH', '2')])];
const LATER = at('20260302120000');

const adt = (
  time: string,
  identity = statedPatient(),
  more: { consent?: Consent; insRemoved?: boolean } = {},
): InterpretedItem => ({ kind: 'patient', update: { identity, at: at(time), ...more } });

const codes = async (store: ReturnType<typeof aBench>['store']) =>
  (await store.quarantine()).map(({ fault }) => fault.code);

describe('a dossier number that two patients have', () => {
  test('keeps the first one’s results alone; the second’s are quarantined', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    expect(await tell(store, aDossier({ patient: OTHER, exams: TSH, messageAt: LATER }))).toMatchObject([
      { kind: 'quarantined' },
    ]);
    expect(await codes(store)).toEqual(['DOSSIER_OTHER_PATIENT']);
    const [task] = await store.unrendered(10);
    expect(task).toMatchObject({ version: 1, dossier: { patient: { localId: { value: 'P0001' } } } });
    expect(task?.dossier.exams.map(({ local }) => local.code)).toEqual(['GLY']);
  });

  test('in one message: so it is', async () => {
    const { store } = aBench();
    const outcomes = await tell(store, aDossier(), aDossier({ patient: OTHER, exams: TSH }));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['version', 'quarantined']);
  });

  test.each([
    ['another number alone', { ...statedPatient(), localId: { value: 'P0002' } }],
    ['a corrected birth date', renamed({ birthDate: { local: '19790329', offset: '+0100' } })],
    ['a corrected spelling', renamed({ birthName: 'PATTROIX' })],
  ])('%s is the same patient', async (_what, patient) => {
    const { store } = aBench();
    await tell(store, aDossier());
    await tell(store, aDossier({ patient, exams: TSH, messageAt: LATER }));
    expect(await codes(store)).toEqual([]);
    expect((await store.unrendered(1))[0]?.dossier.exams).toHaveLength(2);
  });
});

describe('a patient number that two persons have', () => {
  const namesake = { ...OTHER, localId: UNSAID.localId };

  test('quarantines the second one’s results, and renders none with the other’s identity', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: UNSAID }));
    await tell(store, aDossier({ number: '2', patient: namesake, messageAt: LATER }));
    expect(await codes(store)).toEqual(['PATIENT_NUMBER_SHARED']);
    expect((await store.patient('P0001'))?.identity.traits.birthName).toBe('PAT-TROIS');
  });

  test('ADT has the last word; a report made before is not made again with the other identity', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: UNSAID }));
    await render(store);
    await plan(store, hold('ins-non-qualifiee'));
    await tell(store, adt('20260303080000', { ...namesake, ins: OTHER_INS, statuses: ['VALI'] }));
    expect(await store.unrendered(1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([{ borne: { birthName: 'PAT-TROIS' } }]);
    await tell(store, aDossier({ patient: namesake, messageAt: at('20260303090000') }));
    expect(await codes(store)).toEqual([]);
  });
});

test('a version of another INS than the one that received the earlier is planned knowing it', async () => {
  const { store } = aBench();
  await planned(store);
  await deliver(store);
  await tell(store, aDossier({ patient: statedPatient({ ins: OTHER_INS }), exams: TSH, messageAt: LATER }));
  await render(store);
  expect(await store.unplanned(1)).toMatchObject([
    { version: 2, identity: { ins: OTHER_INS }, reachedAs: ['279035121518989'] },
  ]);
});

describe('what changes while a plan is being made', () => {
  test.each([
    ['an opposition', (store) => store.oppose('P0001', ['dmp'], true, ACT)],
    [
      'a doubt on the identity',
      (store) => tell(store, adt('20260303080000', statedPatient({ statuses: ['DOUT'] }))),
    ],
  ] as [string, (store: ReturnType<typeof aBench>['store']) => Promise<unknown>][])(
    '%s makes it stale, though nothing is open yet',
    async (_what, change) => {
      const { store } = aBench();
      await tell(store, aDossier());
      await render(store);
      const [task] = await store.unplanned(1);
      if (!task) throw new Error('nothing to plan');
      await change(store);
      await store.planned(task, [send()]);
      expect(await fates(store)).toEqual([]);
      expect(await store.unplanned(1)).toHaveLength(1);
    },
  );
});

describe('the status of an identity', () => {
  test('told without the INS is not forgotten by the next message that tells none', async () => {
    const { store } = aBench();
    await tell(store, adt('20260301080000'));
    await tell(store, adt('20260301090000', { ...UNSAID, statuses: ['DOUT'] }));
    await tell(store, aDossier({ patient: UNSAID }));
    expect((await store.unrendered(1))[0]?.dossier.patient.statuses).toEqual(['DOUT']);
    await tell(store, adt('20260304080000'), adt('20260305080000', UNSAID));
    expect((await store.patient('P0001'))?.identity).toMatchObject({
      statuses: ['VALI'],
      ins: { matricule: '279035121518989' },
    });
  });

  test('blocking: plans again what waits, even of an identity that was never qualified', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: UNSAID }));
    await render(store);
    await plan(store, toDoctor());
    await tell(store, adt('20260303080000', { ...UNSAID, statuses: ['USUR'] }));
    expect(await store.lease('mssante-pro', 1, 1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([{ identity: { statuses: ['USUR'] } }]);
  });
});

test('a status that no longer blocks frees what waits for that, with or without an INS', async () => {
  const { store } = aBench();
  const doubtful = { ...UNSAID, statuses: ['DOUT'] };
  await tell(store, aDossier({ patient: doubtful }));
  await render(store);
  await plan(store, toDoctor({ decision: 'hold', rule: 'identite-bloquee' }));
  await tell(store, adt('20260303080000', { ...UNSAID, statuses: ['USUR'] }));
  expect(await store.unrendered(1)).toEqual([]);
  await plan(store, toDoctor({ decision: 'hold', rule: 'identite-bloquee' }));
  await tell(store, adt('20260304080000', { ...UNSAID, statuses: ['PROV'] }));
  expect(await store.unrendered(2)).toMatchObject([
    { version: 2, dossier: { patient: { statuses: ['PROV'] } } },
  ]);
});

describe('consent and opposition', () => {
  const says = (
    time: string,
    alimentation: Consent['alimentation'],
    on: string,
    identity = statedPatient(),
  ) => adt(time, identity, { consent: { alimentation, at: at(on) } });
  const SECOND = statedPatient({ localId: { value: 'P0002' } });

  test('the latest message wins, whatever ZFA-10 says', async () => {
    const { store } = aBench();
    await tell(store, says('20260301080000', 'INO', '20270101'), says('20260302080000', 'IO', '20260102'));
    expect(await store.patient('P0001')).toMatchObject({
      consent: { alimentation: 'IO', at: { local: '20260102' } },
      oppositions: [{ by: 'ADT', at: Date.parse('2026-01-02T00:00:00+01:00') }],
    });
  });

  test('told under one number, count under every number of the same INS', async () => {
    const { store } = aBench();
    await tell(store, adt('20260301080000', SECOND));
    await planned(store);
    await store.oppose('P0002', ['mssante-patient'], true, ACT);
    expect(await store.unplanned(1)).toMatchObject([{ opposition: { 'mssante-patient': { by: ACT.by } } }]);
    await plan(store, send());
    await tell(store, says('20260303080000', 'IO', '20260303', SECOND));
    const [task] = await store.unplanned(1);
    expect(task).toMatchObject({ consent: { alimentation: 'IO' }, opposition: { dmp: { by: 'ADT' } } });
    expect(await store.oppose('P0001', ['mssante-patient'], false, ACT)).toEqual({ done: true });
    await tell(store, says('20260304080000', 'INO', '20260304'));
    expect((await store.unplanned(1))[0]?.opposition).toEqual({});
  });

  test('an ORU that says nothing of the INS does not part the numbers', async () => {
    const { store } = aBench();
    await tell(store, adt('20260301080000', SECOND), adt('20260301080000'));
    await store.oppose('P0002', ['dmp'], true, ACT);
    await tell(
      store,
      aDossier({ patient: renamed({ birthName: 'PATTROIX' }, { ...statedPatient(), ...UNSAID }) }),
    );
    await render(store);
    expect(await store.unplanned(1)).toMatchObject([{ opposition: { dmp: { by: ACT.by } } }]);
  });

  test('answered for by a number that turns out to be another person’s, stand again before anything leaves', async () => {
    const { store } = aBench();
    const { ins: _none, ...parted } = SECOND;
    await tell(
      store,
      says('20260301080000', 'IO', '20260301'),
      says('20260301090000', 'INO', '20260301', SECOND),
    );
    await planned(store);
    const update = { identity: parted, at: at('20260303080000'), event: 'A31', insRemoved: true };
    await tell(store, { kind: 'patient', update });
    expect(await store.lease('dmp', 1, 1_000)).toEqual([]);
    expect((await store.unplanned(1))[0]?.opposition).toMatchObject({ dmp: { by: 'ADT' } });
  });
});

describe('a strict trait that ADT corrects under the same INS', () => {
  const corrected = adt('20260303080000', renamed({ firstGiven: 'DOMINICA', birthGivens: 'DOMINICA MARIE' }));

  test.each([
    ['held', hold('partiel')],
    ['about to leave', send()],
  ])('is followed by a report that is %s', async (_what, decision) => {
    const { store } = aBench();
    await planned(store, decision);
    await tell(store, corrected);
    expect(await store.unrendered(1)).toMatchObject([
      { version: 2, dossier: { patient: { traits: { firstGiven: 'DOMINICA' } } } },
    ]);
    expect((await store.report(REPORT))?.versions[1]?.cause).toBe('identity');
  });

  test('is followed when it came between rendering and planning, once', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    await render(store);
    await tell(store, corrected);
    await plan(store, hold('identite-changee'));
    await render(store);
    await plan(store, send());
    expect((await store.report(REPORT))?.version).toBe(2);
  });

  test('freezes what has partly left: planned again, no version', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor());
    await deliver(store);
    await tell(store, corrected);
    expect(await store.unrendered(1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([
      { version: 1, borne: { firstGiven: 'DOMINIQUE' }, identity: { traits: { firstGiven: 'DOMINICA' } } },
    ]);
  });

  test('that is only no longer told makes no version', async () => {
    const { store } = aBench();
    await planned(store, hold('partiel'));
    const { birthPlaceCode: _code, firstGiven: _given, birthGivens: _givens, ...few } = UNSAID.traits;
    await tell(store, adt('20260303080000', { ...UNSAID, traits: few }));
    expect(await store.unrendered(1)).toEqual([]);
  });
});

test('the same bytes through two sources: the second version says so, and the journal', async () => {
  const { store } = aBench();
  const bytes = Buffer.from('the same');
  for (const source of ['sgl', 'other']) {
    const { inboxId } = await store.receive({ source, origin: 'm.hl7', bytes });
    await store.interpreted(inboxId, [itemOf(aDossier({ source }))]);
  }
  const warned = await Promise.all(
    (await store.reports()).map(async ({ reportId, source }) => [
      source,
      (await store.report(reportId))?.versions[0]?.warnings.map(({ code }) => code),
    ]),
  );
  expect(Object.fromEntries(warned)).toEqual({ sgl: [], other: ['DUPLICATE_SOURCE'] });
  const received = (await store.journal()).filter(({ action }) => action === 'received');
  expect(received.map(({ details }) => details.sameAs)).toEqual([undefined, 'inbox:1']);
});
