import { MAX_OID_LENGTH, n1DocumentOid, n1SetOid } from '../report/identifiers.ts';
import type { Report, ReportVersion } from '../report/report.ts';
import { header } from './header.ts';
import { published } from './published.ts';
import { el, serialize } from './xml.ts';

export interface N1Input {
  readonly report: Report;
  /** The PDF that stands alone beside it: the very file that this document holds. */
  readonly pdf: Uint8Array;
  /**
   * The N1 that this one replaces. Absent: that of the version which the report replaces; null: no N1 of this report
   * was issued before (the profile is new, or the earlier version did not leave).
   */
  readonly replaces?: N1Replaced | null;
}

interface N1Replaced {
  readonly documentOid: string;
  readonly number: number;
}

export interface N1Identifiers {
  readonly setOid: string;
  readonly documentOid: string;
}

/**
 * OIDs of the N1 of a version, a document and a set of versions of their own. Versions count from 1, so the arc 0 under
 * the report's set is free: the N1's set is `setOid.0`, its documents `setOid.0.version`.
 * @throws RangeError when the result is longer than XDS carries (the laboratory's root leaves no room for it)
 */
export function n1Identifiers({ setOid }: Pick<ReportVersion, 'setOid'>, version: number): N1Identifiers {
  const documentOid = n1DocumentOid(`${setOid}.${version}`);
  if (documentOid.length > MAX_OID_LENGTH) throw new RangeError(`OID root too long for an N1: ${setOid}`);
  return { setOid: n1SetOid(setOid), documentOid };
}

/**
 * Writes one version of a report as a CDA R2 N1: the header of the N3, the PDF as the only body (structuration minimale,
 * XDS-SD). For the profile `segur-v1`. UTF-8; the same input gives the same bytes.
 * @throws RangeError see {@link n1Identifiers}
 */
export function buildN1({ report: given, pdf, replaces }: N1Input): Uint8Array {
  const report = withN1Identifiers(published(given), replaces);
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const body = el(
    'nonXMLBody',
    {},
    el('text', { mediaType: 'application/pdf', representation: 'B64' }, bytes.toString('base64')),
  );
  return serialize(el('ClinicalDocument', {}, header(report, 'n1'), el('component', {}, body)));
}

function withN1Identifiers(report: Report, replaced: N1Replaced | null | undefined): Report {
  const { replaces: previous, ...version } = report.version;
  const replaces =
    replaced === undefined && previous
      ? { ...previous, documentOid: n1Identifiers(version, previous.number).documentOid }
      : replaced;
  return {
    ...report,
    version: {
      ...version,
      ...n1Identifiers(version, version.number),
      ...(replaces ? { replaces } : {}),
    },
  };
}
