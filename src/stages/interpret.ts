import type { InputFacts } from '../intake/contributions.ts';
import { embeddedDocuments } from '../intake/embedded-documents.ts';
import { isMessage } from '../intake/families.ts';
import type { SideFiles } from '../intake/side-files.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { Store } from '../store/model.ts';
import type { InboxMessage, InterpretedItem } from '../store/records.ts';
import type { DocumentGuard, GuardAnswer, GuardedDocument } from './document-guard.ts';
import { readWithFiles } from './side-files.ts';

export interface InterpretDependencies {
  readonly store: Store;
  readonly log: Log;
  /** Pure: bytes of a source → its parts, identified and with their correspondents filled in. */
  readonly interpret: (
    bytes: Uint8Array,
    source: string,
    sideFiles: SideFiles,
    input: InputFacts,
  ) => readonly InterpretedItem[];
  /** What is known of a message beside its bytes (stages/printed.ts), or why it cannot be; absent: its name. */
  readonly factsOf?: (message: InboxMessage) => Promise<InputFacts | Fault>;
  /** Looks at documents before they are read; absent: nobody does. */
  readonly guard?: DocumentGuard;
  /** Does the sender of this message want to be told, by a file, what became of it? Absent: nobody does. */
  readonly answered?: (message: InboxMessage) => boolean;
  /** How long a message of this source waits for a file beside it (ms). */
  readonly waitMs: (source: string) => number;
  readonly at: (point: string) => void;
  /** The outcome of a message is committed. */
  readonly done?: (inboxId: number) => void;
  /** So is that of a message that waited, or which names files beside it: they and it may move. */
  readonly settled?: (source: string, names: readonly string[]) => void;
  /** Something may be waiting to be rendered. */
  readonly next: () => void;
}

const BATCH = 20;
const CLEAN: GuardAnswer = { state: 'clean' };

/** Stage `interpret`: inbox → reports, versions, patients, or quarantine; one commit a message. */
export function createInterpreter(dependencies: InterpretDependencies) {
  const { store, log, interpret, factsOf, guard, waitMs, at, done, settled, next } = dependencies;
  const { answered = () => false } = dependencies;
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
    const guarded = guard ? await guard(message, documentsIn(message)) : CLEAN;
    if (guarded.state === 'waiting') return;
    // Nothing opens a document that was refused.
    const facts = (guarded.state === 'clean' ? await factsOf?.(message) : undefined) ?? { origin };
    const read = await readWithFiles(
      message,
      (sideFiles) =>
        guarded.state === 'refused'
          ? [{ kind: 'rejected', fault: guarded.fault }]
          : 'code' in facts
            ? [{ kind: 'rejected', fault: facts }]
            : partsOf(message, sideFiles, facts),
      store,
      waitMs(source),
      guard && ((documents) => guard(message, documents)),
    );
    if (read.state === 'waiting') {
      if (read.on === 'file') log.info('waiting-for-file', { inbox: inboxId, source });
      return;
    }
    const { items, names } = read;
    at('interpret:before-commit');
    const outcomes = await store.interpreted(message.inboxId, items, { answered: answered(message) });
    at('interpret:after-commit');
    done?.(message.inboxId);
    if (names.length > 0 || guarded.waited) settled?.(source, [origin, ...names]);
    for (const outcome of outcomes) {
      if (outcome.kind === 'version')
        log.info('version-made', {
          report: outcome.reportId,
          version: outcome.version,
          source: message.source,
        });
      if (outcome.kind === 'waiting') log.info('waiting-for-report', { inbox: inboxId, source });
      if (outcome.kind === 'quarantined')
        log.warn('quarantined', { quarantine: outcome.quarantineId, source: message.source });
    }
    next();
  };

  /** A bug met by one message must not stop the others: it goes to quarantine, its bytes are kept. */
  const partsOf = (
    { bytes, source }: InboxMessage,
    sideFiles: SideFiles,
    facts: InputFacts,
  ): readonly InterpretedItem[] => {
    try {
      return interpret(bytes, source, sideFiles, facts);
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

/** What an antivirus has to look at in the message itself: documents in its rows, and an input that is one. */
function documentsIn({ bytes }: InboxMessage): readonly GuardedDocument[] {
  const binary = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return isMessage(bytes)
    ? embeddedDocuments(binary)
    : [{ position: 'fichier', bytes }, ...embeddedDocuments(binary)];
}

/** A quarantine reason file, for the person who finds the input in the folder. */
export function reasonText(name: string, faults: readonly Fault[]): string {
  const lines = faults.map(
    (fault) =>
      `- ${fault.position ? `${fault.position} : ` : ''}${fault.cause}\n  À faire : ${fault.hint} [${fault.code}]`,
  );
  return `Fichier mis en quarantaine : ${name}\n\n${lines.join('\n')}\n\nL'original est conservé tel quel. Après correction : crbio quarantine replay\n`;
}
