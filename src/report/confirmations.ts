import type { Exam } from './dossier.ts';
import { rowsOf } from './merge-exam.ts';
import type { LocalCode, Result } from './result.ts';
import { instantOf, type Timestamp } from './timestamp.ts';

/** What a message says, and when. */
export interface Spoken {
  readonly exams: readonly Exam[];
  /** Absent: before all that has a time. */
  readonly messageAt?: Timestamp;
}

/** What the messages before said last of a row. */
interface Said {
  readonly result?: Result;
  /** It was withheld: nobody answered for it. */
  readonly withheld: boolean;
}

/**
 * Gives the rows that are final without being sent again (HL7 table 0085 `U`) the value that was last said of them. That is
 * settled once, when the message is taken: what it comes to is stated with it, whatever is said later of the earlier ones.
 * @param known asked only when a row needs it: the other messages of the request, in the order in which they came; those whose
 *   own time is later do not count
 * @returns the exams with each row complete; or the codes of the rows of which nothing is known that could be confirmed
 */
export function confirmRows(
  { exams, messageAt }: Spoken,
  known: () => readonly Spoken[],
): { readonly exams: readonly Exam[] } | { readonly unknown: readonly LocalCode[] } {
  const confirming = exams.flatMap((exam) => exam.results.filter(({ confirms }) => confirms));
  if (confirming.length === 0) return { exams };
  const time = (at: Timestamp | undefined) => (at ? instantOf(at) : Number.NEGATIVE_INFINITY);
  const latestFirst = known()
    .filter((one) => time(one.messageAt) <= time(messageAt))
    .toReversed()
    .toSorted((a, b) => time(b.messageAt) - time(a.messageAt));
  const confirmed = new Map<string, Result>();
  const unknown: LocalCode[] = [];
  for (const row of confirming) {
    const result = confirmedBy(row, lastSaid(row.key, latestFirst));
    if (result) confirmed.set(row.key, result);
    else unknown.push(row.local);
  }
  if (unknown.length > 0) return { unknown };
  const complete = (row: Result) => (row.confirms ? (confirmed.get(row.key) ?? row) : row);
  return { exams: exams.map((exam) => ({ ...exam, results: exam.results.map(complete) })) };
}

/** The latest word on a row, even if it took the value back: an older value is not what the sender means. */
function lastSaid(key: string, latestFirst: readonly Spoken[]): Said | undefined {
  for (const { exams } of latestFirst) {
    for (const exam of exams) {
      const taken = exam.deleted.includes(key) || exam.cancelled?.some((prefix) => key.startsWith(prefix));
      if (taken) return undefined;
      const withheld = exam.withheld?.find((row) => row.key === key);
      if (withheld) return { ...withheld, withheld: true };
      const result = exam.results.find((row) => row.key === key);
      if (result) return { result, withheld: false };
      // A count or an antibiotic: of an organism that the confirmation does not name.
      if (rowsOf(exam).some((row) => row.key === key)) return undefined;
    }
  }
  return undefined;
}

/** The row as it was said, with what the confirmation adds; undefined when no value was said. */
function confirmedBy(row: Result, said: Said | undefined): Result | undefined {
  const before = said?.result;
  if (!before?.value || before.status === 'pending' || before.status === 'cancelled') return undefined;
  const { validator: _who, automaticValidation: _how, ...content } = before;
  // Who is named on an unverified row validated nothing.
  const validation = row.validator || row.automaticValidation || said?.withheld ? row : before;
  return {
    ...content,
    status: before.status === 'corrected' ? 'corrected' : 'final',
    comments: row.comments.length > 0 ? row.comments : before.comments,
    ...(row.analysedAt ? { analysedAt: row.analysedAt } : {}),
    ...(row.performer ? { performer: row.performer } : {}),
    ...(validation.validator ? { validator: validation.validator } : {}),
    ...(validation.automaticValidation ? { automaticValidation: true as const } : {}),
  };
}
