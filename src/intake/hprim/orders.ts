import type { Fault } from '../../report/fault.ts';
import { fault } from '../faults.ts';
import type { Repetition, Segment } from '../hl7.ts';
import { hprimFault } from './faults.ts';

/** A row and the comments under it. */
export interface Row {
  readonly obx: Segment;
  readonly comments: Segment[];
}

/** One exam: a repetition of OBR.4, or what stands in for it. */
export interface Exam {
  /** Absent: the rows stand straight under the patient. */
  readonly obr: Segment | undefined;
  /** Its repetition of OBR.4; undefined: of none, its rows name it. */
  readonly repetition: Repetition | undefined;
  readonly code: string;
  readonly number: string;
  readonly comments: Segment[];
  readonly rows: Row[];
}

/** A P and all that follows until the next one. */
export interface Patient {
  readonly p: Segment;
  readonly comments: Segment[];
  readonly exams: Exam[];
}

/** Requests written one after the other, and the rows that follow them. */
interface Block {
  readonly exams: Exam[];
  readonly rows: Row[];
}

/** Exams of one patient in a message: a few hundred in a long stay. A short field can announce thousands. */
const MAX_EXAMS = 2_000;

/**
 * Sorts the segments of an ORU (H { P {C} { OBR {C} { OBX {C} } } } L) into patients and exams. A repetition of OBR.4 is an
 * exam. A row goes to the exam that OBX.15 names, else to the one its own code names, else to the only one above it, else
 * to one of its own; where several requests come before all their rows and nothing links a row, it is a fault.
 */
export function groupSegments(segments: readonly Segment[], position: string): (Patient | Fault)[] {
  const patients: { p: Segment; comments: Segment[]; blocks: Block[] }[] = [];
  let target: Segment[] | undefined;
  for (const segment of segments) {
    const patient = patients.at(-1);
    switch (segment.name) {
      case 'P':
        patients.push({ p: segment, comments: [], blocks: [] });
        target = patients.at(-1)?.comments;
        break;
      case 'OBR':
      case 'OBX': {
        if (!patient)
          return [hprimFault('HPRIM_STRUCTURE', `${position}, ${segment.at()}`, `${segment.name} sans P`)];
        target = segment.name === 'OBR' ? addRequest(patient, segment) : addRow(patient, segment);
        break;
      }
      case 'C':
        target?.push(segment);
        break;
    }
  }
  return patients.map(({ p, comments, blocks }) => {
    const exams = blocks.reduce((sum, block) => sum + block.exams.length, 0);
    if (exams > MAX_EXAMS) return fault('HL7_TOO_MANY', `${position}, ${p.at()}`, 'examens d’un patient');
    const refused = linkRows(blocks, position);
    if (refused) return refused;
    return { p, comments, exams: inPrintingOrder(blocks.flatMap(({ exams }) => exams)) };
  });
}

function addRequest({ p, blocks }: { p: Segment; blocks: Block[] }, obr: Segment): Segment[] {
  const above = blocks.at(-1);
  const block = above && above.rows.length === 0 ? above : { exams: [], rows: [] };
  if (block !== above) blocks.push(block);
  const number = dossierNumber(obr, p);
  const comments: Segment[] = [];
  const named = obr.repetitions(4);
  // A comment on the request is told once, with its first exam.
  for (const [rank, repetition] of (named.length > 0 ? named : [undefined]).entries())
    block.exams.push({
      obr,
      repetition,
      code: repetition?.text(1) || repetition?.text(4) || '',
      number,
      comments: rank === 0 ? comments : [],
      rows: [],
    });
  return comments;
}

function addRow({ p, blocks }: { p: Segment; blocks: Block[] }, obx: Segment): Segment[] {
  const block = blocks.at(-1) ?? { exams: [], rows: [] };
  if (blocks.length === 0) {
    block.exams.push({
      obr: undefined,
      repetition: undefined,
      code: '',
      number: p.text(4),
      comments: [],
      rows: [],
    });
    blocks.push(block);
  }
  const row: Row = { obx, comments: [] };
  block.rows.push(row);
  return row.comments;
}

