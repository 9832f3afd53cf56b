import { type Backoff, backoff } from '../ops/backoff.ts';
import type { Log } from '../ops/log.ts';
import type { Answer } from '../pfi/answer.ts';
import type { BusinessAck } from '../report/business-ack.ts';
import type { Store } from '../store/model.ts';

export interface AcknowledgeDependencies {
  readonly store: Pick<
    Store,
    'acksDue' | 'ackSent' | 'ackRefused' | 'ackLater' | 'raiseAlert' | 'settleAlert'
  >;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: (point: string) => void;
  readonly backoff: Backoff;
  /** Sources whose sender can be told. */
  readonly sources: readonly string[];
  /** Those whose sender cannot: a person is told of what waits there. */
  readonly untellable: readonly string[];
  /** One exchange with the source's sender. */
  readonly tell: (ack: BusinessAck) => Promise<Answer>;
}

const BATCH = 20;

/** Stage `acknowledge`: tells the senders of finished documents what became of them, one source after the other in order. */
export function createAcknowledger(dependencies: AcknowledgeDependencies) {
  const { store, log, now, random, at, backoff: waits, sources, untellable, tell } = dependencies;
  const kind = 'accuses-sans-destinataire';
  /** Sources whose alert is as it should be, for the life of this configuration. */
  const judged = new Set<string>();

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

  const watchUntellable = async (): Promise<void> => {
    for (const source of sources.filter((one) => !judged.has(one))) {
      await store.settleAlert(kind, `source:${source}`);
      judged.add(source);
    }
    for (const source of untellable.filter((one) => !judged.has(one))) {
      const [oldest] = await store.acksDue(source, 1);
      if (!oldest) continue;
      await store.raiseAlert({ kind, subject: `source:${source}`, since: oldest.at });
      judged.add(source);
    }
  };

  return {
    async turn(): Promise<number> {
      await watchUntellable();
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
