import type { Segment } from './hl7.ts';
import type { ObservationGroup } from './message-groups.ts';
import { noteText } from './notes.ts';
import { labelledValue } from './specimens.ts';

/** OBX-29 (v2.7, HL7 table 0936): answers to questions of the order, supporting clinical information. */
const QUESTIONS = ['AOE', 'QST', 'SCI'];

/** Is this row an answer given with the order, and no result of the laboratory? */
export function isOrderQuestion(obx: Segment): boolean {
  return QUESTIONS.includes(obx.text(29).toUpperCase());
}

type Rows = readonly Pick<ObservationGroup, 'obx' | 'notes'>[];

/** `Libellé : réponse` of such rows: part of the clinical information (inputs.md §14). */
export function orderAnswers(rows: Rows): readonly string[] {
  return patientFacts(rows.filter(({ obx }) => isOrderQuestion(obx)));
}

/** `Libellé : valeur`, and their notes, of observations on the patient: no results of the laboratory either. */
export function patientFacts(rows: Rows): readonly string[] {
  return rows
    .filter(({ obx }) => !/^[DWXN]$/.test(obx.text(11)))
    .flatMap(({ obx, notes }) => [labelledValue(obx), ...noteText(notes)]);
}
