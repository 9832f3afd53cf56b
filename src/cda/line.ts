import type { Coding } from '../report/coding.ts';
import type { Battery } from '../report/report.ts';
import type { CodedResult, ReferenceRange, ResultValue } from '../report/result.ts';
import { toFrench } from '../report/timestamp.ts';
import { printedValue } from './printed.ts';

/**
 * One row of the narrative and one observation: a result, or the same result in its second unit (2024.01 writes two
 * observations). Narrative and entry are both made from it, so that what is read and what is coded agree.
 */
export interface Line {
  /** ID of the test's name in the narrative; the other IDs derive from it, see {@link valueId}. */
  readonly path: string;
  readonly result: CodedResult;
  readonly loinc?: Coding;
  readonly value?: ResultValue;
  /** UCUM unit to emit. */
  readonly ucum?: string;
  readonly printedUnit: string;
  readonly ranges: readonly ReferenceRange[];
  readonly method?: string;
  readonly remarks: readonly string[];
  /** The second unit repeats neither previous values nor remarks. */
  readonly second: boolean;
}

export const valueId = (line: Line): string => `${line.path}-v`;
export const methodId = (line: Line): string => `${line.path}-m`;
export const remarkId = (path: string, index: number): string => `${path}-k${index + 1}`;

/** The lines of a result: one, or two when the catalogue gives a second unit and a value is there. */
export function linesOf(result: CodedResult, path: string): Line[] {
  const { coding } = result;
  const method = result.method ?? coding.method?.display;
  const first: Line = {
    path,
    result,
    ...(coding.loinc ? { loinc: coding.loinc } : {}),
    ...(hasValue(result) ? { value: result.value } : {}),
    ...(coding.ucum === undefined ? {} : { ucum: coding.ucum }),
    printedUnit: coding.printedUnit ?? result.unit ?? '',
    ranges: result.ranges,
    ...(method === undefined ? {} : { method }),
    remarks: remarksOf(result),
    second: false,
  };
  const { second } = coding;
  if (!second || !hasValue(result)) return [first];
  const { loinc, ucum, printedUnit, value, range } = second;
  return [
    first,
    {
      path: `${path}-u`,
      result,
      ...(loinc ? { loinc } : {}),
      value,
      ucum,
      printedUnit,
      ranges: range ? [range] : [],
      remarks: [],
      second: true,
    },
  ];
}

export function batteryLines(battery: Battery, path: string): Line[] {
  return battery.results.flatMap((result, index) => linesOf(result, `${path}-r${index + 1}`));
}

function hasValue(result: CodedResult): result is CodedResult & { value: ResultValue } {
  return result.value !== undefined && result.status !== 'pending' && result.status !== 'cancelled';
}

/** The result's comments; a corrected one first says what it said before. */
function remarksOf(result: CodedResult): string[] {
  const { corrects, status, comments } = result;
  const remarks: string[] = [];
  if (status === 'corrected') {
    const unit = result.coding.printedUnit ?? result.unit ?? '';
    remarks.push(
      corrects
        ? `Résultat corrigé. Résultat rendu précédemment : ${printedValue(corrects.value)} ${unit}`.trimEnd() +
            (corrects.at ? ` (${toFrench(corrects.at)})` : '')
        : 'Résultat corrigé.',
    );
  }
  if (status === 'preliminary') remarks.push('Résultat provisoire, à confirmer.');
  return [...remarks, ...comments];
}
