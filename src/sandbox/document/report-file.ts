import { createHash } from 'node:crypto';
import { canonicalize } from '../xml/c14n.ts';
import { readXml } from '../xml/read.ts';
import { type CdaHeader, clinicalDocumentOf, countClinicalDocuments, readCdaHeader } from './cda-header.ts';

/** What is looked at in a report's file. */
export interface ReportFile {
  /** Of its one ClinicalDocument, alone or self-presenting; undefined when there is none, or more than one. */
  readonly header: CdaHeader | undefined;
  /** Digests of its canonical form with comments. */
  readonly digests: Readonly<Record<'sha1' | 'sha256', Buffer>>;
}

/** Of the last files read, by their SHA-256: a report comes to the DMP and to each mailbox, and its tree is dear. */
const known = new Map<string, ReportFile>();
const MAX_KNOWN = 2_000;

/** @throws NotXml as {@link readXml} does */
export function readReportFile(bytes: Uint8Array, maxBytes: number): ReportFile {
  const key = createHash('sha256').update(bytes).digest('base64');
  const before = known.get(key);
  if (before !== undefined) return before;
  const file = readXml(bytes, maxBytes);
  const document = countClinicalDocuments(file) === 1 ? clinicalDocumentOf(file) : undefined;
  const canonical = canonicalize(file, { exclusive: false, comments: true });
  const digest = (algorithm: string) => createHash(algorithm).update(canonical).digest();
  const read = {
    header: document === undefined ? undefined : readCdaHeader(document),
    digests: { sha1: digest('sha1'), sha256: digest('sha256') },
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, read);
  return read;
}
