import { createHash } from 'node:crypto';

/** The report's identifier and its document OIDs (decisions.md, Document, identifiers). */
export interface ReportIdentifiers {
  /** `source-hash`: 16 hexadecimal digits of the hash; part of file names, holds nothing of the patient. */
  readonly reportId: string;
  readonly setOid: string;
}

/** Longest OID that XDS can carry as uniqueId. */
export const MAX_OID_LENGTH = 64;

/**
 * Derives a report's identifiers from what names it for ever: the source and its dossier number.
 * @param source profile name, `[a-z0-9-]+`
 * @param root OID under which the laboratory's documents live
 * @throws RangeError when the root is too long for a version of four digits to fit in 64 characters
 */
export function identifyReport(source: string, dossier: string, root: string): ReportIdentifiers {
  const hash = createHash('sha256').update(`${source}\u0000${dossier}`, 'utf8').digest().subarray(0, 8);
  const setOid = `${root}.${hash.readBigUInt64BE().toString(10)}`;
  // Room for the N1's arc and a version of four digits.
  if (setOid.length + 7 > MAX_OID_LENGTH) throw new RangeError(`OID root too long: ${root}`);
  return { reportId: `${source}-${hash.toString('hex')}`, setOid };
}

/** OID of one version of a document. */
export function documentOid(setOid: string, version: number): string {
  return `${setOid}.${version}`;
}

/** Arc of the N1 documents in a report's set: no version has the number 0. */
const N1_ARC = 0;

/** OID of the version set of a report's N1: a document of its own, with versions of its own (cr-bio.md §8.2). */
export function n1SetOid(setOid: string): string {
  return `${setOid}.${N1_ARC}`;
}

/** OID of the N1 that goes with a version's N3. @param documentOid OID of the N3, `setOid.version` */
export function n1DocumentOid(documentOid: string): string {
  const cut = documentOid.lastIndexOf('.');
  return `${n1SetOid(documentOid.slice(0, cut))}${documentOid.slice(cut)}`;
}

/** Base name of the files of one version: `source-hash-vN`. */
export function documentName(reportId: string, version: number): string {
  return `${reportId}-v${version}`;
}
