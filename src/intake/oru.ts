import type { Dossier, ProcessingId } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { StatedIdentity } from '../report/identity.ts';
import { saysSomething } from '../report/merge.ts';
import type { Organization } from '../report/people.ts';
import { latest, type Timestamp } from '../report/timestamp.ts';
import { createParentFinder, isAntibiogram } from './antibiogram-parents.ts';
import type { ReadingContext } from './context.ts';
import { isDispatchRow, readDispatchRows } from './dispatch-rows.ts';
import { type ChildExam, type ReadExam, readExam } from './exams.ts';
import { fault, isFault } from './faults.ts';
import type { Message, Repetition, Segment } from './hl7.ts';
import { relinkRows } from './hybrid-rows.ts';
import { groupSegments, type OrderGroup, type PatientGroup } from './message-groups.ts';
import { noteText } from './notes.ts';
import { orderAnswers, patientFacts } from './order-questions.ts';
import { readPatient } from './patient.ts';
import type { DossierRule } from './profile.ts';
import { readRecipients } from './recipients.ts';
import { groupBySpecimen, isBySpecimen } from './specimen-groups.ts';
import { controlSpecimen } from './specimens.ts';
import { codedText } from './values.ts';

/** What MSH says for every dossier of the message. */
export interface MessageHeader {
  readonly processing: ProcessingId;
  readonly at: Timestamp;
  readonly sendingFacility?: Organization;
}

/** One dossier with its exams, before it is read. */
interface DossierGroup {
  readonly number: string;
  readonly exams: { readonly order: OrderGroup; readonly children: ChildExam[] }[];
}

/**
 * Reads an ORU^R01 or an OUL, HL7 2.1 to 2.8, into the dossiers it speaks of: one for each patient and request number
 * (inputs.md §2.3, §14). A dossier that cannot be read does not stop the others.
 */
export function readOru(
  message: Message,
  header: MessageHeader,
  context: ReadingContext,
): (Dossier | Fault)[] {
  const [msh] = message.segments;
  const bySpecimen = isBySpecimen(msh?.text(9).toUpperCase() ?? '', msh?.text(9, 2).toUpperCase() ?? '');
  const patients = bySpecimen
    ? groupBySpecimen(message, context.position)
    : groupSegments(message, context.position);
  if (isFault(patients)) return [patients];
  if (!bySpecimen) for (const { orders } of patients) relinkRows(orders, context);
  return patients.flatMap((patient) => readPatientGroup(patient, message, header, context));
}

function readPatientGroup(
  group: PatientGroup,
  message: Message,
  header: MessageHeader,
  context: ReadingContext,
): (Dossier | Fault)[] {
  const identity = readPatient(group.pid, header.at, context);
  if (isFault(identity)) return [identity];
  if (group.orders.length === 0) return [fault('ORU_NO_EXAM', context.at(group.pid))];
  if (group.lone.length > 0) context.warn('ORC_WITHOUT_OBR');
  const dossiers = groupByDossier(group, context);
  if (isFault(dossiers)) return [dossiers];
  return dossiers.map((dossier) => readDossier(dossier, group, identity, message, header, context));
}

/** Antibiogrammes go to their culture's dossier, every other exam to the one that its number names. */
function groupByDossier(group: PatientGroup, context: ReadingContext): readonly DossierGroup[] | Fault {
  const dossiers = new Map<string, DossierGroup>();
  const exams = new Map<OrderGroup, DossierGroup['exams'][number]>();
  const place = (order: OrderGroup): Fault | undefined => {
    const number = dossierNumber(order, group.pid, context);
    if (!number) return fault('DOSSIER_NO_NUMBER', context.at(order.obr));
    const exam = { order, children: [] };
    const dossier = dossiers.get(number) ?? { number, exams: [] };
    dossier.exams.push(exam);
    dossiers.set(number, dossier);
    exams.set(order, exam);
    return undefined;
  };

  const isChild = new Map(group.orders.map((order) => [order, isAntibiogram(order)]));
  for (const order of group.orders) {
    const refused = isChild.get(order) ? undefined : place(order);
    if (refused) return refused;
  }
  const findParent = createParentFinder(group.orders.filter((order) => !isChild.get(order)));
  for (const order of group.orders) {
    if (!isChild.get(order)) continue;
    const link = findParent(order);
    const parent = link && exams.get(link.parent);
    if (parent) parent.children.push({ order, ...(link.organism ? { organism: link.organism } : {}) });
    else {
      context.warn('ISOLATE_UNLINKED', order.obr.text(4));
      const refused = place(order);
      if (refused) return refused;
    }
  }
  return [...dossiers.values()];
}

/** The number of the request that an order belongs to, where the source's rules say; empty when it gives none. */
export function dossierNumber(order: OrderGroup, pid: Segment, context: ReadingContext): string {
  const { dossierNumber: rules, rootSeparator } = context.profile;
  return rules.map((rule) => numberBy(rule, order, pid, rootSeparator)).find(Boolean) ?? '';
}

