import type { CodedIsolate } from '../report/report.ts';
import type { Line } from './line.ts';
import { linesOf } from './line.ts';

/** The lines of an isolate, shared by its narrative and its entry. */

export const isolatePath = (batteryPath: string, index: number): string => `${batteryPath}-i${index + 1}`;

/** The count (dénombrement) of the organism; none when the culture gives none. */
export function isolateCountLines(isolate: CodedIsolate, path: string): Line[] {
  const { count, countCoding } = isolate;
  return count ? linesOf({ ...count, coding: countCoding ?? {} }, `${path}-n`) : [];
}

/** The antibiogramme, an antibiotic a line. */
export function isolateLines(isolate: CodedIsolate, path: string): Line[] {
  return isolate.antibiogram.flatMap((row, index) => linesOf(row, `${path}-r${index + 1}`));
}
