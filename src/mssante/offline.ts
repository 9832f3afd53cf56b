import { describeDocument } from '../xds/document-entry.ts';
import { buildXdm, submissionSetOid } from './xdm.ts';

export interface OfflineSubmission {
  /** UTC yyyyMMddHHmmss. */
  readonly time: string;
  /** OID of the system. */
  readonly sourceId: string;
  readonly sender: string;
  readonly contact: string;
}

/**
 * The XDM archive of a document that is not sent, for `crbio render`.
 * @throws Error when the CDA header cannot be described: the document passed its check, so that is a bug
 */
export function offlineXdm(
  cda: Uint8Array,
  { time, sourceId, sender, contact }: OfflineSubmission,
): Promise<Uint8Array> {
  const entry = describeDocument(cda, { confidentiality: [] });
  if ('cause' in entry) throw new Error(entry.code);
  return buildXdm({
    cda,
    entry,
    submission: { uniqueId: submissionSetOid(`offline ${entry.uniqueId}`), sourceId, time },
    sender: { name: sender, contact },
    software: { name: 'crbio', version: VERSION, vendor: sender },
  });
}

/** The archive's README names the software; offline there is no homologated product to name. */
const VERSION = '0.1.0';