/** OBR.3: the executant's number of the dossier or sample, then of the request; else P.4. */
function dossierNumber(obr: Segment, p: Segment): string {
  return obr.text(3, 2) || obr.text(3) || p.text(4);
}

function linkRows(blocks: readonly Block[], position: string): Fault | undefined {
  const everywhere = byCode(blocks.flatMap(({ exams }) => exams.filter(isNamed)));
  for (const block of blocks) {
    const declared = [...block.exams];
    const here = byCode(declared);
    const one = sameDossier(declared);
    /** Exams that rows make for themselves. */
    const added = new Map<string, Exam>();
    for (const row of block.rows) {
      const exam = examOf(row.obx, { declared, here, everywhere, one, added });
      if (!exam) return hprimFault('HPRIM_LINK_AMBIGUOUS', `${position}, ${row.obx.at(15)}`);
      exam.rows.push(row);
    }
    block.exams.push(...added.values());
  }
  return undefined;
}

const isNamed = (exam: Exam): boolean => exam.repetition !== undefined;

function byCode(exams: readonly Exam[]): ReadonlyMap<string, readonly Exam[]> {
  const found = new Map<string, Exam[]>();
  for (const exam of exams) {
    const same = found.get(exam.code);
    if (same) same.push(exam);
    else found.set(exam.code, [exam]);
  }
  return found;
}

/** Where a row may go. */
interface Choice {
  /** The requests straight above it. */
  readonly declared: readonly Exam[];
  readonly here: ReadonlyMap<string, readonly Exam[]>;
  readonly everywhere: ReadonlyMap<string, readonly Exam[]>;
  /** They are all of one dossier. */
  readonly one: boolean;
  readonly added: Map<string, Exam>;
}

/** @returns undefined when nothing tells which dossier the row is of */
function examOf(obx: Segment, { declared, here, everywhere, one, added }: Choice): Exam | undefined {
  const named = obx.text(15, 3);
  const own = obx.text(3) || obx.text(3, 4);
  for (const code of [named, own]) {
    if (code === '') continue;
    const above = here.get(code);
    if (above) return sameDossier(above) ? above[0] : undefined;
    const elsewhere = code === named ? everywhere.get(code) : undefined;
    if (elsewhere && sameDossier(elsewhere)) return elsewhere[0];
  }
  const [first, second] = declared;
  if (first && !second) return first;
  if (!first || !one) return undefined;
  // One of several exams, but which is not said: under its own name rather than under a wrong heading.
  const alone = added.get(own) ?? { ...first, repetition: undefined, code: own, comments: [], rows: [] };
  added.set(own, alone);
  return alone;
}

function sameDossier(exams: readonly Exam[]): boolean {
  return exams.every(({ number }) => number === exams[0]?.number);
}

/**
 * The order in which the laboratory prints its results, which OBX.15 gives: section, its rank, exam, its rank, rank of the
 * row. A row without it stays behind the one above.
 */
function inPrintingOrder(exams: readonly Exam[]): Exam[] {
  let above: readonly number[] = [];
  const ranked = exams.map((exam) => {
    above = exam.rows.map(({ obx }) => printingRank(obx)).find(Boolean) ?? above;
    const rows = exam.rows.map((row) => {
      above = printingRank(row.obx) ?? above;
      return { row, rank: above };
    });
    const [first] = rows.toSorted((one, other) => compareRanks(one.rank, other.rank));
    return {
      exam: { ...exam, rows: stable(rows).map(({ row }) => row) },
      // An exam without rows stays where it is, behind the one above.
      rank: first?.rank ?? above,
    };
  });
  return stable(ranked).map(({ exam }) => exam);
}

function printingRank(obx: Segment): readonly number[] | undefined {
  const ranks = [2, 4, 5].map((part) => obx.text(15, part));
  if (!ranks.some((rank) => /^\d{1,9}$/.test(rank))) return undefined;
  return ranks.map((rank) => (/^\d{1,9}$/.test(rank) ? Number(rank) : 0));
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (let part = 0; part < 3; part++) {
    const difference = (one[part] ?? 0) - (other[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function stable<T extends { readonly rank: readonly number[] }>(items: readonly T[]): T[] {
  return items.toSorted((one, other) => compareRanks(one.rank, other.rank));
}
