import type { Scanner } from '../antivirus/scanner.ts';
import { type Backoff, backoff } from '../ops/backoff.ts';
import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { Store } from '../store/model.ts';

/** A document, and where it is: a place in its message, or its own name. */
export interface GuardedDocument {
  readonly position: string;
  readonly bytes: Uint8Array;
}

/** May the documents of a message be opened? `waited`: nobody could look at them before. */
export type GuardAnswer =
  | { readonly state: 'clean'; readonly waited?: true }
  | { readonly state: 'refused'; readonly fault: Fault; readonly waited?: true }
  /** Nobody could look at them: the message is asked about again at that time. */
  | { readonly state: 'waiting'; readonly until: number };

export type DocumentGuard = (
  message: { readonly inboxId: number; readonly source: string },
  documents: readonly GuardedDocument[],
) => Promise<GuardAnswer>;

interface GuardDependencies {
  readonly scanner: Scanner;
  readonly store: Pick<Store, 'scanAttempts' | 'scanPostponed' | 'scanDone'>;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly backoff: Backoff;
}

/** Asks the antivirus about each document before any reader has it. Without an answer the message waits in the store. */
export function createDocumentGuard(dependencies: GuardDependencies): DocumentGuard {
  const { scanner, store, log, now, random, backoff: steps } = dependencies;
  return async ({ inboxId, source }, documents) => {
    if (documents.length === 0) return { state: 'clean' };
    const attempts = await store.scanAttempts(inboxId);
    const judged = async (answer: Exclude<GuardAnswer, { state: 'waiting' }>): Promise<GuardAnswer> => {
      if (attempts === 0) return answer;
      await store.scanDone(inboxId);
      return { ...answer, waited: true };
    };
    for (const { position, bytes } of documents) {
      const verdict = await scanner.scan(bytes);
      if (verdict.state === 'unavailable') {
        const until = now() + backoff(attempts + 1, random(), steps);
        await store.scanPostponed(inboxId, until);
        log.warn('antivirus-unavailable', {
          inbox: inboxId,
          source,
          code: verdict.code,
          attempt: attempts + 1,
          nextAt: new Date(until).toISOString(),
        });
        return { state: 'waiting', until };
      }
      if (verdict.state === 'clean') continue;
      const fault = verdict.state === 'infected' ? infected(position, verdict.signature) : tooLarge(position);
      log.warn('document-refused', { inbox: inboxId, source, code: fault.code });
      return judged({ state: 'refused', fault });
    }
    return judged({ state: 'clean' });
  };
}

const infected = (position: string, signature: string): Fault => ({
  code: 'DOCUMENT_INFECTED',
  cause: `l’antivirus reconnaît un document joint (${signature}) : il n’a été ouvert par rien d’autre`,
  hint: 'prévenir la personne chargée de la sécurité, faire produire le document de nouveau ; une fausse alerte se lève dans l’antivirus, puis crbio quarantine replay',
  position,
});

const tooLarge = (position: string): Fault => ({
  code: 'DOCUMENT_NOT_SCANNED',
  cause: 'un document joint est plus grand que ce que l’antivirus examine : il n’a pas été ouvert',
  hint: 'relever antivirus.maxBytes et la limite de l’antivirus (StreamMaxLength de clamd), puis crbio quarantine replay',
  position,
});
