import type { Fault } from '../report/fault.ts';
import type { Report, Warning } from '../report/report.ts';
import { appendPdfs } from './append.ts';
import type { PdfAssets } from './assets.ts';
import { type PreparedPdf, prepareAttachment } from './attachment.ts';
import { faults } from './faults.ts';
import { checkPdf } from './pdf-check.ts';
import { typeset } from './render.ts';

export interface ReportPdf {
  readonly pdf: Uint8Array;
  readonly warnings: readonly Warning[];
}

/**
 * The PDF of a report, subcontractors' pages included and counted: what the render stage keeps.
 * @returns the file, or why the report must wait for a person
 */
export async function makeReportPdf(report: Report, assets: PdfAssets): Promise<ReportPdf | Fault> {
  const appended: PreparedPdf[] = [];
  for (const attachment of report.attachments) {
    const prepared = await prepareAttachment(attachment);
    if ('code' in prepared) return prepared;
    appended.push(prepared);
  }
  const set = typeset(report, assets, appended);
  if ('code' in set) return set;
  const pdf = await appendPdfs(set.bytes, appended);
  if ('code' in pdf) return pdf;
  const [problem] = checkPdf(pdf).problems;
  return problem === undefined ? { pdf, warnings: set.warnings } : faults.notPdfA(problem);
}
