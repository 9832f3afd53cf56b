/**
 * One point a peer must get right. The name is stable: it is what the journal, the answer and the tests call it.
 * A check only looks; it changes nothing.
 */
export interface Check<Subject> {
  readonly name: string;
  /** Code of the answer when the check fails and says nothing more precise. */
  readonly code: string;
  /**
   * @param subject what was received, already parsed
   * @param ecart records a deviation that nobody specified a reaction for: the message goes on
   * @returns what is wrong, or undefined
   */
  run(subject: Subject, ecart: (detail: string) => void): string | Finding | undefined;
}

/** A failed check that knows a more precise code than its default. */
interface Finding {
  readonly code: string;
  readonly detail: string;
}

export interface Ecart {
  readonly check: string;
  readonly detail: string;
}

/** What the checks of one message said. */
export interface Verdict {
  readonly passed: readonly string[];
  readonly ecarts: readonly Ecart[];
  readonly refusal?: Refused;
}

/**
 * A message that is not accepted. Parsers throw it, since nothing can be done with half a message; the checks
 * return findings, which {@link runChecks} turns into one. Each server catches it in one place and answers.
 */
export class Refused extends Error {
  readonly check: string;
  readonly code: string;
  readonly detail: string;

  constructor(check: string, code: string, detail: string) {
    super(`${check}: ${detail}`);
    this.name = 'Refused';
    this.check = check;
    this.code = code;
    this.detail = detail;
  }
}

/** Runs the checks in order and stops at the first that fails, as the peers do: one answer, one cause. */
export function runChecks<Subject>(checks: readonly Check<Subject>[], subject: Subject): Verdict {
  const passed: string[] = [];
  const ecarts: Ecart[] = [];
  for (const check of checks) {
    let finding: string | Finding | undefined;
    try {
      finding = check.run(subject, (detail) => ecarts.push({ check: check.name, detail }));
    } catch (error) {
      if (error instanceof Refused) return { passed, ecarts, refusal: error };
      throw error;
    }
    if (finding !== undefined) {
      const { code, detail } = typeof finding === 'string' ? { code: check.code, detail: finding } : finding;
      return { passed, ecarts, refusal: new Refused(check.name, code, detail) };
    }
    passed.push(check.name);
  }
  return { passed, ecarts };
}

/** The first problem of a list of lazily tried rules. */
export function firstOf(...rules: readonly (() => string | undefined)[]): string | undefined {
  for (const rule of rules) {
    const problem = rule();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
