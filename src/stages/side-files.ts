import { isMessage } from '../intake/families.ts';
import { type SideFiles, sideKey } from '../intake/side-files.ts';
import type { Store } from '../store/model.ts';
import type { InboxMessage, InterpretedItem } from '../store/records.ts';
import type { GuardAnswer, GuardedDocument } from './document-guard.ts';

/** How a source lays documents beside its messages. */
export interface SideFileSettings {
  /** How long a message waits for a document, and a document for a message (ms). */
  readonly waitMs: number;
  /** Ends of names that are documents and no messages: `.pdf`, `.tif`. */
  readonly suffixes: readonly string[];
  /** Names of documents that come alone: they are read as messages are. */
  readonly alone?: RegExp;
}

export function hasSideSuffix(name: string, { suffixes, alone }: SideFileSettings): boolean {
  const lower = name.toLowerCase();
  if (alone?.test(name.slice(name.lastIndexOf('/') + 1))) return false;
  return suffixes.some((suffix) => lower.endsWith(suffix.toLowerCase()));
}

/** Is this file one that a message names, or will, rather than a message? What reads like a message is one, whatever its name. */
export async function isSideFile(
  store: Pick<Store, 'isSideFileAwaited'>,
  source: string,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
  settings: SideFileSettings,
): Promise<boolean> {
  if (isMessage(bytes)) return false;
  return hasSideSuffix(name, settings) || store.isSideFileAwaited(source, sideKey(name));
}

/** What a message holds, with the files beside it; `names`: those that it names. */
export type MessageWithFiles =
  | { readonly state: 'read'; readonly items: readonly InterpretedItem[]; readonly names: readonly string[] }
  /** On a file that is not there, or on the antivirus. */
  | { readonly state: 'waiting'; readonly until: number; readonly on: 'file' | 'antivirus' };

/** Of a source with sub-folders, a document lies beside its message in the same one: the name as the feed gives it. */
function besideIn(origin: string, name: string): string {
  return `${origin.slice(0, origin.lastIndexOf('/') + 1)}${name}`;
}

/**
 * Reads a message, and again with each file that it turns out to name, until it names no other: reading stops at the first
 * file that a dossier lacks.
 * @param waitMs how long the message may wait for what is not there; it is then read without
 * @param look at the files before they are read
 */
export async function readWithFiles(
  { inboxId, origin }: Pick<InboxMessage, 'inboxId' | 'origin'>,
  read: (files: SideFiles) => readonly InterpretedItem[],
  store: Pick<Store, 'claimSideFiles'>,
  waitMs: number,
  look?: (documents: readonly GuardedDocument[]) => Promise<GuardAnswer>,
): Promise<MessageWithFiles> {
  const names = new Map<string, string>();
  const inFeed = () => [...names.keys()].map((name) => besideIn(origin, name));
  let files: ReadonlyMap<string, Uint8Array> = new Map();
  for (;;) {
    const known = names.size;
    const items = read((name) => {
      names.set(name, sideKey(besideIn(origin, name)));
      return files.get(name);
    });
    if (names.size === known) return { state: 'read', items, names: inFeed() };
    const claim = await store.claimSideFiles(inboxId, names, waitMs);
    if (claim.state === 'waiting') return { ...claim, on: 'file' };
    const answer = await look?.([...claim.files].map(([position, bytes]) => ({ position, bytes })));
    if (answer?.state === 'waiting') return { ...answer, on: 'antivirus' };
    if (answer?.state === 'refused')
      return { state: 'read', items: [{ kind: 'rejected', fault: answer.fault }], names: inFeed() };
    files = claim.files;
  }
}
