import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMessage } from '../intake/families.ts';
import { type SideFiles, sideKey } from '../intake/side-files.ts';

/** A file to be read, and what lies beside it. */
export interface InputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sideFiles: SideFiles;
}

/**
 * The files that a command is given, and those of the folders it is given, in the order of their names: messages first, then
 * what is none and was named by no message.
 * @param maxBytes of a file beside a message; a larger one is as if it were not there
 */
export function* readInputs(inputs: readonly string[], maxBytes: number): Generator<InputFile> {
  const cited = new Set<string>();
  const others: InputFile[] = [];
  for (const path of expand(inputs)) {
    const bytes = readFileSync(path);
    const input = { path, bytes, sideFiles: beside(path, maxBytes, cited) };
    if (isMessage(bytes)) yield input;
    else others.push(input);
  }
  for (const input of others) if (!cited.has(input.path)) yield input;
}

/** Files named, and those of folders named, in the order of their names. */
function expand(inputs: readonly string[]): string[] {
  return inputs.flatMap((input) =>
    statSync(input).isDirectory()
      ? readdirSync(input, { withFileTypes: true, recursive: true })
          .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
      : [input],
  );
}

/** Regular files of the message's own folder, by their name; a link is not followed. */
function beside(path: string, maxBytes: number, cited: Set<string>): SideFiles {
  const folder = dirname(path);
  return (name) => {
    const key = sideKey(name);
    const names = readdirSync(folder).filter((one) => sideKey(one) === key);
    const found = names.find((one) => one === name) ?? names[0];
    if (found === undefined) return undefined;
    const bytes = readRegular(join(folder, found), maxBytes);
    if (bytes) cited.add(join(folder, found));
    return bytes;
  };
}

function readRegular(path: string, maxBytes: number): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(file);
    return stat.isFile() && stat.size <= maxBytes ? readFileSync(file) : undefined;
  } finally {
    closeSync(file);
  }
}
