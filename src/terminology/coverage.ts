import { Decimal } from 'decimal.js';
import type { Dossier, Exam } from '../report/dossier.ts';
import type { Result, ResultCoding } from '../report/result.ts';
import type { Catalogue } from './catalogue.ts';
import { type PlausibleRange, plausibleRange } from './plausibility.ts';
import { resolveResult } from './resolve.ts';
import { isSameUnit, normaliseUnit } from './units.ts';
import { allResults } from './validators.ts';

/** How much of a feed leaves with a LOINC code. */
export interface Coverage {
  /** Distinct local codes met, and of them those whose results are all coded. */
  readonly codes: number;
  readonly codedCodes: number;
  /** Results met, and of them those that leave with a LOINC code. */
  readonly results: number;
  readonly codedResults: number;
  /** Codes with results that are not coded, the most frequent first. */
  readonly uncoded: readonly UncodedTest[];
  /** What the values and units of the feed say against the catalogue (terminology.md §10, check 13). */
  readonly doubts: readonly FeedDoubt[];
}

export interface UncodedTest {
  readonly code: string;
  readonly label: string;
  readonly unit: string;
  readonly specimen: string;
  readonly numeric: boolean | undefined;
  readonly results: number;
  /** Codes of the warnings: CODE_UNMAPPED, UNIT_MISMATCH, SCALE_MISMATCH, LOINC_RETIRED. */
  readonly reasons: readonly string[];
}

export interface FeedDoubt {
  readonly code: string;
  readonly level: 'error' | 'warning';
  readonly rule: 'range-unit' | 'values-implausible' | 'values-beyond-code';
  readonly message: string;
}

/** What is kept of one test while a feed is read. */
interface Tally {
  label: string;
  unit: string;
  specimen: string;
  numeric: boolean | undefined;
  results: number;
  coded: number;
  readonly reasons: Set<string>;
  /** Results with a number and a range, and of them those far outside. */
  ranged: number;
  far: number;
  rangeUnit: string;
  /** Numbers whose LOINC code says what is plausible, and of them those outside. */
  judged: number;
  outside: number;
  /** What was found plausible last. */
  plausible?: PlausibleRange & { readonly loinc: string };
}

/** Values far from what is expected, in half of at least this many results, are another unit's or another test's. */
const MIN_VALUES = 10;

/** Counts results as they come; the same result sent again counts once. */
export class CoverageCount {
  readonly #catalogue: Catalogue;
  readonly #tallies = new Map<string, Tally>();
  readonly #seen = new Set<string>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  add(dossier: Dossier): void {
    for (const exam of dossier.exams) {
      for (const result of allResults(exam)) {
        const key = `${dossier.source}\u0000${dossier.number}\u0000${exam.order}\u0000${result.key}`;
        if (this.#seen.has(key) || result.status === 'pending' || result.status === 'cancelled') continue;
        this.#seen.add(key);
        this.#count(result, exam, dossier);
      }
    }
  }

  #count(result: Result, exam: Exam, dossier: Dossier): void {
    const specimens = exam.specimens.flatMap(({ type }) => type ?? []);
    const collected = exam.specimens.flatMap(({ collectedAt }) => collectedAt?.local ?? []).sort();
    const day = collected[0] ?? dossier.issuedAt.local;
    const { coding, warnings } = resolveResult(result, { day, specimens }, this.#catalogue);
    const { code, label } = result.local;
    const tally = this.#tallies.get(code) ?? newTally();
    this.#tallies.set(code, tally);
    tally.label ||= label;
    tally.unit ||= result.unit ?? '';
    tally.specimen ||= specimens[0] ?? '';
    tally.numeric ??= result.value && result.value.kind !== 'coded' && result.value.kind !== 'text';
    tally.results++;
    if (coding.loinc) tally.coded++;
    else for (const warning of warnings) tally.reasons.add(warning.code);
    this.#compareWithRange(result, tally);
    this.#compareWithCode(result, coding, tally);
  }

