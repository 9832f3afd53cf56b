import { canonicalJson } from './canonical.ts';
import type { Result, ResultStatus } from './result.ts';
import type { Timestamp } from './timestamp.ts';

const isSettled = (status: ResultStatus) => status === 'final' || status === 'corrected';
/** Not the last word on a row. */
export const isOpen = (status: ResultStatus) => status === 'pending' || status === 'preliminary';

/** Does the row stand for an exam without rows, awaited or not done? No other key ends with two empty parts. */
export const isLine = ({ key }: Pick<Result, 'key'>): boolean => key.endsWith('||');

/** What is left of a row that is cancelled with its order; of one that was cancelled before, also why. */
export function cancelledRow(row: Result, validator: Result['validator']): Result {
  if (row.status === 'cancelled') return row;
  const { key, local, sentLoinc, performer } = row;
  return {
    ...{ key, local, status: 'cancelled', ranges: [], interpretations: [], previous: [], comments: [] },
    ...(validator ? { validator } : {}),
    ...(sentLoinc ? { sentLoinc } : {}),
    ...(performer ? { performer } : {}),
  };
}

interface RowCircumstances {
  /** Its order has a corrected row: this one may reopen too. */
  readonly correcting: boolean;
  /** When the replaced content was issued, for a row without a time of analysis. */
  readonly replacedAt: Timestamp;
}

/** What a row is once a newer statement has listed it: `current` itself where that says nothing of it. */
export function mergeRow(
  current: Result,
  incoming: Result,
  { correcting, replacedAt }: RowCircumstances,
): Result {
  if (isOpen(incoming.status) && isSettled(current.status) && !correcting) return current;
  const stated = incoming.corrects;
  if (sameValue(current, incoming)) {
    const corrects = stated ?? current.corrects;
    const status =
      incoming.status === 'final' && current.status === 'corrected' ? 'corrected' : incoming.status;
    return { ...incoming, status, ...(corrects ? { corrects } : {}) };
  }
  const settled = isSettled(current.status) && current.value !== undefined;
  const replaced = settled
    ? {
        value: current.value,
        ...(current.unit && current.unit !== incoming.unit ? { unit: current.unit } : {}),
        at: current.analysedAt ?? replacedAt,
        ...(incoming.validator ? { by: incoming.validator } : {}),
      }
    : comesBack(current, incoming)
      ? undefined
      : current.corrects;
  const corrects = stated ?? replaced;
  if (!corrects) return incoming;
  return { ...incoming, status: incoming.status === 'final' ? 'corrected' : incoming.status, corrects };
}

/** A row that was opened again ends with the value it had before: nothing was wrong. */
function comesBack(current: Result, incoming: Result): boolean {
  return canonicalJson(current.corrects?.value) === canonicalJson(incoming.value);
}

export function sameValue(a: Result, b: Result): boolean {
  return canonicalJson([a.value, a.unit]) === canonicalJson([b.value, b.unit]);
}
