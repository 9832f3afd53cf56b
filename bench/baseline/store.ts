import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** A file that only grows, one fsync for each thing kept. No queries, states or journal. */
export function openAppendLog(file: string) {
  const descriptor = openSync(file, 'a');
  return {
    append(...parts: readonly (Uint8Array | string)[]): void {
      writeSync(descriptor, Buffer.concat(parts.map((part) => Buffer.from(part))));
      fsyncSync(descriptor);
    },
    close: () => closeSync(descriptor),
  };
}
