import type { ReferenceRange, ResultValue } from '../report/result.ts';
import type { CdaElement } from './cda-tree.ts';
import { at } from './cda-tree.ts';

/** Values of a CDA observation, back in the forms of the report model (cr-bio §7.2). */

export interface ReadValue {
  readonly value: ResultValue;
  readonly unit?: string;
}

const TITRES = ['{titer}', '{titre}'];

/**
 * @param value `value` of an observation
 * @param said what the narrative shows in its place: kept for whatever has no other form
 * @returns undefined where nothing is said
 */
export function readValue(value: CdaElement, said: string | undefined): ReadValue | undefined {
  const { type = '', value: lexical, unit, code, codeSystem, displayName } = value.attributes;
  switch (type.replace(/^.*:/, '')) {
    case 'PQ':
    case 'REAL':
    case 'INT':
      return lexical === undefined ? text(said) : quantity(lexical, unit);
    case 'IVL_PQ':
    case 'IVL_INT':
      return interval(value) ?? text(said);
    case 'RTO':
    case 'RTO_PQ_PQ': {
      const numerator = at(value, 'numerator')?.attributes.value;
      const denominator = at(value, 'denominator')?.attributes.value;
      if (numerator === undefined || denominator === undefined) return text(said);
      return { value: { kind: 'ratio', numerator, denominator } };
    }
    case 'CD':
    case 'CE':
    case 'CO':
    case 'CV': {
      if (code === undefined || codeSystem === undefined) return text(said ?? value.text);
      const display = displayName ?? code;
      return {
        value: { kind: 'coded', text: said ?? display, coding: { code, system: codeSystem, display } },
      };
    }
    case 'BL':
      // Without a value (a nullFlavor) it is neither.
      return text(lexical === 'true' ? 'Oui' : lexical === 'false' ? 'Non' : said);
    default:
      return text(value.text.trim() || said);
  }
}

const text = (said: string | undefined): ReadValue | undefined =>
  said === undefined || said.trim() === '' ? undefined : { value: { kind: 'text', text: said.trim() } };

function quantity(
  lexical: string,
  unit: string | undefined,
  comparator?: '<' | '<=' | '>' | '>=',
): ReadValue {
  const compared = comparator ? { comparator } : {};
  if (unit !== undefined && TITRES.includes(unit))
    return { value: { kind: 'titre', dilution: lexical, ...compared } };
  return {
    value: { kind: 'quantity', lexical, ...compared },
    ...(unit === undefined || unit === '1' ? {} : { unit }),
  };
}

/** One bound is a comparator, two are a range. A bound belongs to its interval unless it says not (HL7 IVXB). */
function interval(value: CdaElement): ReadValue | undefined {
  const low = at(value, 'low')?.attributes;
  const high = at(value, 'high')?.attributes;
  const unit = low?.unit ?? high?.unit;
  if (low?.value !== undefined && high?.value !== undefined) {
    return { value: { kind: 'range', low: low.value, high: high.value }, ...(unit ? { unit } : {}) };
  }
  if (high?.value !== undefined) return quantity(high.value, unit, high.inclusive === 'false' ? '<' : '<=');
  if (low?.value !== undefined) return quantity(low.value, unit, low.inclusive === 'false' ? '>' : '>=');
  return undefined;
}

/** referenceRange/observationRange: bounds, or text. */
export function readRange(range: CdaElement): ReferenceRange | undefined {
  const value = at(range, 'value');
  const low = value && at(value, 'low')?.attributes;
  const high = value && at(value, 'high')?.attributes;
  const written = at(range, 'text')?.text.trim();
  if (low?.value === undefined && high?.value === undefined) {
    return written ? { text: written } : undefined;
  }
  return {
    text: written || printed(low?.value, high?.value),
    ...(low?.value === undefined ? {} : { low: low.value }),
    ...(high?.value === undefined ? {} : { high: high.value }),
    ...(low?.inclusive === 'false' ? { lowInclusive: false } : {}),
    ...(high?.inclusive === 'false' ? { highInclusive: false } : {}),
  };
}

function printed(low: string | undefined, high: string | undefined): string {
  const comma = (lexical: string) => lexical.replace('.', ',');
  if (low === undefined) return `inférieur à ${comma(high ?? '')}`;
  return high === undefined ? `supérieur à ${comma(low)}` : `${comma(low)} à ${comma(high)}`;
}
