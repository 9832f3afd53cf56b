/** Reads an XDM archive (IHE ITI-32; mssante.md §7): a zip, bounded, nothing written to disk. */
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { Refused } from '../check.ts';

const MAX_ENTRIES = 100;
const MAX_TOTAL = 100 * 1024 * 1024;
const MAX_RATIO = 200;
/** A small entry may shrink a lot without being a bomb. */
const RATIO_FREE = 1024 * 1024;

/** Content of each file by its path, as written in the archive. */
export type ArchiveFiles = ReadonlyMap<string, Buffer>;

/**
 * @throws Refused: `xdm-zip` when it does not open or a CRC is wrong, `xdm-bounds` when it is too large once
 * opened, `xdm-names` when two names are one
 */
export async function readArchive(bytes: Buffer): Promise<ArchiveFiles> {
  let zip: ZipFile | undefined;
  try {
    zip = await fromBufferPromise(bytes, {
      lazyEntries: true,
      validateEntrySizes: true,
      strictFileNames: true,
    });
    return await readEntries(zip);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('xdm-zip', '5.6.0', 'the archive does not open');
  } finally {
    zip?.close();
  }
}

async function readEntries(zip: ZipFile): Promise<ArchiveFiles> {
  if (zip.entryCount > MAX_ENTRIES) throw bounds(`more than ${MAX_ENTRIES} entries`);
  const files = new Map<string, Buffer>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    total += entry.uncompressedSize;
    if (total > MAX_TOTAL) throw bounds(`more than ${MAX_TOTAL} bytes`);
    if (entry.uncompressedSize > RATIO_FREE && entry.uncompressedSize > entry.compressedSize * MAX_RATIO) {
      throw bounds('compressed beyond belief');
    }
    if (entry.isEncrypted()) throw new Refused('xdm-zip', '5.6.0', 'an entry is encrypted');
    if (files.has(entry.fileName)) throw new Refused('xdm-names', '5.6.0', 'a name is used twice');
    files.set(entry.fileName, await readEntry(zip, entry));
  }
  return files;
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
  if (crc32(content) !== entry.crc32) throw new Refused('xdm-zip', '5.6.0', 'a CRC is wrong');
  return content;
}

function bounds(detail: string): Refused {
  return new Refused('xdm-bounds', '5.6.0', detail);
}
