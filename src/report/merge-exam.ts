import type { Attachment, Exam, Isolate } from './dossier.ts';
import { cancelledRow, isLine, isOpen, mergeRow, sameValue } from './merge-row.ts';
import type { Result } from './result.ts';
import { latest, type Timestamp } from './timestamp.ts';

/** Begins the keys of the rows of an exam. */
export const prefixOf = ({ order, local }: Pick<Exam, 'order' | 'local'>): string =>
  `${order}|${local.code}|`;

/** Begins the keys of the rows of one order: the exam that has the row, or one of its antibiogrammes. */
export const orderOf = (key: string): string => /^[^|]*\|[^|]*\|/.exec(key)?.[0] ?? '';

/** Exams by their key: OBR-3, the local code, and its rank when a message lists the same pair several times. */
export function examsByKey(exams: readonly Exam[]): Map<string, Exam> {
  const found = new Map<string, Exam>();
  const ranks = new Map<string, number>();
  for (const exam of exams) {
    const pair = JSON.stringify([exam.order, exam.local.code]);
    const rank = ranks.get(pair) ?? 0;
    ranks.set(pair, rank + 1);
    found.set(rank === 0 ? pair : `${pair}${rank}`, exam);
  }
  return found;
}

/** Every row of an exam, those of its isolates included. */
export const rowsOf = (exam: Exam): Result[] => [...exam.results, ...exam.isolates.flatMap(rowsOfIsolate)];

const rowsOfIsolate = ({ count, antibiogram }: Isolate): Result[] => [
  ...(count ? [count] : []),
  ...antibiogram,
];

/** An exam, and the documents of its rows by the key of each. */
export interface ExamContent {
  readonly exam: Exam;
  readonly documents: ReadonlyMap<string, Attachment>;
}

interface Circumstances {
  /** Begins the keys of the rows of the order that is stated: the exam's, or that of an antibiogramme. */
  readonly about: string;
  /** The message awaits nothing more. */
  readonly complete: boolean;
  /** When the replaced content was issued, for a row without a time of analysis. */
  readonly replacedAt: Timestamp;
}

/** What a statement says of an exam, in the terms that merging asks for. */
interface Said {
  readonly rows: readonly Result[];
  /** Keys of the rows, shown or not, that it lists, takes back, or gives as a picture. */
  readonly named: ReadonlySet<string>;
  /** Orders that it gives rows or pictures for. */
  readonly filled: ReadonlySet<string>;
  /** All of the exam is cancelled. */
  readonly cancelsAll: boolean;
  readonly cancels: (key: string) => boolean;
  /** The order that has the row has a corrected one: its others may reopen too. */
  readonly corrects: (key: string) => boolean;
}

/**
 * What an exam is once a newer statement has listed it. A row is merged by its key alone, and then stands where it was last
 * put: among the results or with an organism; a picture and a row of one key take each other's place.
 */
export function mergeExam(
  known: ExamContent,
  stated: ExamContent,
  circumstances: Circumstances,
): ExamContent {
  const { about, complete } = circumstances;
  const { exam: current } = known;
  const { exam: incoming } = stated;
  const said = saidIn(incoming);
  const standing = said.cancelsAll ? [] : current.isolates.filter((one) => !isReplaced(one, incoming));
  const before = new Map(
    [...current.results, ...standing.flatMap(rowsOfIsolate)].map((row) => [row.key, row]),
  );
  const rows = mergeRows(before, { ...current, isolates: standing }, incoming, said, circumstances);
  const isolates = standing.filter(
    (one) => isNamed(one, current, rows) || incoming.isolates.some(({ id }) => id === one.id),
  );
  for (const one of standing)
    if (!isolates.includes(one))
      for (const { key } of rowsOfIsolate(one)) if (!said.named.has(key)) rows.delete(key);
  const images = imagesOf(current, incoming, rows, said);
  const { withheld: pending = [], images: _pictures, unfinished: more = [], ...earlier } = current;
  const { withheld: now = [], images: _sent, unfinished: left = [], ...later } = incoming;
  const { cancelled: _orders, revokes: _newest, ...rest } = later;
  const answered = ({ key }: { key: string }) => complete || said.named.has(key) || said.cancels(key);
  const withheld = [...pending.filter((row) => !answered(row)), ...now];
  const restated = new Set([about, ...[...said.named].map(orderOf)]);
  const unfinished = [...more.filter((order) => !restated.has(order) && !said.cancels(order)), ...left];
  const reportedAt = latest([current.reportedAt, incoming.reportedAt]);
  const isEmptied =
    incoming.deleted.length > 0 && rows.size === 0 && isolates.length === 0 && images.length === 0;
  const exam: Exam = {
    ...earlier,
    ...rest,
    ...placed(rows, isolates, incoming),
    ...(images.length > 0 ? { images } : {}),
    ...(withheld.length > 0 ? { withheld } : {}),
    ...(unfinished.length > 0 ? { unfinished } : {}),
    ...(reportedAt ? { reportedAt } : {}),
    deleted: [],
    specimens: isEmptied ? [] : lastNotEmpty(current.specimens, incoming.specimens),
    comments: isEmptied ? [] : lastNotEmpty(current.comments, incoming.comments),
  };
  return { exam, documents: documentsOf(known, stated, before, rows) };
}

