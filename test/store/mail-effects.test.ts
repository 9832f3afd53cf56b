import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { DispatchFacts } from '../../src/policy/facts.ts';
import type { Channel } from '../../src/report/delivery.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import type { Disposition, ReturnedContent } from '../../src/report/returned-mail.ts';
import { planOf } from '../../src/stages/plan.ts';
import { provenArrivals } from '../../src/store/migrations/0018-proven-arrivals.ts';
import type { Store } from '../../src/store/model.ts';
import type { LeasedDelivery, MailTaken } from '../../src/store/records.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';
import { at } from '../fixtures/people.ts';
import { ACT, aBench, aDossier, asking, leaseOne, REPORT, RULES, tell } from './store-fixtures.ts';

/** What a mail that comes back changes for the other versions of its report: with the real policy, over a real store. */

const A = 'alice.martin@medecin.mssante.invalid';
const B = 'bruno.petit@medecin.mssante.invalid';
const DOUBT = { code: 'MSSANTE_NO_REPLY', cause: 'sans réponse' };

const SETTINGS = dispatchSettings({ channels: ['mssante-pro'] });

/** Renders and plans all that waits for it, for these mailboxes. */
async function publish(store: Store, to: readonly string[], channels: readonly Channel[] = ['mssante-pro']) {
  for (const { reportId, version, setOid, dossier } of await store.unrendered(10)) {
    const facts: DispatchFacts = {
      processing: 'T',
      identity: { kind: 'qualified', matricule: dossier.patient.ins?.matricule ?? '' },
      validatorNamed: true,
      completeness: 'complete',
      withdrawal: dossier.withdrawn !== undefined,
      nonHuman: false,
      professionals: to.map((mailbox) => ({ key: mailbox, mailbox })),
    };
    await store.rendered(
      { reportId, version },
      {
        documentOid: `${setOid}.${version}`,
        cda: Buffer.from(`cda ${version}`),
        pdf: Buffer.from(`pdf ${version}`),
        pdfName: 'cr.pdf',
        warnings: [],
        facts: { ...facts },
      },
    );
  }
  return replan(store, channels);
}

/** @returns how many plans were asked for */
async function replan(store: Store, channels: readonly Channel[] = ['mssante-pro']): Promise<number> {
  const tasks = await store.unplanned(10);
  for (const task of tasks) await store.planned(task, planOf(task, '20260302', { ...SETTINGS, channels }));
  return tasks.length;
}

const nameOf = ({ deliveryId }: LeasedDelivery) => `<${deliveryId}@labo.invalid>`;

async function wire(store: Store, channel: Channel = 'mssante-pro'): Promise<LeasedDelivery> {
  const leased = await leaseOne(store, channel);
  await store.prepared(leased.deliveryId, Buffer.from('prepared'));
  expect(await store.onWire(leased.deliveryId, nameOf(leased))).toBe(true);
  return leased;
}

async function deliver(store: Store, channel: Channel = 'mssante-pro'): Promise<LeasedDelivery> {
  const leased = await wire(store, channel);
  await store.delivered(leased.deliveryId, nameOf(leased));
  return leased;
}

/** Nobody knows what became of it, and it is due again at once. */
async function doubt(store: Store, channel: Channel = 'mssante-pro'): Promise<LeasedDelivery> {
  const leased = await wire(store, channel);
  await store.outcomeUnknown(leased.deliveryId, 0, DOUBT);
  return leased;
}

let uid = 0;
async function comesBack(store: Store, about: LeasedDelivery, content: ReturnedContent): Promise<MailTaken> {
  uid += 1;
  const bytes = Buffer.from(`mail ${uid}`);
  return store.mailTaken(
    { mailbox: 'labo/INBOX', uidValidity: '1', uid },
    { bytes, size: bytes.length, seen: false, read: { about: [nameOf(about)], content } },
  );
}

const bounced = (address?: string): ReturnedContent => ({
  kind: 'delivery-report',
  recipients: [
    {
      addresses: address === undefined ? [] : [address],
      action: 'failed',
      fault: { code: 'MSSANTE_UNKNOWN_MAILBOX', cause: 'inconnue', hint: 'vérifier' },
    },
  ],
});
const arrivedAt = (address: string): ReturnedContent => ({
  kind: 'delivery-report',
  recipients: [{ addresses: [address], action: 'delivered' }],
});
const dealtWith = (disposition: Disposition): ReturnedContent => ({ kind: 'disposition', disposition });
const READ = dealtWith('displayed');