  /** The laboratory's own ranges are wrong with its units: what the code measures is known elsewhere. */
  #compareWithCode({ value }: Result, { loinc, ucum = '' }: ResultCoding, tally: Tally): void {
    if (!loinc || value?.kind !== 'quantity' || value.comparator || !isNumber(value.lexical)) return;
    const { loinc: terms, plausible } = this.#catalogue.tables;
    const term = terms.get(loinc.code);
    const range = term && plausibleRange(plausible, term, ucum);
    if (!range) return;
    tally.plausible = { ...range, loinc: loinc.code };
    tally.judged++;
    const number = new Decimal(value.lexical);
    if (number.lt(range.low) || number.gt(range.high)) tally.outside++;
  }

  #compareWithRange({ value, ranges: [range], unit }: Result, tally: Tally): void {
    if (!range) return;
    const { units } = this.#catalogue.tables;
    const printed = /\d\s*([^\s\d,;<>≤≥()[\]-][^\s()]*)\s*$/.exec(range.text)?.[1] ?? '';
    const stated = normaliseUnit(units, printed) !== undefined && unit !== undefined;
    if (stated && !isSameUnit(units, printed, unit)) tally.rangeUnit ||= printed;
    if (value?.kind !== 'quantity' || !isNumber(value.lexical)) return;
    const [low, high] = [range.low, range.high].map((bound) =>
      isNumber(bound) ? new Decimal(bound) : undefined,
    );
    if (!low && !high) return;
    tally.ranged++;
    const number = new Decimal(value.lexical);
    const above = high?.gt(0) && number.gt(high.mul(10));
    const below = low?.gt(0) && number.lt(low.div(10));
    if (above || below) tally.far++;
  }

  coverage(): Coverage {
    const tallies = [...this.#tallies];
    const sum = (of: (tally: Tally) => number) => tallies.reduce((total, [, tally]) => total + of(tally), 0);
    return {
      codes: tallies.length,
      codedCodes: tallies.filter(([, tally]) => tally.coded === tally.results).length,
      results: sum(({ results }) => results),
      codedResults: sum(({ coded }) => coded),
      uncoded: tallies
        .filter(([, tally]) => tally.coded < tally.results)
        .map(([code, { label, unit, specimen, numeric, results, coded, reasons }]) => ({
          ...{ code, label, unit, specimen, numeric },
          results: results - coded,
          reasons: [...reasons].sort(),
        }))
        .sort((a, b) => b.results - a.results || a.code.localeCompare(b.code)),
      doubts: tallies.flatMap(([code, tally]) => doubtsAbout(code, tally)),
    };
  }
}

function doubtsAbout(code: string, tally: Tally): FeedDoubt[] {
  const { unit, rangeUnit, ranged, far, judged, outside, plausible } = tally;
  const doubts: FeedDoubt[] = [];
  if (rangeUnit !== '') {
    const message = `l’intervalle de référence est en « ${rangeUnit} », la valeur en « ${unit} ».`;
    doubts.push({ code, level: 'error', rule: 'range-unit', message });
  }
  if (ranged >= MIN_VALUES && far * 2 >= ranged) {
    const message = `${far} valeurs sur ${ranged} sont dix fois au-delà de l’intervalle de référence : unité à vérifier.`;
    doubts.push({ code, level: 'warning', rule: 'values-implausible', message });
  }
  if (plausible && judged >= MIN_VALUES && outside * 2 >= judged) {
    const { loinc, ucum, low, high } = plausible;
    const between = `${french(low)} à ${french(high)}${ucum === '' ? '' : ` ${ucum}`}`;
    const message = `${outside} valeurs sur ${judged} sont hors de ce qui est plausible pour ${loinc} (${between}) : unité ou code à vérifier.`;
    doubts.push({ code, level: 'warning', rule: 'values-beyond-code', message });
  }
  return doubts;
}

function newTally(): Tally {
  return {
    label: '',
    unit: '',
    specimen: '',
    numeric: undefined,
    results: 0,
    coded: 0,
    reasons: new Set(),
    ranged: 0,
    far: 0,
    rangeUnit: '',
    judged: 0,
    outside: 0,
  };
}

const french = (number: Decimal): string => number.toFixed().replace('.', ',');

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d{1,30}(\.\d{1,30})?$/.test(text);
}
