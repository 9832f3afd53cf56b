import type { SideFiles } from '../intake/side-files.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { InboxMessage, InterpretedItem, Store } from '../store/model.ts';
import { readWithFiles } from './side-files.ts';

export interface InterpretDependencies {
  readonly store: Store;
  readonly log: Log;
  /** Pure: bytes of a source → its parts, identified and with their correspondents filled in. */
  readonly interpret: (bytes: Uint8Array, source: string, sideFiles: SideFiles) => readonly InterpretedItem[];
  /** How long a message of this source waits for a file beside it (ms). */
  readonly waitMs: (source: string) => number;
  readonly at: (point: string) => void;
  /** The outcome of a message is committed. */
  readonly done?: (inboxId: number) => void;
  /** So is that of a message which names files beside it: they and it may move. */
  readonly settled?: (source: string, names: readonly string[]) => void;
  /** Something may be waiting to be rendered. */
  readonly next: () => void;
}

const BATCH = 20;

/** Stage `interpret`: inbox → reports, versions, patients, or quarantine; one commit a message. */
export function createInterpreter(dependencies: InterpretDependencies) {
  const { store, log, interpret, waitMs, at, done, settled, next } = dependencies;
  // The receiver and the loop may meet on one message: the second waits for the first.
  const inHand = new Map<number, Promise<void>>();

  const interpretOne = (message: InboxMessage): Promise<void> => {
    const running = inHand.get(message.inboxId);
    if (running) return running;
    const work = commit(message).finally(() => inHand.delete(message.inboxId));
    inHand.set(message.inboxId, work);
    return work;
  };

  const commit = async (message: InboxMessage) => {
    if ((await store.inboxState(message.inboxId)).state !== 'received') return;
    const { source, origin, inboxId } = message;
    const read = await readWithFiles(
      message,
      (sideFiles) => partsOf(message, sideFiles),
      store,
      waitMs(source),
    );
    if (read.state === 'waiting') {
      log.info('waiting-for-file', { inbox: inboxId, source });
      return;
    }
    const { items, names } = read;
    at('interpret:before-commit');
    const outcomes = await store.interpreted(message.inboxId, items);
    at('interpret:after-commit');
    done?.(message.inboxId);
    if (names.length > 0) settled?.(source, [origin, ...names]);
    for (const outcome of outcomes) {
      if (outcome.kind === 'version')
        log.info('version-made', {
          report: outcome.reportId,
          version: outcome.version,
          source: message.source,
        });
      if (outcome.kind === 'quarantined')
        log.warn('quarantined', { quarantine: outcome.quarantineId, source: message.source });
    }
    next();
  };

  /** A bug met by one message must not stop the others: it goes to quarantine, its bytes are kept. */
  const partsOf = ({ bytes, source }: InboxMessage, sideFiles: SideFiles): readonly InterpretedItem[] => {
    try {
      return interpret(bytes, source, sideFiles);
    } catch (error) {
      const cause = `erreur interne pendant la lecture du message (${codeOf(error)})`;
      const hint = 'signaler ce fichier à l’éditeur ; après mise à jour : crbio quarantine replay';
      return [{ kind: 'rejected', fault: { code: 'INTERPRET_INTERNAL', cause, hint } }];
    }
  };

  return {
    interpretOne,
    /** One turn of the stage: what a crash left uninterpreted, or what a replay put back. */
    async turn(): Promise<number> {
      const messages = await store.uninterpreted(BATCH);
      for (const message of messages) await interpretOne(message);
      return messages.length;
    },
  };
}

/** A quarantine reason file, for the person who finds the input in the folder. */
export function reasonText(name: string, faults: readonly Fault[]): string {
  const lines = faults.map(
    (fault) =>
      `- ${fault.position ? `${fault.position} : ` : ''}${fault.cause}\n  À faire : ${fault.hint} [${fault.code}]`,
  );
  return `Fichier mis en quarantaine : ${name}\n\n${lines.join('\n')}\n\nL'original est conservé tel quel. Après correction : crbio quarantine replay\n`;
}