const lastNotEmpty = <T>(current: readonly T[], incoming: readonly T[]): readonly T[] =>
  incoming.length > 0 ? incoming : current;

function saidIn(exam: Exam): Said {
  const { cancelled = [], deleted, images = [], withheld = [] } = exam;
  const rows = rowsOf(exam);
  const pictures = images.map(({ id }) => id);
  const given = [...rows.filter((row) => !isLine(row)).map(({ key }) => key), ...pictures];
  const corrected = rows.filter(({ status }) => status === 'corrected');
  const correcting = new Set(corrected.map(({ key }) => orderOf(key)));
  const cancelsAll = cancelled.includes(prefixOf(exam));
  return {
    rows,
    named: new Set([...rows, ...withheld].map(({ key }) => key).concat(deleted, pictures)),
    filled: new Set(given.map(orderOf)),
    cancelsAll,
    corrects: (key) => correcting.has(orderOf(key)),
    cancels: (key) => cancelsAll || cancelled.some((order) => key.startsWith(order)),
  };
}

/** Another organism under the same number: the susceptibilities of the first say nothing of it. */
function isReplaced({ id, organism }: Isolate, incoming: Exam): boolean {
  const other = incoming.isolates.find((one) => one.id === id);
  return other !== undefined && other.organism.code !== organism.code;
}

/** An organism whose row says something else by now, or nothing, goes with its antibiogramme. */
function isNamed({ id, organism }: Isolate, current: Exam, rows: ReadonlyMap<string, Result>): boolean {
  const names = ({ value }: Result) =>
    (value?.kind === 'coded' || value?.kind === 'text') && value.text === organism.label;
  const naming = current.results.find((row) => row.key.endsWith(`|${id}`) && names(row));
  const now = naming && rows.get(naming.key);
  return naming === undefined || (now !== undefined && names(now));
}

function mergeRows(
  before: ReadonlyMap<string, Result>,
  current: Exam,
  incoming: Exam,
  said: Said,
  { complete, replacedAt }: Circumstances,
): Map<string, Result> {
  const turn = (from: Result, to: Result) =>
    mergeRow(from, to, { correcting: said.corrects(to.key), replacedAt });
  const rows = new Map(before);
  const taken = [...incoming.deleted, ...(incoming.images ?? []).map(({ id }) => id)];
  for (const { id, count } of current.isolates) {
    const other = incoming.isolates.find((one) => one.id === id)?.count;
    if (count && other && other.key !== count.key) taken.push(count.key);
  }
  for (const key of taken) rows.delete(key);
  const { validator } = said.rows.find((row) => row.validator) ?? {};
  for (const row of rows.values()) {
    const { key, status } = row;
    // Rows have come for an order that was said to have none.
    if (isLine(row) && said.filled.has(orderOf(key))) rows.delete(key);
    else if (said.named.has(key)) continue;
    else if (said.cancels(key)) rows.set(key, turn(row, cancelledRow(row, validator)));
    else if (complete && status === 'pending') rows.delete(key);
  }
  const pictured = new Set(current.images?.map(({ id }) => id));
  for (const row of said.rows) {
    if (isOpen(row.status) && !said.corrects(row.key) && pictured.has(row.key)) continue;
    const earlier = rows.get(row.key);
    rows.set(row.key, earlier ? turn(earlier, row) : row);
  }
  // The line of a cancelled order says what its rows say already.
  const isTold = [...rows.values()].some((row) => !isLine(row) && said.cancels(row.key));
  if (isTold) for (const row of rows.values()) if (isLine(row) && said.cancels(row.key)) rows.delete(row.key);
  return rows;
}

