import type { Dossier } from '../../src/report/dossier.ts';
import { identifyReport } from '../../src/report/identifiers.ts';
import type { Store } from '../../src/store/model.ts';

/** The operations that carry a message from the folder to the destination, each a step to crash after. */
export const STEPS = [
  'receive',
  'interpreted',
  'rendered',
  'planned',
  'lease',
  'prepared',
  'onWire',
  'delivered',
] as const;

const time = { local: '20260302093000', offset: '+0100' };
const dossier: Dossier = {
  source: 'sgl',
  number: '1',
  processing: 'P',
  patient: { localId: { value: 'P1' }, statuses: [], traits: { birthName: 'ESSAI', sex: 'F' } },
  recipients: [],
  exams: [],
  attachments: [],
  comments: [],
  flags: {},
  completeness: 'complete',
  issuedAt: time,
  messageAt: time,
};

/** The folder offers the same file until it has been taken. */
export const offer = (store: Store) =>
  store.receive({ source: 'sgl', origin: 'a.hl7', bytes: Buffer.from('the message') });

/** Takes what is waiting at each stage, as the daemon does. @returns what the lane was told of the delivery */
export async function continuePipeline(
  store: Store,
  reached: (step: (typeof STEPS)[number]) => void = () => {},
): Promise<{ unknown: boolean; prepared: boolean } | undefined> {
  for (const { inboxId } of await store.uninterpreted(10)) {
    const identifiers = identifyReport('sgl', '1', '1.2.250.1.999');
    await store.interpreted(inboxId, [{ kind: 'dossier', dossier, ...identifiers, warnings: [] }]);
    reached('interpreted');
  }
  for (const task of await store.unrendered(10)) {
    const bytes = Buffer.from('document');
    const documentOid = `${task.setOid}.${task.version}`;
    await store.rendered(task, {
      documentOid,
      cda: bytes,
      pdf: bytes,
      pdfName: 'a.pdf',
      warnings: [],
      facts: {},
    });
    reached('rendered');
  }
  for (const task of await store.unplanned(10)) {
    const decision = { channel: 'dmp', recipient: 'DMP', decision: 'send' } as const;
    await store.planned(task, [
      { ...decision, until: null, reason: 'validé', rule: 'envoi', confidentiality: [] },
    ]);
    reached('planned');
  }
  const [leased] = await store.lease('dmp', 10, 60_000);
  if (!leased) return undefined;
  reached('lease');
  if (!leased.prepared) await store.prepared(leased.deliveryId, Buffer.from('signed'));
  reached('prepared');
  if (!(await store.onWire(leased.deliveryId))) throw new Error('withdrawn');
  reached('onWire');
  await store.delivered(leased.deliveryId, 'remote');
  reached('delivered');
  return { unknown: leased.unknown, prepared: leased.prepared !== undefined };
}
