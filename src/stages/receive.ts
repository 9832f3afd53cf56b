import type { FileMove, FolderFile } from '../intake/folder.ts';
import { sideKey } from '../intake/side-files.ts';
import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { Store } from '../store/model.ts';
import type { InboxMessage } from '../store/records.ts';
import { reasonText } from './interpret.ts';
import { isSideFile, type SideFileSettings } from './side-files.ts';

/** The source that files come from. */
export interface ReceivingSource {
  readonly name: string;
  readonly maxBytes: number;
  readonly sideFiles: SideFileSettings;
}

export interface ReceiveDependencies {
  readonly store: Store;
  readonly log: Log;
  readonly interpretOne: (message: InboxMessage) => Promise<void>;
  /** Messages may be waiting to be interpreted. */
  readonly next: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly at: (point: string) => void;
}

/**
 * Stage `receive` for a folder: the bytes are committed, interpreted, and only then may the file move. After a crash the
 * file is still there; its bytes are then found again by their SHA-256 and it moves to where it belongs. Files of a source
 * may be handed over several at a time: they are stored, and so interpreted, in the order in which they were.
 */
export function createReceiver({ store, log, interpretOne, next, now, at }: ReceiveDependencies) {
  const turns = new Map<string, Promise<unknown>>();

  /** Reads at once, and asks for the commit after those before have asked for theirs, which it may share. */
  const keep = (file: FolderFile, { name: source, sideFiles }: ReceivingSource) => {
    const reading = file.read();
    // Reported where it is awaited, which may be later.
    reading.catch(() => {});
    const queued = (turns.get(source) ?? Promise.resolve()).then(async () => {
      const bytes = await reading;
      if (await isSideFile(store, source, { name: file.name, bytes }, sideFiles)) return { bytes };
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

  /**
   * A document beside the messages: kept, then left where it is until its message takes it, or nobody has in time. Every
   * one passes here before any message can have it: the place to look into its bytes.
   */
  const keepBeside = async (
    file: FolderFile,
    bytes: Uint8Array,
    source: ReceivingSource,
  ): Promise<FileMove> => {
    const fate = await store.receiveSideFile({
      source: source.name,
      name: file.name,
      key: sideKey(file.name),
      stamp: file.stamp,
      bytes,
      waitMs: source.sideFiles.waitMs,
      again: file.waited,
    });
    at('receive:after-store');
    next();
    if (fate.state === 'waiting') return { move: 'wait', until: fate.until };
    if (fate.state === 'unclaimed') {
      log.warn('quarantined', { source: source.name, code: fate.fault.code });
      return { move: 'quarantine', reason: reasonText(file.name, [fate.fault]) };
    }
    const { state } = await store.inboxState(fate.inboxId);
    if (state === 'quarantined')
      return { move: 'quarantine', reason: reasonText(file.name, [ofRefusedMessage()]) };
    return state === 'interpreted' ? { move: 'archive' } : { move: 'wait', until: now() + SETTLING_MS };
  };

  return async (file: FolderFile, source: ReceivingSource): Promise<FileMove> => {
    if (file.size > source.maxBytes) {
      const fault = tooLarge(source.maxBytes);
      await store.refuse({ source: source.name, origin: file.name, size: file.size, fault });
      log.warn('quarantined', { source: source.name, code: fault.code });
      return { move: 'quarantine', reason: reasonText(file.name, [fault]) };
    }
    const kept = await keep(file, source);
    const { bytes } = kept;
    if (!kept.stored) return keepBeside(file, bytes, source);
    const { inboxId, duplicate } = await kept.stored;
    const ms = now() - kept.asked;
    at('receive:after-store');
    if (duplicate && !file.waited) await readAgain(inboxId);
    log.info(duplicate ? 'received-again' : 'received', { inbox: inboxId, source: source.name, ms });
    await interpretOne({ inboxId, source: source.name, origin: file.name, bytes });
    const { state, faults, waitsUntil } = await store.inboxState(inboxId);
    if (state === 'received' && waitsUntil !== undefined) return { move: 'wait', until: waitsUntil };
    at('receive:before-move');
    return state === 'quarantined'
      ? { move: 'quarantine', reason: reasonText(file.name, faults) }
      : { move: 'archive' };
  };
}

/** A quarantine with more rows than this is emptied by a person, row by row. */
const QUARANTINE_SEARCHED = 1_000;

/** Its message has the file and is being read. */
const SETTLING_MS = 2_000;

function ofRefusedMessage(): Fault {
  return {
    code: 'SIDE_FILE_OF_REFUSED',
    cause: 'le message qui cite ce document est en quarantaine',
    hint: 'le document est conservé avec son message : corriger, puis rejouer le message',
  };
}

function tooLarge(maxBytes: number): Fault {
  return {
    code: 'INPUT_TOO_LARGE',
    cause: `le fichier dépasse la taille permise (${Math.floor(maxBytes / 1_048_576)} Mio)`,
    hint: 'vérifier l’export du SGL ; relever maxBytes pour cette source si un tel fichier est normal',
  };
}
