import type { Comparator, ResultValue } from '../report/result.ts';

/** How a value reads on a French report: decimal comma, the digits as received. */

const COMPARATORS: Readonly<Record<Comparator, string>> = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' };

const comma = (lexical: string): string => lexical.replace('.', ',');

const prefix = (comparator: Comparator | undefined): string =>
  comparator === undefined ? '' : `${COMPARATORS[comparator]} `;

export function printedValue(value: ResultValue): string {
  switch (value.kind) {
    case 'quantity':
      return `${prefix(value.comparator)}${comma(value.lexical)}`;
    case 'range':
      return `${comma(value.low)} à ${comma(value.high)}`;
    case 'titre':
      return `${prefix(value.comparator)}1/${comma(value.dilution)}`;
    case 'ratio':
      return `${comma(value.numerator)}/${comma(value.denominator)}`;
    case 'coded':
    case 'text':
      return value.text;
  }
}
