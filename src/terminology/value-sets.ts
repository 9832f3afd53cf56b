import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import { tableInvalid } from './faults.ts';
import { readTsv, type SourceFile } from './source.ts';

/** A closed list of codes with their French display (jeu de valeurs). */
export type ValueSet = ReadonlyMap<string, Coding>;

/** Reads a value set of loinc/value-sets/, all of whose codes belong to one code system. */
export function parseValueSet(file: SourceFile, system: string): ValueSet | Fault[] {
  const rows = readTsv(file, ['code', 'display_fr']);
  if (isFaults(rows)) return rows;
  return new Map(
    rows.map(({ cells }) => [cells.code, { code: cells.code, system, display: cells.display_fr }]),
  );
}

/** A chapter or sub-chapter of the report, with its place in the fixed order. */
export interface ChapterTerm {
  readonly coding: Coding;
  readonly order: number;
}

export type Chapters = ReadonlyMap<string, ChapterTerm>;

/** The chapter of tests about which nothing is known: Biologie polyvalente. */
export const FALLBACK_CHAPTER = '26436-6';

/** Reads chapters.tsv: JDV_BIO_Chapitres and the codes that ANS examples add, in the order of printing. */
export function parseChapters(file: SourceFile): Chapters | Fault[] {
  const rows = readTsv(file, ['order', 'code', 'display_fr', 'code_system']);
  if (isFaults(rows)) return rows;
  const wrong = rows.find(({ cells }) => !/^\d+$/.test(cells.order));
  if (wrong)
    return [tableInvalid(file.name, wrong.line, "Le rang d'un chapitre doit être un nombre entier.")];
  const chapters: Map<string, ChapterTerm> = new Map(
    rows.map(({ cells }) => [
      cells.code,
      {
        coding: { code: cells.code, system: cells.code_system, display: cells.display_fr },
        order: Number(cells.order),
      },
    ]),
  );
  if (!chapters.has(FALLBACK_CHAPTER)) {
    return [tableInvalid(file.name, 1, `Le chapitre ${FALLBACK_CHAPTER} (Biologie polyvalente) manque.`)];
  }
  return chapters;
}

/** True when the code may name a sub-chapter: only LOINC may (cr-bio.md §5, [ihe]). */
export function mayBeSubChapter(chapter: ChapterTerm): boolean {
  return chapter.coding.system === OID.loinc;
}

/** Reads sections.tsv: HL7 table 0074 (OBR-24) → chapter code, the hint for tests that the catalogue does not know. */
export function parseSections(file: SourceFile, chapters: Chapters): ReadonlyMap<string, string> | Fault[] {
  const rows = readTsv(file, ['section', 'chapter']);
  if (isFaults(rows)) return rows;
  const unknown = rows.find(({ cells }) => !chapters.has(cells.chapter));
  if (unknown) {
    return [tableInvalid(file.name, unknown.line, `Le chapitre « ${unknown.cells.chapter} » n'existe pas.`)];
  }
  return new Map(rows.map(({ cells }) => [cells.section, cells.chapter]));
}

export interface OrganismTerm {
  readonly name: string;
  /** SNOMED CT. */
  readonly snomed: string;
  /** NCBI Taxonomy; empty when not given. */
  readonly ncbi: string;
}

/** The laboratory's germs, by local code and by scientific name. */
export interface Organisms {
  readonly byCode: ReadonlyMap<string, OrganismTerm>;
  readonly byName: ReadonlyMap<string, OrganismTerm>;
}

/** Reads organisms.tsv. */
export function parseOrganisms(file: SourceFile): Organisms | Fault[] {
  const rows = readTsv(file, ['local_code', 'name', 'snomed', 'ncbi']);
  if (isFaults(rows)) return rows;
  const terms = rows.map(({ cells }) => ({
    code: cells.local_code,
    term: { name: cells.name, snomed: cells.snomed, ncbi: cells.ncbi },
  }));
  return {
    byCode: new Map(terms.map(({ code, term }) => [code, term])),
    byName: new Map(terms.map(({ term }) => [term.name.toLowerCase(), term])),
  };
}

/** An organism by the laboratory's code, else by its full scientific name. */
export function findOrganism(
  organisms: Organisms,
  local: { readonly code: string; readonly label: string },
): OrganismTerm | undefined {
  const name = local.label.trim().replace(/\s+/g, ' ').toLowerCase();
  return organisms.byCode.get(local.code) ?? organisms.byName.get(name);
}
