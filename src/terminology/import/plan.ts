import { checkCatalogue } from '../catalogue.ts';
import type { Column } from '../catalogue-columns.ts';
import { COLUMNS } from '../catalogue-columns.ts';
import { type CatalogueDraft, emptyCells, writeCatalogue } from '../catalogue-csv.ts';
import { readCatalogueText } from '../catalogue-text.ts';
import type { Finding } from '../finding.ts';
import { isLoincForm } from '../loinc-code.ts';
import type { SourceFile } from '../source.ts';
import type { Tables } from '../tables.ts';
import { FALLBACK_CHAPTER } from '../value-sets.ts';
import type { ImportFinding } from './finding.ts';
import { type Draft, mergeProposals, type Validation } from './merge.ts';
import type { ImportReading } from './proposal.ts';
import { codesOf } from './target-code.ts';

/** How good a catalogue is, in figures. */
export interface Measure {
  readonly lines: number;
  /** Distinct local codes. */
  readonly codes: number;
  /** Of them, those with a validated LOINC. */
  readonly mapped: number;
  readonly errors: number;
  readonly warnings: number;
}

/** One cell that the import changes, adds or takes away. */
export interface Change {
  readonly code: string;
  readonly column: Column;
  readonly from: string;
  readonly to: string;
}

/** What an import comes to, before anything is written. */
export interface ImportPlan {
  /** The whole catalogue to be, native CSV. */
  readonly text: string;
  readonly rows: number;
  readonly findings: readonly ImportFinding[];
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Codes whose lines are not taken: what the catalogue has stays, or the test comes without LOINC. */
  readonly refused: readonly string[];
  readonly changes: readonly Change[];
  readonly before: Measure;
  readonly after: Measure;
  readonly blocking: number;
  /** French: why a person must confirm with --force; empty when nothing gets worse. */
  readonly worse: readonly string[];
}

const NO_LINES: readonly CatalogueDraft[] = [];

/** Plans the import of mapping files: proposals put into the catalogue as it is. */
export function planMerge(
  reading: ImportReading,
  current: SourceFile | undefined,
  tables: Tables,
  validation: Validation,
): ImportPlan {
  const lines = linesOf(current);
  const merged = mergeProposals(lines, reading.proposals, validation);
  const found = checkDrafts(merged.drafts, tables);
  const own = found.flatMap(({ finding, draft }) => (draft.origin ? [at(finding, draft.origin)] : []));
  const findings = [...reading.findings, ...merged.findings, ...own];
  return settle(merged.drafts, found, findings, {
    current,
    lines,
    tables,
    rows: reading.rows,
    worseErrors: 0,
  });
}

/** Plans the replacement of the whole catalogue by a native one. */
export function planNative(
  file: SourceFile,
  current: SourceFile | undefined,
  tables: Tables,
  validation: Validation,
): ImportPlan {
  const text = readCatalogueText(file);
  const lines = linesOf(current);
  const signed = new Map(lines.map((line) => [keyOf(line), line]));
  const drafts = text.lines.map(({ line, cells, others }): Draft => {
    const known = signed.get(keyOf({ cells }));
    const fresh =
      cells.status === 'validated' && cells.validated_by === '' && known?.cells.loinc !== cells.loinc;
    const signature = fresh ? { validated_by: validation.by, validated_on: validation.day } : {};
    return { cells: { ...cells, ...signature }, others, origin: { file: file.name, line } };
  });
  const inFile = checkCatalogue(file, tables);
  const byLine = new Map(text.lines.map((line) => [line.line, line]));
  const findings = inFile.map((finding): ImportFinding => {
    const cells = byLine.get(finding.line)?.cells;
    const several =
      finding.rule === 'overlap' ||
      (finding.rule === 'loinc-form' && codesOf(cells?.loinc ?? '').every(isLoincForm));
    const blocking = finding.level === 'error' && (several || cells === undefined);
    return { ...withoutCode(finding), file: file.name, ...(blocking ? { blocking: true } : {}) };
  });
  const errors = findings.filter(({ level }) => level === 'error').length;
  return settle(drafts, checkDrafts(drafts, tables), findings, {
    current,
    lines,
    tables,
    rows: drafts.length,
    worseErrors: errors,
  });
}

