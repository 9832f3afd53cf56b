import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DispatchDecision } from '../../src/report/delivery.ts';
import type { Dossier, Exam } from '../../src/report/dossier.ts';
import type { FinishedDocuments } from '../../src/report/finished.ts';
import { identifyReport } from '../../src/report/identifiers.ts';
import type { Result } from '../../src/report/result.ts';
import type { Store } from '../../src/store/model.ts';
import type { InterpretedItem, InterpretedOutcome, LeasedDelivery } from '../../src/store/records.ts';
import { openStore } from '../../src/store/store.ts';
import { quantity } from '../fixtures/build.ts';
import { at, PRESCRIBER, statedPatient } from '../fixtures/people.ts';

/** What store tests are written with: a store on a real file, a clock, dossiers, and the stages up to a given point. */

export const ROOT = '1.2.250.1.999.1.1.1';
export const ACT = { by: 'biologiste-1', reason: 'essai' };
export const RULES = { liftable: ['retenu', 'partiel', 'masque-ps'], unmask: ['annonce'] };

export interface Bench {
  store: Store;
  readonly file: string;
  readonly clock: { now: number };
  /** Leaves the store as a crash would (nothing closed) and opens the file again. */
  crash(): Store;
}

export function aBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-store-'));
  const file = join(folder, 'crbio.db');
  const clock = { now: Date.parse('2026-03-02T10:00:00Z') };
  const open = () => openStore({ file, now: () => clock.now });
  const opened: Store[] = [];
  const bench: Bench = {
    file,
    clock,
    store: open(),
    crash() {
      opened.push(bench.store);
      bench.store = open();
      return bench.store;
    },
  };
  onTestFinished(async () => {
    for (const store of [...opened, bench.store]) await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return bench;
}

export function aRow(key: string, value: string | undefined, more: Partial<Result> = {}): Result {
  return {
    key,
    local: { code: key, label: key },
    status: 'final',
    ...(value === undefined ? {} : { value: quantity(value) }),
    unit: 'mmol/L',
    ranges: [],
    interpretations: [],
    previous: [],
    comments: [],
    ...more,
  };
}

export function anExam(code: string, results: readonly Result[], more: Partial<Exam> = {}): Exam {
  return {
    order: '1',
    local: { code, label: code },
    results,
    isolates: [],
    specimens: [],
    comments: [],
    deleted: [],
    ...more,
  };
}

export function aDossier(more: Partial<Dossier> = {}): Dossier {
  const time = more.messageAt ?? at('20260302093000');
  return {
    source: 'sgl',
    number: '26030200001',
    processing: 'P',
    patient: statedPatient(),
    prescriber: PRESCRIBER,
    recipients: [],
    exams: [anExam('GLY', [aRow('GLY', '5.10')])],
    attachments: [],
    comments: [],
    flags: {},
    completeness: 'complete',
    issuedAt: time,
    messageAt: time,
    ...more,
  };
}

export function itemOf(dossier: Dossier, reportId?: string): InterpretedItem {
  const identifiers = identifyReport(dossier.source, dossier.number, ROOT);
  return { kind: 'dossier', dossier, ...identifiers, ...(reportId ? { reportId } : {}), warnings: [] };
}

export const REPORT = identifyReport('sgl', '26030200001', ROOT).reportId;

let serial = 0;

/** Receives and interprets one message that says these things. */
export async function tell(
  store: Store,
  ...said: (Dossier | InterpretedItem)[]
): Promise<InterpretedOutcome[]> {
  serial += 1;
  const { inboxId } = await store.receive({
    source: 'sgl',
    origin: `m${serial}.hl7`,
    bytes: Buffer.from(`message ${serial}`),
  });
  const items = said.map((item) => ('kind' in item ? item : itemOf(item)));
  return [...(await store.interpreted(inboxId, items))];
}

/** Renders all that waits to be. */
export async function render(store: Store): Promise<string[]> {
  const tasks = await store.unrendered(100);
  for (const { reportId, version, setOid } of tasks) {
    await store.rendered(
      { reportId, version },
      {
        documentOid: `${setOid}.${version}`,
        cda: Buffer.from(`cda ${reportId} ${version}`),
        pdf: Buffer.from(`pdf ${reportId} ${version}`),
        pdfName: 'cr.pdf',
        warnings: [],
        facts: { version },
      },
    );
  }
  return tasks.map(({ reportId, version }) => `${reportId} v${version}`);
}

export const send = (more: Partial<DispatchDecision> = {}): DispatchDecision => ({
  channel: 'dmp',
  recipient: 'DMP',
  decision: 'send',
  until: null,
  reason: 'compte rendu validé',
  rule: 'envoi',
  confidentiality: [],
  ...more,
});

export const hold = (rule: string, more: Partial<DispatchDecision> = {}): DispatchDecision =>
  send({ decision: 'hold', rule, reason: `retenu par ${rule}`, ...more });

export const toDoctor = (more: Partial<DispatchDecision> = {}): DispatchDecision =>
  send({ channel: 'mssante-pro', recipient: 'claire.durand@medecin.mssante.invalid', ...more });

/** Plans all that waits to be, each with these decisions. */
export async function plan(store: Store, ...decisions: DispatchDecision[]): Promise<number> {
  const tasks = await store.unplanned(100);
  for (const task of tasks) await store.planned(task, decisions);
  return tasks.length;
}

/** One report, planned with these decisions (default: to the DMP). */
export async function planned(store: Store, ...decisions: DispatchDecision[]): Promise<void> {
  await tell(store, aDossier());
  await render(store);
  await plan(store, ...(decisions.length > 0 ? decisions : [send()]));
}

export async function leaseOne(
  store: Store,
  channel: LeasedDelivery['channel'] = 'dmp',
): Promise<LeasedDelivery> {
  const [leased, ...others] = await store.lease(channel, 10, 60_000);
  if (!leased || others.length > 0) throw new Error(`${others.length + (leased ? 1 : 0)} leased, not 1`);
  return leased;
}

/** Leases the one delivery that is due, puts it on the wire and has it accepted. */
export async function deliver(
  store: Store,
  channel: LeasedDelivery['channel'] = 'dmp',
): Promise<LeasedDelivery> {
  const leased = await leaseOne(store, channel);
  if (!(await store.onWire(leased.deliveryId))) throw new Error('withdrawn');
  await store.delivered(leased.deliveryId, `remote-${leased.version}`);
  return leased;
}

/** `v1 dmp delivered`, one for each delivery of the report. */
export async function fates(store: Store, reportId = REPORT): Promise<string[]> {
  const rows = await store.deliveries({ reportId });
  return rows.map(({ version, channel, state }) => `v${version} ${channel} ${state}`);
}

/** A finished document whose sender asks what becomes of it; with `reading`, also what becomes of its mails. */
export function asking({ reading = false } = {}): Dossier {
  const finished: FinishedDocuments = {
    n3: Buffer.from('<ClinicalDocument/>').toString('base64'),
    request: 'create',
    onlyMasking: false,
    mail: {},
    acknowledge: {
      reception: true,
      reading,
      controlId: 'A1',
      sender: ['SGL', 'LABO'],
      receiver: ['CRBIO', ''],
      processing: 'P',
      volet: '2.1',
    },
  };
  return aDossier({ exams: [], finished });
}
