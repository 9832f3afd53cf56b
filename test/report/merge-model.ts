import fc from 'fast-check';
import { bytes, msh, obr, obx, pid } from '../fixtures/hl7/messages.ts';

/** Messages about one lab request as a laboratory may send them, and what a naive reader makes of each of their rows. */

export interface SentRow {
  /** OBX-3, and OBX-4 after `^`. */
  readonly code: string;
  readonly status: 'F' | 'C' | 'I' | 'R' | 'X' | 'D' | 'W';
  readonly value: '1' | '2' | '3';
}

export interface SentOrder {
  readonly exam: string;
  readonly control: 'RE' | 'CA';
  readonly progress: 'F' | 'A' | 'X';
  readonly rows: readonly SentRow[];
}

export interface Sent {
  /** MSH-7, in hours. */
  readonly at: number;
  /** OBR-22 of its orders, in hours. */
  readonly reported?: number;
  readonly orders: readonly SentOrder[];
}

/** An exam by its code: its number, its rows; of an antibiogramme, the organism that it is about. */
export const EXAMS: Readonly<Record<string, { number: string; rows: readonly string[]; organism?: string }>> =
  {
    BIO: { number: 'D1-1', rows: ['NA', 'K', 'CR', 'IMG'] },
    TSH: { number: 'D1-2', rows: ['T'] },
    HC: { number: 'D1-3', rows: ['GERME^1', 'GERME^2'] },
    ATB: { number: 'D1-4', rows: ['AMX', 'CTX'], organism: '1' },
    ATB2: { number: 'D1-5', rows: ['AMX', 'CTX'], organism: '2' },
  };

const time = (hour: number) =>
  `202611${String(10 + Math.floor(hour / 24)).padStart(2, '0')}${String(hour % 24).padStart(2, '0')}0000`;
const base64 = (content: string) => Buffer.from(content, 'latin1').toString('base64');
export const GERMS = { 1: 'E. coli', 2: 'K. pneumoniae', 3: 'P. mirabilis' } as const;
export const SAID = { 1: 'S', 2: 'I', 3: 'R' } as const;
export const pdf = (value: string) => base64(`%PDF-1.4 ${value}`);
export const png = (value: string) => base64(`\x89PNG\r\n\x1a\n ${value}`);

function rowOf(exam: string, { code, status, value }: SentRow): string {
  const [name = '', subId = ''] = code.split('^');
  const more = { 4: subId, 11: status };
  const isEmpty = status === 'D' || status === 'X' || status === 'I';
  if (name === 'CR') return obx('ED', name, isEmpty ? '' : `^APPLICATION^PDF^Base64^${pdf(value)}`, more);
  if (name === 'IMG') return obx('ED', name, isEmpty ? '' : `^Image^PNG^Base64^${png(value)}`, more);
  if (name === 'GERME') return obx('CE', name, isEmpty ? '' : `G${value}^${GERMS[value]}^L`, more);
  if (exam.startsWith('ATB')) return obx('NM', name, value, { ...more, 6: 'mg/L', 8: SAID[value] });
  return obx('NM', name, isEmpty ? '' : value, { ...more, 8: 'H' });
}

/** The bytes of a message. */
export function hl7({ at, reported, orders }: Sent): Uint8Array {
  return bytes(
    msh({ at: time(at) }),
    pid(),
    ...orders.flatMap(({ exam, control, progress, rows }) => {
      const { number = '', organism } = EXAMS[exam] ?? {};
      const parent = organism ? { 11: 'G', 26: `GERME^${organism}`, 29: 'P1^D1-3' } : {};
      const fields = {
        3: number,
        25: progress,
        ...(reported === undefined ? {} : { 22: time(reported) }),
        ...parent,
      };
      return [
        `ORC|${control}|P1|${number}|D1`,
        obr(`${exam}^${exam}^L`, fields),
        ...rows.map((row) => rowOf(exam, row)),
      ];
    }),
  );
}

