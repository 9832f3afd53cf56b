import type { Channel } from '../report/delivery.ts';
import type { DispatchCircumstances, DispatchFacts, DispatchSettings } from './facts.ts';

/** How a held delivery can be freed. */
type Release =
  /** A person lifts the rule for this version. */
  | 'person'
  /** A new version without the mask. */
  | 'unmask'
  /** Only by mending the cause: identity, validation, a new message. */
  | 'cause'
  /** Nothing frees it: the decision was "never". */
  | 'none';

/** What a rule looks at: one destination of one version. */
export interface RuleInput {
  readonly facts: DispatchFacts;
  readonly circumstances: DispatchCircumstances;
  readonly settings: DispatchSettings;
  readonly channel: Channel;
  /** Mailbox, or undefined for a professional without one; the DMP has none. */
  readonly mailbox: string | undefined;
  /** The recipient is the prescriber. */
  readonly prescriber: boolean;
}

/** What may keep a version from a destination. */
export interface Rule {
  readonly name: string;
  readonly channels: readonly Channel[];
  readonly decision: 'hold' | 'never';
  readonly release: Release;
  /** French reason when the rule applies, else undefined. */
  readonly applies: (input: RuleInput) => string | undefined;
  /**
   * Channels on which the rule stops even a withdrawal from who has the report. On the others taking it back is always
   * right: it shows nothing to anybody.
   */
  readonly stopsWithdrawal?: readonly Channel[];
  /** A date that ends the hold by itself. */
  readonly until?: (input: RuleInput) => string | null;
}

export const ALL: readonly Channel[] = ['dmp', 'mssante-pro', 'mssante-patient'];
export const MAILS: readonly Channel[] = ['mssante-pro', 'mssante-patient'];
export const DMP: readonly Channel[] = ['dmp'];
export const PRO: readonly Channel[] = ['mssante-pro'];
export const PATIENT: readonly Channel[] = ['mssante-patient'];

/** The reason of a rule that applies. */
export const when = (condition: boolean, reason: string): string | undefined =>
  condition ? reason : undefined;
