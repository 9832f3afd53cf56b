import { OID } from '../report/coding.ts';
import type { Warning } from '../report/report.ts';
import type { Result, ResultCoding, ResultValue } from '../report/result.ts';
import { type Catalogue, findEntry } from './catalogue.ts';
import type { CatalogueEntry } from './entry.ts';
import { codingOf, type LoincTerm } from './loinc.ts';
import { hasValidCheckDigit, isLoincForm } from './loinc-code.ts';
import { inSecondUnit } from './second-unit.ts';
import { emittedUnit, isSameUnit, isWithoutUnit, normaliseUnit } from './units.ts';
import {
  codeUnmapped,
  loincDiffers,
  loincRetired,
  loincRetiredInCircuit,
  scaleMismatch,
  unitMismatch,
  unitUnknown,
} from './warnings.ts';

/** What the catalogue says of one result. */
export interface Resolution {
  readonly coding: ResultCoding;
  /** The line of the catalogue that spoke; it places the result even when it gives no LOINC. */
  readonly entry?: CatalogueEntry;
  readonly warnings: readonly Warning[];
}

export interface ResolutionContext {
  /** `YYYYMMDD` of the result, when the result itself has no date. */
  readonly day: string;
  /** HL7 0487 codes of the exam's specimens. */
  readonly specimens: readonly string[];
}

/**
 * Codes one result (terminology.md §4, §9). LOINC is emitted only when one validated line holds on the day of the
 * result, in the unit and on the scale of the value; otherwise the result leaves with its local code and a warning that
 * names it. Nothing is ever guessed from a label. What another laboratory released keeps the LOINC that it gave.
 */
export function resolveResult(result: Result, context: ResolutionContext, catalogue: Catalogue): Resolution {
  const code = result.local.code;
  // S, I or R alone is an answer without a number.
  const numeric = isNumeric(result.value) ?? (isSusceptibility(result) ? false : undefined);
  const day = (result.observedAt?.local ?? context.day).slice(0, 8).padEnd(8, '01');
  const entry = findEntry(catalogue, code, day, context.specimens, numeric);
  if (typeof entry === 'string')
    return asReleased(result, numeric, catalogue) ?? uncoded(result, catalogue, [codeUnmapped(code, entry)]);

  const term = entry.status === 'validated' ? catalogue.tables.loinc.get(entry.loinc) : undefined;
  if (numeric && unitDiffers(result, entry, term, catalogue)) {
    return {
      ...uncoded(result, catalogue, [unitMismatch(code, result.unit ?? '', entry.printedUnit)]),
      entry,
    };
  }
  const local = localCoding(result, entry, catalogue);
  const targets = catalogue.tables.retired.get(entry.loinc);
  const inCircuit = catalogue.tables.circuit?.codes.has(entry.loinc) === true;
  if (entry.status === 'validated' && targets && !inCircuit) {
    return { coding: local, entry, warnings: [loincRetired(code, entry.loinc, targets)] };
  }
  if (!term) {
    const { waiting } = entry;
    const coding = waiting && entry.status === 'waiting' ? { ...local, waiting } : local;
    return { coding, entry, warnings: [codeUnmapped(code, 'not-validated')] };
  }
  if (!fitsScale(numeric, entry, term)) {
    return { coding: local, entry, warnings: [scaleMismatch(code, term.code, term.scale)] };
  }
  const second = entry.second && secondOf(result, entry.second, catalogue);
  return {
    entry,
    coding: { ...local, loinc: codingOf(term), ...(second ? { second } : {}) },
    warnings: [
      ...(targets ? [loincRetiredInCircuit(code, term.code, targets)] : []),
      ...(result.sentLoinc && result.sentLoinc !== term.code
        ? [loincDiffers(code, result.sentLoinc, term.code)]
        : []),
    ],
  };
}

/** The LOINC of a result that another laboratory released: kept as sent where it can be one, and fits the value. */
function asReleased(
  result: Result,
  numeric: boolean | undefined,
  catalogue: Catalogue,
): Resolution | undefined {
  const { releasedByPerformer, sentLoinc, local } = result;
  if (!releasedByPerformer || !sentLoinc || !isLoincForm(sentLoinc) || !hasValidCheckDigit(sentLoinc))
    return undefined;
  const term = catalogue.tables.loinc.get(sentLoinc);
  if (term && !fitsScale(numeric, undefined, term)) return undefined;
  const { coding, warnings } = uncoded(result, catalogue, []);
  const loinc = term ? codingOf(term) : { code: sentLoinc, system: OID.loinc, display: local.label };
  return { coding: { ...coding, loinc }, warnings };
}

