import type { ReadingContext } from '../context.ts';
import type { Delimiters } from '../escapes.ts';
import type { Repetition, Segment } from '../hl7.ts';
import { repetition, translated } from './hl7-segments.ts';

/** PID field → P field. */
const PLACES = { 3: 2, 5: 5, 7: 7, 8: 8, 11: 10, 13: 12, 18: 4, 32: 38 };

/** P.24, codes of ASTM E1238, in HL7 table 0004; those of that table pass as they are. */
const CLASSES: Readonly<Record<string, string>> = { IP: 'I', OP: 'O', ER: 'E', PA: 'P' };

/**
 * Says a P segment (inputs.md §10) in PID and PV1. An INS goes with a birth name only: where P.6 is empty the name in use
 * stands for it, and no identity may be qualified on a guess.
 */
export function patientSegments(p: Segment, delimiters: Delimiters, context: ReadingContext): Segment[] {
  const rep = (...components: (string | readonly string[])[]) => repetition(components, delimiters);
  const [name, given] = [p.text(5), p.text(5, 2)];
  const [birthName, firstGiven, givens] = [p.text(6), p.text(6, 2), p.text(6, 3)];
  const ins = birthName ? insOf(p, rep) : [];
  if (!birthName) {
    context.warn('HPRIM_BIRTH_NAME');
    if (p.repetitions(11).some((one) => one.text(4) !== '')) context.warn('HPRIM_INS_IGNORED');
  }
  if (p.text(31) !== '') context.warn('HPRIM_CONFIDENTIAL');
  const names = birthName
    ? [
        rep(birthName, firstGiven || given, givens, '', '', '', 'L'),
        ...(name ? [rep(name, given, '', '', '', '', 'D')] : []),
      ]
    : [rep(name, given, '', '', '', '', 'L')];
  const home = ['', '', '', '', '', ''].map((_, index) => p.text(10, index + 1));
  const [town, cog, country, postal] = [1, 2, 3, 4].map((part) => p.text(34, part));
  const born =
    town || cog ? [rep('', '', town ?? '', '', postal ?? '', country ?? '', 'BDL', '', cog ?? '')] : [];
  const pid = translated(
    'PID',
    {
      3: [rep(p.text(2)), ...ins],
      5: names,
      7: p.everyRepetition(7),
      8: p.everyRepetition(8),
      11: [rep(...home, 'H'), ...born],
      13: p.everyRepetition(12),
      18: [rep(p.text(4))],
      32: p.repetitions(38).map((status) => rep(statusOf(status))),
    },
    p,
    PLACES,
  );
  const admission = p.text(24).toUpperCase();
  const patientClass = CLASSES[admission] ?? (/^[EIOPRBNU]$/.test(admission) ? admission : '');
  const pv1 = translated('PV1', { 2: [rep(patientClass)], 3: p.everyRepetition(25) }, p, { 2: 24, 3: 25 });
  return [pid, pv1];
}

/** P.11 as PID-3 (version 2.5: value ~ type ~ dates ~ OID); older versions have a free text there, without an OID. */
function insOf(p: Segment, rep: (...components: (string | readonly string[])[]) => Repetition): Repetition[] {
  return p
    .repetitions(11)
    .map((one) => ({ value: one.text(1), oid: one.text(4).replace(/\s/g, '') }))
    .filter(({ value, oid }) => value !== '' && /^[0-2](?:\.\d+)+$/.test(oid))
    .map(({ value, oid }) => rep(value, '', '', ['', oid, 'ISO'], 'INS'));
}

/** P.38 in table 0445. The RNIV's QUAL is a validated identity whose INS was verified: what VALI and an INS say. */
function statusOf(status: Repetition): string {
  const code = status.text().toUpperCase();
  return code === 'QUAL' ? 'VALI' : code;
}
