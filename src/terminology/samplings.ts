import type { Exam } from '../report/dossier.ts';
import type { Result } from '../report/result.ts';
import { type Timestamp, toFrench } from '../report/timestamp.ts';

/**
 * Says of a result when its specimen was taken, where the dossier holds its analysis of several times (troponine at 10:05 and
 * at 13:05): the specimens of a chapter stand together above its rows, and nothing else tells such rows apart.
 */
export class Samplings {
  readonly #times = new Map<string, Set<string | undefined>>();

  constructor(exams: readonly Exam[]) {
    for (const exam of exams) {
      for (const result of exam.results) {
        const times = this.#times.get(result.local.code) ?? new Set();
        this.#times.set(result.local.code, times.add(samplingOf(result, exam)?.local));
      }
    }
  }

  /** @returns undefined where its analysis was done once, or of one time */
  said(result: Result, exam: Exam): string | undefined {
    const time = samplingOf(result, exam);
    const several = (this.#times.get(result.local.code)?.size ?? 0) > 1;
    return time && several ? `Prélevé le ${toFrench(time)}` : undefined;
  }
}

function samplingOf({ observedAt }: Result, { specimens }: Exam): Timestamp | undefined {
  const [only, another] = specimens;
  return observedAt ?? (another ? undefined : only?.collectedAt);
}
