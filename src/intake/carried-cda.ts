import type { Dossier, Recipient } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { AcknowledgementOrders, FinishedDocuments, MailOrders } from '../report/finished.ts';
import type { CdaOutline } from './cda-outline.ts';
import { outlineOf } from './cda-outline.ts';
import type { ReadingContext } from './context.ts';
import { isDamaged } from './damaged-text.ts';
import { answerOf, isDispatchRow, readFlags, rowOf } from './dispatch-rows.ts';
import { embeddedText, readDocument } from './documents.ts';
import { fault, isFault } from './faults.ts';
import type { Message, Segment } from './hl7.ts';
import { groupSegments, type ObservationGroup, type OrderGroup } from './message-groups.ts';
import { type MessageHeader, visit } from './oru.ts';
import { readPatient } from './patient.ts';
import { mailboxOf, readPerson, samePerson } from './people.ts';
import { participant } from './recipients.ts';

/** Profiles of the volet, MSH-21.2; version 1.2 has its own. */
const PROFILES = ['CISIS_CDA_HL7_V2', 'CISIS_CDA_HL7_V1'];

/** Does this message carry finished documents (family B of inputs.md §1)? @param profiles MSH-21, every repetition whole */
export function carriesCda(profiles: readonly string[]): boolean {
  return profiles.some((profile) => PROFILES.some((one) => profile.includes(one)));
}

type Request = FinishedDocuments['request'];

/** ORC-1 and OBX-11 that ask for the same (volet 2.1). */
const BY_ORDER: Readonly<Record<string, Request>> = { NW: 'create', RO: 'replace', CA: 'delete' };
const BY_STATUS: Readonly<Record<string, Request>> = { F: 'create', C: 'replace', D: 'delete' };
/** Versions 1.2 and 2.0 of the volet write it whatever is asked. */
const STATUS_CHANGED = 'SC';

/** MetaDMPMSS rows without which nobody knows who may have the document. */
const REQUIRED = [
  'MASQUE_PS',
  'INVISIBLE_PATIENT',
  'INVISIBLE_REP_LEGAUX',
  'CONNEXION_SECRETE',
  'DESTDMP',
  'DESTMSSANTEPS',
  'DESTMSSANTEPAT',
] as const;

interface CarriedDocument {
  readonly row: ObservationGroup;
  readonly base64: string;
  readonly outline: CdaOutline;
}

/**
 * Reads an ORU^R01 that carries a CR-Bio already written: CI-SIS volet « Transmission de documents CDA en HL7 v2 »,
 * versions 1.2 to 2.1 (inputs.md §7). The document itself is checked later; its set names the report for ever.
 */
export function readCarriedCda(
  message: Message,
  header: MessageHeader,
  context: ReadingContext,
): Dossier | Fault {
  const patients = groupSegments(message, context.position);
  if (isFault(patients)) return patients;
  const [patient, second] = patients;
  if (!patient || second) return fault('CDA_SEVERAL_PATIENTS', context.position);
  const identity = readPatient(patient.pid, header.at, context, { by: 'number-or-ins' });
  if (isFault(identity)) return identity;

  const rows = patient.orders.flatMap(({ observations }) => observations);
  const documents = readDocuments(
    rows.filter(({ obx }) => !isDispatchRow(obx)),
    message,
    context,
  );
  if (isFault(documents)) return documents;
  const main = documents.n3 ?? documents.n1;
  const order = patient.orders.find(({ observations }) => main && observations.includes(main.row));
  if (!main || !order) return fault('CDA_MISSING', context.position);
  const request = requestOf(
    order.orc,
    [documents.n3, documents.n1].flatMap((one) => one ?? []),
    context,
  );
  if (isFault(request)) return request;

  const orders = rows.filter(({ obx }) => isDispatchRow(obx));
  const missing = REQUIRED.find((code) => !orders.some(({ obx }) => rowOf(obx) === code));
  if (missing) return fault('CDA_ORDER_MISSING', context.at(main.row.obx), missing);
  const flags = readFlags(orders, context);
  if (isFault(flags)) return flags;
  const addressed = recipientsOf(order, [documents.n3, documents.n1]);
  if (flags.destMssantePs && request !== 'delete' && addressed.recipients.length === 0)
    context.warn('MSS_NO_RECIPIENT');
  const acknowledge = acknowledgementsOf(message, orders);
  return {
    source: context.profile.name,
    number: main.outline.setId,
    processing: header.processing,
    patient: identity,
    ...visit(patient.pv1),
    ...addressed,
    exams: [],
    attachments: [],
    comments: [],
    flags,
    finished: {
      ...(documents.n3 ? { n3: documents.n3.base64 } : {}),
      ...(documents.n1 ? { n1: documents.n1.base64 } : {}),
      request,
      onlyMasking: request === 'replace' && answerOf(orders, 'MODIF_CONF_CODE') === true,
      mail: mailOrders(orders, [documents.n3, documents.n1], message, context),
      ...(acknowledge ? { acknowledge } : {}),
    },
    ...(request === 'delete' ? { withdrawn: 'cancelled' } : {}),
    completeness: main.outline.partial ? 'partial' : 'complete',
    issuedAt: main.outline.issuedAt ?? header.at,
    messageAt: header.at,
    ...(header.sendingFacility ? { sendingFacility: header.sendingFacility } : {}),
  };
}

