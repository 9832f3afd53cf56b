import { dimensionOf, fitsProperty, sameKind } from './dimension.ts';
import { LabelIndex, type WordList } from './label-similarity.ts';
import type { LoincTerm } from './loinc.ts';
import { acceptsSpecimen } from './specimens.ts';
import type { Tables } from './tables.ts';
import { emittedUnit, normaliseUnit } from './units.ts';

/** What is known of a test that has no code. */
export interface TestToMap {
  readonly code: string;
  readonly label: string;
  readonly synonym?: string;
  /** As printed; empty: none. */
  readonly unit: string;
  /** HL7 0487; empty: not known. */
  readonly specimen: string;
  /** Does it give numbers? undefined: not known. */
  readonly numeric: boolean | undefined;
}

/** One candidate, with what each axis counts for: a person sees why. */
export interface Suggestion {
  readonly loinc: string;
  readonly display: string;
  readonly score: number;
  readonly parts: {
    /** Likeness of labels, 0 to 45. */
    readonly label: number;
    /** Unit against PROPERTY, 0 to 25. */
    readonly unit: number;
    /** Specimen against SYSTEM, 0 to 15. */
    readonly specimen: number;
    /** Kind of value against SCALE, 0 to 10. */
    readonly scale: number;
    /** In the circuit de la biologie, no method where the label names none, not discouraged: -10 to 5. */
    readonly preference: number;
  };
  /** French: what a person should look at. */
  readonly remarks: readonly string[];
}

const LABEL = 45;
const UNIT = 25;
const SPECIMEN = 15;
const SCALE = 10;

/** Below this likeness of labels a term is not about the same thing, whatever its unit. */
const MIN_LABEL = 0.2;

/**
 * Ranks LOINC terms for tests that a person has to map. It never decides: nothing here writes a catalogue, and a unit,
 * a scale or a daily rate that contradicts a term takes it off the list instead of lowering it.
 */
export class Suggester {
  readonly #tables: Tables;
  readonly #index: LabelIndex;

  constructor(tables: Tables, words: WordList) {
    this.#tables = tables;
    this.#index = new LabelIndex(tables.loinc, words);
  }

  /** The best candidates, best first; ties by code, so that the same question has the same answer. */
  suggest(test: TestToMap, limit: number): Suggestion[] {
    const likeness = this.#index.likeness(`${test.label} ${test.synonym ?? ''}`);
    const all: Suggestion[] = [];
    for (const [code, like] of likeness) {
      const term = this.#tables.loinc.get(code);
      const suggestion = term && like >= MIN_LABEL ? this.#judge(test, term, like) : undefined;
      if (suggestion) all.push(suggestion);
    }
    return all.sort((a, b) => b.score - a.score || a.loinc.localeCompare(b.loinc)).slice(0, limit);
  }

  #judge(test: TestToMap, term: LoincTerm, like: number): Suggestion | undefined {
    if (term.panel || this.#tables.retired.has(term.code)) return undefined;
    const unit = this.#unitPart(test, term);
    const scale = scalePart(test, term);
    if (unit === undefined || scale === undefined) return undefined;
    const accepts = acceptsSpecimen(term.system, test.specimen);
    const specimen = accepts === undefined ? SPECIMEN / 3 : accepts ? SPECIMEN : 0;
    const label = Math.round(like * LABEL);
    const preference = this.#preference(test, term);
    const remarks = [
      ...(accepts === false ? [`milieu ${term.system} contre échantillon ${test.specimen}`] : []),
      ...(term.status === 'DISCOURAGED' || term.status === 'DEPRECATED' ? [`code ${term.status}`] : []),
      ...(this.#tables.circuit && !this.#tables.circuit.codes.has(term.code)
        ? ['absent du circuit de la biologie']
        : []),
      ...(term.property === '' && test.unit !== ''
        ? ['grandeur non dite par la table : unité non contrôlée']
        : []),
    ];
    return {
      loinc: term.code,
      display: term.display,
      score: label + unit + specimen + scale + preference,
      parts: { label, unit, specimen, scale, preference },
      remarks,
    };
  }

  /** undefined: the unit says that it is another quantity. */
  #unitPart({ unit, numeric }: TestToMap, term: LoincTerm): number | undefined {
    if (unit === '') {
      const unitless =
        term.exampleUnits.length === 0 || term.exampleUnits.every((one) => /^\{[^}]*\}$/.test(one));
      return numeric === true && !unitless ? 0 : UNIT / 2.5;
    }
    const ucum = emittedUnit(normaliseUnit(this.#tables.units, unit, term.property || undefined));
    const meant = ucum ?? '';
    if (ucum === undefined) {
      const known = this.#tables.units.size > 0 && normaliseUnit(this.#tables.units, unit) !== undefined;
      return known ? undefined : UNIT / 5;
    }
    const daily = /\(24\.h\)$|\/d$/.test(meant);
    if (daily && term.time === 'Pt') return undefined;
    const fits = fitsProperty(meant, term.property);
    if (fits === false) return undefined;
    const dimension = dimensionOf(meant);
    const examples = term.exampleUnits.flatMap((one) => dimensionOf(one) ?? []);
    const likeExample =
      dimension && examples.length > 0 ? examples.some((one) => sameKind(one, dimension)) : undefined;
    if (likeExample === false && fits === undefined) return undefined;
    const same = term.exampleUnits.includes(meant);
    if (fits === true) return same ? UNIT : UNIT - 3;
    return likeExample ? UNIT - 5 : UNIT / 5;
  }

  #preference({ label, unit }: TestToMap, term: LoincTerm): number {
    const calculated = /calcul/i.test(term.method) !== /calcul/i.test(label);
    const timed = term.time !== '' && term.time !== 'Pt' && !/24\s*h|jour|\/d/i.test(`${label} ${unit}`);
    return (
      (this.#tables.circuit?.codes.has(term.code) ? 5 : 0) +
      (term.french && !this.#tables.circuit ? 3 : 0) -
      (term.method === '' || term.method === 'Automated count' ? 0 : calculated ? 3 : 1) -
      (timed ? 5 : 0) -
      (/\^/.test(term.component) ? 4 : 0) -
      (term.status === 'DISCOURAGED' || term.status === 'DEPRECATED' ? 10 : 0)
    );
  }
}

/** undefined: the kind of value excludes the scale. */
function scalePart({ numeric }: TestToMap, { scale }: LoincTerm): number | undefined {
  if (numeric === undefined || scale === '') return SCALE / 2;
  const textual = ['Ord', 'Nom', 'Nar', 'Doc'].includes(scale);
  if (numeric === textual && scale !== 'OrdQn') return undefined;
  return SCALE;
}
