import { sole } from '../report/sole.ts';
import type { Segment } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { OrderGroup } from './message-groups.ts';
import { mayNameOrganism } from './organism-rows.ts';
import { codedText } from './values.ts';

/** Where an antibiogramme belongs: its culture, and the row that names its organism. */
export interface ParentLink {
  readonly parent: OrderGroup;
  /** Absent: the culture is known, the organism is not. */
  readonly organism?: Segment;
}

/**
 * Is this exam the antibiogramme of another one? It names a parent and its rows say S, I or R: a reflex test names a
 * parent too, but has none of these.
 */
export function isAntibiogram(order: OrderGroup): boolean {
  const { obr, orc } = order;
  const namesParent =
    obr.repetitions(26).length > 0 ||
    obr.repetitions(29).length > 0 ||
    (orc?.repetitions(8).length ?? 0) > 0 ||
    order.specimens.some(({ spm }) => spm.repetitions(3).length > 0);
  return namesParent && order.observations.some(({ obx }) => isSusceptibility(obx));
}

/** Rows by what an antibiogramme may call them. */
interface RowIndex {
  /** By code (OBX-3.1 or 3.4), and by code and number (OBX-4). */
  readonly byCode: Map<string, Required<ParentLink>[]>;
  /** By the text of their value, in lower case. */
  readonly byText: Map<string, Required<ParentLink>[]>;
  /** Those that may name an organism, by number (OBX-4). */
  readonly byNumber: Map<string, Required<ParentLink>[]>;
}

/**
 * Finds the culture and organism of an antibiogramme, by decreasing trust: OBR-29 filler with OBR-26, OBR-26 alone, the
 * text of OBR-26.3, ORC-8, the parent specimen of SPM-3 (inputs.md §6).
 * @param cultures the exams of the message that are not antibiogrammes; they are read once, whatever the number of children
 * @returns what finds the parent of one antibiogramme
 */
export function createParentFinder(
  cultures: readonly OrderGroup[],
): (child: OrderGroup) => ParentLink | undefined {
  const byFiller = new Map<string, OrderGroup[]>();
  const byPlacer = new Map<string, OrderGroup[]>();
  const bySpecimen = new Map<string, OrderGroup[]>();
  const add = (index: Map<string, OrderGroup[]>, key: string, order: OrderGroup) => {
    const same = index.get(key);
    if (same) same.push(order);
    else if (key) index.set(key, [order]);
  };
  for (const order of cultures) {
    add(byFiller, order.obr.text(3) || order.obr.text(3, 2), order);
    add(byPlacer, order.obr.text(2), order);
    for (const { spm } of order.specimens)
      for (const id of new Set(idsOf(spm, 2))) add(bySpecimen, id, order);
  }
  // A filler number that no exam here has is that of a culture sent apart: a placer's is often that of all the request.
  const ordersOf = (filler: string, placer: string) => (filler ? byFiller.get(filler) : byPlacer.get(placer));

  const indexes = new Map<readonly OrderGroup[], RowIndex>();
  const rowsOf = (some: readonly OrderGroup[]): RowIndex => {
    const known = indexes.get(some);
    if (known) return known;
    const index = indexRows(some);
    indexes.set(some, index);
    return index;
  };

  return (child) => {
    const { obr, orc } = child;
    const told = ordersOf(obr.text(29, 2), obr.text(29, 1));
    const rows = rowsOf(told ?? cultures);
    const organism = organismNamed(obr, rows) ?? organismDescribed(obr, rows);
    if (organism) return organism;
    const parents =
      told ??
      ordersOf(orc?.text(8, 2) ?? '', orc?.text(8, 1) ?? '') ??
      child.specimens
        .flatMap(({ spm }) => idsOf(spm, 3))
        .map((id) => bySpecimen.get(id))
        .find((orders) => orders !== undefined);
    if (!parents) return undefined;
    const parent = sole(parents);
    return organismNumbered(child, rowsOf(parents)) ?? (parent && { parent });
  };
}

function indexRows(cultures: readonly OrderGroup[]): RowIndex {
  const index: RowIndex = { byCode: new Map(), byText: new Map(), byNumber: new Map() };
  const add = (rows: Map<string, Required<ParentLink>[]>, key: string, row: Required<ParentLink>) => {
    const same = rows.get(key);
    if (same) same.push(row);
    else rows.set(key, [row]);
  };
  for (const parent of cultures) {
    for (const { obx } of parent.observations) {
      const row = { parent, organism: obx };
      for (const code of new Set([obx.text(3, 1), obx.text(3, 4)])) {
        add(index.byCode, code, row);
        add(index.byCode, numbered(code, obx.text(4)), row);
      }
      const [value] = obx.repetitions(5);
      if (value !== undefined) add(index.byText, codedText(value).toLocaleLowerCase('fr'), row);
      if (mayNameOrganism(obx)) add(index.byNumber, obx.text(4), row);
    }
  }
  return index;
}

/** The key of a code and a number; no HL7 text holds its separator. */
const numbered = (code: string, number: string): string => `${code}\r${number}`;

/** OBR-26.1 code and OBR-26.2 sub-id; the sub-id may be left out when one row only has the code. */
function organismNamed(obr: Segment, rows: RowIndex): ParentLink | undefined {
  const [code, subId] = [obr.text(26, 1, 1), obr.text(26, 2)];
  return code ? sole(rows.byCode.get(subId === '' ? code : numbered(code, subId))) : undefined;
}

function organismDescribed(obr: Segment, rows: RowIndex): ParentLink | undefined {
  const text = obr.text(26, 3).toLocaleLowerCase('fr');
  return text ? sole(rows.byText.get(text)) : undefined;
}

/** The number of the child's own rows, or the first part that their numbers share, when the culture has one organism of it. */
function organismNumbered(child: OrderGroup, rows: RowIndex): ParentLink | undefined {
  const numbers = child.observations.map(({ obx }) => obx.text(4));
  for (const part of [(number: string) => number, firstPart]) {
    const [number, other] = new Set(numbers.map(part));
    if (!number || other !== undefined) continue;
    const found = sole(rows.byNumber.get(number));
    if (found) return found;
  }
  return undefined;
}

const firstPart = (number: string): string => number.split('.', 1)[0] ?? '';

/** The identifiers of a specimen (EIP): its placer's and its filler's. */
const idsOf = (spm: Segment, field: number): string[] =>
  [spm.text(field, 1), spm.text(field, 2)].filter(Boolean);
