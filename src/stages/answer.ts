import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hprimAnswer } from '../intake/hprim/answer.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import { fromInstant } from '../report/timestamp.ts';
import type { Store } from '../store/model.ts';
import type { OwedAnswer } from '../store/records.ts';

export interface AnswerDependencies {
  readonly store: Pick<Store, 'answersOwed' | 'answerWritten' | 'answer'>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly at: (point: string) => void;
  /** By source: the folder in which its partner finds the answers. */
  readonly folders: ReadonlyMap<string, string>;
  readonly profiles: ReadonlyMap<string, SourceProfile>;
  /** Our name, for partners who do not say how they call us. */
  readonly sender: string;
}

const BATCH = 20;
/** A folder that cannot be written (a share that is away) is tried again after this. */
const RETRY_MS = 60_000;
const TEMPORARY = /^\.crbio-(\d{1,15})\.tmp$/;

/** The number keeps the answers to two files of one name apart. */
const nameOf = (origin: string, inboxId: number): string => `err-${inboxId}-${basename(origin)}`;

/**
 * Stage `answer`: writes what became of a file where its partner looks for it. The bytes lie in the folder under a hidden
 * name before the store says so, and get their name after: killed in between, the hidden file tells that the partner has
 * nothing yet, its absence that the answer is there, or was taken. So each is given once, even to who takes it at once.
 */
export function createAnswerer(dependencies: AnswerDependencies) {
  const { store, log, now, at, folders, profiles, sender } = dependencies;
  /** Sources whose folder was left in an unknown state: by whoever ran before, or by a failure. */
  const unclear = new Set(folders.keys());
  const blocked = new Map<string, number>();

  /** Ends what was begun: an answer that the store counts as written gets its name, another is written anew. */
  const finish = async (folder: string): Promise<void> => {
    for (const hidden of await readdir(folder)) {
      const inboxId = Number(TEMPORARY.exec(hidden)?.[1] ?? Number.NaN);
      if (Number.isNaN(inboxId)) continue;
      const answer = await store.answer(inboxId);
      if (answer?.written) await give(folder, hidden, answer.origin, inboxId);
      else await rm(join(folder, hidden), { force: true });
    }
  };

  const give = async (folder: string, hidden: string, origin: string, inboxId: number): Promise<void> => {
    // The answers to a source's sub-folders lie in sub-folders of the same names.
    const target = join(folder, dirname(origin));
    await mkdir(target, { recursive: true, mode: 0o750 });
    await rename(join(folder, hidden), join(target, nameOf(origin, inboxId)));
  };

  const answerOf = (owed: OwedAnswer, source: string): Uint8Array => {
    const { inboxId, origin, bytes, receivedAt, faults, refusedWhole } = owed;
    const profile = profiles.get(source);
    if (!profile) throw new Error('a folder of answers without its source');
    const { charset, limits, zone } = profile;
    return hprimAnswer(
      bytes,
      { file: basename(origin), receivedAt: fromInstant(receivedAt, zone).local, faults, refusedWhole },
      { name: nameOf(origin, inboxId), sender, charset, limits },
    );
  };

  const answerOne = async (owed: OwedAnswer, source: string, folder: string): Promise<void> => {
    const { inboxId, origin } = owed;
    const hidden = `.crbio-${inboxId}.tmp`;
    const file = await open(join(folder, hidden), 'w', 0o640);
    try {
      await file.writeFile(answerOf(owed, source));
      await file.sync();
    } finally {
      await file.close();
    }
    at('answer:before-record');
    await store.answerWritten(inboxId);
    at('answer:after-record');
    await give(folder, hidden, origin, inboxId);
    log.info('file-answered', { source, inbox: inboxId });
  };

  const turnOf = async (source: string, folder: string): Promise<number> => {
    if (unclear.has(source)) {
      await finish(folder);
      unclear.delete(source);
    }
    const owed = await store.answersOwed(source, BATCH);
    for (const one of owed) await answerOne(one, source, folder);
    return owed.length;
  };

  return {
    /** @returns how many answers were given */
    async turn(): Promise<number> {
      let given = 0;
      for (const [source, folder] of folders) {
        if ((blocked.get(source) ?? 0) > now()) continue;
        try {
          given += await turnOf(source, folder);
        } catch (error) {
          unclear.add(source);
          blocked.set(source, now() + RETRY_MS);
          log.error('answer-failed', { source, code: codeOf(error) });
        }
      }
      return given;
    },
  };
}
