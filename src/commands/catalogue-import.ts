import { writeFileSync } from 'node:fs';
import { type Fault, isFaults } from '../report/fault.ts';
import { readConceptMap } from '../terminology/import/concept-map.ts';
import type { ImportFinding } from '../terminology/import/finding.ts';
import type { Validation } from '../terminology/import/merge.ts';
import { readOmop, readUsagi } from '../terminology/import/omop.ts';
import { type ImportPlan, planMerge, planNative } from '../terminology/import/plan.ts';
import type { ImportReading } from '../terminology/import/proposal.ts';
import { countsOf, type ImportSummary, levelWord, writeImportReport } from '../terminology/import/report.ts';
import { readSegur } from '../terminology/import/segur.ts';
import type { SourceFile } from '../terminology/source.ts';
import type { Tables } from '../terminology/tables.ts';
import { cataloguePath, dayOf, presentCatalogue, readFiles, tablesFor } from './catalogue-files.ts';
import {
  activateImport,
  type ImportFormat,
  type ImportJob,
  type ImportOptions,
  refuse,
} from './catalogue-import-job.ts';
import { importTable } from './catalogue-table.ts';
import { complain, counted, EXIT, type ExitCode, moment, type Output, say } from './output.ts';

/**
 * `crbio catalogue import FILE… --from FORMAT`: a dry run that shows the report; with --apply, a new version of the
 * catalogue (or of a reference table), whole or not at all.
 */
export async function importCatalogue(
  output: Output,
  options: ImportOptions,
  paths: readonly string[],
  now: Date,
): Promise<ExitCode> {
  if (options.apply && !options.by) {
    complain(output, options, {
      code: 'AUTHOR_MISSING',
      cause: 'Un import appliqué demande son auteur.',
      hint: 'Ajouter --by « Dr Martin ».',
    });
    return EXIT.usage;
  }
  const path = cataloguePath(output, options, 'write');
  const files = path && readFiles(output, options, paths);
  const tables = path && files && tablesFor(output, options, path);
  if (!path || !files || !tables) return EXIT.usage;
  const present = presentCatalogue(path);
  const job: ImportJob = { output, options, path, present, files, tables, now };
  if (options.from === 'circuit' || options.from === 'loinc') return importTable(job);
  const plan = planOf(job);
  return isFaults(plan) ? refuse(job, plan) : finish(job, plan);
}

function planOf({ options, present: current, files, tables, output, now }: ImportJob): ImportPlan | Fault[] {
  const validation: Validation = { by: options.by ?? '', day: dayOf(now) };
  const [file, ...others] = files;
  if (!file) return [];
  if (others.length > 0 && options.from !== 'segur') {
    return [
      {
        code: 'IMPORT_ONE_FILE',
        cause: `Le format « ${options.from} » prend un seul fichier.`,
        hint: 'Importer les fichiers l’un après l’autre.',
      },
    ];
  }
  if (options.from === 'native') return planNative(file, current, tables, validation);
  const concepts = options.concepts ? readFiles(output, options, [options.concepts]) : [];
  if (!concepts) return [];
  const reading = readingOf(options.from, files, file, concepts[0], tables);
  return isFaults(reading) ? reading : planMerge(reading as ImportReading, current, tables, validation);
}

function readingOf(
  format: ImportFormat,
  files: readonly SourceFile[],
  file: SourceFile,
  concepts: SourceFile | undefined,
  tables: Tables,
): ImportReading | Fault[] {
  if (format === 'segur') return readSegur(files, tables);
  if (format === 'omop') return readOmop(file, concepts, tables);
  return format === 'usagi' ? readUsagi(file, concepts, tables) : readConceptMap(file, tables);
}

/** Shows the plan, and activates it when asked and allowed. */
function finish(job: ImportJob, plan: ImportPlan): ExitCode {
  const { options, path, present, files, now } = job;
  const reasons = [
    ...(plan.blocking > 0 ? [counted(plan.blocking, 'erreur bloquante', 'erreurs bloquantes')] : []),
    ...(options.force ? [] : plan.worse),
  ];
  const unchanged = plan.changes.length === 0;
  const activable = reasons.length === 0 && !unchanged;
  const [outcome, englishOutcome] = !options.apply
    ? ['essai : rien n’a été modifié', 'dry run: nothing was changed']
    : unchanged
      ? ['rien à modifier', 'nothing to change']
      : activable
        ? ['nouvelle version activée', 'a new version is active']
        : [`refusé : ${reasons.join(' ; ')}`, `refused: ${reasons.join('; ')}`];
  const summary: ImportSummary = {
    format: options.from,
    sources: files.map(({ name }) => name),
    at: moment(now.getTime()),
    by: options.apply ? (options.by ?? '') : '',
    rows: plan.rows,
    added: plan.added.length,
    changed: plan.changed.length,
    removed: plan.removed.length,
    refused: plan.refused.length,
    before: plan.before,
    after: plan.after,
    outcome,
  };
  const report = writeImportReport(summary, plan.findings);
  if (options.report) writeFileSync(options.report, report);
  const { text, changes, after: measure } = plan;
  const version =
    options.apply && activable
      ? activateImport(job, path, present, { text, report, changes, measure })
      : undefined;
  if (version && 'cause' in version) return refuse(job, [version]);
  const shown = { ...summary, outcome: say(options, outcome, englishOutcome) };
  show(job, options.json ? summary : shown, plan.findings, plan.worse, version?.version);
  const errors = plan.findings.some(({ level }) => level === 'error');
  if (options.apply) return activable || (unchanged && plan.blocking === 0) ? EXIT.done : EXIT.refused;
  return errors || plan.worse.length > 0 ? EXIT.refused : EXIT.done;
}

function show(
  { output, options }: ImportJob,
  summary: ImportSummary,
  findings: readonly ImportFinding[],
  worse: readonly string[],
  version: number | undefined,
): void {
  if (options.json) {
    for (const finding of findings) output.out(JSON.stringify(finding));
    output.out(JSON.stringify({ summary, worse, ...(version === undefined ? {} : { version }) }));
    return;
  }
  const language = options.lang === 'en' ? 'en' : 'fr';
  // A French colon stands after a blank.
  const colon = say(options, ' :', ':');
  output.out(
    `${say(options, "Rapport d'import", 'Import report')}${colon} ${summary.sources.join(', ')} (${summary.format})`,
  );
  for (const [label, value] of countsOf(summary, findings, language))
    output.out(`  ${label}${colon} ${value}`);
  for (const finding of findings) {
    const { file, line, code, column, rule, message } = finding;
    const where = `${file}:${line}${code ? ` ${code}` : ''}${column ? ` ${column}` : ''}`;
    output.out(`${where} ${levelWord(finding, language)} ${message} [${rule}]`);
  }
  for (const reason of worse) output.out(say(options, `Moins bon : ${reason}`, `Worse: ${reason}`));
  const number = version === undefined ? '' : ` (version ${version})`;
  output.out(`${say(options, 'Issue', 'Outcome')}${colon} ${summary.outcome}${number}`);
  if (version !== undefined)
    output.out(
      say(
        options,
        '  → le démon la prend au prochain rechargement (systemctl reload crbio)',
        '  → the daemon takes it at its next reload (systemctl reload crbio)',
      ),
    );
  if (worse.length > 0 && !options.force)
    output.out(
      say(
        options,
        '  → --force pour activer malgré cela, après relecture.',
        '  → --force activates it all the same, once read.',
      ),
    );
}
