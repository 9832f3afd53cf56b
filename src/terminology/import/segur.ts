import type { Fault } from '../../report/fault.ts';
import { type DelimitedRow, headerKey, readDelimited } from '../delimited.ts';
import { importUnrecognised } from '../faults.ts';
import { isLoincForm } from '../loinc-code.ts';
import type { SourceFile } from '../source.ts';
import type { Tables } from '../tables.ts';
import { mayBeSubChapter } from '../value-sets.ts';
import { FindingLog } from './finding.ts';
import { type ImportReading, MAX_IMPORT_ROWS, MAX_RECORD, type Proposal } from './proposal.ts';
import { acceptedCode, codesOf } from './target-code.ts';

/**
 * The files that a transcoding provider gives back (SGL.LOI.04 to .06): the columns of the exports LOINC_1 (chapters),
 * LOINC_2 (orders) or LOINC_3 (results), in their fixed order, then LOINC codes and labels.
 */
type Kind = 4 | 5 | 6;

/** Number of columns that the export has, before those of the provider. */
const OWN_COLUMNS: Readonly<Record<Kind, number>> = { 4: 4, 5: 9, 6: 12 };

interface SegurFile {
  readonly kind: Kind;
  readonly name: string;
  readonly rows: readonly DelimitedRow[];
  /** The provider's columns, header or rank: `code`, `sub` (sub-chapter), `result` (LOINC of the analysis), `label`. */
  readonly roles: readonly { readonly index: number; readonly name: string; readonly role: Role }[];
}

type Role = 'code' | 'sub' | 'result' | 'label';

/** Reads one or several of the three files together: chapters that LOINC_4 names place the tests of LOINC_5. */
export function readSegur(files: readonly SourceFile[], tables: Tables): ImportReading | Fault[] {
  const read = files.map(recognise);
  const faults = read.flatMap((file) => ('cause' in file ? [file] : []));
  if (faults.length > 0) return faults;
  const segur = read.flatMap((file) => ('kind' in file ? [file] : [])).sort((a, b) => a.kind - b.kind);
  const logs = segur.map((file) => new FindingLog(file.name));
  const chapters: ChapterMap = new Map();
  const proposals = segur.flatMap((file, index) => {
    const log = logs[index] ?? new FindingLog(file.name);
    if (file.kind === 4) return readChapters(file, tables, log, chapters);
    return file.kind === 5 ? readOrders(file, tables, log, chapters) : readResults(file, tables, log);
  });
  return {
    proposals,
    findings: logs.flatMap((log) => log.findings),
    rows: segur.reduce((sum, file) => sum + file.rows.length, 0),
  };
}

/** The laboratory's chapter and sub-chapter → those of the circuit, as LOINC_4 says. */
type ChapterMap = Map<string, { readonly chapter: string; readonly subChapter: string }>;

function recognise(file: SourceFile): SegurFile | Fault {
  const all = readDelimited(file.bytes, MAX_RECORD);
  if ('problem' in all) return importUnrecognised(file.name, `ligne ${all.line} : ${all.problem}`);
  if (all.length > MAX_IMPORT_ROWS) return importUnrecognised(file.name, `plus de ${MAX_IMPORT_ROWS} lignes`);
  const [first] = all;
  if (!first) return importUnrecognised(file.name, 'il est vide');
  const header = isHeader(first.cells) ? first.cells : undefined;
  const width = Math.max(...all.map(({ cells }) => cells.length));
  const kind = kindOf(file.name, header, width);
  if (!kind || width <= OWN_COLUMNS[kind]) {
    const expected =
      'LOINC_4 (chapitres), LOINC_5 (demandes) ou LOINC_6 (résultats) : colonnes de l’export, puis codes et libellés LOINC';
    return importUnrecognised(file.name, expected);
  }
  const own = OWN_COLUMNS[kind];
  const roles = Array.from({ length: width - own }, (_, rank) => {
    const index = own + rank;
    const name = header?.[index]?.trim() || `colonne ${index + 1}`;
    return { index, name, role: header ? roleOf(header[index] ?? '', kind) : roleByRank(rank, kind) };
  });
  const rows = (header ? all.slice(1) : all).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  return { kind, name: file.name, rows, roles };
}

function isHeader(cells: readonly string[]): boolean {
  const words = cells.filter((cell) => /code|libell|chapitre|loinc|unit|examen|analyse/i.test(cell)).length;
  return words >= 2 && !cells.some((cell) => isLoincForm(cell.trim()));
}

