import { canonicalJson } from './canonical.ts';
import type { Attachment, Exam, Isolate } from './dossier.ts';
import type { Result, ResultStatus } from './result.ts';
import { latest, type Timestamp } from './timestamp.ts';

/** Does the row stand for an exam without rows, awaited or not done? No other key ends with two empty parts. */
const isLine = ({ key }: Result): boolean => key.endsWith('||');

/** Is the whole exam cancelled, without a row (ORC-1 CA or OBR-25 X alone)? */
export function isBareCancellation(exam: Exam): boolean {
  const [line, ...others] = exam.results;
  return line?.status === 'cancelled' && isLine(line) && others.length === 0;
}

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

/** A cancellation of the whole exam, with rows or without, in terms of all that was known of it. */
export function spelledOut(exam: Exam, known: Exam, attachments: readonly Attachment[]): Exam {
  const listed = new Set([...exam.results.map(({ key }) => key), ...exam.deleted]);
  const { validator } = exam.results.find((row) => row.validator) ?? {};
  const results = known.results
    .filter((row) => !listed.has(row.key) && !isLine(row))
    .map((row) => cancelledRow(row, validator));
  const prefix = `${exam.order}|${exam.local.code}|`;
  const prefixes = [prefix, ...exam.results.filter(isLine).map(({ key }) => key.slice(0, -1))];
  const documents = attachments.filter(({ id }) => prefixes.some((one) => id.startsWith(one)));
  const others = [...(known.images ?? []), ...documents].map(({ id }) => id);
  const isSpelled = isBareCancellation(exam) && results.length > 0 && known.isolates.length === 0;
  return {
    ...exam,
    results: isSpelled ? results : [...results, ...exam.results],
    deleted: [...exam.deleted, ...others, ...(known.withheld ?? []).map(({ key }) => key)],
  };
}

interface Circumstances {
  /** The exam carries a corrected row: its other rows may reopen too. */
  readonly correcting: boolean;
  readonly complete: boolean;
  /** When the replaced content was issued, for a row without a time of analysis. */
  readonly replacedAt: Timestamp;
}

/** What an exam is once a newer message has listed it. */
export function mergeExam(current: Exam, incoming: Exam, circumstances: Circumstances): Exam {
  const gone = new Set(incoming.deleted);
  // Rows have come for an exam that was said to have none.
  const hasRows = incoming.results.some((row) => !isLine(row));
  const before = hasRows ? current.results.filter((row) => !isLine(row)) : current.results;
  const results = mergeRows(before, incoming.results, gone, circumstances);
  const standing = current.isolates.filter((isolate) => stillNamed(isolate, current.results, results));
  const isolates = mergeIsolates(standing, incoming.isolates, gone, circumstances);
  const { withheld: pending = [], images: seen = [], ...known } = current;
  const { withheld: now = [], images: sent = [], ...said } = incoming;
  const resent = new Set(sent.map(({ id }) => id));
  const images = [...seen.filter(({ id }) => !resent.has(id)), ...sent];
  const rows = rowsOf({ ...incoming, results, isolates });
  const answered = new Set([...gone, ...[...rows, ...now].map(({ key }) => key)]);
  const withheld = [...pending.filter(({ key }) => !answered.has(key)), ...now];
  const reportedAt = latest([current.reportedAt, incoming.reportedAt]);
  return {
    ...known,
    ...said,
    results,
    isolates,
    ...(images.length > 0 ? { images } : {}),
    ...(withheld.length > 0 ? { withheld } : {}),
    ...(reportedAt ? { reportedAt } : {}),
    specimens: incoming.specimens.length > 0 ? incoming.specimens : current.specimens,
    comments: incoming.comments.length > 0 ? incoming.comments : current.comments,
  };
}

function mergeRows(
  current: readonly Result[],
  incoming: readonly Result[],
  gone: ReadonlySet<string>,
  circumstances: Circumstances,
): Result[] {
  const listed = new Set(incoming.map((row) => row.key));
  const kept = current.filter(
    (row) =>
      !gone.has(row.key) && !(circumstances.complete && row.status === 'pending' && !listed.has(row.key)),
  );
  const rows = new Map(kept.map((row) => [row.key, row]));
  for (const row of incoming) {
    const earlier = rows.get(row.key);
    rows.set(row.key, earlier ? mergeRow(earlier, row, circumstances) : row);
  }
  return [...rows.values()];
}

const isSettled = (status: ResultStatus) => status === 'final' || status === 'corrected';
/** Not the last word on a row. */
export const isOpen = (status: ResultStatus) => status === 'pending' || status === 'preliminary';

function mergeRow(current: Result, incoming: Result, { correcting, replacedAt }: Circumstances): Result {
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

function sameValue(a: Result, b: Result): boolean {
  return canonicalJson([a.value, a.unit]) === canonicalJson([b.value, b.unit]);
}

/** An organism whose row was deleted or could not be confirmed goes with its antibiogramme. */
function stillNamed({ id, organism }: Isolate, before: readonly Result[], after: readonly Result[]): boolean {
  const naming = before.find(
    ({ key, value }) =>
      key.endsWith(`|${id}`) &&
      (value?.kind === 'coded' || value?.kind === 'text') &&
      value.text === organism.label,
  );
  return naming === undefined || after.some((row) => row.key === naming.key && row.status !== 'cancelled');
}

function mergeIsolates(
  current: readonly Isolate[],
  incoming: readonly Isolate[],
  gone: ReadonlySet<string>,
  circumstances: Circumstances,
): Isolate[] {
  const isolates = new Map<string, Isolate>();
  for (const isolate of current) {
    const antibiogram = isolate.antibiogram.filter((row) => !gone.has(row.key));
    isolates.set(isolate.id, { ...isolate, antibiogram });
  }
  for (const isolate of incoming) {
    const earlier = isolates.get(isolate.id);
    isolates.set(isolate.id, earlier ? mergeIsolate(earlier, isolate, circumstances) : isolate);
  }
  return [...isolates.values()];
}

function mergeIsolate(current: Isolate, incoming: Isolate, circumstances: Circumstances): Isolate {
  // Another organism under the same number: the susceptibilities of the first say nothing of it.
  if (current.organism.code !== incoming.organism.code) return incoming;
  const count =
    current.count && incoming.count
      ? mergeRow(current.count, incoming.count, circumstances)
      : (incoming.count ?? current.count);
  return {
    ...current,
    ...incoming,
    ...(count ? { count } : {}),
    antibiogram: mergeRows(current.antibiogram, incoming.antibiogram, new Set(), circumstances),
    comments: incoming.comments.length > 0 ? incoming.comments : current.comments,
  };
}

/** Every row of an exam, those of its isolates included. */
export function rowsOf(exam: Exam): Result[] {
  return [
    ...exam.results,
    ...exam.isolates.flatMap(({ count, antibiogram }) => [...(count ? [count] : []), ...antibiogram]),
  ];
}
