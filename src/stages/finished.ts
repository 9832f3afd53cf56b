import { createHash } from 'node:crypto';
import { checkDocument, type Finding } from '../cda/conformance/check.ts';
import { pdfCopyOf } from '../cda/pdf-copy.ts';
import { readSubcontractedCda } from '../intake/subcontracted-cda.ts';
import { namingFacts, pdfFileName } from '../mssante/names.ts';
import { makeReportPdf } from '../pdf/report-pdf.ts';
import { belongsTo, usableIdentity } from '../policy/environment.ts';
import type { DispatchFacts } from '../policy/facts.ts';
import { keyOf } from '../report/addressees.ts';
import type { Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { FinishedDocuments } from '../report/finished.ts';
import { type Identity, letters, type StatedIdentity } from '../report/identity.ts';
import { isInsOid } from '../report/ins.ts';
import type { Warning } from '../report/report.ts';
import type { RenderTask } from '../store/records.ts';
import { type CdaHeader, readCdaHeader } from '../xds/cda-header.ts';
import { type DocumentAssets, type RenderedDocument, reportOf } from './document.ts';
import {
  CDA_DELETES_ANOTHER,
  CDA_INS_SPACE,
  CDA_NO_PDF,
  CDA_NOT_CR_BIO,
  CDA_OTHER_BYTES,
  CDA_PATIENT_DIFFERS,
  CDA_REPLACES_OLD,
  CDA_VERSIONS_DIFFER,
  finishedWarning,
} from './faults.ts';

/**
 * Rules of the conformance check that a document written elsewhere may break: its reader is not deceived, and published
 * samples of the national agency break them too. They are told; every other finding keeps the document here.
 */
const TOLERATED: readonly string[] = [
  'PATIENT-NAME',
  'LINK-RESOLVES',
  'ORGANISM-CODE',
  'PERFORMER-SHAPE',
  'BODY-PDF-COPY',
  'N1-TEMPLATE',
  'HEADER-TEMPLATE',
  'PRESCRIBER-TEMPLATE',
  'PERFORMER-TEMPLATE',
];

/** Main documents of the report's earlier versions, newest first. */
type EarlierDocuments = NonNullable<RenderTask['earlier']>;

type FinishedVersion = RenderTask & {
  readonly dossier: Dossier & { readonly finished: FinishedDocuments };
};

export const isFinished = (task: RenderTask): task is FinishedVersion => task.dossier.finished !== undefined;

/** LOINC code of every CR-Bio. */
const CR_BIO = '11502-2';

/**
 * Checks a version that came written, and prepares it as a rendered one: its documents leave byte for byte. The PDF that
 * goes with them is their own copy, or is made from the results of the N3.
 * @returns the documents, or why this version must wait for a person
 */
export async function checkFinished(
  task: FinishedVersion,
  assets: DocumentAssets,
): Promise<RenderedDocument | { readonly faults: readonly Fault[] }> {
  const { finished, patient } = task.dossier;
  const earlier = task.earlier ?? [];
  const [n3, n1] = [bytesOf(finished.n3), bytesOf(finished.n1)];
  const cda = n3 ?? n1;
  if (!cda) throw new TypeError('finished documents hold at least one');
  const header = readCdaHeader(cda);
  if ('cause' in header) return { faults: [header] };
  const second = n3 && n1 ? readCdaHeader(n1) : undefined;
  if (second && 'cause' in second) return { faults: [second] };

  const headers = [header, ...(second ? [second] : [])];
  // A withdrawal shows the document to nobody: what is wrong with it may be why it is taken back.
  const isShown = task.dossier.withdrawn === undefined;
  const findings = isShown ? [n3, n1].flatMap((one) => (one ? checkDocument(one) : [])) : [];
  const faults = [
    ...findings.filter(({ rule }) => !TOLERATED.includes(rule)).map(unfit),
    ...(isShown ? headers.flatMap((one) => documentFaults(one, patient, assets)) : []),
    ...(isShown || finished.request === 'delete' ? versionFaults(finished, header, cda, earlier) : []),
  ];
  if (faults.length > 0) return { faults };

  const copy = pdfCopyOf(cda) ?? (n1 && pdfCopyOf(n1));
  const pdf = copy ?? (n3 && (await madePdf(n3, task, assets)));
  if (!pdf) return { faults: [CDA_NO_PDF] };
  if ('code' in pdf) return { faults: [pdf] };
  const identity = identityBorne(header, usableIdentity(assets.environment, patient));
  return {
    documentOid: header.id,
    cda,
    ...(n3 && n1 && second ? { n1, n1DocumentOid: second.id } : {}),
    pdf,
    pdfName: pdfFileName(namingFacts(header)),
    warnings: [
      ...warningsOf(findings.filter(({ rule }) => TOLERATED.includes(rule))),
      ...(copy ? [] : [finishedWarning('CDA_PDF_MADE')]),
      ...(namesUnknown(finished, header, earlier) ? [finishedWarning('CDA_REPLACES_UNKNOWN')] : []),
    ],
    facts: factsOf(task.dossier, headers, identity, n3 !== undefined && n1 !== undefined),
    identity: identity.kind,
    mail: finished.mail,
  };
}

const bytesOf = (base64: string | undefined) =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64');

const unfit = ({ rule, cause, where }: Finding): Fault => ({
  code: rule,
  cause,
  hint: 'faire corriger le document par le logiciel qui le rédige, puis exporter de nouveau : rien n’est parti',
  ...(where ? { position: where } : {}),
});

function warningsOf(findings: readonly Finding[]): Warning[] {
  return [...new Map(findings.map(({ rule, cause }) => [rule, { code: rule, text: cause }])).values()];
}

/** What the document is, and whose: nothing may leave under the identity of another. */
function documentFaults(header: CdaHeader, stated: StatedIdentity, { environment }: DocumentAssets): Fault[] {
  const { patient } = header;
  const space = patient.ins?.root;
  const differing = differences(header, stated);
  return [
    ...(header.code.code === CR_BIO ? [] : [CDA_NOT_CR_BIO]),
    ...(space !== undefined && isInsOid(space) && !belongsTo(environment, space) ? [CDA_INS_SPACE] : []),
    ...(differing.length > 0 ? [CDA_PATIENT_DIFFERS(differing)] : []),
  ];
}

/** Names of what the document and PID say differently of the patient. What one of them does not say is no difference. */
function differences({ patient }: CdaHeader, { ins, traits }: StatedIdentity): string[] {
  const told = (name: string, differs: boolean) => (differs ? [name] : []);
  const spelled = (names: readonly string[], wanted: string) =>
    names.some((name) => letters(name) === letters(wanted)) || letters(names.join('')) === letters(wanted);
  return [
    ...told(
      'matricule INS',
      patient.ins !== undefined &&
        ins !== undefined &&
        (patient.ins.extension !== ins.matricule || patient.ins.root !== ins.oid),
    ),
    ...told('nom de naissance', !spelled(patient.families, traits.birthName)),
    ...told(
      'prénom',
      traits.firstGiven !== undefined &&
        patient.givens.length > 0 &&
        !spelled(patient.givens, traits.firstGiven) &&
        !patient.givens.some((given) =>
          given.split(/\s+/).some((one) => spelled([one], traits.firstGiven ?? '')),
        ),
    ),
    ...told('sexe', traits.sex !== 'UN' && patient.gender !== 'UN' && patient.gender !== traits.sex),
    ...told(
      'date de naissance',
      traits.birthDate !== undefined &&
        patient.birthTime !== undefined &&
        !patient.birthTime.startsWith(traits.birthDate.local.slice(0, 8)),
    ),
  ];
}

/** A replacement or deletion concerns the latest version; one number names one document for ever. */
function versionFaults(
  { request }: FinishedDocuments,
  header: CdaHeader,
  cda: Uint8Array,
  earlier: EarlierDocuments,
): Fault[] {
  const [latest] = earlier;
  if (request === 'delete') return latest && latest.documentOid !== header.id ? [CDA_DELETES_ANOTHER] : [];
  const same = earlier.find(({ documentOid }) => documentOid === header.id);
  const sha256 = createHash('sha256').update(cda).digest('hex');
  if (same) return same.sha256 === sha256 ? [] : [CDA_OTHER_BYTES];
  if (!latest) return [];
  if (header.replaces === undefined) return [CDA_VERSIONS_DIFFER];
  const known = earlier.some(({ documentOid }) => documentOid === header.replaces);
  return known && header.replaces !== latest.documentOid ? [CDA_REPLACES_OLD] : [];
}

/** It replaces a document that never came through here. */
function namesUnknown(
  { request }: FinishedDocuments,
  { replaces }: CdaHeader,
  earlier: EarlierDocuments,
): boolean {
  return request === 'replace' && !earlier.some(({ documentOid }) => documentOid === replaces);
}

/** The PDF that the document lacks, from its results; none when they cannot be read. */
async function madePdf(
  n3: Uint8Array,
  task: RenderTask,
  assets: DocumentAssets,
): Promise<Uint8Array | Fault | undefined> {
  const read = readSubcontractedCda(n3, assets.laboratory.timeZone);
  if ('hint' in read) return undefined;
  const { exams, attachments, comments } = read;
  const { report } = reportOf(
    { ...task, dossier: { ...task.dossier, exams, attachments, comments } },
    assets,
  );
  const made = await makeReportPdf(report, assets.pdf);
  return 'code' in made ? made : made.pdf;
}

/** The document's own identity rules what may leave: an INS that it does not bear gives it no way to the DMP. */
function identityBorne({ patient }: CdaHeader, identity: Identity): DispatchFacts['identity'] {
  if (identity.kind === 'unqualified') return { kind: 'unqualified', cause: identity.cause };
  return patient.ins
    ? { kind: 'qualified', matricule: identity.ins.matricule }
    : { kind: 'unqualified', cause: 'no-ins' };
}

function factsOf(
  { processing, patientClass, recipients, withdrawn, completeness }: Dossier,
  headers: readonly CdaHeader[],
  identity: DispatchFacts['identity'],
  hasN1: boolean,
): DispatchFacts {
  const birthDate = headers[0]?.patient.birthTime?.slice(0, 8);
  return {
    processing,
    identity,
    ...(birthDate?.length === 8 ? { birthDate } : {}),
    validatorNamed: true,
    completeness,
    withdrawal: withdrawn !== undefined,
    nonHuman: false,
    ...(patientClass ? { patientClass } : {}),
    professionals: recipients.map(({ role, professional }) => ({
      key: keyOf(professional),
      ...(professional.mssante ? { mailbox: professional.mssante } : {}),
      ...(role === 'prescriber' ? { prescriber: true as const } : {}),
    })),
    // The PDF may be the copy of either.
    finished: { bearsIns: headers.some(({ patient }) => patient.ins !== undefined), hasN1 },
  };
}
