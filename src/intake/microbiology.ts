import { OID } from '../report/coding.ts';
import type { Isolate } from '../report/dossier.ts';
import type { LocalCode, Result } from '../report/result.ts';
import type { Segment } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { OrderGroup } from './message-groups.ts';
import type { Row } from './observations.ts';
import { codedText, readCoding } from './values.ts';

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

/**
 * Finds the culture and organism of an antibiogramme, by decreasing trust: OBR-29 filler with OBR-26, OBR-26 alone, the
 * text of OBR-26.3, ORC-8, the parent specimen of SPM-3 (inputs.md §6).
 */
export function findParent(child: OrderGroup, orders: readonly OrderGroup[]): ParentLink | undefined {
  const others = orders.filter((order) => order !== child && !isAntibiogram(order));
  const byFiller = orderOf(others, child.obr.text(29, 2), child.obr.text(29, 1));
  const byOrc = orderOf(others, child.orc?.text(8, 2) ?? '', child.orc?.text(8, 1) ?? '');
  const bySpecimen = others.find((order) => sharesSpecimen(child, order));

  const named = organismNamed(child.obr, byFiller ? [byFiller] : others);
  if (named) return named;
  const described = organismDescribed(child.obr, byFiller ? [byFiller] : others);
  if (described) return described;
  const parent = byFiller ?? byOrc ?? bySpecimen;
  if (!parent) return undefined;
  const numbered = organismNumbered(child, parent);
  return { parent, ...(numbered ? { organism: numbered } : {}) };
}

function orderOf(orders: readonly OrderGroup[], filler: string, placer: string): OrderGroup | undefined {
  return (
    (filler && orders.find(({ obr }) => (obr.text(3) || obr.text(3, 2)) === filler)) ||
    (placer && orders.find(({ obr }) => obr.text(2) === placer)) ||
    undefined
  );
}

/** OBR-26.1 code and OBR-26.2 sub-id; the sub-id may be left out when one row only has the code. */
function organismNamed(obr: Segment, orders: readonly OrderGroup[]): ParentLink | undefined {
  const [code, subId] = [obr.text(26, 1, 1), obr.text(26, 2)];
  if (!code) return undefined;
  return only(orders, (obx) => {
    const codes = [obx.text(3, 1), obx.text(3, 4)];
    return codes.includes(code) && (subId === '' || obx.text(4) === subId);
  });
}

function organismDescribed(obr: Segment, orders: readonly OrderGroup[]): ParentLink | undefined {
  const text = obr.text(26, 3).toLocaleLowerCase('fr');
  if (!text) return undefined;
  return only(orders, (obx) => {
    const [value] = obx.repetitions(5);
    return value !== undefined && codedText(value).toLocaleLowerCase('fr') === text;
  });
}

/** The number of the child's own rows, or the first part that their numbers share, when the culture has one organism of it. */
function organismNumbered(child: OrderGroup, parent: OrderGroup): Segment | undefined {
  const numbers = child.observations.map(({ obx }) => obx.text(4));
  for (const part of [(number: string) => number, firstPart]) {
    const [number, other] = new Set(numbers.map(part));
    if (!number || other !== undefined) continue;
    const found = only([parent], (obx) => obx.text(4) === number && isNamed(obx))?.organism;
    if (found) return found;
  }
  return undefined;
}

function only(
  orders: readonly OrderGroup[],
  matches: (obx: Segment) => boolean,
): Required<ParentLink> | undefined {
  const found = orders.flatMap((parent) =>
    parent.observations.filter(({ obx }) => matches(obx)).map(({ obx }) => ({ parent, organism: obx })),
  );
  return found.length === 1 ? found[0] : undefined;
}

function sharesSpecimen(child: OrderGroup, order: OrderGroup): boolean {
  const ids = (spm: Segment, field: number) => [spm.text(field, 1), spm.text(field, 2)].filter(Boolean);
  const parents = child.specimens.flatMap(({ spm }) => ids(spm, 3));
  return order.specimens.some(({ spm }) => ids(spm, 2).some((id) => parents.includes(id)));
}

function isNamed(obx: Segment): boolean {
  return /^(?:CE|CWE|CNE|ST|TX)$/.test(obx.text(2)) && !isSusceptibility(obx);
}

/** An antibiogramme read, and the organism row it belongs to. */
export interface Antibiogram {
  readonly organism: Segment;
  readonly rows: readonly Row[];
  readonly comments: readonly string[];
}

/**
 * Makes the isolates of a culture. A row names an organism when an antibiogramme refers to it, when its code is one
 * that the source declares for that, or when rows of its number (OBX-4) say S, I or R.
 * @returns the isolates, and the rows that they took (counts, antibiotics); the organism's row stays a result
 */
