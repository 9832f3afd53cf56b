import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DispatchDecision } from '../src/report/delivery.ts';
import type { RenderedDocument } from '../src/stages/document.ts';
import type { InterpretedItem } from '../src/store/records.ts';
import { openAppendLog } from './baseline/store.ts';
import { built } from './built.ts';
import { RECIPIENTS } from './laboratory.ts';
import { median, quantile } from './statistics.ts';
import type { Step } from './steps.ts';

const DECISIONS: readonly DispatchDecision[] = (['dmp', 'mssante-pro', 'mssante-patient'] as const).map(
  (channel) => ({
    channel,
    recipient: RECIPIENTS[channel] || 'patient@example.invalid',
    decision: 'send',
    until: null,
    reason: 'envoi',
    rule: 'envoi',
    confidentiality: [],
  }),
);
const LEASE_MS = 60_000;
const STAGES = ['receive', 'interpreted', 'rendered', 'planned', 'delivered'] as const;

/**
 * The store's commit of each stage, one report after the other, each commit awaited alone (under load several share one):
 * against one append and fsync of the same bytes. `delivered`: lease, prepared bytes, on the wire, outcome, for each of
 * three destinations.
 */
export async function storeSteps(
  item: Extract<InterpretedItem, { kind: 'dossier' }>,
  document: RenderedDocument,
  message: string,
  times: number,
): Promise<Step[]> {
  const { openStore } = await built<typeof import('../src/store/store.ts')>('store/store');
  const { identifyReport } = await built<typeof import('../src/report/identifiers.ts')>('report/identifiers');
  const folder = mkdtempSync(join(tmpdir(), 'crbio-bench-'));
  const store = openStore({ file: join(folder, 'store.db'), now: Date.now });
  const log = openAppendLog(join(folder, 'append.log'));
  const { cda, pdf, pdfName, documentOid, warnings, facts } = document;
  const prepared = Buffer.alloc(cda.byteLength);
  const ours = new Map<string, number[]>(STAGES.map((stage) => [stage, []]));
  const plain = new Map<string, number[]>(STAGES.map((stage) => [stage, []]));
  const timed = async <T>(into: Map<string, number[]>, stage: string, work: () => T): Promise<Awaited<T>> => {
    const start = performance.now();
    const value = await work();
    into.get(stage)?.push(performance.now() - start);
    return value;
  };
  const root = item.setOid.slice(0, item.setOid.lastIndexOf('.'));

  for (let n = 0; n < times; n++) {
    const number = `29-${n}`;
    const dossier = { ...item.dossier, number };
    const bytes = Buffer.from(message.replaceAll(item.dossier.number, number), 'utf8');
    const part = { ...item, dossier, ...identifyReport(dossier.source, number, root) };
    const id = { reportId: part.reportId, version: 1 };
    const { inboxId } = await timed(ours, 'receive', () =>
      store.receive({ source: 'sgl', origin: number, bytes }),
    );
    await timed(ours, 'interpreted', () => store.interpreted(inboxId, [part]));
    await timed(ours, 'rendered', () =>
      store.rendered(id, {
        documentOid: `${documentOid}.${n}`,
        cda,
        pdf,
        pdfName,
        warnings,
        facts: { ...facts },
      }),
    );
    await timed(ours, 'planned', async () => {
      const [task] = await store.unplanned(1);
      if (task) await store.planned(task, DECISIONS);
    });
    await timed(ours, 'delivered', async () => {
      for (const { channel } of DECISIONS) {
        for (const { deliveryId } of await store.lease(channel, 1, LEASE_MS)) {
          await store.prepared(deliveryId, prepared);
          await store.onWire(deliveryId);
          await store.delivered(deliveryId, 'urn:uuid:0');
        }
      }
    });
    await timed(plain, 'receive', () => log.append(bytes));
    await timed(plain, 'interpreted', () => log.append(JSON.stringify(dossier)));
    await timed(plain, 'rendered', () => log.append(cda, pdf));
    await timed(plain, 'planned', () => log.append(JSON.stringify(DECISIONS)));
    await timed(plain, 'delivered', () => log.append(...DECISIONS.map(() => prepared)));
  }
  await store.close();
  log.close();
  rmSync(folder, { recursive: true, force: true });
  const timing = (samples: readonly number[] = []) => ({
    median: median(samples),
    p95: quantile(samples, 0.95),
  });
  return STAGES.map((stage) => ({
    name: `store: ${stage}${stage === 'delivered' ? ' × 3' : ''}`,
    ours: timing(ours.get(stage)),
    plain: timing(plain.get(stage)),
  }));
}
