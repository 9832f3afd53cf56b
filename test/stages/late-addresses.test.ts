import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/ops/log.ts';
import { type FoundMailbox, keyOf, professionalsOf } from '../../src/report/addressees.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import type { Professional } from '../../src/report/people.ts';
import { createAddressSearch } from '../../src/stages/late-addresses.ts';
import { createPlanner } from '../../src/stages/plan.ts';
import type { Store } from '../../src/store/model.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';
import { at, COPY_RECIPIENT, PRESCRIBER } from '../fixtures/people.ts';
import { ACT, aBench, aDossier, anExam, aRow, deliver, REPORT, tell } from '../store/store-fixtures.ts';

/** The search, the planner and the store, as the daemon joins them; what the directory knows is the test's to say. */

const SETTINGS = dispatchSettings({ channels: ['dmp', 'mssante-pro'] });
const DAY_MS = 24 * 3_600_000;
const LATE = 'hugo.petit@medecin.mssante.invalid';
const DOCTOR = PRESCRIBER.mssante ?? '';
const NOBODY: Professional = { idNat: COPY_RECIPIENT.idNat ?? '', family: 'PETIT', given: 'Hugo' };

/** A report for the prescriber, who has an address, and for somebody who has none yet. */
const dossierFor = (copy: Professional = NOBODY, more: Partial<Dossier> = {}): Dossier =>
  aDossier({
    recipients: [
      { role: 'prescriber', professional: PRESCRIBER },
      { role: 'copy', professional: copy },
    ],
    ...more,
  });

async function render(store: Store): Promise<void> {
  for (const { reportId, version, setOid, dossier } of await store.unrendered(1_000)) {
    await store.rendered(
      { reportId, version },
      {
        documentOid: `${setOid}.${version}`,
        cda: Buffer.from(`cda ${version}`),
        pdf: Buffer.from('pdf'),
        pdfName: 'cr.pdf',
        warnings: [],
        facts: {
          processing: 'T',
          identity: { kind: 'qualified', matricule: dossier.patient.ins?.matricule ?? '' },
          validatorNamed: true,
          completeness: 'complete',
          withdrawal: dossier.withdrawn !== undefined,
          nonHuman: false,
          professionals: professionalsOf({ recipients: dossier.recipients }).map((person) => ({
            key: keyOf(person),
            ...(person.mssante ? { mailbox: person.mssante } : {}),
            ...(person.mailboxOrigin ? { origin: person.mailboxOrigin } : {}),
          })),
        },
      },
    );
  }
}

function aLaboratory({ maxAgeMs = 30 * DAY_MS }: { maxAgeMs?: number } = {}) {
  const bench = aBench();
  const { store, clock } = bench;
  const directory = new Map<string, FoundMailbox>();
  const state = { edition: 'a', asked: 0 };
  const log = createLog('silent');
  const search = createAddressSearch({
    store,
    log,
    now: () => clock.now,
    mailboxOf: (person) => {
      state.asked += 1;
      return directory.get(keyOf(person));
    },
    edition: () => state.edition,
    maxAgeMs,
    next: () => {},
    wake: () => {},
  });
  const planner = createPlanner({
    store,
    log,
    now: () => clock.now,
    zone: 'Europe/Paris',
    settingsOf: () => SETTINGS,
    at: () => {},
    next: () => {},
    unaddressed: search.planned,
  });
  const work = async () => {
    for (let busy = true; busy; ) busy = (await planner.turn()) + (await search.turn()) > 0;
  };
  return {
    store,
    clock,
    search,
    state,
    work,
    learn: (address = LATE) =>
      directory.set(keyOf(NOBODY), {
        mssante: address,
        mailboxOrigin: { by: 'directory', asOf: '2026-03-01' },
      }),
    imported: () => {
      state.edition += 'a';
      return work();
    },
    tell: async (dossier: Dossier) => {
      const outcomes = await tell(store, dossier);
      await render(store);
      await work();
      return outcomes;
    },
    render: async () => {
      await render(store);
      await work();
    },
    mails: async (reportId = REPORT) =>
      (await store.deliveries({ reportId }))
        .filter(({ channel }) => channel === 'mssante-pro')
        .map(({ version, recipient, state: fate }) => `v${version} ${recipient} ${fate}`),
  };
}

const KEY = keyOf(NOBODY);