function numberBy(rule: DossierRule, { obr, orc }: OrderGroup, pid: Segment, separator: string): string {
  switch (rule) {
    case 'ORC-4':
      return orc?.text(4) || orc?.text(4, 2) || '';
    case 'OBR-2':
      return obr.text(2) || obr.text(2, 2);
    case 'OBR-3':
      return obr.text(3) || obr.text(3, 2);
    case 'OBR-3 root': {
      const number = obr.text(3) || obr.text(3, 2);
      const cut = number.lastIndexOf(separator);
      return cut > 0 ? number.slice(0, cut) : number;
    }
    case 'PID-18':
      return pid.text(18);
  }
}

function readDossier(
  group: DossierGroup,
  patient: PatientGroup,
  identity: StatedIdentity,
  message: Message,
  header: MessageHeader,
  context: ReadingContext,
): Dossier | Fault {
  const orders = group.exams.flatMap(({ order, children }) => [
    order,
    ...children.map((child) => child.order),
  ]);
  const control = orders.map(controlSpecimen).find(Boolean);
  if (control) return fault('SPM_NOT_PATIENT', context.at(control, 11));
  const flags = readDispatchRows(
    orders.flatMap(({ observations }) => observations.filter(({ obx }) => isDispatchRow(obx))),
    context,
  );
  if (isFault(flags)) return flags;
  const read = [];
  for (const { order, children } of group.exams) {
    const exam = readExam(order, children, message.delimiters, context);
    if (isFault(exam)) return exam;
    read.push(exam);
  }
  if (read.some(({ withheld }) => withheld)) context.warn('ROWS_WITHHELD');

  const first = group.exams[0]?.order;
  const prescriptionNumber = first?.obr.text(2) || first?.orc?.text(2);
  const prescribedAt = context.time(first?.obr, 6);
  const clinicalInformation = clinicalTexts(orders, patient);
  const withdrawn = withdrawalOf(read);
  const sourcePdf = read.find((exam) => exam.sourcePdf)?.sourcePdf;
  const nonHuman = isNonHuman(patient.pid, orders, context);
  return {
    source: context.profile.name,
    number: group.number,
    processing: header.processing,
    patient: identity,
    ...visit(patient.pv1),
    ...readRecipients(orders, context),
    ...(prescriptionNumber ? { prescriptionNumber } : {}),
    ...(prescribedAt ? { prescribedAt } : {}),
    ...(clinicalInformation ? { clinicalInformation } : {}),
    exams: read
      .map(({ exam }) => exam)
      .filter((exam) => saysSomething(exam) || exam.withheld || exam.unfinished),
    attachments: read.flatMap(({ attachments }) => attachments),
    ...(sourcePdf ? { sourcePdf } : {}),
    comments: noteText(patient.notes),
    flags,
    ...(nonHuman ? { nonHuman } : {}),
    ...(withdrawn ? { withdrawn } : {}),
    completeness: read.some(({ partial }) => partial) ? 'partial' : 'complete',
    issuedAt: latest([header.at, ...read.flatMap(({ times }) => times)]) ?? header.at,
    messageAt: header.at,
    ...(header.sendingFacility ? { sendingFacility: header.sendingFacility } : {}),
  };
}

/** A request cancelled as such is withdrawn; one whose exams could not be done is, when it had said something before. */
function withdrawalOf(exams: readonly ReadExam[]): Dossier['withdrawn'] {
  if (exams.some(({ wrong }) => wrong)) return 'wrong-patient';
  if (!exams.every(({ cancelled }) => cancelled)) return undefined;
  return exams.every(({ orderCancelled }) => orderCancelled) ? 'cancelled' : 'not-performed';
}

/** PV1: class of the patient, stay, ward. */
export function visit(pv1: Segment | undefined): Pick<Dossier, 'patientClass' | 'visitNumber' | 'location'> {
  const patientClass = pv1?.text(2).toUpperCase();
  const visitNumber = pv1?.text(19);
  const location = pv1?.text(3) || pv1?.text(3, 9) || pv1?.text(3, 4);
  return {
    ...(patientClass ? { patientClass } : {}),
    ...(visitNumber ? { visitNumber } : {}),
    ...(location ? { location } : {}),
  };
}

/** OBR-13, OBR-31, answers given with the order and observations on the patient, each text once. */
function clinicalTexts(orders: readonly OrderGroup[], patient: PatientGroup): string {
  const texts = orders.flatMap(({ obr }) =>
    [13, 31].flatMap((field) =>
      obr
        .repetitions(field)
        .map((repetition: Repetition) =>
          repetition.components.length > 1 ? codedText(repetition) : repetition.whole().trim(),
        ),
    ),
  );
  const answers = orders.flatMap(({ observations }) => orderAnswers(observations));
  const onPatient = patientFacts(patient.observations);
  return [...new Set([...texts, ...answers, ...onPatient].filter(Boolean))].join('\n');
}

/** PID-35 names a species, or a specimen is of a kind that the profile lists. */
function isNonHuman(pid: Segment, orders: readonly OrderGroup[], context: ReadingContext): boolean {
  const species = `${pid.text(35)} ${pid.text(35, 2)}`.trim();
  if (species !== '' && !/homo|human/i.test(species)) return true;
  const kinds = orders.flatMap(({ obr, specimens }) => [
    obr.text(15, 1, 1),
    ...specimens.flatMap(({ spm }) => [spm.text(4), spm.text(4, 4)]),
  ]);
  return kinds.some((kind) => context.profile.nonHumanSpecimens.includes(kind));
}
