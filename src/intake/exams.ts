import type { Attachment, Exam, WithheldRow } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { PerformingLaboratory } from '../report/people.ts';
import type { LocalCode, Result } from '../report/result.ts';
import { latest, type Timestamp } from '../report/timestamp.ts';
import type { ReadingContext } from './context.ts';
import type { Delimiters } from './escapes.ts';
import { fault, isFault } from './faults.ts';
import type { Segment } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { OrderGroup } from './message-groups.ts';
import { type Antibiogram, readIsolates } from './microbiology.ts';
import { noteText } from './notes.ts';
import { withNumberedLines } from './numbered-text.ts';
import { type ReadRows, type Row, readRows } from './observations.ts';
import { localCode, validatorOf } from './row-fields.ts';
import { readSpecimens, specimenRemarks } from './specimens.ts';
import { examProgress, isCancelledOrder } from './statuses.ts';

/** An exam and what it means for the dossier. */
export interface ReadExam {
  readonly exam: Exam;
  readonly attachments: readonly Attachment[];
  readonly sourcePdf?: Attachment;
  /** A row is pending, preliminary or withheld, or the exam is. */
  readonly partial: boolean;
  readonly withheld: boolean;
  /** A row was posted by error on this patient (W). */
  readonly wrong: boolean;
  /** The order itself is cancelled (ORC-1). */
  readonly orderCancelled: boolean;
  /** Every row, or the order itself, is cancelled, or deleted. */
  readonly cancelled: boolean;
  readonly times: readonly (Timestamp | undefined)[];
}

/** An antibiogramme that goes with an exam; without organism its rows follow the culture's. */
export interface ChildExam {
  readonly order: OrderGroup;
  readonly organism?: Segment;
}

