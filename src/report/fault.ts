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
