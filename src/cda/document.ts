import type { Report } from '../report/report.ts';
import { pdfCopySection, secondIntentionSections } from './attached-documents.ts';
import { closingComments, leadingComments } from './comment-sections.ts';
import { header } from './header.ts';
import { published } from './published.ts';
import { chapterSections } from './sections.ts';
import type { CrBioVersion } from './templates.ts';
import { el, serialize } from './xml.ts';

export interface CdaInput {
  readonly report: Report;
  /** The report as people read it on paper, subcontracted pages included; becomes the PDF copy section. */
  readonly pdf: Uint8Array;
  /** Version of the volet, 2024.01 by default. */
  readonly version?: CrBioVersion;
}

/**
 * Writes one version of a report as a CR-Bio: CDA R2 N3 of the volet CR-BIO (CI-SIS), UTF-8. The same input gives the
 * same bytes. Whether the document may leave is {@link checkDocument}'s to say.
 */
export function buildCda({ report: given, pdf, version = '2024.01' }: CdaInput): Uint8Array {
  const report = published(given);
  const sections = [
    ...leadingComments(report),
    ...chapterSections(report),
    ...secondIntentionSections(report),
    ...closingComments(report),
    pdfCopySection(report, pdf),
  ];
  return serialize(
    el(
      'ClinicalDocument',
      {},
      header(report, version),
      el(
        'component',
        {},
        el(
          'structuredBody',
          {},
          sections.map((section) => el('component', {}, section)),
        ),
      ),
    ),
  );
}
