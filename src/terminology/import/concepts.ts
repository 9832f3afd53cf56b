import type { Fault } from '../../report/fault.ts';
import { importUnrecognised } from '../faults.ts';
import { type SourceFile, textOf } from '../source.ts';
import type { FindingLog } from './finding.ts';
import type { TestProposal } from './proposal.ts';

/** OMOP concept_id → LOINC code. */
export type Concepts = Map<string, string>;

/**
 * Reads the concepts that are needed out of OMOP's CONCEPT.csv (tab-separated, no quoting), LOINC ones only.
 * @param wanted concept_id values
 */
export function readConcepts(file: SourceFile, wanted: ReadonlySet<string>): Concepts | Fault {
  const text = textOf(file.bytes);
  const end = text.indexOf('\n');
  const header = text.slice(0, end < 0 ? undefined : end).split('\t');
  const places = ['concept_id', 'vocabulary_id', 'concept_code'].map((name) => header.indexOf(name));
  const [id = -1, vocabulary = -1, code = -1] = places;
  if (places.includes(-1)) {
    return importUnrecognised(
      file.name,
      'colonnes concept_id, vocabulary_id, concept_code attendues (tabulations)',
    );
  }
  const concepts: Concepts = new Map();
  for (const line of text.split('\n')) {
    const cells = line.split('\t');
    const concept = cells[id] ?? '';
    if (cells[vocabulary] === 'LOINC' && wanted.has(concept)) concepts.set(concept, cells[code] ?? '');
  }
  return concepts;
}

/** `20240101` → `2024-01-01`; anything else as it is. */
export function isoDay(text: string): string {
  return text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}

/** One code mapped to two: a blocking error (SGL.LOI.07); the same twice is one. */
export function keepOneTarget(proposals: readonly TestProposal[], log: FindingLog): TestProposal[] {
  const first = new Map<string, TestProposal>();
  for (const proposal of proposals) {
    const { code, cells, at } = proposal;
    const key = `${code}\u0000${proposal.defaults.valid_from ?? ''}`;
    const other = first.get(key);
    if (!other) first.set(key, proposal);
    else if (cells.loinc && other.cells.loinc && cells.loinc !== other.cells.loinc) {
      const message = `plusieurs codes LOINC pour une analyse : ${other.cells.loinc} (ligne ${other.at.line}), ${cells.loinc}.`;
      log.block({ line: at.line, code }, 'error', 'loinc-several', message);
    } else if (!other.cells.loinc && cells.loinc) first.set(key, proposal);
  }
  return [...first.values()];
}