/** `v1 alice waiting envoi`, one for each delivery. */
const fates = async (store: Store) =>
  (await store.deliveries({ reportId: REPORT })).map(
    ({ version, recipient, state, rule }) => `v${version} ${recipient.split('.')[0]} ${state} ${rule}`,
  );

/** One report for A, up to its plan. */
async function toA(dossier: Dossier = aDossier()) {
  const bench = aBench();
  await tell(bench.store, dossier);
  await publish(bench.store, [A]);
  return bench.store;
}

const corrected = (more: Partial<Dossier> = {}) =>
  aDossier({ messageAt: at('20260302120000'), clinicalInformation: 'fièvre', ...more });

describe('a withdrawal whose report turns out to have reached nobody', () => {
  test('is not sent as a report once the mail in doubt bounces', async () => {
    const store = await toA();
    const first = await doubt(store);
    await store.withdraw(REPORT, ACT);
    await publish(store, [A]);
    expect(await fates(store)).toEqual(['v1 alice unknown envoi', 'v2 alice waiting retrait']);
    await comesBack(store, first, bounced(A));
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    await replan(store);
    expect(await fates(store)).toEqual(['v1 alice failed envoi', 'v2 alice never retrait']);
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
  });

  test('nor once the report of a version that another replaced in doubt bounces', async () => {
    const store = await toA();
    const first = await doubt(store);
    // Leased again, it learns that it must not leave any more: the doubt stays.
    const again = await leaseOne(store, 'mssante-pro');
    await store.withdraw(REPORT, ACT);
    expect(await store.onWire(again.deliveryId)).toBe(false);
    await publish(store, [A]);
    expect(await fates(store)).toEqual(['v1 alice superseded envoi', 'v2 alice waiting retrait']);
    await comesBack(store, first, bounced(A));
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    await replan(store);
    expect(await fates(store)).toEqual(['v1 alice superseded envoi', 'v2 alice never retrait']);
  });

  test('nor once the delivered mail bounces while the withdrawal waits', async () => {
    const store = await toA();
    const first = await deliver(store);
    await store.withdraw(REPORT, ACT);
    await publish(store, [A]);
    await comesBack(store, first, bounced(A));
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    await replan(store);
    expect(await fates(store)).toEqual(['v1 alice failed envoi', 'v2 alice never retrait']);
  });

  test('nor once it bounces while the withdrawal itself is in doubt, which stays', async () => {
    const store = await toA();
    const first = await deliver(store);
    await store.withdraw(REPORT, ACT);
    await publish(store, [A]);
    const second = await doubt(store);
    await comesBack(store, first, bounced(A));
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    await replan(store);
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    expect(await fates(store)).toEqual(['v1 alice failed envoi', 'v2 alice never retrait']);
    expect(second).toMatchObject({ withdraws: 1 });
  });

  test('nor is the DMP given a document when an earlier deletion, in doubt, had gone through', async () => {
    const { store } = aBench();
    const dmp: readonly Channel[] = ['dmp'];
    await tell(store, aDossier());
    await publish(store, [], dmp);
    await deliver(store, 'dmp');
    await store.withdraw(REPORT, ACT);
    await publish(store, [], dmp);
    // Looked up, not done; asked for once more, the DMP was busy: what it does of it is not known, and a version is made.
    await doubt(store, 'dmp');
    const { deliveryId } = await leaseOne(store, 'dmp');
    await store.notFound(deliveryId);
    await store.onWire(deliveryId);
    await store.retryAt(deliveryId, 0, DOUBT);
    await tell(store, corrected());
    await publish(store, [], dmp);
    const before = ['v1 DMP delivered envoi', 'v2 DMP unknown retrait', 'v3 DMP waiting retrait'];
    expect(await fates(store)).toEqual(before);
    const looked = await leaseOne(store, 'dmp');
    expect(looked).toMatchObject({ deliveryId, withdraws: 1, unknown: true });
    await store.delivered(looked.deliveryId, undefined);
    expect(await store.lease('dmp', 10, 60_000)).toEqual([]);
    await replan(store, dmp);
    expect(await fates(store)).toEqual([
      'v1 DMP delivered envoi',
      'v2 DMP delivered retrait',
      'v3 DMP never retrait',
    ]);
  });
});

