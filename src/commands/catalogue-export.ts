import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCatalogue } from '../terminology/catalogue-csv.ts';
import { loadCatalogue } from '../terminology/catalogue-file.ts';
import { readCatalogueText } from '../terminology/catalogue-text.ts';
import { type ExportFile, exportSegur } from '../terminology/exports.ts';
import { type CatalogueOptions, cataloguePath, dayOf, readFiles, SHIPPED_TABLES } from './catalogue-files.ts';
import { complain, counted, EXIT, type ExitCode, type Output, say } from './output.ts';

export interface ExportOptions extends CatalogueOptions {
  readonly format: 'segur' | 'native';
  readonly out: string;
}

/** `crbio catalogue export`: LOINC_1, LOINC_2, LOINC_3 for a transcoding provider, or the whole native catalogue. */
export async function exportCatalogue(output: Output, options: ExportOptions, now: Date): Promise<ExitCode> {
  const path = cataloguePath(output, options, 'read');
  if (!path) return EXIT.usage;
  const day = dayOf(now).replaceAll('-', '');
  const files =
    options.format === 'segur'
      ? segurFiles(output, options, path, day)
      : nativeFile(output, options, path, day);
  if (!files) return EXIT.refused;
  mkdirSync(options.out, { recursive: true });
  for (const { name, text, rows } of files) {
    writeFileSync(join(options.out, name), text);
    output.out(
      options.json
        ? JSON.stringify({ file: join(options.out, name), rows })
        : `${join(options.out, name)} : ${say(options, counted(rows, 'ligne', 'lignes'), `${rows} line(s)`)}`,
    );
  }
  return EXIT.done;
}

function segurFiles(
  output: Output,
  options: ExportOptions,
  path: string,
  day: string,
): ExportFile[] | undefined {
  const catalogue = loadCatalogue(path, SHIPPED_TABLES);
  if (!Array.isArray(catalogue)) return exportSegur(catalogue, day);
  for (const fault of catalogue) complain(output, options, fault);
  return undefined;
}

function nativeFile(
  output: Output,
  options: ExportOptions,
  path: string,
  day: string,
): ExportFile[] | undefined {
  const [file] = readFiles(output, options, [path]) ?? [];
  if (!file) return undefined;
  const { lines } = readCatalogueText(file);
  return [{ name: `catalogue_${day}.csv`, text: writeCatalogue(lines), rows: lines.length }];
}
