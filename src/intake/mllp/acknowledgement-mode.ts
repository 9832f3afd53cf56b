import type { RawHeader } from './header.ts';

/** HL7 table 0155: when an acknowledgement is wanted. */
export type Condition = 'AL' | 'NE' | 'SU' | 'ER';

/** What the sender wants to be told (HL7 v2.5.1 §2.9.2, §2.9.3). */
export type Wishes =
  | { readonly mode: 'original' }
  /** `accept`: once the message is safe; `application`: once it is interpreted, as a message of its own. */
  | { readonly mode: 'enhanced'; readonly accept: Condition; readonly application: Condition };

/** Acknowledgements are not acknowledged: two sides would never end. */
const NEVER_ANSWERED = ['ACK', 'MCF'];

/** Reads MSH-15 and MSH-16: original mode when both are empty; in enhanced mode an empty one asks for nothing. */
export function wishesOf(header: RawHeader): Wishes {
  if (isAcknowledgement(header)) return { mode: 'enhanced', accept: 'NE', application: 'NE' };
  const [accept, application] = [conditionOf(header.component(15, 1)), conditionOf(header.component(16, 1))];
  if (accept === undefined && application === undefined) return { mode: 'original' };
  return { mode: 'enhanced', accept: accept ?? 'NE', application: application ?? 'NE' };
}

export function isAcknowledgement(header: RawHeader): boolean {
  return NEVER_ANSWERED.includes(header.component(9, 1).toUpperCase());
}

/** Is this outcome to be told? */
export function wants(condition: Condition, success: boolean): boolean {
  return condition === 'AL' || condition === (success ? 'SU' : 'ER');
}

/** A value of no table asks for nothing that could be known: it counts as absent. */
function conditionOf(text: string): Condition | undefined {
  const code = text.toUpperCase();
  return code === 'AL' || code === 'NE' || code === 'SU' || code === 'ER' ? code : undefined;
}
