import { join } from 'node:path';
import { PACKAGE } from '../assets.ts';
import { checkCatalogueFile as examine, readSourceFile } from '../terminology/catalogue-file.ts';
import { readCatalogueText } from '../terminology/catalogue-text.ts';
import { measure, percent } from '../terminology/import/plan.ts';
import { type CommonOptions, complain, counted, EXIT, type ExitCode, type Output, say } from './output.ts';

/** `crbio catalogue check FILE`: quality control; errors make lines unusable, warnings and information are shown. */
export async function checkCatalogueFile(
  output: Output,
  options: CommonOptions,
  file: string,
): Promise<ExitCode> {
  const findings = examine(file, join(PACKAGE, 'loinc'));
  let errors = 0;
  for (const finding of findings) {
    if ('cause' in finding) {
      complain(output, options, finding, file);
      errors++;
      continue;
    }
    if (finding.level === 'error') errors++;
    if (options.json) output.out(JSON.stringify({ file, ...finding }));
    else
      output.out(
        `${file}:${finding.line}${finding.column ? ` ${finding.column}` : ''} ${finding.level} ${finding.message} [${finding.rule}]`,
      );
  }
  const share = mappedShareOf(file);
  if (share && !options.json)
    output.out(
      say(
        options,
        `${share.mapped} codes transcodés sur ${share.codes} (${percent(share.codes === 0 ? 0 : share.mapped / share.codes)})`,
        `${share.mapped} codes mapped out of ${share.codes}`,
      ),
    );
  if (!options.json)
    output.out(
      say(
        options,
        `${counted(errors, 'erreur', 'erreurs')}, ${counted(findings.length - errors, 'remarque', 'remarques')}`,
        `${errors} error(s), ${findings.length - errors} remark(s)`,
      ),
    );
  return errors > 0 ? EXIT.refused : EXIT.done;
}

function mappedShareOf(path: string): { readonly mapped: number; readonly codes: number } | undefined {
  const file = readSourceFile(path, path);
  return 'bytes' in file ? measure(readCatalogueText(file).lines, []) : undefined;
}
