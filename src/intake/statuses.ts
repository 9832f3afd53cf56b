import type { ResultStatus } from '../report/result.ts';

/** What a row's OBX-11 makes of it (inputs.md §5). */
export type RowFate =
  /** `confirms`: final, with the value that was said before. */
  | { readonly kind: 'result'; readonly status: ResultStatus; readonly confirms?: true }
  /** Not validated: nothing of it is shown, and the report is partial. */
  | { readonly kind: 'withheld' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'ignore' };

/**
 * Reads OBX-11 (table 0085).
 * @param hasValue whether OBX-5 holds something: U need not repeat the value
 * @returns undefined for an absent or unknown status: nothing then says that a biologist validated the row
 */
export function rowFate(
  status: string,
  preliminaryIsValidated: boolean,
  hasValue: boolean,
): RowFate | undefined {
  switch (status) {
    case 'F':
      return { kind: 'result', status: 'final' };
    case 'U':
      return { kind: 'result', status: 'final', ...(hasValue ? {} : { confirms: true }) };
    case 'C':
      return { kind: 'result', status: 'corrected' };
    case 'P':
      return preliminaryIsValidated ? { kind: 'result', status: 'preliminary' } : { kind: 'withheld' };
    case 'R':
      return { kind: 'withheld' };
    case 'A':
    case 'I':
    case 'O':
    case 'S':
      return { kind: 'result', status: 'pending' };
    case 'X':
      return { kind: 'result', status: 'cancelled' };
    case 'D':
      return { kind: 'delete' };
    case 'W':
      return { kind: 'wrong' };
    case 'N':
      return { kind: 'ignore' };
    default:
      return undefined;
  }
}

/** OBR-25 (table 0123), for the whole exam. */
export type ExamProgress = 'done' | 'awaited' | 'withheld' | 'cancelled';

/** @returns undefined for a status that is not one (Y, Z, free text); an empty one leaves it to the rows */
export function examProgress(status: string): ExamProgress | undefined {
  switch (status) {
    case '':
    case 'F':
    case 'C':
      return 'done';
    case 'O':
    case 'I':
    case 'S':
    case 'A':
    case 'P':
      return 'awaited';
    case 'R':
      return 'withheld';
    case 'X':
      return 'cancelled';
    default:
      return undefined;
  }
}

/** ORC-1 (table 0119): the order was cancelled. */
export function isCancelledOrder(control: string): boolean {
  return control === 'CA' || control === 'OC' || control === 'CR';
}
