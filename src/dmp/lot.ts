import { createHash } from 'node:crypto';
import type { DeliveryJob } from '../report/delivery.ts';
import type { Fault } from '../report/fault.ts';
import { fromInstant } from '../report/timestamp.ts';
import { type HeaderPatient, readCdaHeader } from '../xds/cda-header.ts';
import { describeHeader } from '../xds/document-entry.ts';
import type { Submission } from '../xds/registry-objects.ts';
import { submissionSetOf } from '../xds/submission-set.ts';
import { insMissing, lotMismatch, notCanonical } from './faults.ts';
import { signLot } from './lot-signature.ts';
import type { DmpSettings } from './settings.ts';
import { signatureEntry } from './signature-entry.ts';
import type { Signer } from './signer.ts';
import { subjectOf, type VihfSubject } from './subject.ts';

/** A deposit ready to be sent, but for what must be fresh at each try: VIHF, MessageID, entryUUID of what it replaces. */
export interface Lot {
  readonly kind: 'lot';
  readonly submission: Submission;
  readonly signatureXml: string;
  readonly subject: VihfSubject;
  readonly patient: HeaderPatient;
  /** Milliseconds; a VIHF must not be older. */
  readonly submittedAt: number;
}

/** Message ids of the two documents. */
export const DOCUMENT_ID = 'Doc01';
export const SIGNATURE_ID = 'Signature01';

/**
 * Builds what must be the same at each try: metadata, identifiers, times and signature. Pure CPU work.
 * @returns bytes for {@link readLot}: the lot, or the fault that forbids it, which is then the outcome of every try
 */
export function prepareLot(
  settings: DmpSettings,
  job: DeliveryJob,
  context: { readonly now: number; readonly signer: Signer },
): Uint8Array {
  const lot = buildLot(settings, job, context);
  return Buffer.from(JSON.stringify('kind' in lot ? lot : { kind: 'fault', fault: lot }), 'utf8');
}

function buildLot(
  settings: DmpSettings,
  job: DeliveryJob,
  context: { readonly now: number; readonly signer: Signer },
): Lot | Fault {
  const header = readCdaHeader(job.cda);
  if ('cause' in header) return header;
  if (!header.patient.ins) return insMissing();
  const entry = describeHeader(header, job.cda, { confidentiality: job.confidentiality });
  if ('cause' in entry) return entry;
  const subject = subjectOf(header);
  if ('cause' in subject) return subject;

  // creation ≤ submission ≤ signature ≤ VIHF: an SGL whose clock is ahead must not break the order (dmp.md §4).
  const submittedAt = Math.max(secondsOf(context.now), instantOfXds(entry.creationTime));
  const submissionTime = fromInstant(submittedAt, 'UTC').local;
  const lotUniqueId = derivedOid(settings.sourceId, 1, job, entry.uniqueId);
  const signatureUniqueId = derivedOid(settings.sourceId, 2, job, entry.uniqueId);
  let signatureXml: string;
  try {
    signatureXml = signLot(
      {
        id: `S-${signatureUniqueId}`,
        lotUniqueId,
        documents: [{ uniqueId: entry.uniqueId, bytes: job.cda }],
        signedAt: submittedAt,
      },
      context.signer,
      settings.options.lotDigest,
    );
  } catch {
    return notCanonical();
  }
  const signatureBytes = Buffer.from(signatureXml, 'utf8');
  return {
    kind: 'lot',
    submission: {
      submissionSet: submissionSetOf(entry, {
        uniqueId: lotUniqueId,
        sourceId: settings.sourceId,
        submissionTime,
      }),
      documents: [
        { id: DOCUMENT_ID, entry },
        {
          id: SIGNATURE_ID,
          entry: signatureEntry(entry, signatureUniqueId, submissionTime, signatureBytes),
        },
      ],
    },
    signatureXml,
    subject,
    patient: header.patient,
    submittedAt,
  };
}

/**
 * Reads what {@link prepareLot} made.
 * @param cda the document that is about to be sent; its hash must be the one that was signed
 */
export function readLot(prepared: Uint8Array, cda: Uint8Array): Lot | Fault {
  // Our own bytes, out of our own store: the shape is ours.
  const parsed = JSON.parse(Buffer.from(prepared).toString('utf8')) as
    | Lot
    | { readonly kind: 'fault'; readonly fault: Fault };
  if (parsed.kind === 'fault') return parsed.fault;
  const hash = createHash('sha1').update(cda).digest('hex');
  return documentOf(parsed).hash === hash ? parsed : lotMismatch();
}

/** The entry of the report itself. */
export function documentOf(lot: Lot): Submission['documents'][number]['entry'] {
  const document = lot.submission.documents.find(({ id }) => id === DOCUMENT_ID);
  if (!document) throw new TypeError('a lot has its document');
  return document.entry;
}

/**
 * OID of a lot (1), signature document (2) or deletion (3): derived, so that preparing again after a crash gives the
 * same, and of another delivery another.
 */
export function derivedOid(
  root: string,
  arc: 1 | 2 | 3,
  job: Pick<DeliveryJob, 'deliveryId'>,
  document: string,
): string {
  const hash = createHash('sha256').update(`${document}\u0000${job.deliveryId}`, 'utf8').digest();
  return `${root}.${arc}.${hash.readBigUInt64BE().toString(10)}`;
}

const secondsOf = (milliseconds: number) => Math.floor(milliseconds / 1000) * 1000;

function instantOfXds(time: string): number {
  const [, year, month, day, hour, minute, second] = (
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(time) ?? []
  ).map(Number);
  return Date.UTC(year ?? 1970, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0);
}
