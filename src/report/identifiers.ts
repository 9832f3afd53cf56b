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
  if (setOid.length + 5 > MAX_OID_LENGTH) throw new RangeError(`OID root too long: ${root}`);
  return { reportId: `${source}-${hash.toString('hex')}`, setOid };
}

/** OID of one version of a document. */
export function documentOid(setOid: string, version: number): string {
  return `${setOid}.${version}`;
}

/** Base name of the files of one version: `source-hash-vN`. */
export function documentName(reportId: string, version: number): string {
  return `${reportId}-v${version}`;
}