const row = (code: string): fc.Arbitrary<SentRow> =>
  fc.record({
    code: fc.constant(code),
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constant('F' as const) },
      { weight: 3, arbitrary: fc.constant('C' as const) },
      { weight: 2, arbitrary: fc.constantFrom('I' as const, 'R' as const) },
      { weight: 3, arbitrary: fc.constantFrom('X' as const, 'D' as const) },
      { weight: 1, arbitrary: fc.constant('W' as const) },
    ),
    value: fc.constantFrom('1' as const, '2' as const, '3' as const),
  });

const order = (exam: string): fc.Arbitrary<SentOrder> =>
  fc.record({
    exam: fc.constant(exam),
    control: fc.oneof(
      { weight: 6, arbitrary: fc.constant('RE' as const) },
      { weight: 1, arbitrary: fc.constant('CA' as const) },
    ),
    progress: fc.oneof(
      { weight: 8, arbitrary: fc.constant('F' as const) },
      { weight: 1, arbitrary: fc.constantFrom('A' as const, 'X' as const) },
    ),
    rows: fc.subarray([...(EXAMS[exam]?.rows ?? [])]).chain((codes) => fc.tuple(...codes.map(row))),
  });

/**
 * Up to six messages of distinct times about some of these exams: OBR-22 never given, or that of the message, or any earlier
 * one (an interface that sends old results again as new messages).
 */
