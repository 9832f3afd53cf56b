/** An expected failure, as a value: what a log and a person are told. docs/errors.md lists every code. */
export interface Fault {
  /** Stable, upper case, e.g. `HL7_NO_MSH`. */
  readonly code: string;
  /** French: what is wrong, without any data of the patient. */
  readonly cause: string;
  /** French: what to do about it. */
  readonly hint: string;
  /** Where in the input: `message 2, OBX[3]-5`. */
  readonly position?: string;
}

/** Is this why something could not be had, and not what was asked for? An empty list is what was asked for. */
export function isFaults(value: unknown): value is Fault[] {
  const [first]: unknown[] = Array.isArray(value) ? value : [];
  return typeof first === 'object' && first !== null && 'cause' in first && 'hint' in first;
}
