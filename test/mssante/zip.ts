import { ZipFile } from 'yazl';

/** Packs files as they are, so that tests make archives which crbio would not. */
export async function zipOf(files: ReadonlyMap<string, Buffer>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [path, bytes] of files) zip.addBuffer(bytes, path);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
