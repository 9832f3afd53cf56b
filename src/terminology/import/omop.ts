import type { Fault } from '../../report/fault.ts';
import { conceptsMissing } from '../faults.ts';
import type { SourceFile } from '../source.ts';
import type { Tables } from '../tables.ts';
import { type Concepts, isoDay, keepOneTarget, readConcepts } from './concepts.ts';
import { FindingLog } from './finding.ts';
import type { ImportReading, TestProposal } from './proposal.ts';
import { readRecords } from './records.ts';
import { acceptedCode } from './target-code.ts';

/**
 * Reads OMOP's source_to_concept_map. Its targets are OMOP concepts: the LOINC vocabulary of OMOP (CONCEPT.csv) says
 * which codes they are; without it the file is refused. A map made for research proposes: its lines come in `review`.
 */
export function readOmop(
  file: SourceFile,
  concepts: SourceFile | undefined,
  tables: Tables,
): ImportReading | Fault[] {
  const records = readRecords(file, ['source_code', 'source_code_description', 'target_concept_id']);
  if ('cause' in records) return [records];
  if (!concepts) return [conceptsMissing(file.name)];
  const vocabulary = readConcepts(
    concepts,
    new Set(records.rows.map(({ cells }) => cells.target_concept_id ?? '')),
  );
  if (!(vocabulary instanceof Map)) return [vocabulary as Fault];
  const log = new FindingLog(file.name);
  const proposals: TestProposal[] = [];
  for (const { line, cells } of records.rows) {
    const code = cells.source_code ?? '';
    if (cells.invalid_reason) {
      log.report(
        { line, code, column: 'invalid_reason' },
        'info',
        'mapping-invalid',
        `correspondance périmée (${cells.invalid_reason}) ; ignorée.`,
      );
      continue;
    }
    const loinc = targetOf(cells.target_concept_id ?? '', vocabulary, tables, log, {
      line,
      code,
      column: 'target_concept_id',
    });
    const [from, to] = [isoDay(cells.valid_start_date ?? ''), isoDay(cells.valid_end_date ?? '')];
    proposals.push({
      kind: 'test',
      at: { file: file.name, line },
      code,
      cells: loinc ? { loinc, status: 'review' } : {},
      defaults: {
        local_label: cells.source_code_description || code,
        valid_from: from,
        // OMOP writes the end of time for what has no end.
        valid_to: to.startsWith('2099') ? '' : to,
      },
    });
  }
  return { proposals: keepOneTarget(proposals, log), findings: log.findings, rows: records.rows.length };
}

/** Reads the export of OHDSI Usagi: lines that a person approved; the LOINC codes come from CONCEPT.csv, else from `conceptCode`. */
export function readUsagi(
  file: SourceFile,
  concepts: SourceFile | undefined,
  tables: Tables,
): ImportReading | Fault[] {
  const records = readRecords(file, ['sourceCode', 'sourceName', 'mappingStatus', 'conceptId']);
  if ('cause' in records) return [records];
  const hasCodes = records.headers.includes('conceptCode');
  if (!concepts && !hasCodes) return [conceptsMissing(file.name)];
  const ids = new Set(records.rows.map(({ cells }) => cells.conceptId ?? ''));
  const vocabulary = concepts ? readConcepts(concepts, ids) : new Map<string, string>();
  if (!(vocabulary instanceof Map)) return [vocabulary as Fault];
  const log = new FindingLog(file.name);
  const proposals: TestProposal[] = [];
  for (const { line, cells } of records.rows) {
    const code = cells.sourceCode ?? '';
    const status = cells.mappingStatus ?? '';
    if (status !== 'APPROVED') {
      const message = `statut Usagi « ${status} » : seules les lignes APPROVED sont reprises.`;
      log.report({ line, code, column: 'mappingStatus' }, 'info', 'mapping-not-approved', message);
      continue;
    }
    const at = { line, code, column: 'conceptId' };
    const stated = cells.conceptCode ?? '';
    const loinc =
      concepts || stated === ''
        ? targetOf(cells.conceptId ?? '', vocabulary, tables, log, at)
        : acceptedCode(stated, tables, log, { ...at, column: 'conceptCode' });
    proposals.push({
      kind: 'test',
      at: { file: file.name, line },
      code,
      cells: loinc ? { loinc, status: 'validated' } : {},
      defaults: { local_label: cells.sourceName || code },
    });
  }
  return { proposals: keepOneTarget(proposals, log), findings: log.findings, rows: records.rows.length };
}

function targetOf(
  id: string,
  vocabulary: Concepts,
  tables: Tables,
  log: FindingLog,
  at: { readonly line: number; readonly code: string; readonly column: string },
): string | undefined {
  if (id === '' || id === '0') {
    log.report(at, 'info', 'unmapped', 'sans concept cible ; le résultat part avec son code local.');
    return undefined;
  }
  const loinc = vocabulary.get(id);
  if (loinc === undefined) {
    log.report(
      at,
      'error',
      'concept-unknown',
      `le concept OMOP ${id} n’est pas un concept LOINC du fichier de vocabulaire.`,
    );
    return undefined;
  }
  return acceptedCode(loinc, tables, log, at);
}
