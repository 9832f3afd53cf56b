import { OID } from '../report/coding.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import { type FrenchAxes, parseAxes } from './axes.ts';
import { type Circuit, parseCircuit, withChapters, withCircuit } from './circuit.ts';
import { type Conversions, parseConversions } from './conversions.ts';
import { type LoincTable, parseLoincTable, parseRetiredCodes, type RetiredCodes } from './loinc.ts';
import { type PlausibleRanges, parsePlausibleRanges } from './plausibility.ts';
import type { SourceFile } from './source.ts';
import { type AcceptedUnits, loadAcceptedUnits, parseUnits, type UnitTable } from './units.ts';
import {
  type Chapters,
  type Organisms,
  parseChapters,
  parseOrganisms,
  parseSections,
  parseValueSet,
  type ValueSet,
} from './value-sets.ts';

/** The reference tables of loinc/: everything but the laboratory's own catalogue. Plain data, fit for a worker. */
export interface Tables {
  readonly loinc: LoincTable;
  readonly retired: RetiredCodes;
  readonly units: UnitTable;
  readonly acceptedUnits: AcceptedUnits;
  readonly conversions: Conversions;
  readonly plausible: PlausibleRanges;
  readonly chapters: Chapters;
  /** OBR-24 → chapter. */
  readonly sections: ReadonlyMap<string, string>;
  readonly organisms: Organisms;
  readonly interpretations: ValueSet;
  readonly specimenTypes: ValueSet;
  readonly methods: ValueSet;
  /** French axis terms → LOINC values, by axis: `PROPERTY` → `Masse/Volume` → `MCnc`. */
  readonly axes: FrenchAxes;
  /** Absent: the laboratory has not loaded it, and membership is not checked. */
  readonly circuit?: Circuit;
}

/** Where each table lies in a folder laid out as loinc/ (loinc/README.md). */
export const TABLE_FILES = {
  loinc: 'loinc-fr-biology.tsv',
  retired: 'loinc-map-to.tsv',
  units: 'ucum-fr.tsv',
  acceptedUnits: 'value-sets/ucum-accepted.tsv',
  conversions: 'unit-conversions.tsv',
  plausible: 'plausible-values.tsv',
  chapters: 'chapters.tsv',
  sections: 'sections.tsv',
  organisms: 'organisms.tsv',
  interpretations: 'value-sets/interpretation.tsv',
  specimenTypes: 'value-sets/specimen-types.tsv',
  methods: 'value-sets/techniques-tccr.tsv',
  axes: 'axes-fr.tsv',
} as const;

/** Tables that a laboratory may load beside its catalogue, and that are not shipped. */
export const CIRCUIT_FILE = 'circuit.tsv';

export type TableName = keyof typeof TABLE_FILES;

/**
 * Parses the tables; every fault of every file is told at once.
 * @param circuitFile circuit.tsv, where the laboratory has loaded it
 */
export function parseTables(
  files: Record<TableName, SourceFile>,
  circuitFile?: SourceFile,
): Tables | Fault[] {
  const faults: Fault[] = [];
  const keep = <T extends object>(value: T | Fault[]): T => {
    if (isFaults(value)) faults.push(...value);
    return value as T;
  };
  const circuit = circuitFile && keep(parseCircuit(circuitFile));
  const own = keep(parseChapters(files.chapters));
  const loinc = keep(parseLoincTable(files.loinc));
  const usable = faults.length === 0 ? circuit : undefined;
  const chapters = usable ? withChapters(own, usable) : own;
  const tables: Tables = {
    chapters,
    loinc: usable ? withCircuit(loinc, usable) : loinc,
    retired: keep(parseRetiredCodes(files.retired)),
    units: keep(parseUnits(files.units)),
    acceptedUnits: keep(loadAcceptedUnits(files.acceptedUnits)),
    conversions: keep(parseConversions(files.conversions)),
    plausible: keep(parsePlausibleRanges(files.plausible)),
    sections: faults.length > 0 ? new Map() : keep(parseSections(files.sections, chapters)),
    organisms: keep(parseOrganisms(files.organisms)),
    interpretations: keep(parseValueSet(files.interpretations, OID.interpretation)),
    specimenTypes: keep(parseValueSet(files.specimenTypes, OID.specimenTypes)),
    methods: keep(parseValueSet(files.methods, OID.methods)),
    axes: keep(parseAxes(files.axes)),
    ...(usable ? { circuit: usable } : {}),
  };
  return faults.length > 0 ? faults : tables;
}
