import type { Fault } from '../report/fault.ts';
import type { Report, Warning } from '../report/report.ts';
import { appendPdfs, framePdf } from './append.ts';
import type { PdfAssets } from './assets.ts';
import { type PreparedPdf, prepareAttachment } from './attachment.ts';
import { faults } from './faults.ts';
import { checkPdf } from './pdf-check.ts';
import { frameOf, typeset } from './render.ts';
import { acceptSourcePdf } from './source-pdf.ts';

export interface ReportPdf {
  readonly pdf: Uint8Array;
  /** What our own pages say; absent where the SGL's PDF stands in their place, which was checked for whose it is. */
  readonly text?: string;
  readonly warnings: readonly Warning[];
}

/**
 * The PDF of a report, subcontractors' pages included and counted: what the render stage keeps. Where the SGL sent its
 * own PDF it is taken instead of our pages, except for a withdrawal, which it cannot know of.
 * @returns the file, or why the report must wait for a person
 */
export async function makeReportPdf(report: Report, assets: PdfAssets): Promise<ReportPdf | Fault> {
  const withdrawn = report.version.cause === 'withdrawal';
  const appended: PreparedPdf[] = [];
  for (const attachment of withdrawn ? [] : report.attachments) {
    const prepared = await prepareAttachment(attachment);
    if ('code' in prepared) return prepared;
    appended.push(prepared);
  }
  const own = await ownPages(report, assets, appended);
  if ('code' in own) return own;
  const pdf = await appendPdfs(own.pdf, appended);
  if ('code' in pdf) return pdf;
  const [problem] = checkPdf(pdf).problems;
  return problem === undefined ? { ...own, pdf } : faults.notPdfA(problem);
}

async function ownPages(
  report: Report,
  assets: PdfAssets,
  appended: readonly PreparedPdf[],
): Promise<ReportPdf | Fault> {
  if (report.sourcePdf && report.version.cause !== 'withdrawal') {
    const accepted = await acceptSourcePdf(report, report.sourcePdf);
    if ('code' in accepted) return accepted;
    const pdf = accepted.converted ? await framePdf(frameOf(report, assets), accepted) : accepted.bytes;
    return 'code' in pdf ? pdf : { pdf, warnings: [] };
  }
  const set = typeset(report, assets, appended);
  return 'code' in set ? set : { pdf: set.bytes, text: set.text, warnings: set.warnings };
}