/** Reads one OBR with its rows, and the antibiogrammes that belong to it. */
export function readExam(
  order: OrderGroup,
  children: readonly ChildExam[],
  delimiters: Delimiters,
  context: ReadingContext,
): ReadExam | Fault {
  const { obr } = order;
  const local = localCode(obr.repetitions(4)[0]) ?? { code: obr.text(3), label: 'Examen' };
  const number = obr.text(3) || obr.text(3, 2) || local.code;
  const orderCancelled = isOrderCancelled(order);
  const cancelled = isCancelled(order);
  const keyPrefix = `${number}|${local.code}`;
  // An antibiogramme refers to its organism by the number of its row, and may come later.
  const isOfGerms = children.length > 0 || /^(?:MB|MCB|MYC)$/.test(obr.text(24));
  const observations = isOfGerms ? order.observations : withNumberedLines(order.observations, delimiters);
  const own = readRows(
    { ...order, observations: [...observations] },
    { keyPrefix, delimiters, cancelled },
    context,
  );
  if (isFault(own)) return own;

  const antibiograms: Antibiogram[] = [];
  const strays: ReadRows[] = [];
  const childRows: ReadRows[] = [];
  for (const { order: child, organism } of children) {
    const scope = {
      keyPrefix: `${childKey(child, number)}|${organism?.text(4) ?? ''}`,
      delimiters,
      cancelled: cancelled || isCancelled(child),
    };
    const read = readRows(child, scope, context);
    if (isFault(read)) return read;
    childRows.push(read);
    if (organism) antibiograms.push({ organism, rows: read.rows, comments: noteText(child.notes) });
    else {
      context.warn('ISOLATE_UNLINKED', local.code);
      strays.push(read);
    }
  }

  const { isolates, taken, unlinked } = readIsolates(own.rows, antibiograms, context.profile.isolateCodes);
  if (unlinked) context.warn('ISOLATE_UNLINKED', local.code);
  const shown = [...own.rows.filter((row) => !taken.has(row)), ...strays.flatMap(({ rows }) => rows)];
  const results = shown.flatMap(({ result }) => (result ? [result] : []));
  const all = [own, ...childRows];
  const orders = [order, ...children.map((child) => child.order)];
  const ended = orders.map((one) => cancelled || isCancelled(one));
  // A cancelled order awaits nothing, whatever its status and those of its rows.
  const rows = all.flatMap((read, index) =>
    ended[index] ? read.rows.filter(({ fate }) => fate.kind !== 'withheld') : read.rows,
  );

  const isCulture =
    children.length > 0 || isolates.length > 0 || rows.some(({ obx }) => isSusceptibility(obx));
  const confirming = rows.find(({ result }) => result?.confirms);
  // Which organism each row is about is told by values that are not here.
  if (isCulture && confirming) return fault('OBX_CONFIRMS_CULTURE', context.at(confirming.obx, 11));
  const withheldRows = rows.flatMap(({ key, fate, preliminary }): readonly WithheldRow[] =>
    fate.kind === 'withheld' ? [{ key, ...(preliminary && !isCulture ? { result: preliminary } : {}) }] : [],
  );

  const sent = orders.map((one) => examProgress(one.obr.text(25)));
  if (sent.includes(undefined)) return fault('OBR_STATUS', context.at(obr, 25));
  const progress = sent.map((one, index) => (ended[index] ? 'cancelled' : one));
  const images = all.flatMap((read) => read.images);
  const sourcePdf = all.find((read) => read.sourcePdf)?.sourcePdf;
  const empty = rows.length === 0 && images.length === 0 && !sourcePdf;
  const line = empty ? lineOf(order, local, keyPrefix, cancelled, progress[0]) : undefined;
  const keys = [...results, ...isolates.flatMap((isolate) => isolate.antibiogram)].map(({ key }) => key);
  if (new Set(keys).size < keys.length) return fault('OBX_DUPLICATE', context.at(obr));

  // An organism withheld takes its antibiogramme with it.
  const withheld = withheldRows.length > 0 || progress.some((state) => state === 'withheld');
  const awaited = progress.some((state) => state === 'awaited');
  const open = rows.some(isOpenRow);
  const prefixes = [keyPrefix, ...children.map((child) => childKey(child.order, number))];
  const prefixesOf = (holds: (index: number) => boolean) =>
    prefixes.flatMap((prefix, index) => (holds(index) ? [`${prefix}|`] : []));
  const cancelledOrders = prefixesOf((index) => ended[index] === true);
  const unfinished = prefixesOf((index) => {
    const isEnded = progress[index] === 'done' || progress[index] === 'cancelled';
    return !(
      isEnded ||
      line ||
      all[index]?.rows.some((row) => isOpenRow(row) || row.fate.kind === 'withheld')
    );
  });
  const wrong = rows.some(({ fate }) => fate.kind === 'wrong');
  const performer = commonPerformer(results);
  if (!performer && obr.text(24) === 'OSL') context.warn('SUBCONTRACTOR_UNNAMED', local.code);
  const section = obr.text(24);
  const reported = orders.map((one) => context.time(one.obr, 22));
  const reportedAt = latest(reported);
  return {
    exam: {
      order: number,
      local,
      ...(section ? { section } : {}),
      results: line ? [line] : results,
      isolates,
      specimens: readSpecimens(order, context),
      ...(images.length > 0 ? { images } : {}),
      comments: [
        ...noteText(order.notes),
        ...specimenRemarks(order),
        ...children.filter(({ organism }) => !organism).flatMap((child) => noteText(child.order.notes)),
        ...all.flatMap(({ comments }) => comments),
      ],
      ...(performer ? { performer } : {}),
      deleted: rows
        .filter(({ fate }) => fate.kind === 'delete' || fate.kind === 'wrong')
        .map(({ key }) => key),
      ...(withheldRows.length > 0 ? { withheld: withheldRows } : {}),
      ...(reportedAt ? { reportedAt } : {}),
      ...(cancelledOrders.length > 0 ? { cancelled: cancelledOrders } : {}),
      ...(wrong || orders.some(isOrderCancelled) ? { revokes: true as const } : {}),
      ...(unfinished.length > 0 ? { unfinished } : {}),
    },
    attachments: all.flatMap(({ attachments }) => attachments),
    ...(sourcePdf ? { sourcePdf } : {}),
    partial: withheld || awaited || open,
    withheld,
    wrong,
    orderCancelled,
    // Deleting every row leaves nothing of the exam, as cancelling every row does; a picture is no row.
    cancelled:
      cancelled ||
      (rows.length > 0 &&
        images.length === 0 &&
        rows.every(({ result, fate }) => result?.status === 'cancelled' || fate.kind === 'delete')),
    times: [...reported, ...all.flatMap(({ analysedAt }) => analysedAt)],
  };
}

const isOpenRow = ({ result }: Row): boolean =>
  result?.status === 'pending' || result?.status === 'preliminary';

const isOrderCancelled = ({ orc }: OrderGroup): boolean => isCancelledOrder(orc?.text(1) ?? '');

const isCancelled = (order: OrderGroup): boolean => isOrderCancelled(order) || order.obr.text(25) === 'X';

function childKey(child: OrderGroup, parent: string): string {
  const { obr } = child;
  return `${obr.text(3) || obr.text(3, 2) || parent}|${localCode(obr.repetitions(4)[0])?.code ?? ''}`;
}

/** The line of an exam that has no row yet, or none any more: « en cours », « non réalisé ». */
function lineOf(
  order: OrderGroup,
  local: LocalCode,
  key: string,
  cancelled: boolean,
  progress: ReturnType<typeof examProgress>,
): Result | undefined {
  const status = cancelled ? 'cancelled' : progress === 'awaited' ? 'pending' : undefined;
  if (!status) return undefined;
  const validator = validatorOf(undefined, order);
  return {
    key: `${key}||`,
    local,
    status,
    ranges: [],
    interpretations: [],
    previous: [],
    comments: [],
    ...(validator ? { validator } : {}),
  };
}

/** The laboratory that did the whole exam, when it is one and not ours. */
function commonPerformer(results: readonly Result[]): PerformingLaboratory | undefined {
  const performer = results[0]?.performer;
  if (!performer) return undefined;
  const key = (one: PerformingLaboratory | undefined) => `${one?.idNat ?? ''}|${one?.name ?? ''}`;
  return results.every((result) => key(result.performer) === key(performer)) ? performer : undefined;
}
