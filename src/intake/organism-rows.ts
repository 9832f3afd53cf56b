import { sole } from '../report/sole.ts';
import type { Segment } from './hl7.ts';
import { isSusceptibility } from './interpretations.ts';
import type { Row } from './observations.ts';
import { codedText } from './values.ts';

/** Levels of a dotted OBX-4 that are read: a deeper one is below nothing. */
const MAX_LEVELS = 8;

/** Words in OBX-3 that ask for a germ. */
const ASKS_FOR_GERM = /germ|isolat|organism|souche|levure|champignon|myco|bact[ée]rie|culture|identif/i;
/** Those that ask something else of it: seen under the microscope, how many, by which method, what is said of it. */
const ASKS_MORE = /direct|gram|nombre|num[ée]r|m[ée]thod|ph[ée]no|comment/i;

/** Answers that are no name: those of an antibiotic in full, and of a search for one thing. */
const ANSWER =
  /^(?:(?:sensible|résistant|intermédiaire)(?!\p{L}).*|positi(?:f|ve)|négati(?:f|ve)|présen(?:ce|te?)|absen(?:ce|te?)|oui|non)$/isu;

/**
 * May the value of this row be the name of an organism? Words may, and a code of a code system; `>32`, `12 mg/L`,
 * « Résistant » and « Négatif » are not one, whatever OBX-2 says. A row that has no value yet may have one later.
 */
export function mayNameOrganism(obx: Segment): boolean {
  if (!/^(?:CE|CWE|CNE|ST|TX)$/.test(obx.text(2)) || isSusceptibility(obx)) return false;
  const [value] = obx.repetitions(5);
  if (!value) return true;
  const isCodeAlone = value.text(3) !== '' && value.text(2) === '' && value.text(5) === '';
  if (isCodeAlone && obx.text(2).startsWith('C')) return true;
  const words = codedText(value) || value.whole().trim();
  return /^[^\p{N}<>=≤≥+-]*\p{L}/u.test(words) && !ANSWER.test(words);
}

/** The rows of an exam that name its organisms, and which of them a numbered row (OBX-4) is about. */
export class Organisms {
  readonly rows: ReadonlySet<Row>;
  readonly #byNumber: ReadonlyMap<string, readonly Row[]>;
  readonly #byList: ReadonlyMap<string, readonly Row[]>;
  /** Lists of numbers in which an antibiotic is at or below an organism's: there, each number is one isolate's. */
  readonly #listsOfIsolates: ReadonlySet<string>;
  /** Tells of a row whether another than the organisms may be what it is beside. */
  readonly #isDoubtful: (row: Row) => boolean;

  /**
   * @param drugs numbered rows that say S, I or R
   * @param others numbered rows that may name an organism and are not known to
   * @param declared the source declares its organisms: an other one is in doubt for the rows of its own number only
   */
  constructor(rows: readonly Row[], drugs: readonly Row[], others: readonly Row[], declared: boolean) {
    const key = declared ? numberOf : listOf;
    const doubtful = grouped(others, key);
    this.#isDoubtful = (row) => doubtful.has(key(row));
    this.rows = new Set(rows);
    this.#byNumber = grouped(rows, numberOf);
    this.#byList = grouped(rows, listOf);
    const owners = drugs.flatMap((drug) => nearest(drug, this.#byNumber));
    this.#listsOfIsolates = new Set(owners.map(listOf));
  }

  /**
   * The organism of the row's number, else of the nearest one that it is below, else the only one numbered in the same
   * list (`2.1` of `2.3`), where nothing else may be; undefined when its number does not tell for certain.
   */
  ownerOf(row: Row): Row | undefined {
    const above = nearest(row, this.#byNumber);
    if (above.length > 0) return sole(above);
    const list = listOf(row);
    if (this.#listsOfIsolates.has(list) || this.#isDoubtful(row)) return undefined;
    return sole(this.#byList.get(list) ?? []);
  }
}

/**
 * Finds the organisms of an exam. Sure are those that an antibiogramme refers to, and those of the codes that the source
 * declares; a source that declares none is read by the numbers of the rows that say S, I or R: first those at or below
 * a name, then, all of these being known, those beside one. A code that names one organism names them all.
 * @param referred rows that antibiogrammes of their own refer to
 * @param declared codes (OBX-3) by which the source names organisms
 */
export function findOrganisms(
  rows: readonly Row[],
  referred: ReadonlySet<Segment>,
  declared: readonly string[],
): Organisms {
  const codes = new Set([
    ...declared,
    ...rows.filter(({ obx }) => referred.has(obx)).map(({ code }) => code.code),
  ]);
  const drugs = rows.filter(({ obx, subId }) => subId !== '' && isSusceptibility(obx));
  const names = rows.filter(({ obx }) => mayNameOrganism(obx));
  const numbered = new Set(names.filter(({ subId }) => subId !== ''));
  const known = () => {
    const isKnown = (row: Row) => referred.has(row.obx) || (numbered.has(row) && codes.has(row.code.code));
    const others = [...numbered].filter((row) => !isKnown(row));
    return new Organisms(rows.filter(isKnown), drugs, others, declared.length > 0);
  };
  if (declared.length > 0) return known();

  const asked = names.filter(({ code }) => codes.has(code.code) || asksForGerm(code));
  const candidates = asked.length > 0 ? asked : names;
  const allowed = new Set(candidates);
  const [byNumber, byList] = [grouped(candidates, numberOf), grouped(names, listOf)];
  // A row that does not say that it names a germ does so only where no other could.
  const above = (drug: Row) =>
    asked.length > 0
      ? nearest(drug, byNumber)
      : levels(drug.subId).flatMap((number) => byNumber.get(number) ?? []);
  const beside = (drug: Row) => byList.get(listOf(drug)) ?? [];
  let organisms = known();
  for (const namesOf of [above, beside]) {
    const before = codes.size;
    for (const drug of drugs) {
      const found = organisms.ownerOf(drug) ? undefined : sole(namesOf(drug));
      if (found && allowed.has(found)) codes.add(found.code.code);
    }
    if (codes.size > before) organisms = known();
  }
  return organisms;
}

/** Is this the code of a row that names a germ, by its words? */
export function asksForGerm({ code, label }: Row['code']): boolean {
  const asked = `${code} ${label}`;
  return ASKS_FOR_GERM.test(asked) && !ASKS_MORE.test(asked);
}

const numberOf = ({ subId }: Row): string => subId;

/** The list in which a row is numbered: `2.` of `2.1`, none of `2`. */
const listOf = ({ subId }: Row): string => subId.slice(0, subId.lastIndexOf('.') + 1);

/** A number, then those that it is below, nearest first: `2.1.3` is below `2.1`, which is below `2`. */
function levels(number: string): readonly string[] {
  if (number === '') return [];
  const parts = number.split('.', MAX_LEVELS + 1);
  if (parts.length > MAX_LEVELS) return [number];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'));
}

/** The rows of the row's number, else of the nearest number above it that has some. */
function nearest({ subId }: Row, byNumber: ReadonlyMap<string, readonly Row[]>): readonly Row[] {
  const number = levels(subId).find((level) => byNumber.has(level));
  return (number !== undefined && byNumber.get(number)) || [];
}

/** Rows by a part of their number; those that have none are left out. */
function grouped(rows: readonly Row[], part: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = part(row);
    if (key === '') continue;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
