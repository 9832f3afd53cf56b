/**
 * Breakdowns on order (dmp.md §12.13; mssante.md §9): a test asks for one, the next matching message suffers it.
 * Each is used up after `times` messages.
 */

/** What can happen to a request to the DMP; the word before the dash says whether it is committed. */
export const DMP_DISRUPTIONS = [
  /** The connection is reset, nothing is stored. */
  'reset-before-commit',
  /** Stored, then the connection is reset. */
  'reset-after-commit',
  /** Stored, no answer ever comes. */
  'timeout-after-commit',
  /** Stored, answered after a while. */
  'late-after-commit',
  /** HTTP 503, nothing stored. */
  'unavailable',
  /** HTTP 500 with a SOAP fault (`code` is its subcode), nothing stored. */
  'fault',
  /** HTTP 200, Failure with `code`, nothing stored. */
  'failure',
  /** Stored, answered Success with a warning of `code`. */
  'warning',
  /** Stored, the answer stops half-way. */
  'truncated-after-commit',
  /** An HTML page of a proxy with status 200, nothing stored. */
  'html',
  /** Stored, the answer relates to another message. */
  'wrong-relates-to',
] as const;

const MSSANTE_DISRUPTIONS = [
  /** A 4xx at RCPT TO. */
  'rcpt-temporary',
  /** The link closes after the final dot, before the reply; nothing is stored. */
  'close-before-store',
  /** Stored, then the link closes before the reply. */
  'close-after-store',
] as const;

type DmpDisruption = (typeof DMP_DISRUPTIONS)[number];
type MssanteDisruption = (typeof MSSANTE_DISRUPTIONS)[number];

export interface Disruption {
  readonly service: 'dmp' | 'mssante';
  readonly kind: DmpDisruption | MssanteDisruption;
  /** Only this transaction (TD2.1 covers a and b); any when absent. */
  readonly transaction?: string;
  /** Only messages about this document uniqueId or recipient; any when absent. */
  readonly subject?: string;
  /** Code to answer with; SMTP reply code for `rcpt-temporary`. */
  readonly code?: string;
}

const MAX_TIMES = 10_000;

export class Disruptions {
  #pending: { readonly disruption: Disruption; left: number }[] = [];

  add(disruption: Disruption, times = 1): void {
    this.#pending.push({ disruption, left: times });
  }

  clear(): void {
    this.#pending = [];
  }

  pending(): readonly { readonly disruption: Disruption; readonly left: number }[] {
    return this.#pending;
  }

  /** The disruption that this message suffers, used up by one; undefined when none is due. */
  take(
    service: Disruption['service'],
    transaction: string,
    subjects: readonly string[],
    among?: readonly Disruption['kind'][],
  ): Disruption | undefined {
    const due = this.#pending.find(
      ({ disruption }) =>
        disruption.service === service &&
        (among === undefined || among.includes(disruption.kind)) &&
        (disruption.transaction === undefined || transaction.startsWith(disruption.transaction)) &&
        (disruption.subject === undefined || subjects.includes(disruption.subject)),
    );
    if (due === undefined) return undefined;
    due.left -= 1;
    if (due.left <= 0) this.#pending = this.#pending.filter((entry) => entry !== due);
    return due.disruption;
  }
}

/**
 * Reads an order of the control endpoint.
 * @param body `{service, kind, times?, transaction?, subject?, code?}`
 * @returns the disruption and how often, or what is wrong with the order
 */
export function parseDisruption(
  body: unknown,
): { disruption: Disruption; times: number } | { problem: string } {
  if (typeof body !== 'object' || body === null) return { problem: 'an object is expected' };
  const { service, kind, times = 1, transaction, subject, code } = body as Record<string, unknown>;
  if (service !== 'dmp' && service !== 'mssante') return { problem: 'service: dmp or mssante' };
  const kinds: readonly Disruption['kind'][] = service === 'dmp' ? DMP_DISRUPTIONS : MSSANTE_DISRUPTIONS;
  const known = kinds.find((one) => one === kind);
  if (known === undefined) return { problem: `kind: one of ${kinds.join(', ')}` };
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1 || times > MAX_TIMES) {
    return { problem: `times: an integer from 1 to ${MAX_TIMES}` };
  }
  return {
    times,
    disruption: {
      service,
      kind: known,
      ...(typeof transaction === 'string' ? { transaction } : {}),
      ...(typeof subject === 'string' ? { subject } : {}),
      ...(typeof code === 'string' ? { code } : {}),
    },
  };
}
