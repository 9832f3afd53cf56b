import type { InterpretationCode } from '../report/result.ts';
import type { Segment } from './hl7.ts';

/** HL7 v3 ObservationInterpretation codes that a CR-Bio accepts (reference cr-bio.md §7.2). */
const KNOWN: ReadonlySet<string> = new Set(
  (
    '< > A AA B CAR D DET E EX EXP H HH HU HX I IE IND L LL LU LX N NCL ND NEG NR NS POS R RR S SDD SYN-R SYN-S ' +
    'U UNE W WR'
  ).split(' '),
);

/** Codes of HL7 v2 table 0078 and of the CA-SFM that have another name there. */
const RENAMED: Readonly<Record<string, InterpretationCode>> = {
  MS: 'I',
  VS: 'S',
  // EUCAST 2019: "sensible à forte posologie" is the meaning of I.
  SFP: 'I',
};

const SUSCEPTIBILITIES: ReadonlySet<string> = new Set(['S', 'I', 'R', 'SDD', 'NS', 'MS', 'VS', 'SFP', 'ZIT']);

/** OBX-8 in codes that may leave; `unknown` ones are for a comment. */
export function readInterpretations(obx: Segment): {
  readonly codes: readonly InterpretationCode[];
  readonly unknown: readonly string[];
} {
  const codes: InterpretationCode[] = [];
  const unknown: string[] = [];
  for (const repetition of obx.repetitions(8)) {
    const sent = repetition.text().toUpperCase();
    const code = RENAMED[sent] ?? sent;
    if (KNOWN.has(code)) codes.push(code);
    else unknown.push(repetition.text());
  }
  return { codes: [...new Set(codes)], unknown };
}

/** Is this row one of an antibiogramme: S, I or R in OBX-8, or as its value? */
export function isSusceptibility(obx: Segment): boolean {
  return [...obx.repetitions(8), ...obx.repetitions(5).slice(0, 1)].some((repetition) =>
    SUSCEPTIBILITIES.has(repetition.text().toUpperCase()),
  );
}