function kindOf(name: string, header: readonly string[] | undefined, width: number): Kind | undefined {
  const named = /LOINC[_ -]?([456])/i.exec(name)?.[1];
  if (named) return Number(named) as Kind;
  const keys = header?.map(headerKey) ?? [];
  if (keys.some((key) => key.includes('unite'))) return 6;
  if (keys.some((key) => key.includes('examen') || key.includes('demande'))) return 5;
  if (keys.some((key) => key.includes('souschapitre'))) return 4;
  if (width >= 14) return 6;
  if (width >= 11) return 5;
  return width >= 6 && width <= 8 ? 4 : undefined;
}

function roleOf(header: string, kind: Kind): Role {
  const key = headerKey(header);
  if (/libelle|label|designation|nom/.test(key)) return 'label';
  if (kind === 4 && key.includes('sous')) return 'sub';
  return kind === 5 && /analyse|resultat/.test(key) ? 'result' : 'code';
}

/** Without header: code, label, code, label. */
function roleByRank(rank: number, kind: Kind): Role {
  if (rank % 2 === 1) return 'label';
  return kind === 4 && rank > 0 ? 'sub' : 'code';
}

/** The codes of one row in the columns of one role. */
function codesIn(file: SegurFile, cells: readonly string[], role: Role): { codes: string[]; column: string } {
  const columns = file.roles.filter((one) => one.role === role);
  const codes = new Set(columns.flatMap(({ index }) => codesOf(cells[index] ?? '')));
  const filled = columns.find(({ index }) => (cells[index] ?? '').trim() !== '');
  return { codes: [...codes], column: (filled ?? columns[0])?.name ?? '' };
}

function readChapters(file: SegurFile, tables: Tables, log: FindingLog, chapters: ChapterMap): Proposal[] {
  const proposals: Proposal[] = [];
  for (const { line, cells } of file.rows) {
    const [code = '', label = '', subCode = '', subLabel = ''] = cells.map((cell) => cell.trim());
    const local = code || label;
    const localSub = subCode || subLabel;
    const chapter = chapterOf(codesIn(file, cells, 'code'), false, { line, code: local }, tables, log);
    const sub = chapterOf(codesIn(file, cells, 'sub'), true, { line, code: localSub || local }, tables, log);
    if (chapter === undefined || sub === undefined) continue;
    if (chapter === '' || local === '') {
      const message = 'chapitre sans code local ni libellé, ou sans code LOINC ; ligne ignorée.';
      log.report({ line, code: local }, 'warning', 'chapter-empty', message);
      continue;
    }
    chapters.set(`${local}\u0000${localSub}`, { chapter, subChapter: sub });
    if (!chapters.has(`${local}\u0000`)) chapters.set(`${local}\u0000`, { chapter, subChapter: '' });
    proposals.push({
      kind: 'chapter',
      at: { file: file.name, line },
      chapter: local,
      subChapter: localSub,
      toChapter: chapter,
      toSubChapter: sub,
    });
  }
  return proposals;
}

/** @returns the code; empty when the row has none; undefined when it is refused */
function chapterOf(
  { codes, column }: { readonly codes: readonly string[]; readonly column: string },
  isSub: boolean,
  at: { readonly line: number; readonly code: string },
  tables: Tables,
  log: FindingLog,
): string | undefined {
  const [code = '', ...others] = codes;
  const place = { ...at, column };
  const what = isSub ? 'sous-chapitre' : 'chapitre';
  if (others.length > 0) {
    log.block(
      place,
      'error',
      'loinc-several',
      `plusieurs codes LOINC pour un ${what} : ${codes.join(', ')}.`,
    );
    return undefined;
  }
  const term = tables.chapters.get(code);
  if (code !== '' && !term) {
    const rule = isSub ? 'sub-chapter-unknown' : 'chapter-unknown';
    reportUnknownChapter(
      place,
      rule,
      `${what} ${code} absent du circuit de la biologie ; ligne non reprise.`,
      log,
    );
    return undefined;
  }
  if (term && isSub && !mayBeSubChapter(term)) {
    log.report(
      place,
      'error',
      'sub-chapter-loinc',
      `« ${code} » est un code d’attente : il ne peut être que chapitre.`,
    );
    return undefined;
  }
  return code;
}

