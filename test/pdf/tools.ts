import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPdfAssets, type PdfAssets } from '../../src/pdf/assets.ts';
import type { AppendedPages } from '../../src/pdf/closing.ts';
import { typeset } from '../../src/pdf/render.ts';
import type { Report } from '../../src/report/report.ts';

/** Real readers of PDF, as the tests ask them. */

export const STYLESHEETS = new URL('../../stylesheets/', import.meta.url).pathname;

export function loadAssets(): PdfAssets {
  const assets = loadPdfAssets(STYLESHEETS);
  if ('code' in assets) throw new Error(assets.cause);
  return assets;
}

/** The bytes of a report that can be set; our pages alone. */
export function renderPdf(
  report: Report,
  assets: PdfAssets,
  appended: readonly AppendedPages[] = [],
): Uint8Array {
  const set = typeset(report, assets, appended);
  if ('code' in set) throw new Error(set.cause);
  return set.bytes;
}

/** Runs `work` with a folder that goes away. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-test-pdf-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withFile<T>(bytes: Uint8Array, work: (file: string, folder: string) => T): T {
  return inFolder((folder) => {
    const file = join(folder, 'file.pdf');
    writeFileSync(file, bytes);
    return work(file, folder);
  });
}

/** Text as `pdftotext -layout` sees it, no-break spaces as spaces. */
export function textOf(bytes: Uint8Array, page?: number): string {
  const range = page === undefined ? [] : ['-f', String(page), '-l', String(page)];
  return withFile(bytes, (file) =>
    execFileSync('pdftotext', ['-layout', '-enc', 'UTF-8', ...range, file, '-'], { encoding: 'utf8' }),
  ).replaceAll('\u00a0', ' ');
}

/** Answer of `qpdf --check`, exit status first. */
export function qpdfCheck(bytes: Uint8Array): number | null {
  return withFile(bytes, (file) => spawnSync('qpdf', ['--check', file]).status);
}

/** What `qpdf` makes of some bytes with these options, as a person with that program would. */
export function qpdf(bytes: Uint8Array, ...options: string[]): Uint8Array {
  return withFile(bytes, (file, folder) => {
    const out = join(folder, 'out.pdf');
    // 3: written, with warnings.
    const { status, stderr } = spawnSync('qpdf', [file, ...options, out], { encoding: 'utf8' });
    if (status !== 0 && status !== 3) throw new Error(stderr);
    return readFileSync(out);
  });
}

export function pageCount(bytes: Uint8Array): number {
  return withFile(bytes, (file) =>
    Number(execFileSync('qpdf', ['--show-npages', file], { encoding: 'utf8' })),
  );
}

export function pdfinfo(bytes: Uint8Array): string {
  return withFile(bytes, (file) => execFileSync('pdfinfo', [file], { encoding: 'utf8' }));
}

/** Rows of `pdffonts` below its two lines of heading. */
export function pdffonts(bytes: Uint8Array): string[] {
  return withFile(bytes, (file) =>
    execFileSync('pdffonts', [file], { encoding: 'utf8' }).split('\n').slice(2).filter(Boolean),
  );
}

/** Rows of `pdfimages -list` below its two lines of heading. */
export function imagesOf(bytes: Uint8Array): string[] {
  return withFile(bytes, (file) =>
    execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' }).split('\n').slice(2).filter(Boolean),
  );
}

/** What `dmtxread` reads on the first page at 150 dpi; empty when it finds no matrix. */
export function readDataMatrix(bytes: Uint8Array): string {
  return withFile(bytes, (file, folder) => {
    execFileSync('pdftoppm', [
      '-r',
      '150',
      '-png',
      '-f',
      '1',
      '-l',
      '1',
      '-singlefile',
      file,
      join(folder, 'page'),
    ]);
    return spawnSync('dmtxread', ['-N1', '-m', '4000', join(folder, 'page.png')], { encoding: 'latin1' })
      .stdout;
  });
}

const JARS = [
  'preflight',
  'pdfbox2',
  'fontbox2',
  'xmpbox',
  'commons-logging',
  'commons-io',
  'jaxb-api',
  'javax.activation',
];
const JAVA_FOLDER = process.env.JAVA_JARS ?? '/usr/share/java';

export const hasPreflight =
  spawnSync('java', ['-version']).status === 0 && existsSync(join(JAVA_FOLDER, 'preflight.jar'));

/** What PDFBox Preflight says of each file: `valid`, or its errors. */
export function preflight(files: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return inFolder((folder) => {
    const names = Object.keys(files);
    for (const name of names) writeFileSync(join(folder, name), files[name] ?? new Uint8Array());
    const classpath = JARS.map((jar) => join(JAVA_FOLDER, `${jar}.jar`)).join(':');
    const source = new URL('PreflightCheck.java', import.meta.url).pathname;
    const { stdout, stderr } = spawnSync('java', ['-cp', classpath, source, ...names], {
      cwd: folder,
      encoding: 'utf8',
    });
    const rows = stdout.split('\n').filter(Boolean);
    if (rows.length === 0) throw new Error(stderr);
    return Object.fromEntries(rows.map((row) => row.split('\t') as [string, string]));
  });
}