describe('an address that the directory gains after the plan', () => {
  it('sends the report there, and nothing once more to those who have it', async () => {
    const { store, tell: message, learn, imported, mails } = aLaboratory();
    await message(dossierFor());
    await deliver(store, 'mssante-pro');
    await deliver(store, 'dmp');
    expect(await mails()).toEqual([`v1 ${DOCTOR} delivered`, `v1 ${KEY} never`]);

    learn();
    await imported();
    expect(await mails()).toEqual([`v1 ${DOCTOR} delivered`, `v1 ${KEY} superseded`, `v1 ${LATE} waiting`]);
    expect(
      (await store.deliveries({ reportId: REPORT })).find(({ recipient }) => recipient === LATE),
    ).toMatchObject({
      reason: 'compte rendu validé, adresse de l’annuaire national du 2026-03-01',
    });
    expect((await deliver(store, 'mssante-pro')).recipient).toBe(LATE);
    await imported();
    expect(await store.lease('dmp', 9, 1)).toEqual([]);
    expect(await store.lease('mssante-pro', 9, 1)).toEqual([]);

    const journal = await store.journal({ reportId: REPORT });
    expect(journal.find(({ action }) => action === 'address-found')?.details).toEqual({
      version: 1,
      by: ['directory'],
    });
    expect(JSON.stringify(journal)).not.toContain(LATE);
  });

  it('is no news when the same report is exported again, with the address or without', async () => {
    const { tell: message, learn, imported } = aLaboratory();
    await message(dossierFor());
    learn();
    await imported();
    const completed = { ...NOBODY, mssante: LATE, mailboxOrigin: { by: 'directory' as const } };
    for (const copy of [completed, NOBODY])
      expect(await message(dossierFor(copy, { messageAt: at('20260302110000') }))).toMatchObject([
        { kind: 'unchanged' },
      ]);
  });

  it('is found again for the versions that follow', async () => {
    const { tell: message, learn, imported, mails, state } = aLaboratory();
    await message(dossierFor());
    learn();
    await imported();
    state.edition = 'b';
    const corrected = [anExam('GLY', [aRow('GLY', '5.20')])];
    await message(dossierFor(NOBODY, { messageAt: at('20260302110000'), exams: corrected }));
    expect((await mails()).filter((line) => line.startsWith('v2'))).toEqual([
      `v2 ${DOCTOR} waiting`,
      `v2 ${KEY} superseded`,
      `v2 ${LATE} waiting`,
    ]);
  });

  it.each([
    ['that the laboratory took out of its table', { by: 'table' as const }],
    ['that the directory gives no more', { by: 'directory' as const, asOf: '2026-03-01' }],
  ])('gets no later version, when it is one %s', async (_what, mailboxOrigin) => {
    const { store, tell: message, mails } = aLaboratory();
    await message(dossierFor({ ...NOBODY, mssante: LATE, mailboxOrigin }));
    await store.hold(REPORT, ACT);
    const corrected = [anExam('GLY', [aRow('GLY', '5.20')])];
    await message(dossierFor(NOBODY, { messageAt: at('20260302110000'), exams: corrected }));
    const second = (await mails()).filter((line) => line.startsWith('v2'));
    expect(second).toHaveLength(2);
    expect(second.filter((line) => line.includes(LATE))).toEqual([]);
    expect(second).toContainEqual(expect.stringContaining(KEY));
  });

  it('is no longer that of a held report once the laboratory took it out of its table and exports again', async () => {
    const { store, tell: message, mails } = aLaboratory();
    const wrong = { ...NOBODY, mssante: LATE, mailboxOrigin: { by: 'table' as const } };
    await message(dossierFor(wrong));
    await store.hold(REPORT, ACT);
    await message(dossierFor(NOBODY, { messageAt: at('20260302110000') }));
    await store.release(REPORT, ACT, { liftable: [], unmask: [] });
    await message(dossierFor(NOBODY, { messageAt: at('20260302120000') }));
    expect((await mails()).filter((line) => line.includes(LATE))).toEqual([`v1 ${LATE} superseded`]);
    expect(await mails()).toContain(`v2 ${DOCTOR} waiting`);
  });

  it('that the table has no more makes no version for who has the report there', async () => {
    const { store, tell: message } = aLaboratory();
    await message(dossierFor({ ...NOBODY, mssante: LATE, mailboxOrigin: { by: 'table' } }));
    for (const { deliveryId } of await store.lease('mssante-pro', 9, 60_000)) {
      await store.onWire(deliveryId);
      await store.delivered(deliveryId, undefined);
    }
    expect(await message(dossierFor(NOBODY, { messageAt: at('20260302110000') }))).toMatchObject([
      { kind: 'unchanged' },
    ]);
  });

  it('is found right after the plan, when it was learned since the message was read', async () => {
    const { tell: message, learn, mails, work } = aLaboratory();
    await work();
    learn();
    await message(dossierFor());
    expect(await mails()).toContain(`v1 ${LATE} waiting`);
  });

  it('is searched for one professional when the API answers', async () => {
    const { tell: message, learn, mails, search, state, work } = aLaboratory();
    await message(dossierFor());
    await message(dossierFor(PRESCRIBER, { number: '26030200002' }));
    learn();
    state.asked = 0;
    search.learned([KEY]);
    await work();
    expect(await mails()).toContain(`v1 ${LATE} waiting`);
    search.learned(['899700099999']);
    await work();
    // Once for the answer; nothing is left to ask for, and nothing is asked of the others.
    expect(state.asked).toBe(1);
  });

  it('is searched again every day, without a new directory', async () => {
    const { tell: message, learn, mails, clock, work } = aLaboratory();
    await message(dossierFor());
    learn();
    clock.now += DAY_MS - 1;
    await work();
    expect(await mails()).toContain(`v1 ${KEY} never`);
    clock.now += 1;
    await work();
    expect(await mails()).toContain(`v1 ${LATE} waiting`);
  });

  it('gives one mail to a mailbox that somebody else of the report has, whatever its case', async () => {
    const { store, tell: message, learn, imported, mails } = aLaboratory();
    await message({ ...dossierFor(), recipients: [...dossierFor().recipients].reverse() });
    await deliver(store, 'mssante-pro');
    learn(DOCTOR.toUpperCase());
    await imported();
    expect(await mails()).toEqual([`v1 ${KEY} superseded`, `v1 ${DOCTOR} delivered`]);
  });

  it('that is no MSSanté address gets nothing, and is told', async () => {
    const { tell: message, learn, imported, mails } = aLaboratory();
    await message(dossierFor());
    learn('hugo@ailleurs.invalid');
    await imported();
    expect(await mails()).toContain('v1 hugo@ailleurs.invalid never');
  });
});

