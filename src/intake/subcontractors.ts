import type { Dossier, Exam } from '../report/dossier.ts';
import { letters } from '../report/identity.ts';
import type { PerformingLaboratory } from '../report/people.ts';
import type { Result } from '../report/result.ts';

/** A laboratory that works for ours, and the other names and codes by which messages call it. */
export interface KnownLaboratory {
  readonly laboratory: PerformingLaboratory;
  readonly names: readonly string[];
}

/** What the laboratory's configuration knows of a laboratory that a message names fills what the message leaves out. */
export function completeLaboratory(
  named: PerformingLaboratory,
  known: readonly KnownLaboratory[],
): PerformingLaboratory {
  const found = known.find(({ laboratory, names }) =>
    named.idNat !== undefined && laboratory.idNat !== undefined
      ? named.idNat === laboratory.idNat
      : [laboratory.name, ...names].some((name) => isSpelledAs(name, named.name)),
  );
  return found ? { ...found.laboratory, ...named, name: found.laboratory.name } : named;
}

/** Do two spellings name one laboratory? Codes have digits, names accents and case. */
export const isSpelledAs = (one: string, other: string): boolean =>
  one === other || (letters(one) === letters(other) && !/\d/.test(one + other));

/** A dossier of ours whose messages name the laboratories that worked for us, each told in full (CSP R.6222-3). */
export function withLaboratories(dossier: Dossier, known: readonly KnownLaboratory[]): Dossier {
  if (known.length === 0) return dossier;
  const performed = <Part extends { readonly performer?: PerformingLaboratory }>(part: Part): Part =>
    part.performer ? { ...part, performer: completeLaboratory(part.performer, known) } : part;
  const rows = (results: readonly Result[]) => results.map(performed);
  const exam = (one: Exam): Exam => ({
    ...performed(one),
    results: rows(one.results),
    isolates: one.isolates.map((isolate) => ({
      ...isolate,
      ...(isolate.count ? { count: performed(isolate.count) } : {}),
      antibiogram: rows(isolate.antibiogram),
    })),
  });
  return {
    ...dossier,
    exams: dossier.exams.map(exam),
    attachments: dossier.attachments.map((one) =>
      one.from ? { ...one, from: completeLaboratory(one.from, known) } : one,
    ),
  };
}
