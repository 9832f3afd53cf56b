import type { Fault } from '../report/fault.ts';
import type { SourceFile } from '../terminology/source.ts';
import type { Tables } from '../terminology/tables.ts';
import { sha256Of, type Version, type VersionAct, VersionedFile } from '../terminology/versions.ts';
import type { CatalogueOptions } from './catalogue-files.ts';
import { complain, EXIT, type ExitCode, type Output } from './output.ts';

export type ImportFormat = 'native' | 'segur' | 'circuit' | 'loinc' | 'omop' | 'usagi' | 'conceptmap';

export interface ImportOptions extends CatalogueOptions {
  readonly from: ImportFormat;
  readonly apply?: boolean;
  readonly by?: string;
  readonly reason?: string;
  readonly force?: boolean;
  /** OMOP's CONCEPT.csv. */
  readonly concepts?: string;
  /** Where the report is written beside the copy that a version keeps. */
  readonly report?: string;
  /** `CHAMP=EN-TÊTE`, for a circuit workbook that names its columns otherwise. */
  readonly column?: readonly string[];
}

/** What every import needs, read. */
export interface ImportJob {
  readonly output: Output;
  readonly options: ImportOptions;
  /** Of the catalogue. */
  readonly path: string;
  /** The catalogue as it was when the import was planned. */
  readonly present: SourceFile | undefined;
  readonly files: readonly SourceFile[];
  readonly tables: Tables;
  readonly now: Date;
}

export function refuse({ output, options }: ImportJob, faults: readonly Fault[]): ExitCode {
  for (const fault of faults) complain(output, options, fault);
  return EXIT.refused;
}

/**
 * Activates what was imported as a new version of a file, its report kept beside it.
 * @param base the content that the new one was made from
 */
export function activateImport(
  { options, files, now }: ImportJob,
  path: string,
  base: SourceFile | undefined,
  imported: { readonly text: string; readonly report: string } & Pick<
    VersionAct,
    'changes' | 'release' | 'measure'
  >,
): Version | Fault {
  const { text, report, ...more } = imported;
  const act: VersionAct = {
    at: now.toISOString(),
    by: options.by ?? '',
    reason: options.reason ?? '',
    action: 'import',
    format: options.from,
    sources: files.map(({ name, bytes }) => ({ name, sha256: sha256Of(bytes) })),
    ...more,
  };
  const versions = new VersionedFile(path);
  const version = versions.activate(text, act, base && sha256Of(base.bytes));
  if ('version' in version) versions.attach(version.version, '.rapport-import.csv', report);
  return version;
}
