import { describe, expect, it } from 'vitest';
import type { Contribution } from '../../src/report/contribution.ts';
import type { Store } from '../../src/store/model.ts';
import type { InterpretedItem, InterpretedOutcome } from '../../src/store/records.ts';
import { aContribution } from '../fixtures/contributions.ts';
import { at, SUBCONTRACTOR, statedPatient } from '../fixtures/people.ts';
import { aBench, aDossier, anExam, aRow, REPORT, render, tell } from './store-fixtures.ts';

/** Results of other laboratories on a store: found by the order number, checked, waited for. */

const DAY = 86_400_000;
const WAIT = 10 * DAY;

const awaiting = aDossier({
  exams: [
    anExam('GLY', [aRow('GLY', '5.10')]),
    anExam('B6', [aRow('B6', undefined, { status: 'pending' })], { performer: SUBCONTRACTOR, order: 'E2' }),
  ],
  completeness: 'partial',
});
const b6 = (value: string, more: Partial<Contribution> = {}) =>
  aContribution({ exams: [anExam('PYR', [aRow('PYR', value)], { order: 'S1' })], whole: true, ...more });

const own = (dossier = awaiting): InterpretedItem => ({
  kind: 'dossier',
  dossier,
  reportId: REPORT,
  setOid: '1.2.250.1.999.1.1.1.1',
  warnings: [],
  subcontractedWaitMs: WAIT,
});
const theirs = (contribution: Contribution): InterpretedItem => ({
  kind: 'contribution',
  contribution,
  waitMs: WAIT,
});

const kinds = (outcomes: readonly InterpretedOutcome[]) => outcomes.map(({ kind }) => kind);
const state = async (store: Store) => {
  const report = await store.report(REPORT);
  return `v${report?.version} ${report?.completeness} ${report?.versions.at(-1)?.cause}`;
};
const told = async (store: Store) =>
  (await store.alertsDue(10)).map(({ kind, subject }) => `${kind} ${subject}`);

describe('a result of another laboratory', () => {
  it.each(['26030200001', 'E2'])('finds the report by the number %s and completes it', async (number) => {
    const { store } = aBench();
    await tell(store, own());
    expect(kinds(await tell(store, theirs(b6('52', { orders: [number] }))))).toEqual(['version']);
    const [task] = await store.unrendered(1);
    expect(task?.dossier.exams[1]?.results[0]).toMatchObject({
      value: { lexical: '52' },
      releasedByPerformer: true,
    });
    expect(await state(store)).toBe('v2 complete completion');
    expect(await store.verifyJournal()).toMatchObject({ brokenAt: undefined });
  });

  it('said again changes nothing; a second version makes a new one of ours', async () => {
    const { store } = aBench();
    await tell(store, own(), theirs(b6('52')));
    expect(kinds(await tell(store, theirs(b6('52'))))).toEqual(['unchanged']);
    const later = b6('25', { messageAt: at('20260304100000') });
    expect(kinds(await tell(store, theirs(later)))).toEqual(['version']);
    const [task] = await store.unrendered(1);
    expect(task?.dossier.exams[1]?.results).toMatchObject([{ corrects: { value: { lexical: '52' } } }]);
  });

  it('that comes first waits, through a crash, for the report of its order', async () => {
    const bench = aBench();
    expect(kinds(await tell(bench.store, theirs(b6('52', { orders: ['E2'] }))))).toEqual(['waiting']);
    const store = bench.crash();
    await tell(store, own());
    expect(await state(store)).toBe('v1 complete first');
    bench.clock.now += WAIT;
    expect(await told(store)).toEqual([]);
  });

  it('whose order never comes is told of in time, and still joins the report when it does', async () => {
    const bench = aBench();
    await tell(bench.store, theirs(b6('52')));
    bench.clock.now += WAIT - 1;
    expect(await told(bench.store)).toEqual([]);
    bench.clock.now += 1;
    expect(await told(bench.store)).toEqual(['sous-traitance-sans-dossier inbox:1']);
    await tell(bench.store, own());
    expect(await state(bench.store)).toBe('v1 complete first');
    expect(await told(bench.store)).toEqual([]);
  });

  it('that never comes is told of in time, until it comes', async () => {
    const bench = aBench();
    await tell(bench.store, own());
    bench.clock.now += WAIT;
    expect(await told(bench.store)).toEqual([`sous-traitance-en-attente ${REPORT}`]);
    await tell(bench.store, theirs(b6('52')));
    expect(await told(bench.store)).toEqual([]);
  });

  it.each(['after it', 'before the order'])(
    'of an examination that our order cancelled, come %s, is told of and not shown',
    async (when) => {
      const { store } = aBench();
      const [gly, asked] = awaiting.exams;
      if (!gly || !asked) throw new Error('two exams');
      const cancelled = [
        gly,
        { ...asked, results: [aRow('B6', undefined, { status: 'cancelled' as const })] },
      ];
      const late = {
        ...awaiting,
        exams: cancelled,
        completeness: 'complete' as const,
        messageAt: at('20260304180000'),
      };
      const said = theirs(b6('52'));
      await tell(store, ...(when === 'after it' ? [own(late), said] : [said, own(late)]));
      expect((await store.unrendered(1))[0]?.dossier.exams[1]?.results).toMatchObject([
        { status: 'cancelled' },
      ]);
      expect(await told(store)).toEqual([`sous-traitance-annulee ${REPORT}`]);
      await tell(store, own({ ...awaiting, messageAt: at('20260305180000') }));
      expect((await store.unrendered(1))[0]?.dossier.exams[1]?.results).toMatchObject([
        { value: { lexical: '52' } },
      ]);
      expect(await told(store)).toEqual([]);
    },
  );

  it('of an examination added later has its own time, whatever a person closed before', async () => {
    const bench = aBench();
    await tell(bench.store, own());
    bench.clock.now += WAIT;
    const [alert] = await bench.store.alertsDue(1);
    await bench.store.closeAlert(alert?.alertId ?? 0, { by: 'x', reason: 'relancé' });
    await tell(bench.store, theirs(b6('52')));
    const zinc = anExam('ZN', [aRow('ZN', undefined, { status: 'pending' })], { performer: SUBCONTRACTOR });
    await tell(bench.store, own({ ...awaiting, exams: [zinc], messageAt: at('20260312100000') }));
    expect(await told(bench.store)).toEqual([]);
    bench.clock.now += WAIT;
    expect(await told(bench.store)).toEqual([`sous-traitance-en-attente ${REPORT}`]);
  });

  it('taken back by who sent it is awaited again, and told of in time', async () => {
    const bench = aBench();
    await tell(bench.store, own(), theirs(b6('52')));
    const wrong = aContribution({ withdrawn: true, messageAt: at('20260304100000') });
    await tell(bench.store, theirs(wrong));
    expect(await state(bench.store)).toBe('v3 partial correction');
    bench.clock.now += WAIT;
    expect(await told(bench.store)).toEqual([`sous-traitance-en-attente ${REPORT}`]);
  });

  it('of a source that works for others does not join ours', async () => {
    const { store } = aBench();
    await tell(store, own());
    expect(kinds(await tell(store, theirs(b6('52', { clients: ['clinique'] }))))).toEqual(['waiting']);
    expect(kinds(await tell(store, theirs(b6('52', { clients: ['sgl'] }))))).toEqual(['version']);
  });
});