function reportUnknownChapter(
  place: { readonly line: number; readonly code: string; readonly column: string },
  rule: 'chapter-unknown' | 'sub-chapter-unknown',
  message: string,
  log: FindingLog,
): void {
  if (rule === 'chapter-unknown') log.report(place, 'error', 'chapter-unknown', message);
  else log.report(place, 'error', 'sub-chapter-unknown', message);
}

function readOrders(file: SegurFile, tables: Tables, log: FindingLog, chapters: ChapterMap): Proposal[] {
  const proposals: Proposal[] = [];
  const orders = new Map<string, string>();
  for (const { line, cells } of file.rows) {
    const [exam = '', , , chapter = '', sub = '', specimen = '', nabm = '', analysis = '', label = ''] =
      cells.map((cell) => cell.trim());
    if (exam === '') {
      log.report({ line }, 'error', 'code-empty', 'Le code de l’examen manque.');
      continue;
    }
    const at = { file: file.name, line };
    const order = oneCode(codesIn(file, cells, 'code'), { line, code: exam }, tables, log);
    const known = orders.get(exam);
    if (order && known !== undefined && known !== order) {
      log.block(
        { line, code: exam },
        'error',
        'loinc-several',
        `plusieurs codes LOINC pour l’examen ${exam} : ${known}, ${order}.`,
      );
    } else if (order && known === undefined) {
      orders.set(exam, order);
      proposals.push({ kind: 'battery', at, code: exam, orderLoinc: order });
    }
    if (analysis === '') continue;
    const place = chapters.get(`${chapter}\u0000${sub}`) ?? chapters.get(`${chapter}\u0000`);
    const loinc = oneCode(codesIn(file, cells, 'result'), { line, code: analysis }, tables, log);
    proposals.push({
      kind: 'test',
      at,
      code: analysis,
      cells: loinc ? { loinc, status: 'validated' } : {},
      defaults: {
        local_label: label || analysis,
        battery: exam,
        nabm,
        specimen_code: specimenOf(specimen, tables),
        ...(order ? { order_loinc: order } : {}),
        ...(place
          ? { chapter: place.chapter, sub_chapter: place.subChapter }
          : knownChapter(chapter, sub, tables)),
      },
    });
  }
  return proposals;
}

function readResults(file: SegurFile, tables: Tables, log: FindingLog): Proposal[] {
  const proposals: Proposal[] = [];
  for (const { line, cells } of file.rows) {
    const [
      code = '',
      label = '',
      synonym = '',
      ,
      unitCode = '',
      unit = '',
      ,
      specimen = '',
      ,
      scale = '',
      ,
      nabm = '',
    ] = cells.map((cell) => cell.trim());
    if (code === '') {
      log.report({ line }, 'error', 'code-empty', 'Le code de l’analyse manque.');
      continue;
    }
    const loinc = oneCode(codesIn(file, cells, 'code'), { line, code }, tables, log);
    const type = /^QN$/i.test(scale) ? 'NM' : /^(ORD|NOM)$/i.test(scale) ? 'CE' : '';
    proposals.push({
      kind: 'test',
      at: { file: file.name, line },
      code,
      cells: loinc ? { loinc, status: 'validated' } : {},
      defaults: {
        local_label: label || code,
        synonym,
        local_unit: unit || unitCode,
        specimen_code: specimenOf(specimen, tables),
        value_type: type,
        nabm,
      },
    });
  }
  return proposals;
}

/** The only code of a row; several are a blocking error (SGL.LOI.07). @returns undefined: none, or refused */
function oneCode(
  { codes, column }: { readonly codes: readonly string[]; readonly column: string },
  at: { readonly line: number; readonly code: string },
  tables: Tables,
  log: FindingLog,
): string | undefined {
  const [only, ...others] = codes;
  const place = { ...at, column };
  if (only === undefined) return undefined;
  if (others.length > 0) {
    log.block(
      place,
      'error',
      'loinc-several',
      `plusieurs codes LOINC pour une analyse : ${codes.join(', ')}.`,
    );
    return undefined;
  }
  return acceptedCode(only, tables, log, place);
}

/** A specimen that table 0487 knows; another is left to the laboratory. */
function specimenOf(text: string, tables: Tables): string {
  return tables.specimenTypes.has(text) ? text : '';
}

function knownChapter(
  chapter: string,
  sub: string,
  tables: Tables,
): { chapter?: string; sub_chapter?: string } {
  if (!tables.chapters.has(chapter)) return {};
  return { chapter, ...(tables.chapters.has(sub) ? { sub_chapter: sub } : {}) };
}