/** A finding about a draft of the catalogue to be. */
interface DraftFinding {
  readonly finding: Finding;
  readonly draft: Draft;
}

function checkDrafts(drafts: readonly Draft[], tables: Tables): DraftFinding[] {
  const file = { name: 'catalogue', bytes: Buffer.from(writeCatalogue(drafts), 'utf8') };
  return checkCatalogue(file, tables).flatMap((finding) => {
    const draft = drafts[finding.line - 2];
    return draft ? [{ finding, draft }] : [];
  });
}

function at(finding: Finding, origin: { readonly file: string; readonly line: number }): ImportFinding {
  return { ...withoutCode(finding), file: origin.file, line: origin.line };
}

/** The report has a column for the code: the message need not begin with it. */
function withoutCode(finding: Finding): Finding {
  const head = `${finding.code} : `;
  return finding.message.startsWith(head)
    ? { ...finding, message: finding.message.slice(head.length) }
    : finding;
}

interface Context {
  readonly current: SourceFile | undefined;
  readonly lines: readonly CatalogueDraft[];
  readonly tables: Tables;
  readonly rows: number;
  /** Errors of the imported file that count against it: those of a whole catalogue, not of proposals. */
  readonly worseErrors: number;
}

/**
 * Makes of the drafts a catalogue that can be used: a code with an error keeps the lines that it had; one that is new
 * comes without LOINC; one that even so has an error is left out.
 */
function settle(
  drafts: readonly Draft[],
  found: readonly DraftFinding[],
  findings: readonly ImportFinding[],
  { current, lines, tables, rows, worseErrors }: Context,
): ImportPlan {
  const refused = errorCodes(found);
  const before = measure(lines, current ? checkCatalogue(current, tables) : []);
  let settled = drafts.filter(({ cells }) => !refused.has(cells.local_code));
  for (const code of refused) {
    const had = lines.filter(({ cells }) => cells.local_code === code);
    const fresh = drafts.filter(({ cells }) => cells.local_code === code).slice(0, 1);
    settled = [
      ...settled,
      ...(had.length > 0 ? had.map(asDraft) : fresh.map((draft) => withoutCodes(draft, tables))),
    ];
  }
  const still = errorCodes(checkDrafts(settled, tables));
  settled = settled.filter((draft) => !(still.has(draft.cells.local_code) && draft.origin));
  const changes = changesBetween(lines, settled);
  const after = measure(
    settled,
    checkDrafts(settled, tables).map(({ finding }) => finding),
  );
  const had = codesIn(lines);
  const has = codesIn(settled);
  const touched = new Set(changes.map(({ code }) => code));
  const ordered = [...findings].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  return {
    text: writeCatalogue(settled),
    rows,
    findings: ordered,
    added: [...has].filter((code) => !had.has(code)),
    changed: [...touched].filter((code) => had.has(code) && has.has(code)),
    removed: [...had].filter((code) => !has.has(code)),
    refused: [...new Set([...refused, ...refusedIn(findings)])].filter((code) => code !== ''),
    changes,
    before,
    after,
    blocking: findings.filter(({ blocking }) => blocking).length,
    worse: worseThan(before, after, worseErrors, current !== undefined),
  };
}

function errorCodes(found: readonly DraftFinding[]): Set<string> {
  return new Set(
    found.flatMap(({ finding, draft }) =>
      finding.level === 'error' && draft.origin ? [draft.cells.local_code] : [],
    ),
  );
}

/** Codes of errors that reading already put aside; an error that only asks for a look (circuit) refuses nothing. */
function refusedIn(findings: readonly ImportFinding[]): string[] {
  return findings.flatMap(({ level, rule, code }) =>
    level === 'error' && rule !== 'loinc-circuit' && code ? [code] : [],
  );
}

function asDraft({ cells, others }: CatalogueDraft): Draft {
  return { cells: { ...cells }, others };
}

