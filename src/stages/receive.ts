import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { InboxMessage, Store } from '../store/model.ts';
import { reasonText } from './interpret.ts';

/** A complete file of an export folder. */
export interface ReceivedFile {
  readonly name: string;
  readonly size: number;
  read(): Promise<Uint8Array>;
}

/** Where the file goes once its bytes are safe. */
export type Move =
  | { readonly move: 'archive' }
  | { readonly move: 'quarantine'; readonly reason: string }
  | { readonly move: 'none' };

export interface ReceiveDependencies {
  readonly store: Store;
  readonly log: Log;
  readonly interpretOne: (message: InboxMessage) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly at: (point: string) => void;
}

/**
 * Stage `receive` for a folder: the bytes are committed, interpreted, and only then may the file move. After a crash the
 * file is still there; its bytes are then found again by their SHA-256 and it moves to where it belongs. Files of a source
 * may be handed over several at a time: they are stored, and so interpreted, in the order in which they were.
 */
export function createReceiver({ store, log, interpretOne, now, at }: ReceiveDependencies) {
  const turns = new Map<string, Promise<unknown>>();

  /** Reads at once, and asks for the commit after those before have asked for theirs, which it may share. */
  const keep = (file: ReceivedFile, source: string) => {
    const reading = file.read();
    // Reported where it is awaited, which may be later.
    reading.catch(() => {});
    const queued = (turns.get(source) ?? Promise.resolve()).then(async () => {
      const bytes = await reading;
      return { bytes, asked: now(), stored: store.receive({ source, origin: file.name, bytes }) };
    });
    turns.set(
      source,
      queued.catch(() => {}),
    );
    return queued;
  };

  /** A file put back in the folder after a mend is to be read again, and not only recognised. */
  const readAgain = async (inboxId: number): Promise<void> => {
    if ((await store.inboxState(inboxId)).state !== 'quarantined') return;
    const rows = await store.quarantine({ limit: QUARANTINE_SEARCHED });
    const waiting = rows.filter((row) => row.inboxId === inboxId && row.replayedAt === undefined);
    for (const row of waiting)
      await store.replay(row.quarantineId, { by: 'crbio', reason: 'fichier déposé de nouveau' });
  };

  return async (file: ReceivedFile, source: { name: string; maxBytes: number }): Promise<Move> => {
    if (file.size > source.maxBytes) {
      const fault = tooLarge(source.maxBytes);
      await store.refuse({ source: source.name, origin: file.name, size: file.size, fault });
      log.warn('quarantined', { source: source.name, code: fault.code });
      return { move: 'quarantine', reason: reasonText(file.name, [fault]) };
    }
    const { bytes, asked, stored } = await keep(file, source.name);
    const { inboxId, duplicate } = await stored;
    const ms = now() - asked;
    at('receive:after-store');
    if (duplicate) await readAgain(inboxId);
    log.info(duplicate ? 'received-again' : 'received', { inbox: inboxId, source: source.name, ms });
    await interpretOne({ inboxId, source: source.name, origin: file.name, bytes });
    const { state, faults } = await store.inboxState(inboxId);
    at('receive:before-move');
    return state === 'quarantined'
      ? { move: 'quarantine', reason: reasonText(file.name, faults) }
      : { move: 'archive' };
  };
}

/** A quarantine with more rows than this is emptied by a person, row by row. */
const QUARANTINE_SEARCHED = 1_000;

function tooLarge(maxBytes: number): Fault {
  return {
    code: 'INPUT_TOO_LARGE',
    cause: `le fichier dépasse la taille permise (${Math.floor(maxBytes / 1_048_576)} Mio)`,
    hint: 'vérifier l’export du SGL ; relever maxBytes pour cette source si un tel fichier est normal',
  };
}
