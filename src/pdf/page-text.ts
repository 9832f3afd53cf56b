import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../report/fault.ts';
import { inPrivateFolder, run } from './command.ts';
import { faults } from './faults.ts';

/** Number of pages, by `qpdf`; 0 when it cannot say. */
export async function countPages(file: string, folder: string): Promise<number> {
  const result = await run('qpdf', ['--show-npages', file], folder);
  if (result.kind !== 'ended' || result.status !== 0) return 0;
  const count = Number.parseInt(result.stdout, 10);
  return Number.isSafeInteger(count) ? count : 0;
}

/**
 * The text of some pages, by `pdftotext`, for comparison: without blanks, which depend on positions, and in a
 * normal form, since a converter may write a ligature as two letters.
 * @param from first page, from 1; @param to last page
 */
export async function textOfPages(
  file: string,
  from: number,
  to: number,
  folder: string,
): Promise<string | Fault> {
  const range = ['-f', String(from), '-l', String(to)];
  const result = await run('pdftotext', ['-enc', 'UTF-8', '-raw', '-nopgbrk', ...range, file, '-'], folder);
  if (result.kind === 'missing') return faults.toolMissing('pdftotext');
  if (result.kind === 'stopped' || result.status !== 0) return faults.toolFailed('pdftotext');
  return result.stdout.normalize('NFKC').replace(/\s+/g, '');
}

/**
 * The text of each page as a reader sees it, in reading order, blanks kept.
 * @returns one text a page
 */
export async function pageTexts(file: string, folder: string): Promise<string[] | Fault> {
  const result = await run('pdftotext', ['-enc', 'UTF-8', file, '-'], folder);
  if (result.kind === 'missing') return faults.toolMissing('pdftotext');
  if (result.kind === 'stopped' || result.status !== 0) return faults.toolFailed('pdftotext');
  // A form feed ends each page.
  return result.stdout.split('\f').slice(0, -1);
}

/**
 * The text of a whole file with its layout, which keeps the cells of a row together.
 * @returns the text, empty where the file has none (scanned) or cannot be read; or that `pdftotext` is missing
 */
export function textOfPdf(bytes: Uint8Array): Promise<string | Fault> {
  return inPrivateFolder(async (folder) => {
    const file = join(folder, 'read.pdf');
    await writeFile(file, bytes, { mode: 0o600 });
    const result = await run('pdftotext', ['-enc', 'UTF-8', '-layout', file, '-'], folder);
    if (result.kind === 'missing') return faults.toolMissing('pdftotext');
    return result.kind === 'ended' && result.status === 0 ? result.stdout.trim() : '';
  });
}
