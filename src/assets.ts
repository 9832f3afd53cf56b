import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStylesheet } from './cda/stylesheet.ts';
import { type Config, pathOf } from './config.ts';
import { loadPdfAssets } from './pdf/assets.ts';
import type { Fault } from './report/fault.ts';
import { laboratoryOf } from './settings.ts';
import type { DocumentAssets } from './stages/document.ts';
import { loadCatalogue } from './terminology/catalogue-file.ts';

/** The folder of the package: its loinc/, stylesheets/ and config/ are the defaults. */
export const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Reads catalogue, tables, stylesheets, theme and fonts.
 * @returns all of them, or every fault, each with file and line: a fault here stops the start
 */
export function loadAssets(config: Config): DocumentAssets | Fault[] {
  const catalogue = loadCatalogue(pathOf(config, config.catalogue), join(PACKAGE, 'loinc'));
  const folder = pathOf(config, config.stylesheets);
  const stylesheet = readStylesheet(folder);
  const pdf = loadPdfAssets(folder);
  const faults = [catalogue, stylesheet, pdf].flatMap((part) =>
    Array.isArray(part) ? part : 'cause' in part ? [part] : [],
  );
  if (faults.length > 0) return faults;
  return {
    environment: config.environment,
    laboratory: laboratoryOf(config),
    catalogue,
    stylesheet,
    pdf,
    cdaVersion: config.document.version,
    withN1: config.document.profile === 'segur-v1',
  } as DocumentAssets;
}
