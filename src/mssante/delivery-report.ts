import type { Fault } from '../report/fault.ts';
import type { DeliveryAction, RecipientReport } from '../report/returned-mail.ts';
import { classify } from './answers.ts';
import { mailboxClosed, undelivered } from './faults.ts';
import { addressOf, type FieldGroup, readFields } from './report-fields.ts';
import { readReply } from './smtp-failure.ts';

const ACTIONS: readonly DeliveryAction[] = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];

export interface DeliveryReport {
  readonly envelopeId?: string;
  readonly recipients: readonly RecipientReport[];
}

/**
 * Reads a `message/delivery-status` part (RFC 3464).
 * @param text the part, decoded
 * @param words what the report says for people, as far as it is kept
 * @param closed what says, in words, that a mailbox is closed
 */
export function readDeliveryReport(text: string, words: string, closed: readonly RegExp[]): DeliveryReport {
  const groups = readFields(text);
  const envelopeId = groups.find((group) => group.has('original-envelope-id'))?.get('original-envelope-id');
  return {
    ...(envelopeId ? { envelopeId } : {}),
    recipients: groups.flatMap((group) => recipientOf(group, words, closed)),
  };
}

function recipientOf(group: FieldGroup, words: string, closed: readonly RegExp[]): RecipientReport[] {
  const word = /^[a-z]+/.exec((group.get('action') ?? '').toLowerCase())?.[0];
  const action = ACTIONS.find((one) => one === word);
  if (!action) return [];
  const addresses = [
    ...new Set(
      ['original-recipient', 'final-recipient']
        .map((name) => addressOf(group.get(name)))
        .filter((address) => address !== undefined),
    ),
  ];
  if (action !== 'failed') return [{ addresses, action }];
  const diagnostic = (group.get('diagnostic-code') ?? '').replace(/^\s*[a-z0-9-]+\s*;\s*/i, '');
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(group.get('status') ?? '')?.[0];
  return [{ addresses, action, fault: failureOf({ status, diagnostic, words, closed }) }];
}

/**
 * Why a mail that a server had taken was not delivered: the classes of what a server refuses at once (answers.ts), then
 * the words of the report, since no text gives the codes of Mon espace santé (mssante.md §3).
 */
export function failureOf({
  status,
  diagnostic,
  words,
  closed,
}: {
  readonly status: string | undefined;
  readonly diagnostic: string;
  readonly words: string;
  readonly closed: readonly RegExp[];
}): Fault {
  const said = readReply(diagnostic);
  const enhanced = said?.enhanced ?? status;
  const reply = {
    // A failure that is told is final, whatever the class of the last try.
    status: said?.status ?? 550,
    ...(enhanced ? { enhanced } : {}),
    text: said?.text ?? diagnostic,
  };
  const outcome = classify({ step: 'recipient', dotSent: true, reply });
  const isPlain = outcome.kind !== 'refused' || outcome.code === 'MSSANTE_REFUSED';
  const isUnspecific = isPlain || !/\d\.[1-9]\.\d/.test(enhanced ?? '');
  if (isUnspecific && closed.some((pattern) => pattern.test(words) || pattern.test(diagnostic)))
    return mailboxClosed();
  if (outcome.kind !== 'refused') return undelivered(enhanced);
  const { code, cause, hint } = outcome;
  return { code, cause, hint };
}
