import { type Coding, OID } from '../report/coding.ts';
import type { Comparator, ResultValue } from '../report/result.ts';
import { parseTimestamp, toFrench } from '../report/timestamp.ts';
import type { WarningCode } from './faults.ts';
import type { Repetition } from './hl7.ts';
import { readNumber } from './numbers.ts';
import type { SourceProfile } from './profile.ts';

/** A value read from OBX-5, and what was odd about it. */
export interface ReadValue {
  /** Undefined: nothing is there. */
  readonly value: ResultValue | undefined;
  /** Unit found glued to the number, when OBX-6 is empty. */
  readonly unit?: string;
  readonly doubt?: WarningCode;
}

type Reading = Pick<SourceProfile, 'decimalMark' | 'zone'>;

const COMPARATORS: Readonly<Record<string, Comparator>> = {
  '<': '<',
  '<=': '<=',
  '=<': '<=',
  '≤': '<=',
  '>': '>',
  '>=': '>=',
  '=>': '>=',
  '≥': '>=',
};

/**
 * Reads OBX-5 (inputs.md §3.3). What is not understood stays the text that was received.
 * @param type OBX-2
 * @param repetitions those that hold something
 * @param hasUnit whether OBX-6 gives a unit
 */
export function readValue(
  type: string,
  repetitions: readonly Repetition[],
  hasUnit: boolean,
  reading: Reading,
): ReadValue {
  const first = repetitions[0];
  if (!first) return { value: undefined };
  switch (type) {
    case 'TX':
    case 'FT':
      return text(repetitions.map((repetition) => repetition.whole().trimEnd()).join('\n'), true);
    case 'CE':
    case 'CWE':
    case 'CNE':
    case 'CF':
      return coded(repetitions);
    case 'SN':
      return repetitions.length > 1
        ? text(repetitions.map(numericParts).join('\n'))
        : structured(first, hasUnit, reading);
    case 'DT':
    case 'TS':
    case 'DTM':
      return text(repetitions.map((one) => writtenDate(one, reading.zone)).join('\n'));
    case 'TM':
      return text(repetitions.map(writtenTime).join('\n'));
    case 'NA':
    case 'MA':
      // Arrays of numbers: every one of them is part of the value.
      return joined(repetitions);
    case 'NM': {
      if (repetitions.length > 1) return joined(repetitions);
      const read = fromText(first.whole(), hasUnit, reading);
      const plain = read.value?.kind === 'quantity' && !read.value.comparator && read.unit === undefined;
      return plain || read.doubt ? read : { ...read, doubt: 'OBX_TYPE' };
    }
    case 'ST':
      return repetitions.length > 1 ? joined(repetitions) : fromText(first.whole(), hasUnit, reading);
    default: {
      const read =
        repetitions.length > 1
          ? joined(repetitions)
          : namesASystem(first)
            ? coded(repetitions)
            : fromText(first.whole(), hasUnit, reading);
      return { ...read, doubt: read.doubt ?? 'OBX_TYPE' };
    }
  }
}

/** Code ^ text ^ system: a triplet, and not numbers or names set side by side. */
function namesASystem(repetition: Repetition): boolean {
  return /\p{L}/u.test(repetition.text(2)) && /^[A-Za-z][\w.-]*$/.test(repetition.text(3));
}

function text(content: string, preformatted = false): ReadValue {
  if (content.trim() === '') return { value: undefined };
  return { value: { kind: 'text', text: content, ...(preformatted ? { preformatted: true } : {}) } };
}

function joined(repetitions: readonly Repetition[]): ReadValue {
  return text(repetitions.map((repetition) => repetition.whole().trim()).join('\n'));
}

/** A date as French readers write it, its seconds when they say something. */
function writtenDate(repetition: Repetition, zone: string): string {
  const time = parseTimestamp(repetition.text(), zone);
  return time ? `${toFrench(time)}${seconds(time.local.slice(12, 14))}` : repetition.whole().trim();
}

