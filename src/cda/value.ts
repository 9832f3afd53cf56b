import { printedValue } from '../report/printed.ts';
import type { Comparator, ReferenceRange, ResultValue } from '../report/result.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** What the value's form depends on beside the value itself. */
export interface ValueContext {
  /** UCUM unit to emit, when there is one. */
  readonly ucum?: string | undefined;
  /** Unit as printed. */
  readonly printedUnit: string;
  /** Has the catalogue coded this test? Then a missing `ucum` is its choice (INR). */
  readonly coded: boolean;
  /** ID of the value in the narrative; a previous value of text has none. */
  readonly reference?: string;
}

/** UCUM unit of a dilution (decisions: titres stay quantities, so that `<1/80` has a form). */
const TITER = '{titer}';

/** `value` of a result or of a previous result (cr-bio §7.2). */
export function valueElement(value: ResultValue, context: ValueContext): XmlElement {
  const { ucum: unit } = context;
  // A number stripped of its unit would lie: an unknown test with a printed unit stays text.
  const countable = context.coded || unit !== undefined || context.printedUnit === '';
  switch (value.kind) {
    case 'quantity':
      return countable && isNumber(value.lexical)
        ? quantity(value.lexical, value.comparator, unit)
        : textual(value, context);
    case 'range':
      return countable && isNumber(value.low) && isNumber(value.high)
        ? el(
            'value',
            { 'xsi:type': 'IVL_PQ' },
            el('low', { value: value.low, unit }),
            el('high', { value: value.high, unit }),
          )
        : textual(value, context);
    case 'titre':
      return isNumber(value.dilution)
        ? // 1/160 is a higher titre than 1/80: the comparator applies to the dilution as it stands.
          quantity(value.dilution, value.comparator, TITER)
        : textual(value, context);
    case 'ratio':
      return isNumber(value.numerator) && isNumber(value.denominator)
        ? el(
            'value',
            { 'xsi:type': 'RTO_PQ_PQ' },
            el('numerator', { value: value.numerator }),
            el('denominator', { value: value.denominator }),
          )
        : textual(value, context);
    case 'coded':
      return value.coding
        ? el(
            'value',
            {
              'xsi:type': 'CD',
              code: value.coding.code,
              codeSystem: value.coding.system,
              displayName: value.coding.display,
            },
            context.reference === undefined ? undefined : originalText(context.reference),
          )
        : textual(value, context);
    case 'text':
      return textual(value, context);
  }
}

export const originalText = (reference: string): XmlElement =>
  el('originalText', {}, el('reference', { value: `#${reference}` }));

/** Text is read where it stands in the narrative; a previous one, which has no place of its own, is written out. */
function textual(value: ResultValue, { reference, printedUnit }: ValueContext): XmlElement {
  if (reference !== undefined) return el('value', { 'xsi:type': 'CD' }, originalText(reference));
  const unit = value.kind === 'text' || value.kind === 'coded' ? '' : printedUnit;
  const said = printedValue(value).replaceAll('\u00a0', ' ');
  return el('value', { 'xsi:type': 'ST' }, `${said} ${unit}`.trimEnd());
}

function quantity(lexical: string, comparator: Comparator | undefined, unit: string | undefined): XmlElement {
  if (comparator === undefined) return el('value', { 'xsi:type': 'PQ', value: lexical, unit });
  const bound = el(comparator.startsWith('<') ? 'high' : 'low', {
    value: lexical,
    unit,
    inclusive: String(comparator.endsWith('=')),
  });
  return el('value', { 'xsi:type': 'IVL_PQ' }, bound);
}

/** xs:decimal, the form of PQ/@value. */
const isNumber = (lexical: string): boolean => /^[+-]?\d+(?:\.\d+)?$/.test(lexical);

/** The range that applies: IVL_PQ when its bounds are numbers in the emitted unit, else its text. */
export function referenceRange(range: ReferenceRange, context: ValueContext): XmlElement {
  const { low, high } = range;
  const bounds = [low, high].filter((bound) => bound !== undefined);
  const unit = context.ucum;
  const numeric = bounds.length > 0 && bounds.every(isNumber) && (context.coded || unit !== undefined);
  const bound = (name: string, value: string | undefined, inclusive: boolean | undefined) =>
    value === undefined
      ? undefined
      : el(name, { value, unit, inclusive: inclusive === false ? 'false' : undefined });
  return el(
    'referenceRange',
    { typeCode: 'REFV' },
    el(
      'observationRange',
      {},
      numeric ? undefined : el('text', {}, range.text),
      numeric
        ? el(
            'value',
            { 'xsi:type': 'IVL_PQ' },
            bound('low', low, range.lowInclusive),
            bound('high', high, range.highInclusive),
          )
        : undefined,
      el('interpretationCode', { code: 'N', codeSystem: '2.16.840.1.113883.5.83', displayName: 'Normal' }),
    ),
  );
}
