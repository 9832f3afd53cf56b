import type { Coding } from '../report/coding.ts';
import { printedName } from '../report/people.ts';
import { cancellationReasons, printedValue } from '../report/printed.ts';
import type { Battery } from '../report/report.ts';
import type { CodedResult, ReferenceRange, ResultValue, SecondValue } from '../report/result.ts';
import { toFrench } from '../report/timestamp.ts';

/**
 * One row of the narrative and one observation: a result, or the same result in its second unit (2024.01 writes two
 * observations). Narrative and entry are both made from it, so that what is read and what is coded agree.
 */
export interface Line {
  /** ID of the test's name in the narrative; the other IDs derive from it, see {@link valueId}. */
  readonly path: string;
  readonly result: CodedResult;
  readonly loinc?: Coding;
  /** National waiting code, where there is no LOINC. */
  readonly waiting?: Coding;
  readonly value?: ResultValue;
  /** UCUM unit to emit. */
  readonly ucum?: string;
  readonly printedUnit: string;
  readonly ranges: readonly ReferenceRange[];
  readonly method?: string;
  readonly remarks: readonly string[];
  /** The second unit repeats neither previous values nor remarks. */
  readonly second: boolean;
  /** The same value in a unit that has no code of its own: read beside the value, not coded. */
  readonly beside?: SecondValue;
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
    ...(coding.loinc ? { loinc: coding.loinc } : coding.waiting ? { waiting: coding.waiting } : {}),
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
  if (!second.loinc) return [{ ...first, beside: second }];
  const { loinc, ucum, printedUnit, value, range } = second;
  return [
    first,
    {
      path: `${path}-u`,
      result,
      loinc,
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

/** The result's comments; before them what its status obliges to say. */
function remarksOf(result: CodedResult): string[] {
  const { status, comments } = result;
  if (status === 'cancelled') return cancellationRemarks(result);
  return [...statusRemarks(result), ...comments];
}

/** What was not done says why; silence of the source is said to be one. */
function cancellationRemarks(result: CodedResult): string[] {
  const reasons = cancellationReasons(result);
  return [
    ...(reasons.length > 0 ? reasons : ['Examen non réalisé ; motif non précisé.']),
    ...statusRemarks(result),
  ];
}

/** What must not be overlooked in a result: it was corrected or taken back, or may change. */
export function statusRemarks(result: CodedResult): string[] {
  switch (result.status) {
    case 'corrected':
      return [correctionRemark(result)];
    case 'preliminary':
      return ['Résultat provisoire, à confirmer.'];
    case 'cancelled':
      return result.corrects ? [`Résultat annulé. ${replacedRemark(result, result.corrects)}`] : [];
    default:
      return [];
  }
}

/** What changed, from what, when and by whom, as far as it is known. */
function correctionRemark(result: CodedResult): string {
  const { corrects } = result;
  if (!corrects) return 'Résultat corrigé.';
  const by = corrects.by ? ` par ${printedName(corrects.by)}` : '';
  return `Résultat corrigé${by}. ${replacedRemark(result, corrects)}`;
}

/** A value that was published never vanishes silently (inputs.md §5). */
function replacedRemark(
  { coding, unit }: CodedResult,
  corrects: NonNullable<CodedResult['corrects']>,
): string {
  const before =
    `${printedValue(corrects.value)} ${corrects.unit ?? coding.printedUnit ?? unit ?? ''}`.trimEnd();
  const at = corrects.at ? ` (${toFrench(corrects.at)})` : '';
  return `Résultat rendu précédemment : ${before}${at}`;
}
