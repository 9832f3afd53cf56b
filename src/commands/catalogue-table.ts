import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Fault, isFaults } from '../report/fault.ts';
import { checkCatalogue } from '../terminology/catalogue.ts';
import { readTables } from '../terminology/catalogue-file.ts';
import {
  type CircuitHeaders,
  isCircuitColumn,
  readCircuitWorkbook,
} from '../terminology/import/circuit-workbook.ts';
import type { ImportFinding } from '../terminology/import/finding.ts';
import { readLoincRelease } from '../terminology/import/loinc-release.ts';
import type { ReferenceTable } from '../terminology/import/reference-table.ts';
import { levelWord, writeImportReport } from '../terminology/import/report.ts';
import { presentCatalogue, SHIPPED_TABLES } from './catalogue-files.ts';
import { activateImport, type ImportJob, refuse } from './catalogue-import-job.ts';
import { counted, EXIT, type ExitCode, moment, say } from './output.ts';

/** A reference table beside the catalogue: what changes is what the catalogue's checks then say. */
export async function importTable(job: ImportJob): Promise<ExitCode> {
  const { options, files, tables, path, present: current, now } = job;
  const [file] = files;
  if (!file) return EXIT.usage;
  const headers = headersOf(options.column ?? []);
  if ('cause' in headers) return refuse(job, [headers as Fault]);
  const read =
    options.from === 'circuit'
      ? await readCircuitWorkbook(file, tables, headers as CircuitHeaders)
      : readLoincRelease(file, tables);
  if (isFaults(read)) return refuse(job, read);
  const table = read as ReferenceTable;
  const own = dirname(path);
  const after = readTables(SHIPPED_TABLES, own, { name: table.table, bytes: Buffer.from(table.text) });
  if (isFaults(after)) return refuse(job, after);
  const [was, is] = [tables, after].map((one) => (current ? checkCatalogue(current, one) : []));
  const known = new Set(was?.map(keyOf));
  const fresh = (is ?? []).filter((finding) => !known.has(keyOf(finding)));
  const findings = [
    ...table.findings,
    ...fresh.map((finding): ImportFinding => ({ ...finding, file: basename(path) })),
  ];
  const [errorsBefore, errorsAfter] = [was, is].map(
    (all) => all?.filter(({ level }) => level === 'error').length ?? 0,
  );
  const worse =
    (errorsAfter ?? 0) > (errorsBefore ?? 0)
      ? [`plus d’erreurs dans le catalogue : ${errorsAfter}, contre ${errorsBefore}`]
      : [];
  const refused = worse.length > 0 && !options.force;
  const figures = { table: table.table, rows: table.rows, release: table.release };
  const target = join(own, table.table);
  const [outcome, englishOutcome] = !options.apply
    ? ['essai : rien n’a été modifié', 'dry run: nothing was changed']
    : refused
      ? [`refusé : ${worse.join()}`, `refused: ${worse.join()}`]
      : ['table activée', 'the table is active'];
  const report = tableReport(job, figures, findings, outcome);
  if (options.report) writeFileSync(options.report, report);
  let version: { readonly version: number } | undefined;
  if (options.apply && !refused) {
    const done = activateImport(job, target, presentCatalogue(target), {
      text: table.text,
      report,
      release: table.release,
    });
    if ('cause' in done) return refuse(job, [done]);
    version = done;
  }
  const release = table.release ? `, version ${table.release}` : '';
  const number = version ? ` (version ${version.version})` : '';
  job.output.out(
    options.json
      ? JSON.stringify({ ...figures, outcome, worse, ...version })
      : say(
          options,
          `${table.table} : ${table.rows} lignes${release} ; ${counted(findings.length, 'remarque nouvelle', 'remarques nouvelles')} ; ${outcome}${number} — ${moment(now.getTime())}`,
          `${table.table}: ${table.rows} lines${release}; ${findings.length} new remark(s); ${englishOutcome}${number} — ${moment(now.getTime())}`,
        ),
  );
  for (const finding of findings) {
    if (options.json) job.output.out(JSON.stringify(finding));
    else
      job.output.out(
        `${finding.file}:${finding.line} ${finding.column} ${levelWord(finding, options.lang === 'en' ? 'en' : 'fr')} ${finding.message} [${finding.rule}]`,
      );
  }
  return refused ? EXIT.refused : EXIT.done;
}

function keyOf({
  line,
  column,
  rule,
  message,
}: {
  line: number;
  column: string;
  rule: string;
  message: string;
}): string {
  return [line, column, rule, message].join('\u0000');
}

function headersOf(given: readonly string[]): CircuitHeaders | Fault {
  const headers: Record<string, string> = {};
  for (const text of given) {
    const [, name = '', header = ''] = /^(\w+)=(.+)$/.exec(text) ?? [];
    if (!isCircuitColumn(name)) {
      return {
        code: 'COLUMN_UNKNOWN',
        cause: `« ${text} » ne nomme pas une colonne du circuit.`,
        hint: 'Écrire CHAMP=EN-TÊTE ; champs : code, label, componentEn, componentFr, synonyms, property, time, system, scale, method, version, status.',
      };
    }
    headers[name] = header;
  }
  return headers;
}

function tableReport(
  { options, files, now }: ImportJob,
  { table, rows, release }: { readonly table: string; readonly rows: number; readonly release: string },
  findings: readonly ImportFinding[],
  outcome: string,
): string {
  const none = { lines: 0, codes: 0, mapped: 0, errors: 0, warnings: 0 };
  return writeImportReport(
    {
      format: `${options.from} → ${table}${release ? ` ${release}` : ''}`,
      sources: files.map(({ name }) => name),
      at: moment(now.getTime()),
      by: options.apply ? (options.by ?? '') : '',
      rows,
      added: 0,
      changed: 0,
      removed: 0,
      refused: 0,
      before: none,
      after: none,
      outcome,
    },
    findings,
  );
}
