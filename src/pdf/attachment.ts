import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import { inPrivateFolder, run } from './command.ts';
import { faults } from './faults.ts';
import { countPages, textOfPages } from './page-text.ts';
import { checkPdf } from './pdf-check.ts';
import { srgbProfile } from './pdfa.ts';

/** A subcontractor's PDF that was checked, as PDF/A-1: its pages may join ours. */
export interface PreparedPdf {
  readonly attachmentId: string;
  readonly pages: number;
  readonly bytes: Uint8Array;
  /** Made PDF/A-1 here: what it says of itself bears the hour of the conversion, and is not to be kept. */
  readonly converted?: true;
}

/** A mail carries 25 Mo at most (mssante.md §9); a larger one is kept for a person to see. */
export const MAX_ATTACHMENT_BYTES = 64 * 1024 * 1024;
export const MAX_ATTACHMENT_PAGES = 500;

/**
 * Checks a subcontractor's PDF and makes it PDF/A-1 when it is not. Nothing is repaired: what is encrypted, signed,
 * damaged or altered by the conversion is a fault, and the report waits for a person (decisions.md, Document).
 */
export async function prepareAttachment(attachment: Attachment): Promise<PreparedPdf | Fault> {
  const which = attachment.id;
  if (attachment.base64.length > (MAX_ATTACHMENT_BYTES * 4) / 3 + 4) return faults.attachmentTooLarge(which);
  const bytes = Buffer.from(attachment.base64, 'base64');
  if (!bytes.subarray(0, 1024).includes('%PDF-')) return faults.attachmentDamaged(which);
  return inPrivateFolder(async (folder) => {
    const received = join(folder, 'received.pdf');
    await writeFile(received, bytes, { mode: 0o600 });
    const fault = await inspect(received, which, folder);
    if (fault) return fault;
    const pages = await countPages(received, folder);
    if (pages === 0) return faults.attachmentDamaged(which);
    if (pages > MAX_ATTACHMENT_PAGES) return faults.attachmentTooLarge(which);

    // Object streams hide names from a search; nothing else is touched.
    const plain = join(folder, 'plain.pdf');
    const written = await run(
      'qpdf',
      ['--object-streams=disable', '--decode-level=none', received, plain],
      folder,
    );
    if (written.kind !== 'ended' || written.status !== 0) return faults.attachmentDamaged(which);
    const structure = await readFile(plain);
    if (structure.includes('/ByteRange')) return faults.attachmentSigned(which);
    if (isRgbPdfA(structure)) return { attachmentId: which, pages, bytes };
    return convert(received, pages, which, folder);
  });
}

async function inspect(file: string, which: string, folder: string): Promise<Fault | undefined> {
  // 0: encrypted, even if it opens without a password; 2: not encrypted.
  const encrypted = await run('qpdf', ['--is-encrypted', file], folder);
  if (encrypted.kind === 'missing') return faults.toolMissing('qpdf');
  if (encrypted.kind === 'stopped') return faults.toolFailed('qpdf');
  if (encrypted.status === 0) return faults.attachmentEncrypted(which);
  const check = await run('qpdf', ['--check', file], folder);
  if (check.kind !== 'ended') return faults.toolFailed('qpdf');
  // A warning (3) means that qpdf had to guess: pages may be missing from what it read.
  return check.status === 0 ? undefined : faults.attachmentDamaged(which);
}

/** Says PDF/A-1, with an RGB output intent: ours replaces it when the pages join. */
function isRgbPdfA(plain: Buffer): boolean {
  if (checkPdf(plain).problems.length > 0) return false;
  const text = plain.toString('latin1');
  const profile = /\/DestOutputProfile (\d+) 0 R/.exec(text)?.[1];
  if (profile === undefined) return false;
  const at = text.indexOf(`\n${profile} 0 obj`);
  return /\/N 3\b/.test(text.slice(at, text.indexOf('stream', at)));
}

/** Ghostscript's PDF/A definition: the output intent that its pages are converted to. */
const DEFINITION = `%!
[/_objdef {Profile} /type /stream /OBJ pdfmark
[{Profile} << /N 3 >> /PUT pdfmark
[{Profile} (srgb.icc) (r) file /PUT pdfmark
[/_objdef {Intent} /type /dict /OBJ pdfmark
[{Intent} << /Type /OutputIntent /S /GTS_PDFA1 /DestOutputProfile {Profile} /OutputConditionIdentifier (sRGB) >> /PUT pdfmark
[{Catalog} << /OutputIntents [ {Intent} ] >> /PUT pdfmark
`;

async function convert(
  received: string,
  pages: number,
  which: string,
  folder: string,
): Promise<PreparedPdf | Fault> {
  await writeFile(join(folder, 'srgb.icc'), srgbProfile());
  await writeFile(join(folder, 'definition.ps'), DEFINITION);
  const converted = join(folder, 'converted.pdf');
  const result = await run(
    'gs',
    [
      ...['-dPDFA=1', '-dBATCH', '-dNOPAUSE', '-dSAFER', '-dQUIET', '-sDEVICE=pdfwrite'],
      // 2: rather fail than drop what PDF/A cannot hold.
      ...['-dPDFACompatibilityPolicy=2', '-sColorConversionStrategy=RGB', '-dAutoRotatePages=/None'],
      // Images keep their points: no resampling, no second lossy compression.
      ...['-dDownsampleColorImages=false', '-dDownsampleGrayImages=false', '-dDownsampleMonoImages=false'],
      ...['-dAutoFilterColorImages=false', '-dAutoFilterGrayImages=false'],
      ...['-dColorImageFilter=/FlateEncode', '-dGrayImageFilter=/FlateEncode'],
      ...['--permit-file-read=srgb.icc', `-sOutputFile=${converted}`, 'definition.ps', received],
    ],
    folder,
  );
  if (result.kind === 'missing') return faults.toolMissing('gs');
  if (result.kind === 'stopped') return faults.toolFailed('gs');
  if (result.status !== 0) return faults.attachmentChanged(which);

  const [before, after, count] = await Promise.all([
    textOfPages(received, 1, pages, folder),
    textOfPages(converted, 1, pages, folder),
    countPages(converted, folder),
  ]);
  if (typeof before !== 'string') return before;
  if (typeof after !== 'string') return after;
  if (before !== after || count !== pages) return faults.attachmentChanged(which);
  const bytes = await readFile(converted);
  if (checkPdf(bytes).problems.length > 0) return faults.attachmentChanged(which);
  return { attachmentId: which, pages, bytes, converted: true };
}