/**
 * Pictures are kept until their key is named again: by another one, which takes its place, or by a row that is more than
 * awaited.
 */
function imagesOf(
  current: Exam,
  incoming: Exam,
  rows: ReadonlyMap<string, Result>,
  said: Said,
): Exam['images'] & object {
  const { images: sent = [], deleted } = incoming;
  const gone = new Set([...rows.keys(), ...deleted, ...sent.map(({ id }) => id)]);
  const { images: before = [] } = current;
  const kept = before.filter(({ id }) => !gone.has(id) && !said.cancels(id));
  const ids = new Set([...before, ...sent].map(({ id }) => id));
  const places = new Map([...ids].map((id, place) => [id, place]));
  return [...kept, ...sent].sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}

/** Each row where it was last put; those of one antibiogramme stand together. */
function placed(
  rows: ReadonlyMap<string, Result>,
  standing: readonly Isolate[],
  incoming: Exam,
): Pick<Exam, 'results' | 'isolates'> {
  const isOwn = ({ key }: Result) => key.startsWith(prefixOf(incoming));
  const isolates = new Map<string, Isolate>(standing.map((one) => [one.id, one]));
  const places = new Map<string, string>();
  const counts = new Map<string, string>();
  for (const one of [...standing, ...incoming.isolates]) {
    const known = isolates.get(one.id);
    isolates.set(one.id, {
      ...known,
      ...one,
      comments: lastNotEmpty(known?.comments ?? [], one.comments),
    });
    if (one.count) counts.set(one.count.key, one.id);
    for (const row of one.antibiogram) {
      places.set(row.key, one.id);
      if (!isOwn(row)) places.set(stemOf(row), one.id);
    }
  }
  const results: Result[] = [];
  const counted = new Map<string, Result>();
  const antibiograms = new Map<string, Result[]>([...isolates.keys()].map((id) => [id, []]));
  for (const row of rows.values()) {
    const count = counts.get(row.key);
    const place = places.get(row.key) ?? (isOwn(row) ? undefined : places.get(stemOf(row)));
    if (count !== undefined) counted.set(count, row);
    else if (place === undefined) results.push(row);
    else antibiograms.get(place)?.push(row);
  }
  return {
    results,
    isolates: [...isolates.values()].map(({ count: _count, ...one }) => {
      const count = counted.get(one.id);
      return { ...one, ...(count ? { count } : {}), antibiogram: antibiograms.get(one.id) ?? [] };
    }),
  };
}

/** The key of a row without its own code: its order, and the number of the organism that an antibiogramme is about. */
function stemOf({ key, local }: Result): string {
  const end = key.lastIndexOf(`|${local.code}|`);
  return end < 0 ? key : key.slice(0, end + 1);
}

/** A document follows its row: it is that of the statement that the row has its value of. */
function documentsOf(
  known: ExamContent,
  stated: ExamContent,
  before: ReadonlyMap<string, Result>,
  rows: ReadonlyMap<string, Result>,
): Map<string, Attachment> {
  const documents = new Map<string, Attachment>();
  for (const [key, row] of rows) {
    if (row.status === 'cancelled' || row.status === 'pending') continue;
    const earlier = before.get(key);
    const sent = row === earlier ? undefined : stated.documents.get(key);
    const kept = earlier && sameValue(earlier, row) ? known.documents.get(key) : undefined;
    const document = sent ?? kept;
    if (document) documents.set(key, document);
  }
  return documents;
}
