import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ExtractionFailure } from './faults.ts';

/** One extraction's text, in a file by itself or inside the archive that is published. */
export interface ExtractionText {
  /** File name, with the archive's before it. */
  readonly name: string;
  /** `AAAAMMJJhhmm` of the name. */
  readonly dated?: string;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Read at a time: large enough that the cost is in the rows, small beside the process. */
const PIECE_BYTES = 256 * 1024;
/** Published archives hold one to three files. */
const MAX_ENTRIES = 50;
/** Extractions published beside ours, which give no address: diplomas, authorisations, know-how. */
const BESIDE = /Dipl_?AutExerc|SavoirFaire|Diplome/i;

/**
 * The extractions of a file: the text itself, or the `.txt` of a ZIP archive, one after the other.
 * @throws ExtractionFailure absent or unreadable file, damaged archive, archive without an extraction
 */
export async function* extractionsOf(path: string): AsyncGenerator<ExtractionText> {
  const name = basename(path);
  if (!(await isZip(path, name))) {
    yield { name, ...datedBy(name), pieces: readable(path, name) };
    return;
  }
  const zip = await openZip(path, name);
  let found = 0;
  try {
    let seen = 0;
    for await (const entry of zip.eachEntry()) {
      if (++seen > MAX_ENTRIES) throw new ExtractionFailure('DIRECTORY_ZIP', name);
      if (!/\.(?:txt|csv)$/i.test(entry.fileName) || BESIDE.test(entry.fileName)) continue;
      found++;
      const inside = basename(entry.fileName);
      yield {
        name: `${name} : ${inside}`,
        ...datedBy(inside, name),
        pieces: inflated(zip, entry, name),
      };
    }
  } catch (error) {
    throw error instanceof ExtractionFailure ? error : new ExtractionFailure('DIRECTORY_ZIP', name);
  } finally {
    zip.close();
  }
  if (found === 0) throw new ExtractionFailure('DIRECTORY_ZIP', name);
}

/** Names carry the time of the extraction: `…_202608261013.txt`. */
export function datedBy(...names: readonly string[]): { readonly dated?: string } {
  for (const name of names) {
    const dated = /(20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d)\D*$/.exec(
      name,
    )?.[1];
    if (dated) return { dated };
  }
  return {};
}

async function isZip(path: string, name: string): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    if (!(await file.stat()).isFile()) throw new ExtractionFailure('DIRECTORY_UNREADABLE', name);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32LE() === 0x04034b50;
  } catch (error) {
    throw error instanceof ExtractionFailure ? error : new ExtractionFailure('DIRECTORY_UNREADABLE', name);
  } finally {
    await file?.close();
  }
}

async function openZip(path: string, name: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false, strictFileNames: true });
  } catch {
    throw new ExtractionFailure('DIRECTORY_ZIP', name);
  }
}

async function* readable(path: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES });
  } catch {
    throw new ExtractionFailure('DIRECTORY_UNREADABLE', name);
  }
}

/** yauzl checks sizes, not the checksum: a damaged archive must not lose or change rows in silence. */
async function* inflated(zip: ZipFile, entry: Entry, name: string): AsyncGenerator<Uint8Array> {
  let sum = 0;
  try {
    for await (const piece of await zip.openReadStreamPromise(entry)) {
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (error) {
    throw error instanceof ExtractionFailure ? error : new ExtractionFailure('DIRECTORY_ZIP', name);
  }
  if (sum !== entry.crc32) throw new ExtractionFailure('DIRECTORY_ZIP', name);
}
