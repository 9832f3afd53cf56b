import { z } from 'zod';
import type { Fault } from '../../report/fault.ts';
import { importUnrecognised } from '../faults.ts';
import { type SourceFile, textOf } from '../source.ts';
import type { Tables } from '../tables.ts';
import { keepOneTarget } from './concepts.ts';
import { FindingLog } from './finding.ts';
import { type ImportReading, MAX_IMPORT_ROWS, type TestProposal } from './proposal.ts';
import { acceptedCode } from './target-code.ts';

const ConceptMap = z.object({
  resourceType: z.literal('ConceptMap'),
  group: z
    .array(
      z.object({
        target: z.string().optional(),
        element: z.array(
          z.object({
            code: z.string(),
            display: z.string().optional(),
            target: z
              .array(z.object({ code: z.string().optional(), equivalence: z.string().optional() }))
              .optional(),
          }),
        ),
      }),
    )
    .default([]),
});

/** ConceptMap.group.element.target.equivalence (FHIR R4) → status of the mapping; others come in `review`. */
const VALIDATED = ['equivalent', 'equal'];
const UNMAPPED = ['unmatched', 'disjoint'];

/**
 * Reads a FHIR R4 ConceptMap to LOINC: `equivalent` and `equal` are validated, other relations to review, `unmatched` or
 * no target code unmapped. Findings count elements as lines, for JSON has none that means anything.
 */
export function readConceptMap(file: SourceFile, tables: Tables): ImportReading | Fault[] {
  let json: unknown;
  try {
    json = JSON.parse(textOf(file.bytes));
  } catch {
    return [importUnrecognised(file.name, 'ce n’est pas du JSON')];
  }
  const map = ConceptMap.safeParse(json);
  if (!map.success) {
    const [issue] = map.error.issues;
    return [
      importUnrecognised(
        file.name,
        `ce n’est pas un ConceptMap FHIR R4 (${issue?.path.join('.') || 'racine'})`,
      ),
    ];
  }
  const groups = map.data.group.filter(({ target }) => target === 'http://loinc.org' || target === undefined);
  const elements = groups.flatMap(({ element }) => element);
  if (elements.length === 0)
    return [importUnrecognised(file.name, 'aucun groupe dont la cible est http://loinc.org')];
  if (elements.length > MAX_IMPORT_ROWS) {
    return [importUnrecognised(file.name, `plus de ${MAX_IMPORT_ROWS} éléments`)];
  }
  const log = new FindingLog(file.name);
  const proposals: TestProposal[] = [];
  for (const [index, { code, display, target = [] }] of elements.entries()) {
    const line = index + 1;
    const at = { line, code, column: 'target' };
    const targets = target.filter((one) => one.code && !UNMAPPED.includes(one.equivalence ?? ''));
    if (targets.length === 0)
      log.report(at, 'info', 'unmapped', 'sans code cible ; le résultat part avec son code local.');
    for (const one of targets.length > 0 ? targets : [{ code: '', equivalence: '' }]) {
      const loinc = one.code ? acceptedCode(one.code, tables, log, at) : undefined;
      const status = VALIDATED.includes(one.equivalence ?? '') ? 'validated' : 'review';
      if (loinc && status === 'review') {
        const message = `relation « ${one.equivalence ?? 'non dite'} » : à relire, pas émise.`;
        log.report(at, 'warning', 'mapping-inexact', message);
      }
      proposals.push({
        kind: 'test',
        at: { file: file.name, line },
        code,
        cells: loinc ? { loinc, status } : {},
        defaults: { local_label: display || code },
      });
    }
  }
  return { proposals: keepOneTarget(proposals, log), findings: log.findings, rows: elements.length };
}
