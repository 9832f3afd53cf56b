import type { CdaDocument, Node } from './read.ts';

/** A rule that a document breaks, told to a person. */
export interface Finding {
  /** Stable identifier, e.g. `RESULT-TEMPLATE`; docs/errors.md lists them. */
  readonly rule: string;
  /** French, holds no value of the patient. */
  readonly cause: string;
  /** Path of the element. */
  readonly where: string;
  /** Where the rule comes from. */
  readonly source: string;
}

/** What a rule finds wrong, and on which element. */
export interface Breach {
  readonly cause: string;
  readonly node: Node;
}

export interface Rule {
  readonly id: string;
  readonly source: string;
  readonly check: (document: CdaDocument) => Iterable<Breach>;
}
