import type { Column } from '../catalogue-columns.ts';
import { type CatalogueDraft, emptyCells } from '../catalogue-csv.ts';
import { isoOf } from '../iso-day.ts';
import { FALLBACK_CHAPTER } from '../value-sets.ts';
import { FindingLog, type ImportFinding } from './finding.ts';
import type { BatteryProposal, ChapterProposal, Origin, Proposal, TestProposal } from './proposal.ts';

/** A line of the catalogue to be; `origin` when an imported file touches it. */
export interface Draft extends CatalogueDraft {
  readonly cells: Record<Column, string>;
  origin?: Origin;
}

/** Who answers for what is validated, and the day: `YYYY-MM-DD`. */
export interface Validation {
  readonly by: string;
  readonly day: string;
}

/**
 * Puts proposals into the catalogue. Tests that it lacks are added; a test that a person validated changes only for a
 * proposal that is validated itself.
 */
export function mergeProposals(
  current: readonly CatalogueDraft[],
  proposals: readonly Proposal[],
  validation: Validation,
): { drafts: Draft[]; findings: ImportFinding[] } {
  const merge = new Merge(current, validation);
  for (const proposal of proposals) if (proposal.kind === 'test') merge.test(proposal);
  for (const proposal of proposals) if (proposal.kind === 'battery') merge.battery(proposal);
  merge.chapters(proposals.filter((proposal) => proposal.kind === 'chapter'));
  return merge.finish();
}

class Merge {
  readonly #drafts: Draft[];
  readonly #byCode = new Map<string, Draft[]>();
  readonly #findings: ImportFinding[] = [];
  readonly #validation: Validation;
  /** LOINC that this import already gave, by draft. */
  readonly #given = new Map<Draft, { readonly loinc: string; readonly line: number }>();

  constructor(current: readonly CatalogueDraft[], validation: Validation) {
    this.#drafts = current.map(({ cells, others }) => ({ cells: { ...cells }, others }));
    for (const draft of this.#drafts) this.#index(draft);
    this.#validation = validation;
  }

  test(proposal: TestProposal): void {
    const log = new FindingLog(proposal.at.file);
    const at = { line: proposal.at.line, code: proposal.code };
    if (proposal.code === '') {
      log.report(at, 'error', 'code-empty', 'Le code local manque.');
    } else {
      const [draft, ...others] = this.#linesFor(proposal);
      if (!draft) this.#add(proposal);
      else if (others.length > 0) {
        const known = [draft, ...others].some(({ cells }) => cells.loinc === proposal.cells.loinc);
        if (!known && proposal.cells.loinc) {
          const message = `le catalogue a ${others.length + 1} lignes pour ce code ; choisir la ligne à la main.`;
          log.report(at, 'warning', 'import-ambiguous', message);
        }
      } else this.#change(draft, proposal, log);
    }
    this.#findings.push(...log.findings);
  }

  battery({ at, code, orderLoinc }: BatteryProposal): void {
    const members = this.#drafts.filter(({ cells }) => cells.battery === code);
    const targets = members.length > 0 ? members : (this.#byCode.get(code) ?? []);
    if (targets.length === 0) {
      const log = new FindingLog(at.file);
      const message = 'examen absent du catalogue (colonnes battery et local_code) ; ligne sans effet.';
      log.report({ line: at.line, code }, 'warning', 'exam-unknown', message);
      this.#findings.push(...log.findings);
    }
    for (const draft of targets) this.#set(draft, at, { order_loinc: orderLoinc });
  }

  /** All are read against the chapters as they were: one that moves does not move again. */
  chapters(proposals: readonly ChapterProposal[]): void {
    const before = this.#drafts.map(({ cells }) => ({ chapter: cells.chapter, sub: cells.sub_chapter }));
    const specific = [...proposals].sort((a, b) => Number(a.subChapter === '') - Number(b.subChapter === ''));
    const moved = new Set<Draft>();
    for (const { at, chapter, subChapter, toChapter, toSubChapter } of specific) {
      for (const [index, draft] of this.#drafts.entries()) {
        const place = before[index];
        if (moved.has(draft) || place?.chapter !== chapter) continue;
        if (subChapter !== '' && place.sub !== subChapter) continue;
        moved.add(draft);
        this.#set(draft, at, {
          chapter: toChapter,
          ...(subChapter === '' ? {} : { sub_chapter: toSubChapter }),
        });
      }
    }
  }