/** One N3, one N1, or both; anything else of type ED is refused, for nothing says what it is for. */
function readDocuments(
  rows: readonly ObservationGroup[],
  message: Message,
  context: ReadingContext,
): { n1?: CarriedDocument; n3?: CarriedDocument } | Fault {
  const found: { n1?: CarriedDocument; n3?: CarriedDocument } = {};
  for (const row of rows) {
    const raw = row.obx.document;
    if (raw === undefined) continue;
    const position = context.at(row.obx, 5);
    const document = readDocument(raw, message.delimiters, position);
    if (isFault(document)) return document;
    if (document.kind !== 'xml') return fault('CDA_OTHER_DOCUMENT', position);
    const outline = outlineOf(Buffer.from(document.base64, 'base64'), context.profile.zone);
    if (!outline) return fault('CDA_UNREADABLE', position);
    if (found[outline.level]) return fault('CDA_SEVERAL', position);
    found[outline.level] = { row, base64: document.base64, outline };
  }
  return found;
}

function requestOf(
  orc: Segment | undefined,
  documents: readonly CarriedDocument[],
  context: ReadingContext,
): Request | Fault {
  const [first] = documents;
  if (!first) return fault('CDA_MISSING', context.position);
  const asked = documents.map(({ row }) => BY_STATUS[row.obx.text(11).toUpperCase()]);
  const control = orc?.text(1).toUpperCase() ?? '';
  const ordered = control === STATUS_CHANGED || control === '' ? asked[0] : BY_ORDER[control];
  if (!ordered || asked.some((one) => one !== ordered))
    return fault('CDA_ORDER_INCOHERENT', context.at(first.row.obx, 11));
  return ordered;
}

/** Only those whom a PRT names are sent the document; who ordered (OBR-16) is told apart among them. */
function recipientsOf(
  { obr, orc }: OrderGroup,
  documents: readonly (CarriedDocument | undefined)[],
): Pick<Dossier, 'prescriber' | 'recipients'> {
  const prescriber = readPerson(obr.repetitions(16)[0] ?? orc?.repetitions(12)[0]);
  const recipients: Recipient[] = [];
  for (const prt of participationsOf(documents, 'RCT')) {
    if (/^INS/.test(prt.text(5, 13))) continue;
    const mailbox = mailboxOf(prt);
    const professional = participant(prt) ?? (mailbox ? { family: mailbox, mssante: mailbox } : undefined);
    if (!professional) continue;
    const ordered = prescriber !== undefined && samePerson(prescriber, professional);
    recipients.push({ role: ordered ? 'prescriber' : 'copy', professional });
  }
  return { recipients };
}

function participationsOf(documents: readonly (CarriedDocument | undefined)[], role: string): Segment[] {
  return documents
    .flatMap((document) => document?.row.participations ?? [])
    .filter((prt) => prt.text(4).toUpperCase() === role);
}

function mailOrders(
  orders: readonly ObservationGroup[],
  documents: readonly (CarriedDocument | undefined)[],
  message: Message,
  context: ReadingContext,
): MailOrders {
  const text = (code: string): string | undefined => {
    const row = orders.find(({ obx }) => rowOf(obx) === code);
    const raw = row?.obx.document;
    if (raw === undefined) return undefined;
    const body = embeddedText(raw, message.delimiters);
    if (body !== undefined && !isDamaged(body)) return body;
    context.warn('MAIL_BODY_UNREADABLE');
    return undefined;
  };
  const professionals = text('CORPSMAIL_PS');
  const patient = text('CORPSMAIL_PATIENT');
  const [reply] = participationsOf(documents, 'REPLY');
  const replyTo = reply && mailboxOf(reply);
  return {
    ...(professionals ? { professionals } : {}),
    ...(patient ? { patient } : {}),
    ...(replyTo ? { replyTo } : {}),
  };
}

/** What the rows ask for; a message without MSH-10 could not be named in the answer. */
function acknowledgementsOf(
  { segments }: Message,
  orders: readonly ObservationGroup[],
): AcknowledgementOrders | undefined {
  const reception = answerOf(orders, 'ACK_RECEPTION') === true;
  const reading = answerOf(orders, 'ACK_LECTURE_MSS') === true || answerOf(orders, 'ACK_LECTURE') === true;
  const msh = segments[0];
  const controlId = msh?.text(10) ?? '';
  if (!msh || controlId === '' || !(reception || reading)) return undefined;
  return {
    reception,
    reading,
    controlId,
    sender: [msh.text(3), msh.text(4)],
    receiver: [msh.text(5), msh.text(6)],
    processing: msh.text(11).toUpperCase() || 'P',
    volet: msh.text(21),
  };
}
