import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { hprimAnswer } from '../intake/hprim/answer.ts';
import { syncFolder } from '../intake/moving.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { codeOf } from '../ops/codes.ts';
import type { Log } from '../ops/log.ts';
import { fromInstant } from '../report/timestamp.ts';
import type { Store } from '../store/model.ts';
import type { OwedAnswer } from '../store/records.ts';

export interface AnswerDependencies {
  readonly store: Pick<Store, 'answersOwed' | 'answerWritten' | 'answer' | 'raiseAlert' | 'settleAlert'>;
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
/** What cannot be written (a share that is away) is tried again after this. */
const RETRY_MS = 60_000;
/** A person is told when it still cannot. */
const TOLD_AFTER_MS = 3_600_000;
const BLOCKED = 'reponses-bloquees';
const TEMPORARY = /^\.crbio-(\d{1,15})\.tmp$/;
/** Bytes that a file name may have, on every file system. */
const NAME_MAX = 255;
const LONGEST_EXTENSION = 16;

/** The number keeps the answers to two files of one name apart. */
function nameOf(origin: string, inboxId: number): string {
  const prefix = `err-${inboxId}-`;
  return `${prefix}${cutName(basename(origin), NAME_MAX - prefix.length)}`;
}

/** A file name in as many bytes of UTF-8, cut between characters before its extension. */
function cutName(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  const { name: stem, ext } = parse(name);
  const kept = Buffer.byteLength(ext) <= LONGEST_EXTENSION ? ext : '';
  let left = bytes - Buffer.byteLength(kept);
  let cut = '';
  for (const character of kept ? stem : name) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    cut += character;
  }
  return `${cut}${kept}`;
}

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
  /** Sources of which a person may have been told, or will be. */
  const troubled = new Set(folders.keys());
  const rounds = new Map<string, Round>();

  const failed = async (source: string, error: unknown, inbox?: number): Promise<void> => {
    unclear.add(source);
    troubled.add(source);
    log.error('answer-failed', { source, code: codeOf(error), ...(inbox === undefined ? {} : { inbox }) });
    await store.raiseAlert({ kind: BLOCKED, subject: `source:${source}`, due: now() + TOLD_AFTER_MS });
  };

  /** One answer that cannot be given leaves the others their turn. */
  const tryOne = async (source: string, inboxId: number, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      await failed(source, error, inboxId);
      return false;
    }
  };

  /** Ends what was begun: an answer that the store counts as written gets its name, another is written anew. */
  const finish = async (source: string, folder: string): Promise<boolean> => {
    let whole = true;
    for (const hidden of await readdir(folder)) {
      const inboxId = Number(TEMPORARY.exec(hidden)?.[1] ?? Number.NaN);
      if (Number.isNaN(inboxId)) continue;
      const answer = await store.answer(inboxId);
      const end = answer?.written
        ? () => give(folder, hidden, answer.origin, inboxId)
        : () => rm(join(folder, hidden), { force: true });
      if (!(await tryOne(source, inboxId, end))) whole = false;
    }
    return whole;
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
    await syncFolder(folder);
    at('answer:before-record');
    await store.answerWritten(inboxId);
    at('answer:after-record');
    await give(folder, hidden, origin, inboxId);
    log.info('file-answered', { source, inbox: inboxId });
  };

  /** A page of a round: each answer owed is tried once, then all those that failed anew after a while. */
  const turnOf = async (source: string, folder: string): Promise<number> => {
    const round = rounds.get(source) ?? { after: 0, failed: false };
    const whole = !unclear.has(source) || (await finish(source, folder));
    if (whole) unclear.delete(source);
    const owed = await store.answersOwed(source, BATCH, round.after);
    let given = 0;
    for (const one of owed)
      if (await tryOne(source, one.inboxId, () => answerOne(one, source, folder))) given += 1;
    const hasFailed = round.failed || !whole || given < owed.length;
    const last = owed.at(-1);
    if (last) rounds.set(source, { after: last.inboxId, failed: hasFailed });
    else {
      rounds.delete(source);
      if (!hasFailed && troubled.delete(source)) await store.settleAlert(BLOCKED, `source:${source}`);
    }
    if (hasFailed && given === 0) blocked.set(source, now() + RETRY_MS);
    return given;
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
          blocked.set(source, now() + RETRY_MS);
          await failed(source, error);
        }
      }
      return given;
    },
  };
}

/** How far the answers of a source have been tried. */
interface Round {
  /** Number of the last input. */
  readonly after: number;
  /** One of them could not be given. */
  readonly failed: boolean;
}
