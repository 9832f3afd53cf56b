import type { Exam } from '../report/dossier.ts';
import type { Laboratory } from '../report/laboratory.ts';
import type { Professional } from '../report/people.ts';
import type { Validator } from '../report/report.ts';
import type { Result } from '../report/result.ts';
import { latest, type Timestamp } from '../report/timestamp.ts';

/** What the laboratory's configuration knows of a biologist fills what the source leaves out. */
export function completeBiologist(person: Professional, laboratory: Laboratory): Professional {
  const known = [...laboratory.biologists, laboratory.director].find(
    (one) => person.idNat !== undefined && one.idNat === person.idNat,
  );
  if (!known) return person;
  return { ...known, ...person, family: person.family || known.family };
}

/**
 * Who validated for our laboratory, in order of appearance (who answers for what another one released signs nothing of
 * ours), each with the latest analysis among what they validated (OBX-19), else the
 * report's own date.
 */
export function listValidators(
  exams: readonly Exam[],
  issuedAt: Timestamp,
  laboratory: Laboratory,
): Validator[] {
  const times = new Map<string, { professional: Professional; times: (Timestamp | undefined)[] }>();
  for (const result of exams.flatMap(allResults)) {
    const { validator } = result;
    if (!validator || result.releasedByPerformer) continue;
    const key = validator.idNat ?? validator.localCode ?? `${validator.family} ${validator.given ?? ''}`;
    const known = times.get(key);
    if (known) known.times.push(result.analysedAt);
    else {
      const professional = completeBiologist(validator, laboratory);
      times.set(key, { professional, times: [result.analysedAt] });
    }
  }
  return [...times.values()].map((validator) => ({
    professional: validator.professional,
    at: latest(validator.times) ?? issuedAt,
  }));
}

/** Every result of an exam: its own, the counts of its isolates and their antibiogrammes. */
export function allResults(exam: Exam): Result[] {
  return [
    ...exam.results,
    ...exam.isolates.flatMap((isolate) => [
      ...(isolate.count ? [isolate.count] : []),
      ...isolate.antibiogram,
    ]),
  ];
}
