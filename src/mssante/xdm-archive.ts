import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';

/** The files of an archive by their path, or why it is not read. French. */
export type ArchiveFiles = ReadonlyMap<string, Buffer>;

/** A report's archive holds five files; these bounds are for what others made. */
const MAX_ENTRIES = 100;
const MAX_TOTAL_BYTES = 100 * 1024 * 1024;

/** Reads a zip wholly in memory, bounded, without writing anything to disk. */
export async function readArchive(bytes: Uint8Array): Promise<ArchiveFiles | { readonly problem: string }> {
  let zip: ZipFile | undefined;
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Refuses by itself absolute names, `..`, backslashes, and sizes that lie.
    zip = await fromBufferPromise(buffer, {
      lazyEntries: true,
      validateEntrySizes: true,
      strictFileNames: true,
    });
    return await readEntries(zip);
  } catch {
    return { problem: "l'archive zip est illisible ou contient un nom interdit" };
  } finally {
    zip?.close();
  }
}

async function readEntries(zip: ZipFile): Promise<ArchiveFiles | { readonly problem: string }> {
  if (zip.entryCount > MAX_ENTRIES) return { problem: `l'archive contient plus de ${MAX_ENTRIES} fichiers` };
  const files = new Map<string, Buffer>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    total += entry.uncompressedSize;
    if (total > MAX_TOTAL_BYTES) return { problem: "l'archive est trop volumineuse une fois ouverte" };
    if (entry.isEncrypted()) return { problem: "un fichier de l'archive est chiffré" };
    if (files.has(entry.fileName)) return { problem: "deux fichiers de l'archive portent le même nom" };
    const content = await readEntry(zip, entry);
    if (crc32(content) !== entry.crc32) return { problem: "un fichier de l'archive est endommagé (CRC)" };
    files.set(entry.fileName, content);
  }
  return files;
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
