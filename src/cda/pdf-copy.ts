import { contentOf } from './conformance/attachment-rules.ts';
import { copyOf } from './conformance/kinds.ts';
import { readDocument } from './conformance/read.ts';

/**
 * The PDF that a CR-Bio holds as its copy: section FR-Document-PDF-copie of an N3, nonXMLBody of an N1.
 * @param cda bare or self-presenting, UTF-8
 * @returns the PDF; undefined when the document has none, or what it has is none
 */
export function pdfCopyOf(cda: Uint8Array): Uint8Array | undefined {
  const document = readDocument(cda);
  if (typeof document === 'string') return undefined;
  const node = copyOf(document);
  const base64 = node && contentOf(node, document);
  const pdf = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  return pdf?.subarray(0, 1024).includes('%PDF-') ? pdf : undefined;
}
