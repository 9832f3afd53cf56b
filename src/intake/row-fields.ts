import type { Professional } from '../report/people.ts';
import type { LocalCode, ReferenceRange } from '../report/result.ts';
import type { ReadingContext } from './context.ts';
import type { Repetition, Segment } from './hl7.ts';
import type { OrderGroup } from './message-groups.ts';
import { participantNamed, type RowActors, readInterpreter, readPerson } from './people.ts';
import { readRange } from './ranges.ts';
import { codedText, unescapedPower } from './values.ts';

/** S, I or R sent as the value of an antibiotic, OBX-8 being empty. */
export function susceptibilityOf(obx: Segment): readonly string[] {
  const code = obx.text(5).toUpperCase();
  return /^(?:S|I|R|SDD|NS)$/.test(code) ? [code] : [];
}

/** The laboratory's own triplet of a coded field: the one whose system is not LOINC, when there is one. */
export function localCode(ce: Repetition | undefined): LocalCode | undefined {
  if (!ce) return undefined;
  const starts = [1, 4].filter((start) => ce.text(start) !== '');
  const start = starts.find((candidate) => ce.text(candidate + 2) !== 'LN') ?? starts[0];
  if (start === undefined) {
    const label = codedText(ce);
    return label ? { code: label, label } : undefined;
  }
  return { code: ce.text(start), label: ce.componentText(start + 1) || codedText(ce) };
}

/** The LOINC code that a coded field gives beside the laboratory's own. */
export function loincOf(ce: Repetition | undefined): string | undefined {
  const start = [1, 4].find((candidate) => ce?.text(candidate + 2) === 'LN');
  return start === undefined ? undefined : ce?.text(start) || undefined;
}

/** Systems whose codes are units themselves: what stands beside them is their name in full. */
const UNIT_SYSTEMS = /^(?:UCUM|ISO\+?|ANS\+?|ANSI\+?)$/i;

/**
 * OBX-6 as printed: the code, or the text beside it where the code is the sender's own number or abbreviation of the unit
 * (`12^mmol/L^L`). A power sent without escapes arrives in two components.
 */
export function readUnit(obx: Segment): string | undefined {
  const unit = obx.repetitions(6)[0];
  if (!unit) return undefined;
  const [code, text, system] = [unit.componentText(1), unit.componentText(2), unit.text(3)];
  const power = unescapedPower(unit);
  if (power) return power;
  const isOwn = /^\d+$/.test(code) || (/[/%]/.test(text) && !/[/%]/.test(code));
  return (isOwn && !UNIT_SYSTEMS.test(system) ? text || code : code) || undefined;
}

/** OBX-7, as many as are written. */
export function readRanges(obx: Segment, context: ReadingContext): readonly ReferenceRange[] {
  const unit = readUnit(obx);
  return obx.repetitions(7).flatMap((repetition) => {
    const { range, reversed } = readRange(repetition.whole(), context.profile.decimalMark, unit);
    if (reversed) context.warn('RANGE_REVERSED', obx.text(3));
    return range.text ? [range] : [];
  });
}

/** OBX-16, else the interpreter of the whole exam (OBR-32); from v2.7 on PRT of roles RO, then PRI and PI. */
export function validatorOf(
  row: RowActors | undefined,
  { obr, participations }: OrderGroup,
): Professional | undefined {
  return (
    readPerson(row?.obx.repetitions(16)[0]) ??
    participantNamed(row?.participations ?? [], ['RO']) ??
    readInterpreter(obr.repetitions(32)[0]) ??
    participantNamed(participations, ['PRI', 'PI'])
  );
}
