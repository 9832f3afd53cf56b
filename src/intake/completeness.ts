import { constants, lstatSync, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { isTerminated } from './segments.ts';

/** When a file of an export folder is whole (inputs.md §13). */
export interface CompletionRules {
  /** Size and time seen the same twice, this far apart (ms). */
  readonly stableMs: number;
  /** Names still being written: `.tmp`, `.part`… */
  readonly temporarySuffixes: readonly string[];
  /** `x.hl7` is being written while `x.hl7.lck` or `x.lck` lies beside it. */
  readonly lockSuffixes?: readonly string[];
  /** `x.hl7` is whole once `x.hl7.ok` or `x.ok` lies beside it. */
  readonly markerSuffix?: string | undefined;
  /** How long a file that looks cut is waited for (ms); then it is handed on as it is. */
  readonly truncatedAfterMs: number;
}

/** What is looked at to tell whether a file still changes. */
export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

/** State of a regular file; undefined for anything else: gone, symlink, pipe, folder, nothing in it yet. */
export async function fileState(path: string): Promise<FileState | undefined> {
  try {
    const stat = await lstat(path);
    return stat.isFile() && stat.size > 0 ? stateOf(stat) : undefined;
  } catch {
    return undefined;
  }
}

export const stateOf = ({ size, mtimeMs, ino }: Stats): FileState => ({ size, mtimeMs, inode: ino });

/** Answered at once: nothing else of this process runs between the look and what follows it. */
export function isStill(path: string, state: FileState): boolean {
  try {
    return sameState(stateOf(lstatSync(path)), state);
  } catch {
    return false;
  }
}

export function sameState(one: FileState, other: FileState): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.inode === other.inode;
}

/** Names that are never an input: hidden, temporary, markers. */
export function isInputName(name: string, rules: CompletionRules): boolean {
  const lower = name.toLowerCase();
  if (/(?:^|\/)\./.test(name) || name.endsWith('~')) return false;
  if (rules.lockSuffixes?.some((suffix) => lower.endsWith(suffix.toLowerCase()))) return false;
  if (rules.temporarySuffixes.some((suffix) => lower.endsWith(suffix.toLowerCase()))) return false;
  return !rules.markerSuffix || !lower.endsWith(rules.markerSuffix.toLowerCase());
}

/** Does its writer hold this file? @param present every name of the folder */
export function isLocked(name: string, present: ReadonlySet<string>, rules: CompletionRules): boolean {
  const { dir, name: stem } = parse(name);
  return (rules.lockSuffixes ?? []).some(
    (suffix) => present.has(`${name}${suffix}`) || present.has(join(dir, `${stem}${suffix}`)),
  );
}

/** The marker of a file, if it is there. */
export async function markerOf(folder: string, name: string, suffix: string): Promise<string | undefined> {
  for (const marker of [`${name}${suffix}`, `${parse(name).name}${suffix}`]) {
    try {
      if ((await lstat(join(folder, marker))).isFile()) return marker;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** Never follows a link, nor waits for a pipe, put in the file's place after it was looked at. */
export const READ_ONLY_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const HEAD_BYTES = 64;
const TAIL_BYTES = 4096;

/**
 * Does the file look whole from inside? HL7 ends with a segment terminator, and a batch with its trailer; HPRIM with a
 * segment L; a PDF with its mark; other formats say nothing. A share may show the final size of a file long before its bytes.
 */
export async function looksComplete(path: string, size: number): Promise<boolean> {
  const file = await open(path, READ_ONLY_FILE);
  try {
    const part = async (position: number, length: number) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead).toString('latin1');
    };
    const head = (await part(0, Math.min(HEAD_BYTES, size))).replace(
      /^(?:\u00ef\u00bb\u00bf)?[\s\p{Cc}]*/u,
      '',
    );
    const tail = await part(Math.max(0, size - TAIL_BYTES), Math.min(TAIL_BYTES, size));
    return endsWhole(head, tail);
  } finally {
    await file.close();
  }
}

function endsWhole(head: string, tail: string): boolean {
  if (head.startsWith('%PDF-')) return tail.includes('%%EOF');
  if (/^H[^\p{L}\p{N}\s]/u.test(head))
    return /(?:^|[\r\n])L(?:[^\p{L}\p{N}\r\n][^\r\n]*)?$/u.test(tail.trimEnd());
  const first = head.slice(0, 3);
  if (first !== 'MSH' && first !== 'BHS' && first !== 'FHS') return true;
  if (!isTerminated(tail)) return false;
  // Preallocated and not yet filled.
  if (tail.includes('\0')) return false;
  const last = tail
    .trimEnd()
    .split(/[\r\n]+/)
    .findLast((line) => /^[A-Z][A-Z0-9]{2}/.test(line))
    ?.slice(0, 3);
  if (first === 'FHS') return last === 'FTS';
  return first !== 'BHS' || last === 'BTS' || last === 'FTS';
}
