import type { Contribution, ContributionPatient } from '../report/contribution.ts';
import type { Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { LocalPatientId } from '../report/identity.ts';
import { isInsOid, parseIns } from '../report/ins.ts';
import type { Warning } from '../report/report.ts';
import type { ReadingContext } from './context.ts';
import { readDocument } from './documents.ts';
import { fault, isFault } from './faults.ts';
import type { Message } from './hl7.ts';
import { groupSegments } from './message-groups.ts';
import { dossierNumber, type MessageHeader } from './oru.ts';
import type { SourceProfile, SubcontractorProfile } from './profile.ts';
import { readSubcontractedCda, type SubcontractedPatient } from './subcontracted-cda.ts';
import { completeLaboratory, withLaboratories } from './subcontractors.ts';

/** Sources of a laboratory that works for ours (inputs.md §8): what they send, as parts of our own reports. */

/** A profile of such a source. */
export type SubcontractorSource = SourceProfile & { readonly subcontractor: SubcontractorProfile };

export const isSubcontractor = (profile: SourceProfile): profile is SubcontractorSource =>
  profile.subcontractor !== undefined;

/** What is known of an input beside its bytes. */
export interface InputFacts {
  /** Name of the file. */
  readonly origin: string;
  /** Text of a PDF that comes alone; empty where it has none. */
  readonly printed?: string;
}

/** What every contribution of a source shares. */
const common = ({ name, subcontractor }: SubcontractorSource) => ({
  source: name,
  clients: subcontractor.clients,
  codePrefix: subcontractor.codePrefix,
  laboratory: subcontractor.laboratory,
});

/** Their message (ILW LAB-36, HPRIM liaison L), read as a dossier of the order that it gives. */
export function contributionOfDossier(
  dossier: Dossier,
  warnings: readonly Warning[],
  profile: SubcontractorSource,
): Contribution {
  const { patient, number, processing, attachments, comments, completeness, issuedAt, messageAt } = dossier;
  const { exams } = withLaboratories(dossier, [profile.subcontractor]);
  const birthDate = patient.traits.birthDate?.local.slice(0, 8);
  return {
    ...common(profile),
    stream: number,
    orders: [number],
    processing,
    patient: {
      kind: 'stated',
      numbers: [patient.localId],
      ...(patient.ins ? { ins: patient.ins } : {}),
      sex: patient.traits.sex,
      ...(birthDate ? { birthDate } : {}),
    },
    exams,
    attachments,
    comments,
    completeness,
    whole: false,
    withdrawn: dossier.withdrawn === 'wrong-patient',
    issuedAt,
    messageAt,
    warnings,
  };
}

/**
 * Their CR-Bio N3.
 * @param orders numbers of ours that came with it, beside its own inFulfillmentOf
 */
export function contributionOfCda(
  bytes: Uint8Array,
  profile: SubcontractorSource,
  orders: readonly string[] = [],
  warnings: readonly Warning[] = [],
): Contribution | Fault {
  const read = readSubcontractedCda(bytes, profile.zone);
  if (isFault(read)) return read;
  const { document, exams, attachments, comments, completeness } = read;
  const given = [...new Set([...orders, ...document.orders])];
  if (given.length === 0)
    return fault('SUBCONTRACTED_NO_ORDER', undefined, 'inFulfillmentOf/order/id est absent');
  const { issuedAt } = document;
  if (!issuedAt) return fault('SUBCONTRACTED_NO_DATE');
  return {
    ...common(profile),
    laboratory: completeLaboratory(read.laboratory, [profile.subcontractor]),
    stream: document.set,
    orders: given,
    patient: patientOf(read.patient),
    exams,
    attachments,
    comments,
    completeness,
    whole: true,
    withdrawn: false,
    issuedAt,
    messageAt: issuedAt,
    warnings,
  };
}

function patientOf({ identifiers, sex, birthDate }: SubcontractedPatient): ContributionPatient {
  const numbers: LocalPatientId[] = identifiers
    .filter(({ root }) => !isInsOid(root))
    .map(({ root, extension }) => ({ value: extension, authority: root }));
  const found = identifiers.find(({ root }) => isInsOid(root));
  const ins = found && parseIns(found.extension, found.root);
  return {
    kind: 'stated',
    numbers,
    ...(ins && !('fault' in ins) ? { ins } : {}),
    sex: sex === 'M' || sex === 'F' ? sex : 'UN',
    ...(birthDate ? { birthDate: birthDate.slice(0, 8) } : {}),
  };
}

/** Does a PDF of this name come alone, named after an order of ours? */
export function isLonePdf(bytes: Uint8Array, origin: string, profile: SourceProfile): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024));
  return profile.subcontractor?.fileName?.test(baseName(origin)) === true && start.includes('%PDF-');
}

/** A source with sub-folders names its files by their path in the folder. */
const baseName = (origin: string): string => origin.slice(origin.lastIndexOf('/') + 1);

/** Their PDF alone, under a name that gives our order. */
export function contributionOfPdf(
  bytes: Uint8Array,
  { origin, printed = '' }: InputFacts,
  profile: SubcontractorSource,
): Contribution | Fault {
  const { order = '', part } = profile.subcontractor.fileName?.exec(baseName(origin))?.groups ?? {};
  if (order === '') return fault('SUBCONTRACTED_NO_ORDER', undefined, 'le nom du PDF n’en donne pas');
  const stream = part === undefined ? `pdf ${order}` : `pdf ${order} ${part}`;
  return {
    ...common(profile),
    stream,
    orders: [order],
    patient: { kind: 'printed', text: printed },
    exams: [],
    attachments: [
      {
        id: 'pdf',
        title: `Compte rendu de ${profile.subcontractor.laboratory.name}`,
        mediaType: 'application/pdf',
        base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
      },
    ],
    comments: [],
    completeness: 'complete',
    whole: true,
    withdrawn: false,
    warnings: [],
  };
}

/**
 * The CDAs that their message carries in ED rows, whatever it announces (MSH-21); undefined when it carries none.
 */
export function contributionsOfEmbedded(
  message: Message,
  { processing }: MessageHeader,
  context: ReadingContext,
  profile: SubcontractorSource,
): (Contribution | Fault)[] | undefined {
  const patients = groupSegments(message, context.position);
  if (isFault(patients)) return undefined;
  const orders = patients.flatMap(({ pid, orders: groups }) => groups.map((order) => ({ pid, order })));
  const carried: { readonly base64: string; readonly number: string; readonly position: string }[] = [];
  let rows = 0;
  for (const { pid, order } of orders) {
    for (const { obx } of order.observations) {
      rows += 1;
      if (obx.document === undefined) continue;
      const position = context.at(obx, 5);
      const document = readDocument(obx.document, message.delimiters, position);
      if (isFault(document) || document.kind !== 'xml') continue;
      carried.push({ base64: document.base64, number: dossierNumber(order, pid, context), position });
    }
  }
  if (carried.length === 0) return undefined;
  if (rows > carried.length) context.warn('SUBCONTRACTED_ROWS');
  return carried.map(({ base64, number, position }) => {
    const given = number === '' ? [] : [number];
    const read = contributionOfCda(Buffer.from(base64, 'base64'), profile, given, context.warnings);
    return isFault(read) ? { ...read, position } : { ...read, processing };
  });
}
