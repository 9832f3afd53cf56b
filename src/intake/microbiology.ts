import { OID } from '../report/coding.ts';
import type { Isolate } from '../report/dossier.ts';
import type { LocalCode, Result } from '../report/result.ts';
import { sole } from '../report/sole.ts';
import { isAntibiotic } from './antibiotics.ts';
import type { Segment } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { Row } from './observations.ts';
import { findOrganisms } from './organism-rows.ts';
import { codedText, readCoding } from './values.ts';

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