function secondOf(result: Result, second: NonNullable<CatalogueEntry['second']>, catalogue: Catalogue) {
  const { loinc, retired } = catalogue.tables;
  const range = result.ranges[0];
  if (second.loinc === '') return inSecondUnit(result.value, range, second);
  const term = loinc.get(second.loinc);
  if (!term || retired.has(second.loinc)) return undefined;
  return inSecondUnit(result.value, range, second, term);
}

/** undefined: there is no value to tell. */
function isNumeric(value: ResultValue | undefined): boolean | undefined {
  return value && value.kind !== 'coded' && value.kind !== 'text';
}

/** A result about which the catalogue says nothing certain: its own unit, coded only where it can mean one thing. */
function uncoded(result: Result, catalogue: Catalogue, warnings: readonly Warning[]): Resolution {
  const { unit } = result;
  if (!unit) return { coding: {}, warnings };
  const meaning = normaliseUnit(catalogue.tables.units, unit);
  const ucum = emittedUnit(meaning);
  const lost = ucum === undefined && meaning?.emitted !== 'none' && isNumeric(result.value);
  return {
    coding: { printedUnit: unit, ...(ucum ? { ucum } : {}) },
    warnings: lost ? [...warnings, unitUnknown(result.local.code, unit)] : warnings,
  };
}

/** All that the catalogue's line gives beside LOINC. */
function localCoding(result: Result, entry: CatalogueEntry, catalogue: Catalogue): ResultCoding {
  const method = catalogue.tables.methods.get(entry.method);
  const ownUnit = isNumeric(result.value) === false ? '' : entry.printedUnit;
  const printedUnit = ownUnit || result.unit;
  const ucum = isNumeric(result.value) === false ? undefined : unitToEmit(result, entry, catalogue);
  return {
    ...(printedUnit ? { printedUnit } : {}),
    ...(ucum ? { ucum } : {}),
    ...(method ? { method } : {}),
    ...(entry.accredited ? { accredited: true } : {}),
  };
}

/** The catalogue's unit; for an antibiotic whose line names none, the unit of the MIC as the source prints it. */
function unitToEmit(result: Result, entry: CatalogueEntry, catalogue: Catalogue): string | undefined {
  if (entry.ucum !== '' || !result.unit || entry.numeric !== false) return entry.ucum || undefined;
  const property = catalogue.tables.loinc.get(entry.loinc)?.property;
  return emittedUnit(normaliseUnit(catalogue.tables.units, result.unit, property));
}

/** A source that names no unit is believed to print the catalogue's. */
function unitDiffers(
  result: Result,
  entry: CatalogueEntry,
  term: LoincTerm | undefined,
  catalogue: Catalogue,
): boolean {
  const { units } = catalogue.tables;
  const { unit } = result;
  if (!unit) return false;
  if (entry.printedUnit === '' && isWithoutUnit(units, unit)) return false;
  if (entry.printedUnit === '' && entry.numeric === false && term?.scale === 'OrdQn') return false;
  // Without a printed unit, the emitted one says what the number is (pH).
  return !isSameUnit(units, unit, entry.printedUnit || entry.ucum, term?.property);
}

/** The value against LOINC SCALE_TYP; a value that is absent (pending, cancelled) contradicts nothing. */
function fitsScale(
  numeric: boolean | undefined,
  entry: CatalogueEntry | undefined,
  term: LoincTerm,
): boolean {
  switch (term.scale) {
    case 'Qn':
      return numeric !== false;
    case 'Ord':
    case 'Nom':
    case 'Nar':
      return numeric !== true;
    case 'OrdQn':
      // A code for a MIC says nothing of S, I or R without one.
      return entry?.numeric !== true || numeric !== false;
    case '-':
    case 'Doc':
      return false;
    default:
      return true;
  }
}

function isSusceptibility(result: Result): boolean {
  const codes = ['S', 'I', 'R', 'SDD', 'NS'];
  return result.status !== 'pending' && result.interpretations.some((code) => codes.includes(code));
}
