import { type DeliveryJob, DMP_N1 } from '../report/delivery.ts';
import type { Store } from '../store/model.ts';
import type { LeasedDelivery } from '../store/records.ts';

/**
 * What a channel is given to send: the documents of a leased delivery, and how they are to be sent.
 * @returns undefined when the store does not have the document
 */
export async function jobOf(leased: LeasedDelivery, store: Store): Promise<DeliveryJob | undefined> {
  const documents = await documentsOf(leased, store);
  if (!documents) return undefined;
  const {
    deliveryId,
    reportId,
    version,
    channel,
    recipient,
    confidentiality,
    secretConnection,
    noReply,
    replaces,
    earlier = [],
    traitsAccepted,
  } = leased;
  const isN1 = recipient === DMP_N1;
  const cda = isN1 ? documents.n1 : documents.cda;
  if (!cda) return undefined;
  return {
    deliveryId,
    reportId,
    version,
    channel,
    recipient,
    confidentiality,
    secretConnection,
    noReply,
    ...(replaces ? { replaces } : {}),
    ...(earlier.length > 0 ? { earlier } : {}),
    ...(traitsAccepted ? { traitsAccepted } : {}),
    ...(leased.withdraws === undefined ? {} : { withdraws: true }),
    ...(documents.mail ? { mail: documents.mail } : {}),
    cda,
    pdf: documents.pdf,
    pdfName: documents.pdfName,
  };
}

/**
 * The DMP deletes what was deposited. A mailbox gets a notice: our withdrawn version, which repeats nothing; of a report
 * that came written, the document that it has, for a later one may hold what nobody is to see.
 */
async function documentsOf({ reportId, version, channel, withdraws }: LeasedDelivery, store: Store) {
  const taken = withdraws === undefined ? undefined : { reportId, version: withdraws };
  if (taken && channel === 'dmp') return store.documents(taken);
  const own = await store.documents({ reportId, version });
  return taken && own?.mail ? store.documents(taken) : own;
}
