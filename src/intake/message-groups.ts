import type { Fault } from '../report/fault.ts';
import { fault } from './faults.ts';
import type { Message, Segment } from './hl7.ts';

/** A row and what hangs on it. */
export interface ObservationGroup {
  readonly obx: Segment;
  readonly notes: Segment[];
  readonly participations: Segment[];
}

/** ORC, OBR and all that follows until the next ones. */
export interface OrderGroup {
  readonly orc: Segment | undefined;
  readonly obr: Segment;
  readonly notes: Segment[];
  readonly observations: ObservationGroup[];
  readonly specimens: { readonly spm: Segment; readonly observations: Segment[] }[];
  readonly participations: Segment[];
}

export interface PatientGroup {
  readonly pid: Segment;
  pv1: Segment | undefined;
  readonly notes: Segment[];
  readonly orders: OrderGroup[];
  /** ORC that no OBR follows. */
  readonly lone: Segment[];
}

/**
 * Sorts the segments of an ORU^R01 into PATIENT_RESULT and ORDER_OBSERVATION groups (HL7 v2.5.1 §7.3.1), tolerating
 * unknown segments, a missing ORC (the last one holds on) and PRT where a later version puts it.
 */
export function groupSegments(message: Message, position: string): readonly PatientGroup[] | Fault {
  const patients: PatientGroup[] = [];
  let patient: PatientGroup | undefined;
  let order: OrderGroup | undefined;
  let orc: Segment | undefined;
  let orcUsed = true;
  let notes: Segment[] = [];

  const dropOrc = () => {
    if (orc && !orcUsed) patient?.lone.push(orc);
  };
  for (const segment of message.segments) {
    switch (segment.name) {
      case 'PID':
        dropOrc();
        patient = { pid: segment, pv1: undefined, notes: [], orders: [], lone: [] };
        patients.push(patient);
        order = undefined;
        orc = undefined;
        orcUsed = true;
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
        notes = patient?.notes ?? [];
        break;
      case 'OBR':
        if (!patient) return fault('PID_MISSING', `${position}, ${segment.at()}`);
        order = { orc, obr: segment, notes: [], observations: [], specimens: [], participations: [] };
        orcUsed = true;
        patient.orders.push(order);
        notes = order.notes;
        break;
      case 'OBX': {
        if (!order) return fault('HL7_STRUCTURE', `${position}, ${segment.at()}`, 'OBX sans OBR');
        const specimen = order.specimens.at(-1);
        if (specimen) {
          specimen.observations.push(segment);
          notes = order.notes;
        } else {
          const group: ObservationGroup = { obx: segment, notes: [], participations: [] };
          order.observations.push(group);
          notes = group.notes;
        }
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
        const target = order?.specimens.length ? order : (order?.observations.at(-1) ?? order);
        target?.participations.push(segment);
        break;
      }
    }
  }
  dropOrc();
  return patients.length === 0 ? fault('PID_MISSING', position) : patients;
}

/**
 * Gives back to their exam the rows of hybrid feeds that list all OBR first, then all OBX, and name the exam in the
 * third component of OBX-15 only.
 */
export function relinkHybridRows(orders: readonly OrderGroup[]): void {
  const byExam = new Map<string, OrderGroup>();
  for (const order of orders) {
    const code = order.obr.text(4);
    if (code && !byExam.has(code)) byExam.set(code, order);
  }
  for (const order of orders) {
    const moved = order.observations.filter(({ obx }) => {
      const exam = byExam.get(obx.text(15, 3));
      return exam !== undefined && exam !== order && obx.text(15, 3) !== order.obr.text(4);
    });
    for (const group of moved) {
      order.observations.splice(order.observations.indexOf(group), 1);
      byExam.get(group.obx.text(15, 3))?.observations.push(group);
    }
  }
}