describe('what a mail says of an earlier version', () => {
  test('takes its recipient out of the plan of the newest when it never arrived', async () => {
    const store = await toA();
    const first = await deliver(store);
    await tell(store, corrected());
    await publish(store, [B]);
    expect(await fates(store)).toEqual([
      'v1 alice delivered envoi',
      'v2 bruno waiting envoi',
      'v2 alice waiting envoi',
    ]);
    await comesBack(store, first, bounced(A));
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    expect(await replan(store)).toBe(1);
    expect((await deliver(store)).recipient).toBe(B);
    expect(await fates(store)).toEqual([
      'v1 alice failed envoi',
      'v2 bruno delivered envoi',
      'v2 alice superseded envoi',
    ]);
  });

  test('and when it was given up in doubt, and never arrived', async () => {
    const store = await toA();
    const first = await doubt(store);
    await store.cancelDelivery(first.deliveryId, ACT);
    await tell(store, corrected());
    await publish(store, [B]);
    expect(await fates(store)).toContain('v2 alice waiting envoi');
    await comesBack(store, first, bounced(A));
    await replan(store);
    expect(await fates(store)).toEqual([
      'v1 alice cancelled envoi',
      'v2 bruno waiting envoi',
      'v2 alice superseded envoi',
    ]);
  });

  test('has its recipient told of a withdrawal when it had arrived after all', async () => {
    const store = await toA();
    const first = await deliver(store);
    await comesBack(store, first, bounced(A));
    await store.withdraw(REPORT, ACT);
    await publish(store, [A]);
    expect(await fates(store)).toEqual(['v1 alice failed envoi', 'v2 alice never retrait']);
    await comesBack(store, first, READ);
    expect(await replan(store)).toBe(1);
    expect(await deliver(store)).toMatchObject({ recipient: A, version: 2, withdraws: 1 });
    expect(await fates(store)).toEqual(['v1 alice delivered envoi', 'v2 alice delivered retrait']);
  });

  test('lets nothing leave that was being prepared by the plan made before', async () => {
    const store = await toA();
    const first = await deliver(store);
    await store.withdraw(REPORT, ACT);
    await publish(store, [A]);
    const leased = await leaseOne(store, 'mssante-pro');
    await comesBack(store, first, bounced(A));
    expect(await store.onWire(leased.deliveryId, nameOf(leased))).toBe(false);
    await replan(store);
    expect(await fates(store)).toEqual(['v1 alice failed envoi', 'v2 alice never retrait']);
  });

  test('asks for no plan where nothing changes, or of the newest version itself', async () => {
    const store = await toA();
    const first = await deliver(store);
    await comesBack(store, first, bounced(A));
    expect(await replan(store)).toBe(0);
    await tell(store, corrected());
    await publish(store, [A]);
    await comesBack(store, first, bounced(A));
    expect(await replan(store)).toBe(0);
  });
});

describe('a mail in doubt that has arrived', () => {
  /** In doubt, it learns at its next lease that it must not leave any more. */
  async function giveUp(store: Store): Promise<void> {
    const { deliveryId } = await leaseOne(store, 'mssante-pro');
    expect(await store.onWire(deliveryId)).toBe(false);
  }

  test.each([
    ['a delivery report', arrivedAt(A)],
    ['a notification', READ],
  ])('is not sent again when it is released from a hold after %s', async (_what, content) => {
    const store = await toA();
    const first = await doubt(store);
    await store.hold(REPORT, ACT);
    await replan(store);
    await giveUp(store);
    expect(await fates(store)).toEqual(['v1 alice held retenu']);
    expect(await comesBack(store, first, content)).toMatchObject({ deliveryId: first.deliveryId });
    expect((await fates(store))[0]).toMatch(/delivered/);
    await store.release(REPORT, ACT, RULES);
    await replan(store);
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    expect((await fates(store))[0]).toMatch(/delivered/);
  });

  test('counts as delivered where the plan has excluded it meanwhile', async () => {
    const store = await toA();
    const first = await doubt(store);
    await store.oppose('P0001', ['mssante-pro'], true, ACT);
    await replan(store);
    await giveUp(store);
    expect(await fates(store)).toEqual(['v1 alice never opposition']);
    await comesBack(store, first, arrivedAt(A));
    expect((await fates(store))[0]).toMatch(/delivered/);
  });

  test('is not sent again while it waits for another try', async () => {
    const store = await toA();
    const first = await doubt(store);
    // Its lease learned of a hold that was lifted before the next plan.
    await store.hold(REPORT, ACT);
    await giveUp(store);
    await store.release(REPORT, ACT, RULES);
    await replan(store);
    expect(await fates(store)).toEqual(['v1 alice waiting envoi']);
    await comesBack(store, first, READ);
    expect(await store.lease('mssante-pro', 10, 60_000)).toEqual([]);
    expect((await fates(store))[0]).toMatch(/delivered/);
  });
});

