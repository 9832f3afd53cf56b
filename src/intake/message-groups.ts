import type { Fault } from '../report/fault.ts';
import { fault } from './faults.ts';
import type { Message, Segment } from './hl7.ts';

/** A row and what hangs on it. */
export interface ObservationGroup {
  readonly obx: Segment;
  readonly notes: Segment[];
  readonly participations: Segment[];
}

/** A specimen and the rows that describe it. */
export interface SpecimenGroup {
  readonly spm: Segment;
  readonly observations: ObservationGroup[];
}

/** ORC, OBR and all that follows until the next ones. */
export interface OrderGroup {
  orc: Segment | undefined;
  readonly obr: Segment;
  readonly notes: Segment[];
  readonly observations: ObservationGroup[];
  readonly specimens: SpecimenGroup[];
  readonly participations: Segment[];
}

export interface PatientGroup {
  readonly pid: Segment;
  pv1: Segment | undefined;
  readonly notes: Segment[];
  /** Rows on the patient, not on an order (PATIENT_OBSERVATION, v2.7 and later). */
  readonly observations: ObservationGroup[];
  readonly orders: OrderGroup[];
  /** ORC that no OBR follows. */
  readonly lone: Segment[];
}

/**
 * May OBX come before any order of the patient? From v2.7 on they are observations on the patient (weight, pregnancy);
 * before, nothing but a lost OBR puts them there.
 */
export function hasPatientObservations(message: Message): boolean {
  return /^2\.[78]/.test(message.segments[0]?.text(12) ?? '');
}

/** What a PID begins. */
export const patientGroup = (pid: Segment): PatientGroup => ({
  pid,
  pv1: undefined,
  notes: [],
  observations: [],
  orders: [],
  lone: [],
});

/**
 * The patients of a message, once all its segments are sorted.
 * @returns a fault where there is none, or one has rows of its own and no order: the rows are results whose OBR is lost
 */
export function wholeGroups(
  patients: readonly PatientGroup[],
  position: string,
): readonly PatientGroup[] | Fault {
  if (patients.length === 0) return fault('PID_MISSING', position);
  const [row] = patients.find(({ orders }) => orders.length === 0)?.observations ?? [];
  return row ? fault('HL7_STRUCTURE', `${position}, ${row.obx.at()}`, 'OBX sans OBR') : patients;
}

/**
 * Sorts the segments of an ORU^R01 into PATIENT_RESULT and ORDER_OBSERVATION groups (HL7 v2.5.1 §7.3.1), tolerating
 * unknown segments, a missing ORC (the last one holds on) and PRT where v2.7 and later put it.
 */
export function groupSegments(message: Message, position: string): readonly PatientGroup[] | Fault {
  const patients: PatientGroup[] = [];
  const onPatient = hasPatientObservations(message);
  let patient: PatientGroup | undefined;
  let order: OrderGroup | undefined;
  let orc: Segment | undefined;
  let orcUsed = true;
  let notes: Segment[] = [];
  /** PRT between ORC and OBR: of the order to come. */
  let early: Segment[] = [];

  const dropOrc = () => {
    if (orc && !orcUsed) patient?.lone.push(orc);
  };
  for (const segment of message.segments) {
    switch (segment.name) {
      case 'PID':
        dropOrc();
        patient = patientGroup(segment);
        patients.push(patient);
        order = undefined;
        orc = undefined;
        orcUsed = true;
        early = [];
        notes = patient.notes;
        break;
      case 'PV1':
        if (patient) patient.pv1 = segment;
        break;
      case 'ORC':
        dropOrc();
        orc = segment;
        orcUsed = false;
        order = undefined;
        early = [];
        notes = patient?.notes ?? [];
        break;
      case 'OBR':
        if (!patient) return fault('PID_MISSING', `${position}, ${segment.at()}`);
        order = { orc, obr: segment, notes: [], observations: [], specimens: [], participations: early };
        early = [];
        orcUsed = true;
        patient.orders.push(order);
        notes = order.notes;
        break;
      case 'OBX': {
        // Once an order was met, or an ORC, a row on the patient has no place any more.
        const owner = order ?? (onPatient && !orc && patient?.orders.length === 0 ? patient : undefined);
        if (!owner) return fault('HL7_STRUCTURE', `${position}, ${segment.at()}`, 'OBX sans OBR');
        const group: ObservationGroup = { obx: segment, notes: [], participations: [] };
        (order?.specimens.at(-1) ?? owner).observations.push(group);
        notes = group.notes;
        break;
      }
      case 'SPM':
        order?.specimens.push({ spm: segment, observations: [] });
        notes = order?.notes ?? [];
        break;
      case 'NTE':
        notes.push(segment);
        break;
      case 'PRT': {
        const specimen = order?.specimens.at(-1);
        const target = (specimen ?? order)?.observations.at(-1) ?? order;
        if (target) target.participations.push(segment);
        else if (orc && !orcUsed) early.push(segment);
        break;
      }
    }
  }
  dropOrc();
  return wholeGroups(patients, position);
}