export function readIsolates(
  rows: readonly Row[],
  antibiograms: readonly Antibiogram[],
  isolateCodes: readonly string[],
): { readonly isolates: readonly Isolate[]; readonly taken: ReadonlySet<Row> } {
  const organisms = organismsAmong(rows, antibiograms, isolateCodes);
  const isolates: Isolate[] = [];
  const taken = new Set<Row>();
  for (const row of organisms) {
    if (!row.result?.value) continue;
    const mates = rows.filter(
      (mate) => !organisms.includes(mate) && mate.result && ownerOf(mate, organisms) === row,
    );
    const drugs = mates.filter((mate) => isSusceptibility(mate.obx) || isInhibition(mate.result));
    const count = mates.find((mate) => !drugs.includes(mate) && isCount(mate.result));
    for (const mate of [...drugs, ...(count ? [count] : [])]) taken.add(mate);
    const own = antibiograms.filter(({ organism }) => organism === row.obx);
    isolates.push({
      id: row.subId || String(isolates.length + 1),
      ...organismOf(row.obx),
      ...(count?.result ? { count: count.result } : {}),
      antibiogram: [...drugs, ...own.flatMap((antibiogram) => antibiogram.rows)].flatMap(({ result }) =>
        result ? [result] : [],
      ),
      comments: own.flatMap(({ comments }) => comments),
    });
  }
  return { isolates, taken };
}

function organismsAmong(
  rows: readonly Row[],
  antibiograms: readonly Antibiogram[],
  isolateCodes: readonly string[],
): readonly Row[] {
  const referred = new Set(antibiograms.map(({ organism }) => organism));
  const codes = new Set([
    ...isolateCodes,
    ...rows.filter(({ obx }) => referred.has(obx)).map(({ code }) => code.code),
  ]);
  const nameable = rows.filter(({ obx, subId }) => subId !== '' && isNamed(obx));
  const organisms = rows.filter(
    (row) => referred.has(row.obx) || (nameable.includes(row) && codes.has(row.code.code)),
  );
  for (const drug of rows) {
    if (drug.subId === '' || !isSusceptibility(drug.obx) || ownerOf(drug, organisms)) continue;
    const [found] = [...above(drug, nameable), ...beside(drug, nameable)];
    if (found) organisms.push(found);
  }
  return rows.filter((row) => organisms.includes(row));
}

/** The organism that a numbered row is about; undefined when its number does not tell. */
function ownerOf(row: Row, organisms: readonly Row[]): Row | undefined {
  const [owner] = above(row, organisms);
  if (owner) return owner;
  const [only, other] = beside(row, organisms);
  return other ? undefined : only;
}

/** Rows of the same number, then those of the numbers that it is below: `2.1.3` is below `2.1`, which is below `2`. */
function above({ subId }: Row, rows: readonly Row[]): readonly Row[] {
  const parts = subId === '' ? [] : subId.split('.');
  return parts.flatMap((_, index) => {
    const number = parts.slice(0, parts.length - index).join('.');
    return rows.filter((row) => row.subId === number);
  });
}

/** Rows numbered in the same list: `2.1` and `2.3`. */
function beside({ subId }: Row, rows: readonly Row[]): readonly Row[] {
  const list = (number: string) => number.slice(0, number.lastIndexOf('.') + 1);
  return list(subId) === '' ? [] : rows.filter((row) => list(row.subId) === list(subId));
}

const firstPart = (number: string): string => number.split('.', 1)[0] ?? '';

/** A concentration or a diameter that inhibits the growth: of an antibiotic, whether or not S, I or R goes with it. */
function isInhibition(result: Result | undefined): boolean {
  return isCount(result) && /^(?:mg\/L|[µμum]c?g\/mL|mm)$/i.test(result?.unit ?? '');
}

function isCount(result: Result | undefined): boolean {
  const kind = result?.value?.kind;
  return kind === 'quantity' || kind === 'range';
}

/** OBX-5 of the row: the laboratory's code, and the SNOMED CT one when it is sent. */
function organismOf(obx: Segment): { organism: LocalCode; snomed?: string } {
  const [value] = obx.repetitions(5);
  const label = value ? codedText(value) || value.whole().trim() : '';
  const coding = value && readCoding(value);
  const snomed = coding?.system === OID.snomed ? coding.code : undefined;
  const starts = [1, 4].filter((start) => value?.text(start) && value.text(start) !== snomed);
  const isCoded = (value?.components.length ?? 0) > 1;
  const code = (isCoded && starts[0] !== undefined && value?.text(starts[0])) || snomed || label;
  return { organism: { code, label }, ...(snomed ? { snomed } : {}) };
}
