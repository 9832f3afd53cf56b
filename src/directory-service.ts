import { type DroppedFile, identityOf, newExtractions } from './directory/drop-folder.ts';
import { createDirectoryApi, type DirectoryApiSettings } from './directory/fhir-client.ts';
import { codeOf } from './ops/codes.ts';
import type { Log } from './ops/log.ts';
import type { DirectoryAnswer, DirectoryLookup, DirectorySource } from './report/directory-entry.ts';
import type { Fault } from './report/fault.ts';
import { fromInstant } from './report/timestamp.ts';
import type { DirectoryImport } from './stages/directory-import.ts';
import { openDirectory } from './store/directory.ts';
import { openDirectoryAnswers } from './store/directory-answers.ts';

export interface DirectoryServiceSettings {
  /** Data folder. */
  readonly data: string;
  /** Drop folder of extractions; absent: they are imported by command only. */
  readonly folder?: string;
  readonly everyMs: number;
  /** Absent: the API is never asked. `keepMs`: age after which an answer is asked again. */
  readonly api?: DirectoryApiSettings & { readonly keepMs: number };
  /** The laboratory's time zone: answers are dated in it. */
  readonly zone: string;
}

/** The national directory beside a running daemon: answers at once from what is known, learns in the background. */
export interface DirectoryService {
  readonly lookup: DirectoryLookup;
  /** Another one after each import. */
  readonly edition: () => string | undefined;
  stop(): Promise<void>;
}

interface Dependencies {
  readonly log: Log;
  readonly now: () => number;
  /** The API has told a mailbox of this professional. */
  readonly learned: (idNat: string) => void;
  /** `importInThread`: imports off the event loop, until the signal. */
  readonly importing: (
    task: DirectoryImport,
    signal: AbortSignal,
  ) => Promise<readonly DirectorySource[] | Fault>;
}

/** An answer that names no mailbox is asked again after a day: the person may have opened one. */
const EMPTY_KEEP_MS = 24 * 3_600_000;

export function startDirectory(
  settings: DirectoryServiceSettings,
  { log, now, importing, learned }: Dependencies,
): DirectoryService {
  const directory = openDirectory(settings.data);
  const api =
    settings.api &&
    createDirectoryApi(settings.api, { now, failed: (code) => log.warn('directory-api-failed', { code }) });
  const answers = api && openDirectoryAnswers(settings.data);
  const keepMs = settings.api?.keepMs ?? 0;
  const tried = new Set<string>();
  let running: Promise<void> | undefined;
  const stopping = new AbortController();

  const importFile = async (file: DroppedFile): Promise<void> => {
    const started = now();
    const task = { files: [file.path], folder: settings.data, now: started, force: false };
    const result = await importing(task, stopping.signal);
    if ('cause' in result) {
      // Another import's turn: this file waits for its own.
      if (result.code !== 'DIRECTORY_BUSY') tried.add(identityOf(file));
      log.warn('directory-refused', { code: result.code, path: file.name });
      return;
    }
    for (const { kind, rows } of result)
      log.info('directory-imported', { state: kind, count: rows, ms: now() - started, path: file.name });
  };

  const look = async (): Promise<void> => {
    if (settings.folder === undefined) return;
    try {
      for (const file of newExtractions(settings.folder, directory.sources(), tried, now()))
        if (!stopping.signal.aborted) await importFile(file);
    } catch (error) {
      if (!stopping.signal.aborted) log.error('directory-failed', { code: codeOf(error) });
    }
  };

  const turn = () => {
    running ??= look().finally(() => {
      running = undefined;
    });
  };
  const timer = settings.folder === undefined ? undefined : setInterval(turn, settings.everyMs);
  if (timer) turn();

  const day = (at: number) =>
    fromInstant(at, settings.zone).local.replace(/^(\d{4})(\d{2})(\d{2}).*$/, '$1-$2-$3');

  const asked = (idNat: string): DirectoryAnswer | undefined => {
    if (!api || !answers) return undefined;
    const known = answers.find(idNat);
    const age = known ? now() - known.at : Number.POSITIVE_INFINITY;
    const fresh = known?.entries.some(({ mailbox }) => mailbox) ? keepMs : Math.min(EMPTY_KEEP_MS, keepMs);
    if (age > fresh)
      api.ask(idNat, (entries) => {
        if (stopping.signal.aborted) return;
        answers.keep({ idNat, entries, at: now() });
        if (entries.some(({ mailbox }) => mailbox)) learned(idNat);
      });
    // An old answer serves until the new one is there.
    return known && { entries: known.entries, by: 'directory-api', asOf: day(known.at) };
  };

  return {
    lookup(idNat) {
      const sources = directory.sources();
      const entries = sources.length > 0 ? directory.professional(idNat) : [];
      if (entries.some(({ mailbox }) => mailbox)) return { entries, by: 'directory', ...asOf(sources) };
      const other = asked(idNat);
      if (other && other.entries.length > 0) return other;
      return sources.length > 0 ? { entries, by: 'directory', ...asOf(sources) } : other;
    },
    edition: directory.edition,
    async stop() {
      stopping.abort();
      clearInterval(timer);
      api?.close();
      await running;
      directory.close();
      answers?.close();
    },
  };
}

/** Day of the mailboxes' extraction. */
function asOf(sources: readonly DirectorySource[]): { readonly asOf?: string } {
  const dated = sources.find(({ kind }) => kind === 'mailbox')?.dated;
  return dated ? { asOf: `${dated.slice(0, 4)}-${dated.slice(4, 6)}-${dated.slice(6, 8)}` } : {};
}
