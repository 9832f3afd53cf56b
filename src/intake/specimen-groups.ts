import type { Fault } from '../report/fault.ts';
import { fault } from './faults.ts';
import type { Message, Segment } from './hl7.ts';
import {
  hasPatientObservations,
  type ObservationGroup,
  type OrderGroup,
  type PatientGroup,
  patientGroup,
  type SpecimenGroup,
  wholeGroups,
} from './message-groups.ts';

/** Events of OUL that are read: by container and order, by specimen, by specimen and container. */
const SPECIMEN_EVENTS = ['R21', 'R22', 'R23'];

/** Is this a result message ordered by specimen (HL7 v2.5.1 §7.3.6 to §7.3.8)? */
export function isBySpecimen(type: string, event: string): boolean {
  return type === 'OUL' && SPECIMEN_EVENTS.includes(event);
}

/**
 * Sorts the segments of an OUL^R21, R22 or R23 into the groups of an ORU: a specimen comes first and is that of every
 * exam until the next one; OBX before the first OBR describe it; containers (SAC) and device segments say nothing that a
 * report shows. ORC follows its OBR (HL7) or precedes it (senders that copy their ORU): the first of both tells.
 */
export function groupBySpecimen(message: Message, position: string): readonly PatientGroup[] | Fault {
  const names = message.segments.map(({ name }) => name);
  const orcFirst = names.includes('ORC') && names.indexOf('ORC') < names.indexOf('OBR');
  const patients: PatientGroup[] = [];
  const onPatient = hasPatientObservations(message);
  let patient: PatientGroup | undefined;
  let specimens: SpecimenGroup[] = [];
  let order: OrderGroup | undefined;
  let row: ObservationGroup | undefined;
  let orc: Segment | undefined;
  let early: Segment[] = [];
  let notes: Segment[] = [];

  for (const segment of message.segments) {
    switch (segment.name) {
      case 'PID':
        patient = patientGroup(segment);
        patients.push(patient);
        specimens = [];
        order = undefined;
        row = undefined;
        orc = undefined;
        early = [];
        notes = patient.notes;
        break;
      case 'PV1':
        if (patient) patient.pv1 = segment;
        break;
      case 'SPM':
        // Two in a row: one exam of both.
        specimens = [...(order ? [] : specimens), { spm: segment, observations: [] }];
        order = undefined;
        row = undefined;
        notes = early;
        break;
      case 'ORC':
        if (orcFirst) orc = segment;
        else if (order && order.orc === undefined) order.orc = segment;
        else patient?.lone.push(segment);
        break;
      case 'OBR':
        if (!patient) return fault('PID_MISSING', `${position}, ${segment.at()}`);
        order = {
          orc,
          obr: segment,
          notes: early,
          observations: [],
          specimens,
          participations: [],
        };
        early = [];
        row = undefined;
        patient.orders.push(order);
        notes = order.notes;
        break;
      case 'OBX': {
        row = { obx: segment, notes: [], participations: [] };
        const owner = order ?? specimens.at(-1) ?? (onPatient ? patient : undefined);
        if (!owner) return fault('HL7_STRUCTURE', `${position}, ${segment.at()}`, 'OBX sans OBR ni SPM');
        owner.observations.push(row);
        notes = row.notes;
        break;
      }
      case 'NTE':
        notes.push(segment);
        break;
      case 'PRT':
        (row ?? order)?.participations.push(segment);
        break;
    }
  }
  return wholeGroups(patients, position);
}
