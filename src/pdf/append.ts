import { readFile, writeFile } from 'node:fs/promises';
import { join as inFolder } from 'node:path';
import type { Fault } from '../report/fault.ts';
import type { PreparedPdf } from './attachment.ts';
import { inPrivateFolder, run } from './command.ts';
import { faults } from './faults.ts';
import { countPages, textOfPages } from './page-text.ts';

/**
 * Appends prepared PDFs to ours, whole and in order, with `qpdf`. Our catalog stays: metadata, language, output intent.
 * Pages and text are compared with what came in; any difference is a fault and nothing is returned.
 * @returns the bytes, the same for the same input
 */
export async function appendPdfs(
  own: Uint8Array,
  attachments: readonly PreparedPdf[],
): Promise<Uint8Array | Fault> {
  if (attachments.length === 0) return own;
  return join([{ name: 'compte rendu', bytes: own }, ...attachments.map(partOf)], own);
}

/**
 * Puts the pages of a prepared PDF into another document, whose catalog stays and whose own pages go.
 * @param frame a document with our metadata
 */
export async function framePdf(frame: Uint8Array, pdf: PreparedPdf): Promise<Uint8Array | Fault> {
  return join([partOf(pdf)], frame);
}

async function join(
  contents: readonly { readonly name: string; readonly pages?: number; readonly bytes: Uint8Array }[],
  frame: Uint8Array,
): Promise<Uint8Array | Fault> {
  return inPrivateFolder(async (folder) => {
    const parts = contents.map((part, index) => ({ ...part, file: inFolder(folder, `${index}.pdf`) }));
    const catalog = inFolder(folder, 'frame.pdf');
    const joined = inFolder(folder, 'joined.pdf');
    await Promise.all(
      [{ file: catalog, bytes: frame }, ...parts].map(({ file, bytes }) =>
        writeFile(file, bytes, { mode: 0o600 }),
      ),
    );
    // Without a line end before `endstream` the file would no longer be PDF/A-1 (tried with PDFBox Preflight).
    const layout = [
      '--newline-before-endstream',
      '--object-streams=disable',
      '--deterministic-id',
      '--force-version=1.4',
    ];
    const pages = ['--pages', ...parts.flatMap(({ file }) => [file, '1-z']), '--'];
    const result = await run('qpdf', [catalog, ...layout, ...pages, joined], folder);
    if (result.kind === 'missing') return faults.toolMissing('qpdf');
    if (result.kind === 'stopped' || result.status !== 0) return faults.toolFailed('qpdf');

    return (await compare(parts, joined, folder)) ?? readFile(joined);
  });
}

interface Part {
  readonly name: string;
  readonly file: string;
  /** As announced in our pages; absent for these. */
  readonly pages?: number;
}

function partOf({ attachmentId, pages, bytes }: PreparedPdf) {
  return { name: attachmentId, pages, bytes };
}

/** Each part's pages are found again in the whole, in order, as many as announced and with the same text. */
async function compare(parts: readonly Part[], joined: string, folder: string): Promise<Fault | undefined> {
  let before = 0;
  for (const { name, file, pages: announced } of parts) {
    const pages = await countPages(file, folder);
    if (pages === 0 || (announced !== undefined && announced !== pages))
      return faults.attachmentChanged(name);
    const [text, found] = await Promise.all([
      textOfPages(file, 1, pages, folder),
      textOfPages(joined, before + 1, before + pages, folder),
    ]);
    if (typeof text !== 'string') return text;
    if (typeof found !== 'string') return found;
    if (text !== found) return faults.attachmentChanged(name);
    before += pages;
  }
  return (await countPages(joined, folder)) === before ? undefined : faults.attachmentChanged('total');
}
