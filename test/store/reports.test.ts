import { describe, expect, test } from 'vitest';
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
  leaseOne,
  plan,
  planned,
  REPORT,
  RULES,
  render,
  send,
  tell,
  toDoctor,
} from './store-fixtures.ts';

const MORE = aDossier({ messageAt: at('20260302120000'), exams: [anExam('TSH', [aRow('TSH', '2')])] });
const CORRECTED = aDossier({
  messageAt: at('20260302140000'),
  exams: [anExam('GLY', [aRow('GLY', '5.60', { status: 'corrected' })])],
});
const withoutMatricule = () => {
  const { ins: _ins, ...patient } = statedPatient({ statuses: [] });
  return patient;
};

describe('versions', () => {
  test('a message adds to the report; the same content again makes no version', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    expect(await tell(store, MORE)).toEqual([{ kind: 'version', reportId: REPORT, version: 2 }]);
    expect(await tell(store, { ...MORE, messageAt: at('20260302130000') })).toEqual([
      { kind: 'unchanged', reportId: REPORT },
    ]);
    const [task] = await store.unrendered(10);
    expect(task?.dossier.exams.map(({ local }) => local.code)).toEqual(['GLY', 'TSH']);
    const report = await store.report(REPORT);
    expect(report?.versions.map(({ cause, state }) => [cause, state])).toEqual([
      ['first', 'superseded'],
      ['completion', 'interpreted'],
    ]);
  });

  test('a message that was late on its way overwrites nothing', async () => {
    const { store } = aBench();
    await tell(store, CORRECTED);
    expect(await tell(store, aDossier({ messageAt: at('20260302080000') }))).toEqual([
      { kind: 'unchanged', reportId: REPORT },
    ]);
    const [task] = await store.unrendered(1);
    expect(task?.dossier.exams[0]?.results[0]?.value).toEqual({ kind: 'quantity', lexical: '5.60' });
  });

  test('two reports of one message, and two sources with the same number, are apart', async () => {
    const { store } = aBench();
    await tell(store, aDossier(), aDossier({ number: '26030200002' }));
    await tell(store, aDossier({ source: 'other' }));
    expect((await store.reports()).map(({ source, dossier, version }) => [source, dossier, version])).toEqual(
      [
        ['other', '26030200001', 1],
        ['sgl', '26030200002', 1],
        ['sgl', '26030200001', 1],
      ],
    );
  });
});

describe('what a new version does to deliveries of the earlier one', () => {
  test('what has not left is superseded, what was delivered stays', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor(), hold('annonce', { channel: 'mssante-patient', recipient: 'p' }));
    await deliver(store);
    await tell(store, MORE);
    expect(await fates(store)).toEqual([
      'v1 dmp delivered',
      'v1 mssante-pro superseded',
      'v1 mssante-patient superseded',
    ]);
  });

  test.each(['leased', 'on-wire'] as const)(
    'a %s one stays, and the new version waits for it to settle',
    async (state) => {
      const bench = aBench();
      await planned(bench.store);
      const { deliveryId } = await leaseOne(bench.store);
      if (state !== 'leased') await bench.store.onWire(deliveryId);
      await tell(bench.store, MORE);
      expect(await fates(bench.store)).toEqual([`v1 dmp ${state}`]);
      expect(await bench.crash().unrendered(10)).toEqual([]);
      await bench.store.delivered(deliveryId, 'remote');
      const [task] = await bench.store.unrendered(10);
      expect(task).toMatchObject({ version: 2, cause: 'completion', replaces: { number: 1 } });
    },
  );

  test('a leased one does not go on the wire any more: it is superseded and the new version replaces nothing', async () => {
    const { store } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await tell(store, MORE);
    expect(await store.onWire(deliveryId)).toBe(false);
    await store.unlease(deliveryId);
    expect(await fates(store)).toEqual(['v1 dmp superseded']);
    const [task] = await store.unrendered(10);
    expect(task).toMatchObject({ version: 2, cause: 'first' });
    expect(task).not.toHaveProperty('replaces');
  });

  test('one that comes back for another try is superseded instead', async () => {
    const { store, clock } = aBench();
    await planned(store);
    const { deliveryId } = await leaseOne(store);
    await store.onWire(deliveryId);
    await tell(store, MORE);
    await store.retryAt(deliveryId, clock.now, { code: '503', cause: 'occupé' });
    expect(await fates(store)).toEqual(['v1 dmp superseded']);
  });
});