describe('a report that stays as it is', () => {
  it.each([
    ['older than the limit', 29 * DAY_MS],
    ['with the limit 0', 0],
  ])('is one %s', async (_what, maxAgeMs) => {
    const { tell: message, learn, imported, mails, clock } = aLaboratory({ maxAgeMs });
    await message(dossierFor());
    // Its plan may be younger than its results.
    clock.now += maxAgeMs + 3_600_000;
    learn();
    await imported();
    expect(await mails()).toContain(`v1 ${KEY} never`);
  });

  it('is one whose results are older than the limit, though it came today', async () => {
    const { tell: message, learn, imported, mails } = aLaboratory();
    await message(dossierFor(NOBODY, { issuedAt: at('20260129093000') }));
    learn();
    await imported();
    expect(await mails()).toContain(`v1 ${KEY} never`);
  });

  it('is one that the patient opposes', async () => {
    const { store, tell: message, learn, imported, mails, work } = aLaboratory();
    await message(dossierFor());
    const { patient } = (await store.report(REPORT)) ?? { patient: '' };
    await store.oppose(patient, ['mssante-pro'], true, ACT);
    await work();
    learn();
    await imported();
    expect(await mails()).toEqual([`v1 ${DOCTOR} never`, `v1 ${KEY} never`]);
    await store.oppose(patient, ['mssante-pro'], false, ACT);
    await work();
    expect(await mails()).toContain(`v1 ${LATE} waiting`);
  });

  it('is one that was withdrawn', async () => {
    const { store, tell: message, learn, imported, mails, render: remake } = aLaboratory();
    await message(dossierFor());
    await deliver(store, 'mssante-pro');
    await store.withdraw(REPORT, ACT);
    await remake();
    learn();
    await imported();
    expect((await mails()).filter((line) => line.includes(LATE))).toEqual([]);
  });

  it('is one that a person holds, until it is released', async () => {
    const { store, tell: message, learn, imported, mails, work } = aLaboratory();
    await message(dossierFor());
    await store.hold(REPORT, ACT);
    await work();
    learn();
    await imported();
    expect(await mails()).toContain(`v1 ${LATE} held`);
  });
});

it('looks at each report once, a page at a time, however many there are', async () => {
  const { store, tell: message, learn, imported, state } = aLaboratory();
  const copies = 45;
  for (let n = 1; n <= copies; n += 1) await message(dossierFor(NOBODY, { number: `2603020${1_000 + n}` }));
  state.asked = 0;
  await imported();
  expect(state.asked).toBe(copies);
  learn();
  await imported();
  const left = (await store.deliveries({ states: ['never'], limit: 1_000 })).length;
  expect(left).toBe(0);
  expect(state.asked).toBe(2 * copies);
});
