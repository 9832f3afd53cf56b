import type { Exam } from '../report/dossier.ts';
import type { Catalogue } from './catalogue.ts';
import type { CatalogueEntry } from './entry.ts';
import { FALLBACK_CHAPTER } from './value-sets.ts';

/** Where something stands in the report. */
export interface Place {
  readonly chapter: string;
  /** Empty: directly under the chapter. */
  readonly subChapter: string;
  /** Battery code of the catalogue; empty: the exam is its own battery. */
  readonly battery: string;
}

const MICROBIOLOGY = '18725-2';

/** The place that a line of the catalogue gives. A sub-chapter that repeats its chapter is no sub-chapter. */
function placeOf(entry: CatalogueEntry): Place {
  const subChapter = entry.subChapter === entry.chapter ? '' : entry.subChapter;
  return { chapter: entry.chapter, subChapter, battery: entry.battery };
}

/**
 * Places the results of one exam, in their order. A result that the catalogue does not know stays with the last known
 * one before it, else with the first known one after it; where the exam has none, OBR-24 gives the chapter, else
 * Biologie polyvalente.
 */
export function placeResults(
  exam: Exam,
  entries: readonly (CatalogueEntry | undefined)[],
  catalogue: Catalogue,
): Place[] {
  const first = entries.find((entry) => entry !== undefined);
  let current = first ? placeOf(first) : sectionPlace(exam, catalogue, FALLBACK_CHAPTER);
  return entries.map((entry) => {
    if (entry) current = placeOf(entry);
    return current;
  });
}

/**
 * Places the isolates of one exam: with the count of germs when the catalogue knows it, else in a battery of the exam's
 * own beside its last microbiology result. The heading of the microscopy would not tell a culture.
 * @param counts lines of the catalogue for the counts of the isolates
 */
export function placeIsolates(
  exam: Exam,
  results: readonly Place[],
  counts: readonly (CatalogueEntry | undefined)[],
  catalogue: Catalogue,
): Place {
  const count = counts.find((entry) => entry !== undefined);
  if (count) return placeOf(count);
  const culture = results.findLast((place) => place.chapter === MICROBIOLOGY) ?? results.at(-1);
  return culture ? { ...culture, battery: '' } : sectionPlace(exam, catalogue, MICROBIOLOGY);
}

/** Place of an exam that has neither result nor isolate. */
export function placeAlone(exam: Exam, catalogue: Catalogue): Place[] {
  return [sectionPlace(exam, catalogue, FALLBACK_CHAPTER)];
}

function sectionPlace(exam: Exam, catalogue: Catalogue, fallback: string): Place {
  const chapter = catalogue.tables.sections.get(exam.section ?? '') ?? fallback;
  return { chapter, subChapter: '', battery: '' };
}