describe('what a new version replaces', () => {
  test('the latest in the DMP, else the latest that reached anybody', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor());
    await deliver(store, 'mssante-pro');
    await tell(store, MORE);
    expect((await store.unrendered(1))[0]).toMatchObject({ version: 2, replaces: { number: 1 } });
    await render(store);
    await plan(store, send(), toDoctor());
    await deliver(store, 'dmp');
    await tell(store, CORRECTED);
    await render(store);
    await plan(store, send(), toDoctor());
    expect(await leaseOne(store, 'dmp')).toMatchObject({
      version: 3,
      replaces: expect.stringMatching(/\.2$/),
    });
    // The doctor never had version 2.
    expect(await leaseOne(store, 'mssante-pro')).toMatchObject({
      version: 3,
      replaces: expect.stringMatching(/\.1$/),
    });
  });

  test('who missed a correction is told of it by the masking that follows', async () => {
    const { store } = aBench();
    await planned(store);
    await deliver(store);
    await tell(store, CORRECTED);
    await store.mask(REPORT, { masquePs: true }, null, ACT);
    expect((await store.unrendered(1))[0]).toMatchObject({
      version: 3,
      cause: 'correction',
      replaces: { number: 1 },
    });
    expect((await store.report(REPORT))?.versions[2]?.cause).toBe('masking');
  });

  test('a withdrawal stays one, even for who had nothing', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    await tell(store, aDossier({ withdrawn: 'wrong-patient', messageAt: at('20260302150000') }));
    await store.mask(REPORT, { masquePs: true }, null, ACT);
    expect((await store.unrendered(1))[0]).toMatchObject({ version: 3, cause: 'withdrawal' });
  });
});

describe('render', () => {
  test('the documents come back; a second answer and one for an outdated version change nothing', async () => {
    const { store } = aBench();
    await tell(store, aDossier());
    const [task] = await store.unrendered(1);
    if (!task) throw new Error('nothing to render');
    await render(store);
    const late = {
      documentOid: 'x',
      cda: Buffer.from('x'),
      pdf: Buffer.from('x'),
      pdfName: 'x',
      warnings: [],
      facts: {},
    };
    await store.rendered(task, late);
    expect((await store.documents(task))?.cda.toString()).toBe(`cda ${REPORT} 1`);
    await tell(store, MORE);
    await tell(store, CORRECTED);
    await store.rendered({ reportId: REPORT, version: 2 }, late);
    expect(await store.documents({ reportId: REPORT, version: 2 })).toBeUndefined();
  });

  test('a version that cannot be a document is set aside with its faults until the content or a person moves it', async () => {
    const { store } = aBench();
    const fault = { code: 'CDA_INVALID', cause: 'chapitre inconnu', hint: 'catalogue' };
    await tell(store, aDossier());
    await store.renderFailed({ reportId: REPORT, version: 1 }, [fault]);
    expect(await store.unrendered(10)).toEqual([]);
    expect(await store.report(REPORT)).toMatchObject({ state: 'blocked', versions: [{ faults: [fault] }] });
    expect(await store.release(REPORT, ACT, RULES)).toEqual({ done: true });
    expect(await store.unrendered(10)).toHaveLength(1);
    await store.renderFailed({ reportId: REPORT, version: 1 }, [fault]);
    await tell(store, { ...aDossier(), messageAt: at('20260302100000') });
    expect(await store.unrendered(10)).toHaveLength(1);
  });
});

