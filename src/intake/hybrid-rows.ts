import type { ReadingContext } from './context.ts';
import type { ObservationGroup, OrderGroup } from './message-groups.ts';

/** Puts the rows of feeds that follow no standard order of segments back under the exam they belong to. */
export function relinkRows(orders: readonly OrderGroup[], context: ReadingContext): void {
  for (const order of orders) takeRowsAfterSpecimen(order, context);
  relinkHybridRows(orders, context);
}

/** A status under which an exam has results to show. */
const WITH_RESULTS = ['', 'F', 'C', 'P', 'A'];

/** SPM before the results, where the standard puts it after: OBX would otherwise be read as describing the specimen. */
function takeRowsAfterSpecimen(order: OrderGroup, context: ReadingContext): void {
  if (order.observations.length > 0 || !WITH_RESULTS.includes(order.obr.text(25))) return;
  const rows = order.specimens.flatMap(({ observations }) => observations.splice(0));
  if (rows.length === 0) return;
  order.observations.push(...rows);
  context.warn('SPM_BEFORE_OBX', order.obr.text(4));
}

/**
 * Hybrids of HL7 and HPRIM Santé list all OBR first, then all OBX, and name the exam in OBX-15: section ^ order ^ exam ^
 * order in the exam ^ rank ^ exam (inputs.md §3.2). A row whose analysis is an exam of its own is that exam's.
 */
function relinkHybridRows(orders: readonly OrderGroup[], context: ReadingContext): void {
  const byExam = new Map<string, OrderGroup>();
  for (const order of orders) {
    const code = order.obr.text(4);
    if (code && !byExam.has(code)) byExam.set(code, order);
  }
  /** All rows under the last exam: their place says nothing. */
  const last = orders.at(-1);
  const listedFirst =
    orders.length > 1 && orders.every((order) => order === last || order.observations.length === 0);

  const examOf = ({ obx }: ObservationGroup): OrderGroup | undefined => {
    const named = byExam.get(obx.text(15, 3)) ?? byExam.get(obx.text(15, 6));
    return named ?? (listedFirst ? byExam.get(obx.text(3)) : undefined);
  };
  const moves: { readonly row: ObservationGroup; readonly from: OrderGroup; readonly to: OrderGroup }[] = [];
  for (const from of orders) {
    for (const row of from.observations) {
      const to = examOf(row);
      if (to && to !== from && to.obr.text(4) !== from.obr.text(4)) moves.push({ row, from, to });
      else if (!to && listedFirst && row.obx.text(15) !== '') context.warn('ROW_UNLINKED', row.obx.text(3));
    }
  }
  const moved = new Set(moves.map(({ row }) => row));
  for (const from of new Set(moves.map((move) => move.from))) {
    const kept = from.observations.filter((row) => !moved.has(row));
    from.observations.splice(0, from.observations.length, ...kept);
  }
  for (const { row, to } of moves) to.observations.push(row);
}