describe('a result of another patient', () => {
  const of = (more: object): Contribution =>
    b6('52', { patient: { kind: 'stated', numbers: [], sex: 'M', birthDate: '19790329', ...more } });
  const reasons = async (store: Store) =>
    (await store.quarantine()).map(({ fault }) =>
      `${fault.code} ${fault.cause.split(' : ')[1] ?? ''}`.trim(),
    );

  it('is set aside with the names of the fields and no value, and nothing is added', async () => {
    const { store } = aBench();
    await tell(store, own());
    expect(kinds(await tell(store, theirs(of({}))))).toEqual(['quarantined']);
    expect(await reasons(store)).toEqual(['SUBCONTRACTED_OTHER_PATIENT date de naissance, sexe']);
    expect(await state(store)).toBe('v1 partial first');
  });

  it('that came first is set aside when the report comes, and replayed once the mistake is mended', async () => {
    const { store } = aBench();
    const [outcome] = await tell(store, theirs(of({ sex: 'F' })));
    expect(outcome).toEqual({ kind: 'waiting' });
    await tell(store, own());
    expect(await reasons(store)).toEqual(['SUBCONTRACTED_OTHER_PATIENT date de naissance']);
    expect(await state(store)).toBe('v1 partial first');
    const [row] = await store.quarantine();
    await store.replay(row?.quarantineId ?? 0, { by: 'x', reason: 'identité corrigée' });
    expect(kinds(await store.interpreted(row?.inboxId ?? 0, [theirs(b6('52'))]))).toEqual(['version']);
    expect(await state(store)).toBe('v2 complete completion');
  });

  it('neither its INS nor its traits become ours', async () => {
    const { store } = aBench();
    const { ins: _none, ...patient } = statedPatient();
    await tell(store, own({ ...awaiting, patient }));
    const { ins } = statedPatient();
    await tell(store, theirs(of({ sex: 'F', birthDate: '19790328', ...(ins ? { ins } : {}) })));
    const [task] = await store.unrendered(1);
    expect(task?.dossier.exams[1]?.results[0]?.value).toMatchObject({ lexical: '52' });
    expect(task?.dossier.patient.ins).toBeUndefined();
  });

  it('an order that several reports have, and a result of another use, are set aside', async () => {
    const { store } = aBench();
    await tell(store, own(), aDossier({ number: '26030200002', prescriptionNumber: 'E2' }));
    await tell(store, theirs(b6('52', { orders: ['E2'] })), theirs(b6('52', { processing: 'T' })));
    expect((await reasons(store)).map((reason) => reason.split(' ')[0])).toEqual([
      'SUBCONTRACTED_PROCESSING',
      'SUBCONTRACTED_ORDER_AMBIGUOUS',
    ]);
  });
});

it('a message interpreted again takes back what it had said', async () => {
  const { store } = aBench();
  await tell(store, own());
  const rejected: InterpretedItem = { kind: 'rejected', fault: { code: 'X', cause: 'x', hint: 'x' } };
  await tell(store, theirs(b6('52')), rejected);
  expect(await state(store)).toBe('v2 complete completion');
  await render(store);
  const [row] = await store.quarantine();
  await store.replay(row?.quarantineId ?? 0, { by: 'x', reason: 'x' });
  await store.interpreted(row?.inboxId ?? 0, [{ kind: 'ignored', reason: 'x' }]);
  expect(await state(store)).toBe('v3 partial correction');
});