/** A time of the day, or a duration: HHMM[SS]. */
function writtenTime(repetition: Repetition): string {
  const time = /^(\d{2})(\d{2})(\d{2})?/.exec(repetition.text());
  return time ? `${time[1]}:${time[2]}${seconds(time[3] ?? '')}` : repetition.whole().trim();
}

const seconds = (digits: string): string => (digits === '' || digits === '00' ? '' : `:${digits}`);

/** Longer than any number with its unit: a text, on which no pattern is tried. */
const MAX_NUMERIC = 100;

/** `<0.5`, `>= 100`, `1/80`, `12,3 mg/L`, or a text. */
function fromText(received: string, hasUnit: boolean, { decimalMark }: Reading): ReadValue {
  const trimmed = received.trim();
  if (trimmed.length > MAX_NUMERIC) return text(trimmed);
  const match = /^(<=|>=|=<|=>|<|>|≤|≥)?\s*(.+)$/s.exec(trimmed);
  const comparator = COMPARATORS[match?.[1] ?? ''];
  const rest = match?.[2] ?? '';
  const compared = comparator ? { comparator } : {};

  // A time of the day, or a duration: `08:30`.
  if (/^[0-2]\d:[0-5]\d$/.test(rest) && !comparator) return text(trimmed);
  const titre = /^1\s*[/:]\s*(\d+)$/.exec(rest)?.[1];
  if (titre !== undefined) return { value: { kind: 'titre', dilution: titre, ...compared } };
  const quotient = /^(\d+(?:[.,]\d+)?)\s*[/:]\s*(\d+(?:[.,]\d+)?)$/.exec(rest);
  if (quotient?.[1] && quotient[2] && !comparator) {
    const [numerator, denominator] = [quotient[1].replace(',', '.'), quotient[2].replace(',', '.')];
    return { value: { kind: 'ratio', numerator, denominator } };
  }
  const number = readNumber(rest, decimalMark);
  if (number.kind === 'number') return { value: { kind: 'quantity', lexical: number.lexical, ...compared } };
  if (number.kind === 'ambiguous') return { ...text(trimmed), doubt: 'NUMBER_AMBIGUOUS' };

  // A unit after the number: a letter, %, µ or / must begin it, so that "2 croix" of a text is none.
  const glued = /^([+-]?[\d\u00a0\u202f .,]*\d)\s*((?:[a-zA-Zµμ%°][^\s]*|\/\s?[a-zA-Zµμ]+))$/.exec(rest);
  if (glued?.[1] && glued[2] && !hasUnit && looksLikeUnit(glued[2])) {
    const amount = readNumber(glued[1], decimalMark);
    if (amount.kind === 'number') {
      return { value: { kind: 'quantity', lexical: amount.lexical, ...compared }, unit: glued[2] };
    }
  }
  return text(trimmed);
}

/** Units hold a slash, a percent or are one of the bare ones; "croix" or "colonies" are words. */
function looksLikeUnit(candidate: string): boolean {
  return (
    /[/%]/.test(candidate) ||
    /^(?:[kmµμnpf]?(?:g|mol|L|l|m|UI|U|s)|sec|min|h|mm|mmHg|kPa|°C)$/.test(candidate)
  );
}

/** The components of an SN: comparator, number, separator, number; and what a sender adds. */
const partsOf = (repetition: Repetition): readonly string[] =>
  repetition.components.map((_, index) => repetition.componentText(index + 1));

const numericParts = (repetition: Repetition): string => partsOf(repetition).join('');