export const messagesAbout = (exams: readonly string[]): fc.Arbitrary<Sent[]> =>
  fc
    .record({
      clock: fc.constantFrom('none', 'own', 'any'),
      said: fc.array(
        fc.record({
          earlier: fc.nat(5),
          orders: fc.subarray([...exams], { minLength: 1 }).chain((codes) => fc.tuple(...codes.map(order))),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    })
    .map(({ clock, said }) =>
      said.map(({ earlier, orders: all }, index): Sent => {
        const at = 10 + index;
        const orders = all.filter((one) => !isOfNoGerm(one, all));
        if (clock === 'none') return { at, orders };
        return { at, reported: clock === 'own' ? at : at - earlier, orders };
      }),
    );

/** An antibiogramme beside a germ that is not found: a reader leaves it out. */
function isOfNoGerm({ exam }: SentOrder, orders: readonly SentOrder[]): boolean {
  const code = `GERME^${EXAMS[exam]?.organism}`;
  const rows = orders.find((one) => one.exam === 'HC')?.rows ?? [];
  return rows.some((one) => one.code === code && !isSettled(one));
}

/** What is said of one exam in one message. */
export interface Statement {
  readonly order: SentOrder;
  readonly of: Sent;
  /** Something was reported of the exam after it, in an earlier message. */
  readonly late: boolean;
}

const isWrong = ({ rows }: SentOrder) => rows.some(({ status }) => status === 'W');
export const isCancelled = ({ control, progress }: SentOrder) => control === 'CA' || progress === 'X';

/**
 * All that is said of an exam, oldest first: in the order of the messages, but that what was reported before (OBR-22) what is
 * there already goes before it; what an order takes back (ORC-1 CA) or a wrong patient (W) is as new as its message.
 */
export function statementsOf(exam: string, messages: readonly Sent[]): Statement[] {
  const ordered: Statement[] = [];
  for (const of of messages.toSorted((a, b) => a.at - b.at)) {
    const order = of.orders.find((one) => one.exam === exam);
    // A final exam without rows says nothing.
    if (!order || (order.rows.length === 0 && order.progress === 'F' && order.control === 'RE')) continue;
    const newer = ordered.findIndex((one) => (one.of.reported ?? 0) > (of.reported ?? 0));
    const late = newer >= 0 && order.control !== 'CA' && !isWrong(order);
    ordered.splice(late ? newer : ordered.length, 0, { order, of, late });
  }
  return ordered;
}

/** Does a message await nothing more? */
export const isComplete = ({ orders }: Sent): boolean =>
  orders.every(
    (order) =>
      isCancelled(order) ||
      (order.progress === 'F' && order.rows.every(({ status }) => status !== 'I' && status !== 'R')),
  );

export interface Shown {
  readonly state: 'value' | 'pending' | 'cancelled';
  readonly value?: string;
  readonly corrects?: string;
}

const isSettled = ({ status }: SentRow) => status === 'F' || status === 'C';

/** What a row comes to after all that was said of it; undefined: it is not shown. */
export function shownOf(code: string, statements: readonly Statement[]): Shown | undefined {
  let shown: Shown | undefined;
  const turn = (next: Shown): Shown => {
    if (next.value !== undefined && next.value === shown?.value)
      return shown.corrects === undefined ? next : { ...next, corrects: shown.corrects };
    const replaced = shown?.value ?? (shown?.corrects === next.value ? undefined : shown?.corrects);
    return replaced === undefined ? next : { ...next, corrects: replaced };
  };
  for (const { order, of } of statements) {
    const said = order.rows.find((one) => one.code === code);
    const isGone = said?.status === 'D' || said?.status === 'W';
    // A picture is no row: nothing is known of its status.
    const correcting =
      !isCancelled(order) && order.rows.some((one) => one.status === 'C' && one.code !== 'IMG');
    if (isGone) shown = undefined;
    else if (isCancelled(order)) {
      if (shown || (said && said.status !== 'R')) shown = turn({ state: 'cancelled' });
    } else if (said?.status === 'X') shown = turn({ state: 'cancelled' });
    else if (said?.status === 'I') {
      if (shown?.state !== 'value' || correcting) shown = turn({ state: 'pending' });
    } else if (!said && shown?.state === 'pending' && isComplete(of)) shown = undefined;
    else if (said && isSettled(said)) shown = turn({ state: 'value', value: said.value });
  }
  return shown;
}

/** The line of an exam without rows. */
export function lineOf(exam: string, statements: readonly Statement[]): 'pending' | 'cancelled' | undefined {
  let line: 'pending' | 'cancelled' | undefined;
  const codes = EXAMS[exam]?.rows ?? [];
  for (const [index, { order, of }] of statements.entries()) {
    const isBare = order.rows.length === 0;
    const given = order.rows.filter(
      ({ status }) => !'DW'.includes(status) && (isCancelled(order) || status !== 'R'),
    );
    const others = codes.some((code) => shownOf(code, statements.slice(0, index + 1)));
    if (isCancelled(order)) line = (isBare || line) && !others ? 'cancelled' : undefined;
    else if (isBare) line = 'pending';
    else if (given.length > 0) line = undefined;
    else if (line === 'pending' && isComplete(of)) line = undefined;
  }
  return line;
}

/** Is more awaited of the exam than its rows show? */
export function isAwaited(exam: string, statements: readonly Statement[]): boolean {
  const withheld = (EXAMS[exam]?.rows ?? []).some((code) => {
    let awaited = false;
    for (const { order, of } of statements) {
      const said = order.rows.find((one) => one.code === code);
      if (said || isCancelled(order)) awaited = said?.status === 'R' && !isCancelled(order);
      else if (isComplete(of)) awaited = false;
    }
    return awaited;
  });
  const last = statements.at(-1)?.order;
  const isOpen = last && last.progress === 'A' && last.control === 'RE' && last.rows.length > 0;
  return withheld || (isOpen === true && last.rows.every(({ status }) => status !== 'I' && status !== 'R'));
}

/** What the request is withdrawn for. */
export function withdrawalOf(exams: readonly string[], messages: readonly Sent[]): string | undefined {
  const all = exams.map((exam) => [exam, statementsOf(exam, messages)] as const);
  const listing = all.flatMap(([, statements]) => statements);
  const timely = messages
    .toSorted((a, b) => a.at - b.at)
    .filter((message) => {
      const own = listing.filter(({ of }) => of === message);
      return own.length === 0 || own.some(({ late }) => !late);
    });
  const newest = timely.at(-1);
  if (newest?.orders.some(isWrong)) return 'wrong-patient';
  const states = all.flatMap(([exam, statements]) => [
    lineOf(exam, statements),
    ...(EXAMS[exam]?.rows ?? []).map((code) => shownOf(code, statements)?.state),
  ]);
  const shown = states.filter((state) => state !== undefined);
  const awaited = all.some(([exam, statements]) => isAwaited(exam, statements));
  if (shown.some((state) => state !== 'cancelled') || (shown.length > 0 && awaited)) return undefined;
  const said = listing.some(({ order }) => !isCancelled(order) && order.rows.some(isSettled));
  const cancelled = newest?.orders.every(({ control }) => control === 'CA');
  return said || cancelled ? 'cancelled' : undefined;
}
