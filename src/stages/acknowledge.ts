import { type Backoff, backoff } from '../ops/backoff.ts';
import type { Log } from '../ops/log.ts';
import type { Answer } from '../pfi/answer.ts';
import type { BusinessAck } from '../report/business-ack.ts';
import type { Store } from '../store/model.ts';

export interface AcknowledgeDependencies {
  readonly store: Pick<Store, 'acksDue' | 'ackSent' | 'ackRefused' | 'ackLater'>;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: (point: string) => void;
  readonly backoff: Backoff;
  /** Sources whose sender can be told. */
  readonly sources: readonly string[];
  /** One exchange with the source's sender. */
  readonly tell: (ack: BusinessAck) => Promise<Answer>;
}

const BATCH = 20;

/** Stage `acknowledge`: tells the senders of finished documents what became of them, one source after the other in order. */
export function createAcknowledger(dependencies: AcknowledgeDependencies) {
  const { store, log, now, random, at, backoff: waits, sources, tell } = dependencies;

  const tellOne = async (ack: BusinessAck & { readonly attempts: number }): Promise<boolean> => {
    const answer = await tell(ack);
    at('acknowledge:after-answer');
    switch (answer.kind) {
      case 'accepted':
        await store.ackSent(ack.ackId);
        log.info('sender-told', { source: ack.source });
        return true;
      case 'refused':
        await store.ackRefused(ack.ackId, answer);
        log.error('sender-refused', { source: ack.source, code: answer.code });
        return true;
      case 'retry':
        await store.ackLater(ack.ackId, now() + backoff(ack.attempts + 1, random(), waits), answer);
        log.warn('sender-untold', { source: ack.source, code: answer.code, attempt: ack.attempts + 1 });
        return false;
    }
  };

  return {
    async turn(): Promise<number> {
      let moved = 0;
      for (const source of sources) {
        // A sender that does not take one is not asked for the next: its turn comes again.
        for (const ack of await store.acksDue(source, BATCH)) {
          moved += 1;
          if (!(await tellOne(ack))) break;
        }
      }
      return moved;
    },
  };
}