describe('a bounce that is a copy’s', () => {
  const OTHER = 'remplacant@chu.mssante.invalid';
  const told = async (store: Store) =>
    ((await store.report(REPORT))?.acknowledgements ?? []).map(
      ({ event, done }) => `${event} ${done ? 'Y' : 'N'}`,
    );

  /** It changes nothing but what a person is told. */
  async function isLeftToAPerson(
    store: Store,
    first: LeasedDelivery,
    content: ReturnedContent,
  ): Promise<void> {
    const { state } = (await store.deliveries({ reportId: REPORT }))[0] ?? {};
    const before = await told(store);
    const taken = await comesBack(store, first, content);
    expect(taken).toMatchObject({ effect: 'unclear', deliveryId: first.deliveryId });
    expect((await store.deliveries({ reportId: REPORT }))[0]).toMatchObject({ state });
    expect(await told(store)).toEqual(before);
    expect((await store.alerts({})).map(({ kind }) => kind)).toContain('courrier-recu');
    expect((await store.alerts({})).map(({ kind }) => kind)).not.toContain('courriel-non-distribue');
  }

  test('addressed to somebody else alone leaves the delivery as it is', async () => {
    const store = await toA(asking());
    const first = await deliver(store);
    await isLeftToAPerson(store, first, bounced(OTHER));
    expect(await told(store)).toEqual(['Z02 Y']);
  });

  test('addressed to somebody else ends no doubt', async () => {
    const store = await toA();
    await isLeftToAPerson(store, await doubt(store), bounced(OTHER));
  });

  test.each([
    ['was read', READ],
    ['was integrated', dealtWith('processed')],
    ['could not be integrated', { kind: 'disposition', error: '902' } as const],
    ['was passed on', dealtWith('dispatched')],
    ['was refused by its software', { kind: 'refusal', error: '902' } as const],
    ['was put into the mailbox', arrivedAt(A)],
  ])('after it %s takes nothing back', async (_what, proof) => {
    const store = await toA(asking());
    const first = await deliver(store);
    await comesBack(store, first, proof);
    await isLeftToAPerson(store, first, bounced(A));
    await isLeftToAPerson(store, first, bounced());
  });

  test.each([
    [
      'only took it',
      { kind: 'delivery-report', recipients: [{ addresses: [A], action: 'relayed' }] } as const,
    ],
    ['gave it to somebody else', arrivedAt(OTHER)],
  ])('is one of ours when a server %s before', async (_what, news) => {
    const store = await toA();
    const first = await deliver(store);
    await comesBack(store, first, news);
    expect(await comesBack(store, first, bounced(A))).toMatchObject({ effect: 'undelivered' });
    expect(await fates(store)).toEqual(['v1 alice failed envoi']);
  });

  test('is known by what came back to an earlier release', async () => {
    const bench = aBench();
    await tell(bench.store, aDossier());
    await publish(bench.store, [A]);
    const first = await deliver(bench.store);
    await comesBack(bench.store, first, READ);
    const db = new Database(bench.file);
    db.exec('ALTER TABLE delivery DROP COLUMN proven');
    db.exec(provenArrivals);
    db.close();
    await isLeftToAPerson(bench.store, first, bounced(A));
  });

  test('is one of ours when it names nobody', async () => {
    const store = await toA();
    const first = await deliver(store);
    expect(await comesBack(store, first, bounced())).toMatchObject({ effect: 'undelivered' });
    expect(await fates(store)).toEqual(['v1 alice failed envoi']);
  });

  test('is one of ours before its mail was read, and no more after', async () => {
    const store = await toA();
    const first = await deliver(store);
    await comesBack(store, first, bounced(A));
    await comesBack(store, first, READ);
    expect(await fates(store)).toEqual(['v1 alice delivered envoi']);
    expect(await comesBack(store, first, bounced(A))).toMatchObject({ effect: 'unclear' });
    expect(await fates(store)).toEqual(['v1 alice delivered envoi']);
  });
});