  finish(): { drafts: Draft[]; findings: ImportFinding[] } {
    for (const { cells, origin } of this.#drafts) {
      if (cells.chapter !== '' || !origin) continue;
      cells.chapter = FALLBACK_CHAPTER;
      const log = new FindingLog(origin.file);
      const message = `chapitre non dit : ${FALLBACK_CHAPTER} (Biologie polyvalente), à préciser.`;
      log.report({ line: origin.line, code: cells.local_code }, 'info', 'chapter-default', message);
      this.#findings.push(...log.findings);
    }
    return { drafts: this.#drafts, findings: this.#findings };
  }

  /** The lines that a proposal means: of its code, in force, of its specimen where the catalogue tells specimens apart. */
  #linesFor({ code, specimen, defaults }: TestProposal): Draft[] {
    const all = this.#byCode.get(code) ?? [];
    const open = all.filter(
      ({ cells }) => cells.valid_to === '' || isoOf(cells.valid_to) >= this.#validation.day,
    );
    const inForce = open.length > 0 ? open : all;
    const wanted = specimen ?? defaults.specimen_code ?? '';
    const same = inForce.filter(({ cells }) => cells.specimen_code === wanted);
    return inForce.length > 1 && wanted !== '' && same.length > 0 ? same : inForce;
  }

  #add(proposal: TestProposal): void {
    const { cells, defaults, at, code } = proposal;
    const draft: Draft = {
      cells: { ...emptyCells(), ...defaults, local_code: code },
      others: {},
      origin: at,
    };
    Object.assign(draft.cells, cells);
    if (draft.cells.status === '') draft.cells.status = 'unmapped';
    this.#sign(draft);
    if (cells.loinc) this.#given.set(draft, { loinc: cells.loinc, line: at.line });
    this.#drafts.push(draft);
    this.#index(draft);
  }

  #change(draft: Draft, { cells, defaults, at, code }: TestProposal, log: FindingLog): void {
    const given = this.#given.get(draft);
    if (cells.loinc && given && given.loinc !== cells.loinc) {
      const message = `plusieurs codes LOINC pour une analyse : ${given.loinc} (ligne ${given.line}), ${cells.loinc}.`;
      log.block({ line: at.line, code }, 'error', 'loinc-several', message);
      return;
    }
    const validated = draft.cells.status === 'validated' && draft.cells.loinc !== '';
    if (validated && cells.loinc && cells.status !== 'validated') {
      if (draft.cells.loinc !== cells.loinc) {
        const message = `le catalogue a ${draft.cells.loinc}, validé ; ${cells.loinc}, à relire, n’est pas repris.`;
        log.report({ line: at.line, code }, 'warning', 'import-differs', message);
      }
    } else if (cells.loinc) {
      this.#given.set(draft, { loinc: cells.loinc, line: at.line });
      if (draft.cells.loinc !== cells.loinc || draft.cells.status !== cells.status) {
        this.#set(draft, at, cells);
        this.#sign(draft);
      }
    }
    const empty = Object.entries(defaults).filter(([column]) => draft.cells[column as Column] === '');
    // A new line may still be completed; one of the laboratory keeps its own units, specimens and places.
    const mayFill = new Set<string>(
      given || draft.origin ? Object.keys(defaults) : ['synonym', 'nabm', 'order_loinc'],
    );
    this.#set(
      draft,
      at,
      Object.fromEntries(empty.filter(([column, value]) => mayFill.has(column) && value !== '')),
    );
  }

  #set(draft: Draft, at: Origin, cells: Readonly<Partial<Record<Column, string>>>): void {
    for (const [column, value] of Object.entries(cells) as [Column, string][]) {
      if (draft.cells[column] === value) continue;
      draft.cells[column] = value;
      draft.origin ??= at;
    }
  }

  #sign({ cells }: Draft): void {
    if (cells.status !== 'validated') return;
    cells.validated_by = this.#validation.by;
    cells.validated_on = this.#validation.day;
  }

  #index(draft: Draft): void {
    const code = draft.cells.local_code;
    this.#byCode.set(code, [...(this.#byCode.get(code) ?? []), draft]);
  }
}