/** SN: comparator ^ number ^ separator ^ number. */
function structured(repetition: Repetition, hasUnit: boolean, reading: Reading): ReadValue {
  if (repetition.components.length === 1) {
    const read = fromText(repetition.whole(), hasUnit, reading);
    return { ...read, doubt: read.doubt ?? 'OBX_TYPE' };
  }
  const [sign, first, separator, second, ...more] = partsOf(repetition);
  const asWritten = numericParts(repetition);
  const odd = (): ReadValue => ({ ...text(asWritten), doubt: 'SN_UNUSUAL' });
  const comparator = COMPARATORS[sign ?? ''];
  const compared = comparator ? { comparator } : {};
  const low = readNumber(first ?? '', reading.decimalMark);
  const high = readNumber(second ?? '', reading.decimalMark);
  if ((sign && !comparator && sign !== '=') || more.some(Boolean)) return odd();

  if (!separator && !second) {
    if (low.kind === 'number') return { value: { kind: 'quantity', lexical: low.lexical, ...compared } };
    return low.kind === 'ambiguous' ? { ...text(asWritten), doubt: 'NUMBER_AMBIGUOUS' } : odd();
  }
  if (separator === '+' && !second) return text(asWritten);
  if (low.kind !== 'number' || high.kind !== 'number' || sign === '=') return odd();
  if (separator === '-' && !comparator)
    return { value: { kind: 'range', low: low.lexical, high: high.lexical } };
  if (separator === ':' || separator === '/') {
    if (low.lexical === '1' && /^\d+$/.test(high.lexical)) {
      return { value: { kind: 'titre', dilution: high.lexical, ...compared } };
    }
    if (!comparator) return { value: { kind: 'ratio', numerator: low.lexical, denominator: high.lexical } };
  }
  return odd();
}

/** HL7 table 0396 names of code systems that have an OID we emit. */
const SYSTEMS: Readonly<Record<string, string>> = {
  SCT: OID.snomed,
  SNM: OID.snomed,
  'SNOMED CT': OID.snomed,
  SNOMEDCT: OID.snomed,
  LN: OID.loinc,
  LOINC: OID.loinc,
};

/** The national or international coding of a CE or CWE, in whichever triplet it stands. */
export function readCoding(repetition: Repetition): Coding | undefined {
  for (const start of [1, 4]) {
    const system = SYSTEMS[repetition.text(start + 2).toUpperCase()];
    const code = repetition.text(start);
    // Answers of LOINC lists (`LA6576-8`) are no LOINC codes of a document: their words alone are said.
    if (system === OID.loinc && !/^\d{1,8}-\d$/.test(code)) continue;
    if (system && code) return { code, system, display: repetition.componentText(start + 1) || code };
  }
  return undefined;
}

function coded(repetitions: readonly Repetition[]): ReadValue {
  if (repetitions.length > 1) return text(repetitions.map(codedText).join('\n'));
  const [repetition] = repetitions;
  if (!repetition) return { value: undefined };
  const power = repetition.text(3) === '' ? unescapedPower(repetition) : undefined;
  // `10^2 croix` may be the tenth answer of a list; so many in a volume is none.
  if (power?.includes('/')) return text(power);
  const label = codedText(repetition);
  // Without a code, or as a bare text in a CE: nothing but the words.
  if (!label || (!repetition.text(1) && !repetition.text(4))) return text(label);
  const coding = readCoding(repetition);
  return { value: { kind: 'coded', text: label, ...(coding ? { coding } : {}) } };
}

/** `10^6 UFC/mL`, `kg/m^2`: a power whose sign was left unescaped, and which is no code with its text. */
export function unescapedPower(repetition: Repetition): string | undefined {
  const [base, exponent] = [repetition.componentText(1), repetition.componentText(2)];
  const isPower =
    /(?:^|[^\d.,])10$|(?:^|[^\p{L}])[cdmkµ]?m$/u.test(base) && /^[+-]?\d{1,2}(?![\p{L}\d.,])/u.test(exponent);
  return isPower ? `${base}^${exponent}` : undefined;
}

/** What a person reads of a CE or CWE: original text, text, alternate text, code. */
export function codedText(repetition: Repetition): string {
  return [9, 2, 5, 1, 4].map((component) => repetition.componentText(component)).find(Boolean) ?? '';
}