describe('the identity of a report', () => {
  const adt = (at_: string, more: Parameters<typeof statedPatient>[0] = {}) => ({
    kind: 'patient' as const,
    update: { identity: statedPatient(more), at: at(at_) },
  });

  test('a request without the INS gets the one that ADT stated, when birth name, birth date and sex agree', async () => {
    const { store } = aBench();
    await tell(store, adt('20260301080000'));
    await tell(store, aDossier({ patient: withoutMatricule() }));
    const other = withoutMatricule();
    await tell(
      store,
      aDossier({ number: '2', patient: { ...other, traits: { ...other.traits, birthName: 'AUTRE' } } }),
    );
    const [same, different] = await store.unrendered(10);
    expect(same?.dossier.patient).toMatchObject({
      ins: { matricule: '279035121518989' },
      statuses: ['VALI'],
    });
    expect(different?.dossier.patient.ins).toBeUndefined();
  });

  test('an ADT that arrives after, but is older, gives it all the same to the next version', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: withoutMatricule() }));
    await tell(store, adt('20260301080000'));
    await tell(store, { ...MORE, patient: withoutMatricule() });
    expect((await store.unrendered(1))[0]?.dossier.patient.ins).toBeDefined();
  });

  test('held for its identity, a report is made again when ADT qualifies it; rules already lifted stay lifted', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: statedPatient({ statuses: ['PROV'] }) }));
    await render(store);
    await plan(store, hold('ins-non-qualifiee'), hold('partiel', { channel: 'mssante-pro', recipient: 'd' }));
    await store.release(REPORT, ACT, RULES);
    await plan(store, hold('ins-non-qualifiee'), toDoctor());
    await tell(store, adt('20260303080000'));
    const [task] = await store.unrendered(1);
    expect(task).toMatchObject({ version: 2, dossier: { patient: { statuses: ['VALI'] } } });
    expect((await store.report(REPORT))?.versions[1]?.cause).toBe('identity');
    await render(store);
    expect((await store.unplanned(1))[0]?.lifted).toEqual(['partiel@mssante-pro']);
  });

  test('so it is when the identity was qualified between rendering and planning', async () => {
    const { store } = aBench();
    await tell(store, aDossier({ patient: statedPatient({ statuses: ['PROV'] }) }));
    await render(store);
    await tell(store, adt('20260303080000'));
    await plan(store, hold('ins-non-qualifiee'));
    expect(await store.unrendered(1)).toMatchObject([{ version: 2 }]);
    await render(store);
    await plan(store, send());
    expect(await store.unrendered(1)).toEqual([]);
  });

  test('a report that lost its qualification keeps its documents and is planned again, told of the identity now', async () => {
    const { store } = aBench();
    await planned(store, send(), toDoctor());
    await deliver(store, 'mssante-pro');
    await tell(store, adt('20260303080000', { statuses: ['VALI', 'DOUT'] }));
    expect(await store.lease('dmp', 1, 1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([
      { version: 1, identity: { statuses: ['VALI', 'DOUT'] } },
    ]);
    await plan(store, hold('identite-bloquee'), toDoctor());
    expect(await fates(store)).toEqual(['v1 dmp held', 'v1 mssante-pro delivered']);
  });

  test('an older ADT never overrides a newer one; a removed INS is gone', async () => {
    const { store } = aBench();
    const { ins: _ins, ...bare } = statedPatient();
    await tell(
      store,
      adt('20260303080000', { statuses: ['VALI'] }),
      adt('20260301080000', { statuses: ['DOUT'] }),
    );
    expect((await store.patient('P0001'))?.identity.statuses).toEqual(['VALI']);
    await tell(store, {
      kind: 'patient',
      update: { identity: bare, insRemoved: true, at: at('20260304080000') },
    });
    await tell(store, aDossier({ patient: withoutMatricule(), messageAt: at('20260305080000') }));
    expect((await store.unrendered(1))[0]?.dossier.patient.ins).toBeUndefined();
    await tell(store, adt('20260303090000'));
    expect((await store.patient('P0001'))?.identity.ins).toBeUndefined();
  });

  test('another INS before anything left makes a new version; after, only a new plan', async () => {
    const { store } = aBench();
    const other = { matricule: '255069999999937', oid: '1.2.250.1.213.1.4.10' } as unknown as NonNullable<
      ReturnType<typeof statedPatient>['ins']
    >;
    await planned(store);
    await tell(store, adt('20260303080000', { ins: other }));
    expect(await store.unrendered(1)).toMatchObject([{ version: 2, dossier: { patient: { ins: other } } }]);
    await render(store);
    await plan(store, send(), toDoctor());
    await deliver(store, 'mssante-pro');
    await tell(store, adt('20260304080000'));
    expect(await store.unrendered(1)).toEqual([]);
    expect(await store.unplanned(1)).toMatchObject([{ version: 2, identity: { ins: statedPatient().ins } }]);
  });

  test('patients of two authorities with the same number are two; the number alone finds the laboratory’s', async () => {
    const { store } = aBench();
    await tell(store, adt('20260301080000'));
    await tell(
      store,
      adt('20260301080000', { localId: { value: 'P0001', authority: '1.2.3' }, statuses: [] }),
    );
    expect(await store.patient('P0001')).toMatchObject({
      patient: 'P0001',
      identity: { statuses: ['VALI'] },
    });
    expect(await store.patient('1.2.3|P0001')).toMatchObject({
      patient: '1.2.3|P0001',
      identity: { statuses: [] },
    });
    expect(await store.patient('P0002')).toBeUndefined();
  });
});

test('a collision of report identifiers is a bug that keeps nothing', async () => {
  const { store } = aBench();
  await tell(store, aDossier());
  const { inboxId } = await store.receive({ source: 'sgl', origin: 'x', bytes: Buffer.from('x') });
  await expect(store.interpreted(inboxId, [itemOf(aDossier({ number: 'x' }), REPORT)])).rejects.toThrow(
    /two dossiers/,
  );
});