/** The test alone: its name, its printed unit, its place when that is known. */
function withoutCodes(draft: Draft, tables: Tables): Draft {
  const { cells } = draft;
  const chapter = tables.chapters.has(cells.chapter) ? cells.chapter : FALLBACK_CHAPTER;
  const { local_code, local_label, synonym, nabm, specimen_code, local_unit, battery } = cells;
  const proposed = cells.loinc === '' ? '' : `LOINC proposé et refusé à l’import : ${cells.loinc}`;
  return {
    ...draft,
    cells: {
      ...emptyCells(),
      ...{ local_code, local_label, synonym, nabm, specimen_code, local_unit, battery, chapter },
      status: 'unmapped',
      comment: [cells.comment, proposed].filter(Boolean).join(' ; '),
    },
  };
}

export function measure(lines: readonly CatalogueDraft[], findings: readonly Finding[]): Measure {
  const mapped = lines.filter(({ cells }) => cells.status === 'validated' && cells.loinc !== '');
  return {
    lines: lines.length,
    codes: codesIn(lines).size,
    mapped: codesIn(mapped).size,
    errors: findings.filter(({ level }) => level === 'error').length,
    warnings: findings.filter(({ level }) => level === 'warning').length,
  };
}

function worseThan(before: Measure, after: Measure, fileErrors: number, exists: boolean): string[] {
  if (!exists) return [];
  const errors = Math.max(after.errors, fileErrors);
  const share = ({ mapped, codes }: Measure) => (codes === 0 ? 0 : mapped / codes);
  return [
    ...(errors > before.errors ? [`plus d’erreurs : ${errors}, contre ${before.errors}`] : []),
    ...(share(after) < share(before)
      ? [`part de codes transcodés en baisse : ${percent(share(after))}, contre ${percent(share(before))}`]
      : []),
    ...(after.mapped < before.mapped && share(after) >= share(before)
      ? [`moins de codes transcodés : ${after.mapped}, contre ${before.mapped}`]
      : []),
  ];
}

/** `97,4 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1).replace('.', ',')} %`;
}

function codesIn(lines: readonly CatalogueDraft[]): Set<string> {
  return new Set(lines.map(({ cells }) => cells.local_code));
}

function linesOf(file: SourceFile | undefined): readonly CatalogueDraft[] {
  return file ? readCatalogueText(file).lines : NO_LINES;
}

/** A line is the same line when code, specimen, kind of value and start of validity are. */
function keyOf({ cells }: Pick<CatalogueDraft, 'cells'>): string {
  return [cells.local_code, cells.specimen_code, cells.value_type, cells.valid_from].join('\u0000');
}

/** Cell by cell, lines paired by their key, then by their code alone. */
export function changesBetween(
  before: readonly CatalogueDraft[],
  after: readonly CatalogueDraft[],
): Change[] {
  const left = new Map<string, CatalogueDraft[]>();
  for (const line of before)
    left.set(line.cells.local_code, [...(left.get(line.cells.local_code) ?? []), line]);
  const changes: Change[] = [];
  const tell = (from: CatalogueDraft | undefined, to: CatalogueDraft | undefined) => {
    for (const column of COLUMNS) {
      const [was, is] = [from?.cells[column] ?? '', to?.cells[column] ?? ''];
      const code = (to ?? from)?.cells.local_code ?? '';
      if (was !== is) changes.push({ code, column, from: was, to: is });
    }
  };
  const waiting: CatalogueDraft[] = [];
  const take = (line: CatalogueDraft, fits: (other: CatalogueDraft) => boolean): boolean => {
    const same = left.get(line.cells.local_code) ?? [];
    const index = same.findIndex(fits);
    if (index < 0) return false;
    tell(same.splice(index, 1)[0], line);
    return true;
  };
  for (const line of after) if (!take(line, (other) => keyOf(other) === keyOf(line))) waiting.push(line);
  for (const line of waiting) if (!take(line, () => true)) tell(undefined, line);
  for (const lines of left.values()) for (const line of lines) tell(line, undefined);
  return changes;
}
