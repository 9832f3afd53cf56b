import { readFileSync } from 'node:fs';
import { checkDocument } from '../cda/conformance/check.ts';
import { checkXdm } from '../mssante/xdm-check.ts';
import { checkPdf } from '../pdf/pdf-check.ts';
import { type CommonOptions, EXIT, type ExitCode, type Output, say } from './output.ts';

/** A rule that a document breaks. */
interface Finding {
  readonly rule: string;
  readonly cause: string;
  readonly where?: string;
  readonly source?: string;
}

/** `crbio validate FILE…`: CR-Bio documents, XDM archives, PDF copies, told apart by their first bytes. */
export async function validate(
  output: Output,
  options: CommonOptions,
  files: readonly string[],
): Promise<ExitCode> {
  let total = 0;
  for (const file of files) {
    const findings = await check(readFileSync(file));
    total += findings.length;
    for (const { rule, cause, where, source } of findings) {
      if (options.json) output.out(JSON.stringify({ file, rule, cause, where, source }));
      else
        output.out(`${file}${where ? ` ${where}` : ''} : ${cause} [${rule}${source ? `, ${source}` : ''}]`);
    }
    if (findings.length === 0 && !options.json)
      output.out(`${file} : ${say(options, 'conforme', 'conformant')}`);
  }
  return total > 0 ? EXIT.refused : EXIT.done;
}

async function check(bytes: Buffer): Promise<readonly Finding[]> {
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-')
    return checkPdf(bytes).problems.map((cause) => ({ rule: 'PDF_UNFIT', cause }));
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    const { findings, documents } = await checkXdm(bytes);
    return [
      ...findings,
      ...documents.flatMap(({ name, bytes: cda }) =>
        checkDocument(cda).map((finding) => ({ ...finding, where: `${name} ${finding.where ?? ''}`.trim() })),
      ),
    ];
  }
  return checkDocument(bytes);
}
