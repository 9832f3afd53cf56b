import { OID } from '../report/coding.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import type { LoincTable, LoincTerm } from './loinc.ts';
import { isLoincForm } from './loinc-code.ts';
import { readTsv, type SourceFile } from './source.ts';
import type { Chapters } from './value-sets.ts';

/**
 * The value set that French laboratories are asked to code with (ANS, Circuit de la biologie), as `crbio catalogue
 * import --from circuit` writes it: circuit.tsv, beside the laboratory's catalogue.
 */
export interface Circuit {
  readonly codes: ReadonlySet<string>;
  readonly terms: ReadonlyMap<string, CircuitTerm>;
  readonly chapters: readonly { readonly code: string; readonly label: string }[];
}

/** One term of the set. Axes are LOINC's own values, empty where the French term is not known. */
export interface CircuitTerm {
  readonly label: string;
  readonly component: string;
  readonly property: string;
  readonly time: string;
  readonly system: string;
  readonly scale: string;
  readonly method: string;
  readonly synonyms: string;
  readonly status: string;
}

/** Columns of circuit.tsv. `kind`: `term`, or `chapter` for a chapter or sub-chapter of the workbook. */
export const CIRCUIT_COLUMNS = [
  'kind',
  'code',
  'label_fr',
  'component',
  'property',
  'time',
  'system',
  'scale',
  'method',
  'synonyms',
  'status',
] as const;

/** Reads circuit.tsv. */
export function parseCircuit(file: SourceFile): Circuit | Fault[] {
  const rows = readTsv(file, CIRCUIT_COLUMNS);
  if (isFaults(rows)) return rows;
  const terms = new Map<string, CircuitTerm>();
  const chapters: { code: string; label: string }[] = [];
  for (const { cells } of rows) {
    const { kind, code, label_fr: label, ...axes } = cells;
    if (kind === 'chapter') chapters.push({ code, label });
    else terms.set(code, { label, ...axes });
  }
  return { codes: new Set(terms.keys()), terms, chapters };
}

/**
 * The LOINC table as the circuit completes it: French labels of reference, codes that the table lacks, axes that it
 * does not state. What LOINC states is never replaced.
 */
export function withCircuit(table: LoincTable, circuit: Circuit): LoincTable {
  const merged = new Map(table);
  for (const [code, term] of circuit.terms) {
    const known = merged.get(code);
    merged.set(code, known ? complete(known, term) : termOf(code, term));
  }
  return merged;
}

function complete(known: LoincTerm, term: CircuitTerm): LoincTerm {
  return {
    ...known,
    display: term.label,
    french: true,
    names: [known.names, term.label, term.synonyms].filter(Boolean).join(' ; '),
    component: known.component || term.component,
    property: known.property || term.property,
    time: known.time || term.time,
    system: known.system || term.system,
    scale: known.scale || term.scale,
    method: known.method || term.method,
    status: known.status || term.status,
  };
}

function termOf(code: string, term: CircuitTerm): LoincTerm {
  const { label, synonyms, ...axes } = term;
  return {
    code,
    display: label,
    french: true,
    names: [label, synonyms].filter(Boolean).join(' ; '),
    ...axes,
    exampleUnits: [],
    panel: term.property === '-' || term.scale === '-',
  };
}

/** The chapters, those of the workbook that chapters.tsv lacks put after them. */
export function withChapters(chapters: Chapters, circuit: Circuit): Chapters {
  const all = new Map(chapters);
  let order = Math.max(...[...chapters.values()].map((chapter) => chapter.order));
  for (const { code, label } of circuit.chapters) {
    if (all.has(code)) continue;
    order += 10;
    const system = isLoincForm(code) ? OID.loinc : OID.waitingCodes;
    all.set(code, { coding: { code, system, display: label }, order });
  }
  return all;
}
