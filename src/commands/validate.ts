import { readFileSync } from 'node:fs';
import { type Companions, checkDocument, pdfInside } from '../cda/conformance/check.ts';
import { checkXdm } from '../mssante/xdm-check.ts';
import { textOfPdf } from '../pdf/page-text.ts';
import { checkPdf } from '../pdf/pdf-check.ts';
import { type CommonOptions, EXIT, type ExitCode, type Output, say } from './output.ts';

/** A rule that a document breaks. */
interface Finding {
  readonly rule: string;
  readonly cause: string;
  readonly where?: string | undefined;
  readonly source?: string;
}

/** A file given, told apart by its first bytes. */
interface Given {
  readonly file: string;
  readonly bytes: Buffer;
  readonly kind: 'cda' | 'pdf' | 'xdm';
  /** Its name without what tells the kind: a document, its PDF and its archive share it. */
  readonly stem: string;
}

/**
 * `crbio validate FILE…`: CR-Bio documents, XDM archives, PDF copies. A document is also held against what goes with it:
 * the PDF inside it, the PDF given under the same name, the metadata of its archive.
 */
export async function validate(
  output: Output,
  options: CommonOptions,
  files: readonly string[],
): Promise<ExitCode> {
  const given = files.map(read);
  const reader = new PdfReader();
  let total = 0;
  for (const one of given) {
    const findings = await check(one, given, reader);
    total += findings.length;
    for (const { rule, cause, where, source } of findings) {
      if (options.json) output.out(JSON.stringify({ file: one.file, rule, cause, where, source }));
      else
        output.out(
          `${one.file}${where ? ` ${where}` : ''} : ${cause} [${rule}${source ? `, ${source}` : ''}]`,
        );
    }
    if (findings.length === 0 && !options.json)
      output.out(`${one.file} : ${say(options, 'conforme', 'conformant')}`);
  }
  if (reader.missing) {
    output.err(
      say(
        options,
        'pdftotext (paquet poppler-utils) est introuvable : le texte des PDF n’a pas été comparé aux documents',
        'pdftotext (package poppler-utils) was not found: the text of the PDFs was not compared with the documents',
      ),
    );
  }
  return total > 0 ? EXIT.refused : EXIT.done;
}

function read(file: string): Given {
  const bytes = readFileSync(file);
  const start = bytes.subarray(0, 5).toString('latin1');
  const kind = start === '%PDF-' ? 'pdf' : start.startsWith('PK\x03\x04') ? 'xdm' : 'cda';
  return { file, bytes, kind, stem: file.replace(/(?:\.(?:cda|xdm|n1))?\.\w+$/i, '') };
}

async function check(one: Given, given: readonly Given[], reader: PdfReader): Promise<readonly Finding[]> {
  const { bytes, kind, stem } = one;
  if (kind === 'pdf') return checkPdf(bytes).problems.map((cause) => ({ rule: 'PDF_UNFIT', cause }));
  const beside = given.find((other) => other.kind === 'pdf' && other.stem === stem)?.bytes;
  if (kind === 'cda') return document(bytes, beside ? { pdf: beside } : {}, reader);
  const { findings, documents } = await checkXdm(bytes);
  const all: Finding[] = [...findings];
  for (const { name, bytes: cda, entry } of documents) {
    const companions = { entry, ...(beside ? { pdf: beside } : {}) };
    for (const finding of await document(cda, companions, reader))
      all.push({ ...finding, where: `${name} ${finding.where ?? ''}`.trim() });
  }
  return all;
}

async function document(cda: Uint8Array, companions: Companions, reader: PdfReader) {
  const pdf = companions.pdf ?? pdfInside(cda);
  const pdfText = pdf && (await reader.text(pdf));
  // A scanned page has no text to compare.
  return checkDocument(cda, pdfText ? { ...companions, pdfText } : companions);
}

/** Poppler's `pdftotext` where it is installed; asked once when it is not. */
class PdfReader {
  missing = false;

  async text(pdf: Uint8Array): Promise<string | undefined> {
    if (this.missing) return undefined;
    const text = await textOfPdf(pdf);
    if (typeof text === 'string') return text;
    this.missing = true;
    return undefined;
  }
}
