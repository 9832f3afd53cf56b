import { type Fault, isFaults } from '../report/fault.ts';
import { headerKey } from './delimited.ts';
import { readTsv, type SourceFile } from './source.ts';

/** LOINC values by axis and by the French term of the ANS labels, accents and case aside. */
export type FrenchAxes = ReadonlyMap<string, string>;

/** The axes that the French sets translate, by LOINC's column. */
export type Axis = 'PROPERTY' | 'TIME_ASPCT' | 'SYSTEM' | 'SCALE_TYP' | 'METHOD_TYP';

/** Reads axes-fr.tsv: the French vocabulary of the six axes, as the labels of the ANS write it. */
export function parseAxes(file: SourceFile): FrenchAxes | Fault[] {
  const rows = readTsv(file, ['axis', 'term_fr', 'loinc_value']);
  if (isFaults(rows)) return rows;
  return new Map(rows.map(({ cells }) => [keyOf(cells.axis, cells.term_fr), cells.loinc_value]));
}

/**
 * The LOINC value of a French axis term; a text that already is a LOINC value of that axis stays.
 * @returns empty when the term is not known
 */
export function axisValue(axes: FrenchAxes, axis: Axis, term: string): string {
  const text = term.trim();
  if (text === '' || text === '-') return text;
  const known = axes.get(keyOf(axis, text));
  if (known !== undefined) return known;
  return [...axes].some(([key, value]) => key.startsWith(`${axis} `) && value === text) ? text : '';
}

function keyOf(axis: string, term: string): string {
  return `${axis} ${headerKey(term)}`;
}
