import { OID } from '../report/coding.ts';
import type { Isolate } from '../report/dossier.ts';
import type { LocalCode, Result } from '../report/result.ts';
import { isAntibiotic } from './antibiotics.ts';
import type { Segment } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { OrderGroup } from './message-groups.ts';
import type { Row } from './observations.ts';
import { findOrganisms, mayNameOrganism, sole } from './organism-rows.ts';
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
    const found = only([parent], (obx) => obx.text(4) === number && mayNameOrganism(obx))?.organism;
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

const firstPart = (number: string): string => number.split('.', 1)[0] ?? '';

function sharesSpecimen(child: OrderGroup, order: OrderGroup): boolean {
  const ids = (spm: Segment, field: number) => [spm.text(field, 1), spm.text(field, 2)].filter(Boolean);
  const parents = child.specimens.flatMap(({ spm }) => ids(spm, 3));
  return order.specimens.some(({ spm }) => ids(spm, 2).some((id) => parents.includes(id)));
}

/** An antibiogramme read, and the organism row it belongs to. */
export interface Antibiogram {
  readonly organism: Segment;
  readonly rows: readonly Row[];
  readonly comments: readonly string[];
}

export interface ReadIsolates {
  readonly isolates: readonly Isolate[];
  /** The rows that the isolates took (counts, antibiotics); an organism's row stays a result. */
  readonly taken: ReadonlySet<Row>;
  /** A row says S, I or R of a germ, and it is not certain of which: it stays a result. */
  readonly unlinked: boolean;
}

/**
 * Makes the isolates of a culture from its rows and its antibiogrammes. A row goes to an isolate only where its number
 * (OBX-4) tells for certain which (inputs.md §6): the antibiotic of another germ would be worse than a plain row.
 * @param isolateCodes codes (OBX-3) by which the source names organisms; empty: the numbers tell
 */
export function readIsolates(
  rows: readonly Row[],
  antibiograms: readonly Antibiogram[],
  isolateCodes: readonly string[],
): ReadIsolates {
  const bySegment = new Map<Segment, Antibiogram[]>();
  for (const antibiogram of antibiograms) {
    const own = bySegment.get(antibiogram.organism);
    if (own) own.push(antibiogram);
    else bySegment.set(antibiogram.organism, [antibiogram]);
  }
  const organisms = findOrganisms(rows, new Set(bySegment.keys()), isolateCodes);

  const mates = new Map<Row, Mate[]>([...organisms.rows].map((row) => [row, []]));
  const passed = new Set<Row>();
  for (const row of rows) {
    if (organisms.rows.has(row)) passed.add(row);
    else if (row.result) {
      const owner = organisms.ownerOf(row);
      if (owner) mates.get(owner)?.push({ row, result: row.result, follows: passed.has(owner) });
    }
  }

  const isolates: Isolate[] = [];
  const ids = new Set<string>();
  const taken = new Set<Row>();
  for (const [row, rowMates] of mates) {
    if (!row.result?.value) continue;
    const drugs = rowMates.filter(isDrug);
    const others = rowMates.filter((mate) => !isDrug(mate));
    const count = countOf(row, others);
    for (const mate of count ? [...drugs, count] : drugs) taken.add(mate.row);
    const own = bySegment.get(row.obx) ?? [];
    const number = row.subId || String(isolates.length + 1);
    const id = ids.has(number) ? `${number} (${row.code.code})` : number;
    ids.add(id);
    isolates.push({
      id,
      ...organismOf(row.obx),
      ...(count ? { count: count.result } : {}),
      antibiogram: [
        ...drugs.map(({ result }) => result),
        ...own.flatMap((antibiogram) => antibiogram.rows).flatMap(({ result }) => (result ? [result] : [])),
      ],
      comments: own.flatMap(({ comments }) => comments),
    });
  }
  const unlinked = rows.some(
    (row) =>
      row.result !== undefined &&
      !taken.has(row) &&
      (row.subId !== '' || isolates.length > 0) &&
      isSusceptibility(row.obx),
  );
  return { isolates, taken, unlinked };
}

/** A row that is about an organism. */
interface Mate {
  readonly row: Row;
  readonly result: Result;
  /** It stands after the organism's row. */
  readonly follows: boolean;
}

/** S, I or R, or the MIC or diameter of a known antibiotic: a concentration alone may be one of proteins. */
function isDrug({ row, result, follows }: Mate): boolean {
  if (isSusceptibility(row.obx)) return true;
  const isInhibition = /^(?:mg\/L|[µμum]c?g\/mL|mm)?$/i.test(result.unit ?? '');
  return follows && isInhibition && isAmount(result) && isAntibiotic(row.code);
}

/**
 * The count of an organism: the row that counts colonies, else the one quantity of the organism's own number that may be
 * a count. Two that may be leave it without: leucocytes are counted too.
 */
function countOf(organism: Row, mates: readonly Mate[]): Mate | undefined {
  const amounts = mates.filter(({ result }) => isAmount(result));
  const numbered = (some: readonly Mate[]) => some.filter(({ row }) => row.subId === organism.subId);
  const colonies = amounts.filter(countsColonies);
  if (colonies.length > 0) return sole(numbered(colonies)) ?? sole(colonies);
  const found = sole(numbered(amounts).filter(({ result }) => mayCount(result)));
  return found?.follows ? found : undefined;
}

/** `UFC/mL`, `10^3 u.f.c./ml`, `[CFU]/mL` in the unit or in the label. */
function countsColonies({ row, result }: Mate): boolean {
  return /(?<!\p{L})(?:u\.?f\.?c|c\.?f\.?u)(?!\p{L})/iu.test(`${result.unit ?? ''} ${row.code.label}`);
}

/** So many in a volume; without unit, whole thousands: no MIC, diameter or pH is. */
function mayCount({ unit, value }: Result): boolean {
  if (unit) return /^(?:10[*^]?\d*|germes|bact[ée]ries)? ?\/ ?(?:[mµμu]?L|mm3)$/iu.test(unit);
  return value?.kind === 'quantity' && /^[1-9]\d*000$/.test(value.lexical);
}

function isAmount({ value }: Result): boolean {
  return value?.kind === 'quantity' || value?.kind === 'range';
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
