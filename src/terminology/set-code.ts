import { checkCatalogue } from './catalogue.ts';
import type { Column } from './catalogue-columns.ts';
import { type CatalogueDraft, writeCatalogue } from './catalogue-csv.ts';
import { readCatalogueText } from './catalogue-text.ts';
import type { Finding } from './finding.ts';
import { type Change, changesBetween, type Measure, measure } from './import/plan.ts';
import { isoOf } from './iso-day.ts';
import type { SourceFile } from './source.ts';
import type { Tables } from './tables.ts';

/** A change by hand of the lines of one code (SGL.LOI.08). */
export interface HandChange {
  readonly code: string;
  /** HL7 0487, when the code has several lines. */
  readonly specimen?: string;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
  /** `YYYY-MM-DD`: the line closes the day before, and a new one opens; absent: the line is corrected in place. */
  readonly validFrom?: string;
  readonly by: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

export type HandOutcome =
  | {
      readonly kind: 'changed';
      readonly text: string;
      readonly changes: Change[];
      readonly findings: Finding[];
      readonly measure: Measure;
    }
  | { readonly kind: 'unchanged' | 'unknown' | 'ambiguous' }
  /** Errors that the change would bring. */
  | { readonly kind: 'refused'; readonly findings: Finding[] };

/** Applies a change by hand, and checks the catalogue again: a change that brings an error is refused. */
export function setCode(file: SourceFile, tables: Tables, change: HandChange): HandOutcome {
  const before = readCatalogueText(file).lines;
  const mine = before.filter(
    ({ cells }) =>
      cells.local_code === change.code &&
      (change.specimen === undefined || cells.specimen_code === change.specimen) &&
      (cells.valid_to === '' || isoOf(cells.valid_to) >= change.day),
  );
  const [line, ...others] = mine;
  if (!line) return { kind: 'unknown' };
  if (others.length > 0) return { kind: 'ambiguous' };
  const signed = change.cells.status === 'validated' || change.cells.loinc !== undefined;
  const changed: CatalogueDraft = {
    ...line,
    cells: {
      ...line.cells,
      ...change.cells,
      ...(signed ? { validated_by: change.by, validated_on: change.day } : {}),
      ...(change.validFrom ? { valid_from: change.validFrom } : {}),
    },
  };
  const closed = change.validFrom
    ? [{ ...line, cells: { ...line.cells, valid_to: dayBefore(change.validFrom) } }]
    : [];
  const after = before.flatMap((one): CatalogueDraft[] => (one === line ? [...closed, changed] : [one]));
  const wanted = Object.entries(change.cells).some(
    ([column, value]) => line.cells[column as Column] !== value,
  );
  if (!wanted && !change.validFrom) return { kind: 'unchanged' };
  const text = writeCatalogue(after);
  const findings = checkCatalogue({ name: file.name, bytes: Buffer.from(text) }, tables);
  const mineNow = findings.filter(({ code }) => code === change.code);
  const errors = mineNow.filter(({ level }) => level === 'error');
  if (errors.length > 0) return { kind: 'refused', findings: errors };
  const changes = changesBetween(before, after);
  return { kind: 'changed', text, changes, findings: mineNow, measure: measure(after, findings) };
}

/** `2026-03-01` → `2026-02-28`. */
function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}
