import type { Exam } from './dossier.ts';
import { cancelledRow, isBareCancellation, rowsOf } from './merge-exam.ts';
import type { Result } from './result.ts';

/** Begins the keys of the rows of an exam. */
const prefixOf = ({ order, local }: Exam): string => `${order}|${local.code}|`;

/**
 * Which exam has taken the rows of another one, its antibiogramme.
 * @returns by the prefix of those rows, the key of the exam; undefined where several have some
 */
export function antibiogramsIn(exams: ReadonlyMap<string, Exam>): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const [key, exam] of exams) {
    const own = prefixOf(exam);
    const prefixes = new Set(rowsOf(exam).map((row) => /^[^|]*\|[^|]*\|/.exec(row.key)?.[0] ?? own));
    prefixes.delete(own);
    for (const prefix of prefixes) found.set(prefix, found.has(prefix) ? undefined : key);
  }
  return found;
}

export const antibiogramOf = (
  exam: Exam,
  known: ReadonlyMap<string, string | undefined>,
): string | undefined => known.get(prefixOf(exam));

/**
 * An antibiogramme that comes again without its culture, in terms of the culture: alone it would stand beside the rows
 * that it corrects or takes back.
 * @param cancelled its order is: so are those of its rows that it does not list
 * @returns undefined where it does not tell which of the culture's rows its own are
 */
export function withinCulture(child: Exam, culture: Exam, cancelled: boolean): Exam | undefined {
  const prefix = prefixOf(child);
  const isOwn = ({ key }: Result) => key.startsWith(prefix);
  const isBare = isBareCancellation(child);
  const isAwaited = !isBare && child.results.some(({ key }) => key === `${prefix}|`);
  if (child.isolates.length > 0 || child.images || isAwaited) return undefined;

  // Between the antibiogramme and its row: the number of the organism.
  const [number, ...others] = new Set(
    rowsOf(culture)
      .filter(isOwn)
      .map(({ key, local }) => key.slice(prefix.length, key.lastIndexOf(`|${local.code}|`) + 1)),
  );
  if (number === undefined || (others.length > 0 && !isBare)) return undefined;
  const inCulture = (key: string) => `${prefix}${number}${key.slice(prefix.length)}`;
  const rows = isBare ? [] : child.results.map((row): Result => ({ ...row, key: inCulture(row.key) }));
  const listed = new Set([...rows.map(({ key }) => key), ...child.deleted.map(inCulture)]);
  const { validator } = child.results.find((row) => row.validator) ?? {};
  const saidOf = (known: readonly Result[]): readonly Result[] => {
    const own = known.filter(isOwn);
    if (own.length === 0) return [];
    const unlisted = cancelled ? own.filter(({ key }) => !listed.has(key)) : [];
    return [...rows, ...unlisted.map((row) => cancelledRow(row, validator))];
  };
  const results = saidOf(culture.results);
  return {
    order: culture.order,
    local: culture.local,
    results,
    isolates: culture.isolates.map((isolate) => {
      const antibiogram = saidOf(isolate.antibiogram);
      return { ...isolate, antibiogram, comments: antibiogram.length > 0 ? child.comments : [] };
    }),
    specimens: [],
    comments: results.length > 0 ? [...new Set([...culture.comments, ...child.comments])] : [],
    deleted: child.deleted.map(inCulture),
    ...(child.withheld ? { withheld: child.withheld.map(({ key }) => ({ key: inCulture(key) })) } : {}),
    ...(child.reportedAt ? { reportedAt: child.reportedAt } : {}),
  };
}
