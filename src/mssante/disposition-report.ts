import type { Disposition } from '../report/returned-mail.ts';
import { addressOf, readFields } from './report-fields.ts';

const DISPOSITIONS: readonly Disposition[] = ['displayed', 'processed', 'dispatched', 'deleted'];
/** Table applicationErrorCondition of the volet, « Erreur 'Autre' »: what failed without saying why. */
export const OTHER_ERROR = '906';

export interface DispositionReport {
  readonly disposition?: Disposition;
  readonly reader?: string;
  readonly error?: string;
  /** As it is written. */
  readonly originalMessageId?: string;
}

/**
 * Reads a `message/disposition-notification` part (RFC 8098), in the two dialects of French platforms: an `Error` field of
 * its own, or the error put into the disposition itself, `processed/Error: 902^…`, which no grammar allows.
 * @returns undefined when the part says nothing of a disposition
 */
export function readDispositionReport(text: string): DispositionReport | undefined {
  const groups = readFields(text);
  const field = (name: string) => groups.find((group) => group.has(name))?.get(name);
  const disposition = field('disposition');
  if (disposition === undefined) return undefined;
  // `mode/mode; type/modifier`: some leave the mode out.
  const [, type = '', modifier = ''] = /(?:^|;)\s*([a-z-]+)\s*(?:\/\s*([^;]*))?$/i.exec(disposition) ?? [];
  const word = type.toLowerCase();
  const known = DISPOSITIONS.find((one) => one === word);
  const told = field('error') ?? /\berror\b\s*:\s*(.+)$/i.exec(disposition)?.[1];
  const failed = /\b(?:error|failed|denied)\b/i.test(modifier) || word === 'failed' || word === 'denied';
  const error = told === undefined ? (failed ? OTHER_ERROR : undefined) : (codeIn(told) ?? OTHER_ERROR);
  const reader = addressOf(field('final-recipient')) ?? addressOf(field('original-recipient'));
  const original = field('original-message-id');
  return {
    ...(known ? { disposition: known } : {}),
    ...(reader ? { reader } : {}),
    ...(error ? { error } : {}),
    ...(original ? { originalMessageId: original } : {}),
  };
}

/** `[KO Intégration système !][902] XDM/1.0/DDM+…`: the code; undefined for any other subject, an answer to one included. */
export function refusalIn(subject: string): string | undefined {
  const found = /^\s*\[\s*(?:KO\b|Erreur d.int[ée]gration)[^\]]{0,60}\]\s*(?:\[\s*(\d{1,3})\s*\])?/i.exec(
    subject,
  );
  return found ? (found[1] ?? OTHER_ERROR) : undefined;
}

/** `902^Identifiant patient inconnu^applicationErrorCondition|E^Error^errorSeverity` */
function codeIn(text: string): string | undefined {
  return /^\D{0,20}?(\d{1,3})\b/.exec(text)?.[1];
}
