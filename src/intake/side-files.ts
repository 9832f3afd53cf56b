/**
 * Bytes of a file that lies beside a message, by the name that a row gives; undefined while it is not there. The reader
 * asks for plain names only, so that whoever answers has no path to resolve.
 */
export type SideFiles = (name: string) => Uint8Array | undefined;

/** A message that has nothing beside it. */
export const NO_SIDE_FILES: SideFiles = () => undefined;

/**
 * Is this the name of a file in the message's own folder, and nothing else: no folder, no drive, no device, nothing
 * hidden?
 */
export function isPlainName(name: string): boolean {
  return /^(?!\.)[^/\\:*?"<>|\p{Cc}]{1,200}$/u.test(name) && !/[. ]$/.test(name);
}

/** Two spellings of one name: Windows shares keep neither case nor composed accents apart. */
export function sideKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
