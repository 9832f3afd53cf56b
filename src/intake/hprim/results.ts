import { NOT_JOINED, PDF_IN_BASE64 } from '../documents.ts';
import type { Delimiters } from '../escapes.ts';
import type { Repetition, Segment } from '../hl7.ts';
import { repetition, translated } from './hl7-segments.ts';
import type { Exam, Patient, Row } from './orders.ts';
import { asXcn } from './people.ts';

/** OBR and OBX fields that mean the same, at the same place, in HL7. */
const SAME_OBR = [2, 6, 7, 8, 11, 13, 14, 15, 22, 25, 31];
const SAME_OBX = [2, 3, 4, 5, 6, 7, 8];
const PEOPLE_OBR = [10, 16, 28, 32];

/**
 * Says the exams of a patient in OBR, OBX and NTE.
 * @param performer H of the laboratory that did the exams, when it is another one (liaison L)
 */
export function resultSegments(
  { p, comments, exams }: Patient,
  delimiters: Delimiters,
  performer: Segment | undefined,
): Segment[] {
  const note = (c: Segment) => translated('NTE', { 3: c.everyRepetition(3) }, c);
  return [
    ...comments.map(note),
    ...exams.flatMap((exam) => [
      orderOf(exam, p, delimiters),
      ...exam.comments.map(note),
      ...exam.rows.flatMap((row) => [
        observationOf(row, exam, delimiters, performer),
        ...row.comments.map(note),
      ]),
    ]),
  ];
}

function orderOf(
  { obr, repetition: named, number, rows }: Exam,
  p: Segment,
  delimiters: Delimiters,
): Segment {
  const fields: Record<number, readonly Repetition[]> = {};
  for (const field of SAME_OBR) fields[field] = obr?.everyRepetition(field) ?? [];
  for (const field of PEOPLE_OBR)
    fields[field] = (obr?.repetitions(field) ?? []).map((person) => asXcn(person, delimiters));
  fields[3] = [repetition([number], delimiters)];
  // An exam that no repetition names takes the name of its rows.
  fields[4] = named ? [named] : (rows[0]?.obx.repetitions(3).slice(0, 1) ?? []);
  const section = rows.map(({ obx }) => obx.text(15)).find(Boolean);
  fields[24] =
    obr?.text(24) || !section ? (obr?.everyRepetition(24) ?? []) : [repetition([section], delimiters)];
  return translated('OBR', fields, obr ?? p, obr ? {} : { 3: 4 });
}

/** A document in the message itself is of HL7 (ED): HPRIM names a file, and base64 is no text. */
function carriesDocument(obx: Segment): boolean {
  const parts = obx.repetitions(5).flatMap(({ components }) => components.flat());
  return obx.text(2).toUpperCase() === 'ED' || parts.some((part) => part.startsWith(PDF_IN_BASE64));
}

function observationOf(
  { obx }: Row,
  { obr }: Exam,
  delimiters: Delimiters,
  performer: Segment | undefined,
): Segment {
  const fields: Record<number, readonly Repetition[]> = {};
  for (const field of SAME_OBX) fields[field] = obx.everyRepetition(field);
  if (carriesDocument(obx)) {
    fields[2] = [repetition(['TX'], delimiters)];
    fields[5] = [repetition([NOT_JOINED], delimiters)];
  }
  // Rows are often written without their last fields: what the request says then holds for them.
  const status = obx.text(11) || (obr?.text(25) ?? '');
  fields[11] = [repetition([status.toUpperCase()], delimiters)];
  // The date of the result; the sampling's is the request's.
  fields[19] = obx.everyRepetition(14);
  fields[16] = obx.repetitions(16).map((person) => asXcn(person, delimiters));
  if (performer) {
    const [code, name] = [performer.text(4), performer.text(4, 2)];
    const finess = /^(?:\d{2}|2[AB])\d{7}$/.test(code);
    fields[23] = [repetition([name || code, '', code, '', '', '', finess ? 'FINEG' : ''], delimiters)];
    fields[24] = performer.everyRepetition(5);
  }
  return translated('OBX', fields, obx, { 19: 14 });
}
