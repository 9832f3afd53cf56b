import { checkDocument } from '../cda/conformance/check.ts';
import { buildCda } from '../cda/document.ts';
import { buildN1 } from '../cda/n1.ts';
import { selfPresenting } from '../cda/self-presenting.ts';
import type { Stylesheet } from '../cda/stylesheet.ts';
import { isObstacle } from '../intake/obstacle.ts';
import { pdfName } from '../mssante/names.ts';
import { codeOf } from '../ops/codes.ts';
import type { PdfAssets } from '../pdf/assets.ts';
import { makeReportPdf } from '../pdf/report-pdf.ts';
import { type Environment, usableIdentity } from '../policy/environment.ts';
import { type DispatchFacts, factsOf } from '../policy/facts.ts';
import type { Dossier, Exam } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import { documentOid } from '../report/identifiers.ts';
import type { Laboratory } from '../report/laboratory.ts';
import type { Report, ReportVersion, Warning } from '../report/report.ts';
import type { RenderedVersion, RenderTask } from '../store/records.ts';
import type { Catalogue } from '../terminology/catalogue.ts';
import { composeReport } from '../terminology/compose.ts';
import { describeDocument } from '../xds/document-entry.ts';
import { NO_BIRTH_DATE, ONLY_COMMENTS, REPORT_EMPTY } from './faults.ts';

/** What rendering needs beside the dossier; loaded once in each worker. */
export interface DocumentAssets {
  readonly environment: Environment;
  readonly laboratory: Laboratory;
  readonly catalogue: Catalogue;
  readonly stylesheet: Stylesheet;
  readonly pdf: PdfAssets;
  readonly cdaVersion: '2024.01' | '2023.01';
  /** The profile deposits an N1 beside the N3. */
  readonly withN1: boolean;
}

/** What a version is sent as, and what is decided on. */
export interface RenderedDocument extends Omit<RenderedVersion, 'facts'> {
  readonly facts: DispatchFacts;
  readonly identity: 'qualified' | 'unqualified';
}

/**
 * One version, from dossier to checked documents: identity gate, transcoding, PDF, CDA with the PDF inside, the lab's
 * stylesheet around it, conformance. Deterministic: the same dossier, catalogue and configuration give the same bytes.
 * @returns the documents, or why this version must wait for a person
 * @throws Error when the machine cannot make them now (a full disk)
 */
export async function renderDocument(
  task: RenderTask,
  assets: DocumentAssets,
): Promise<RenderedDocument | { faults: readonly Fault[] }> {
  try {
    return await makeDocuments(task, assets);
  } catch (error) {
    return { faults: [internalFault(error)] };
  }
}

/**
 * A bug met by one report's content must not stop the others: that version waits for a person.
 * @throws the error itself when it is of the machine (a full disk): the version is made once that has ended
 */
export function internalFault(error: unknown): Fault {
  if (isObstacle(codeOf(error))) throw error;
  return {
    code: 'RENDER_INTERNAL',
    cause: `erreur interne pendant la fabrication du document (${codeOf(error)})`,
    hint: 'signaler ce compte rendu à l’éditeur avec son identifiant ; rien n’est parti',
  };
}

async function makeDocuments(
  task: RenderTask,
  assets: DocumentAssets,
): Promise<RenderedDocument | { faults: readonly Fault[] }> {
  if (isEmpty(task.dossier)) return { faults: [REPORT_EMPTY] };
  if (hasOnlyComments(task.dossier)) return { faults: [ONLY_COMMENTS] };
  if (!task.dossier.patient.traits.birthDate) return { faults: [NO_BIRTH_DATE] };
  const { report, warnings } = reportOf(task, assets);
  const made = await makeReportPdf(report, assets.pdf);
  if ('code' in made) return { faults: [made] };
  const cda = selfPresenting(
    buildCda({ report, pdf: made.pdf, version: assets.cdaVersion }),
    assets.stylesheet,
  );
  // An identity without INS has no DMP: its N1 would go nowhere.
  const n1 =
    assets.withN1 && report.patient.kind === 'qualified' ? buildN1({ report, pdf: made.pdf }) : undefined;
  const faults = [
    ...faultsOf(cda, made.pdf, made.text),
    // Its text is the PDF itself: there is nothing else to compare.
    ...(n1 ? faultsOf(n1, made.pdf, undefined) : []),
  ];
  if (faults.length > 0) return { faults };
  return {
    documentOid: report.version.documentOid,
    cda,
    ...(n1 ? { n1 } : {}),
    pdf: made.pdf,
    pdfName: pdfName(report),
    warnings: [...warnings, ...made.warnings],
    facts: factsOf(report),
    identity: report.patient.kind,
  };
}

/** Has the request nothing to show yet: samples received, rows that nobody verified? */
function isEmpty({ exams, attachments, sourcePdf, withdrawn }: Dossier): boolean {
  return exams.length === 0 && attachments.length === 0 && !sourcePdf && !withdrawn;
}

/** Comments hang on the results of their chapter: alone they have no place in a report. */
function hasOnlyComments({ exams, attachments, sourcePdf, withdrawn }: Dossier): boolean {
  const says = ({ results, isolates, images = [], specimens }: Exam) =>
    results.length + isolates.length + images.length > 0 || specimens.some((one) => one.nonConformity);
  const commented = exams.some(({ comments }) => comments.length > 0);
  return commented && !exams.some(says) && attachments.length === 0 && !sourcePdf && !withdrawn;
}

/**
 * What is wrong with a document, or between it, its PDF and the metadata that will describe it: those are made again from
 * the same bytes for each dispatch, with the masks of the day.
 */
function faultsOf(cda: Uint8Array, pdf: Uint8Array, pdfText: string | undefined): Fault[] {
  const entry = describeDocument(cda, { confidentiality: [] });
  const described = 'cause' in entry ? {} : { entry };
  const faults = checkDocument(cda, { pdf, ...described, ...(pdfText === undefined ? {} : { pdfText }) }).map(
    ({ rule, cause, where }) => unfit(rule, cause, where),
  );
  return 'cause' in entry && faults.length === 0 ? [entry] : faults;
}

function unfit(code: string, cause: string, position: string): Fault {
  return {
    code,
    cause,
    hint: 'corriger la source ou le catalogue, puis rejouer le message : le document n’est pas parti',
    ...(position ? { position } : {}),
  };
}

/** The report that a version shows. */
export function reportOf(
  task: RenderTask,
  assets: DocumentAssets,
): { report: Report; warnings: readonly Warning[] } {
  const { dossier, reportId, setOid, version: number, cause, replaces, flags } = task;
  const version: ReportVersion = {
    reportId,
    number,
    setOid,
    documentOid: documentOid(setOid, number),
    ...(replaces ? { replaces } : {}),
    completeness: dossier.completeness,
    cause,
    effectiveTime: dossier.issuedAt,
  };
  const patient = usableIdentity(assets.environment, dossier.patient);
  return composeReport(dossier, {
    catalogue: assets.catalogue,
    laboratory: assets.laboratory,
    version,
    patient,
    flags,
  });
}
