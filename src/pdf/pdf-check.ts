import { inflateSync } from 'node:zlib';

/** What {@link checkPdf} found in a file. */
export interface PdfCheck {
  readonly pages: number;
  /** French, each a rule broken; empty: nothing found. */
  readonly problems: readonly string[];
}

/** Names that a PDF/A-1 report never holds, and why (ISO 19005-1 §6.1.3, §6.6.1). */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\/Encrypt\b/, 'le fichier est chiffré (/Encrypt)'],
  [/\/(?:JS|JavaScript)\b/, 'le fichier contient du JavaScript (/JS)'],
  [/\/(?:Launch|EmbeddedFiles)\b/, 'le fichier contient un lancement de programme ou un fichier incorporé'],
  [/\/SMask\s+\d/, 'le fichier contient de la transparence (/SMask)'],
];

/**
 * A quick check of a finished file, before it leaves: header, end, no encryption, no script, PDF/A-1b claimed, an output
 * intent, pages counted. It reads names in objects, not inside page contents; a full validator is for the tests.
 */
export function checkPdf(bytes: Uint8Array): PdfCheck {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const problems: string[] = [];
  if (!/^%PDF-1\.[0-4]/.test(file.toString('latin1', 0, 8)))
    problems.push('l’en-tête n’est pas %PDF-1.4 ou moins');
  if (!file.toString('latin1', Math.max(0, file.length - 32)).includes('%%EOF')) {
    problems.push('le fichier est tronqué (pas de %%EOF)');
  }
  const { structure, metadata } = readObjects(file);
  for (const [pattern, problem] of FORBIDDEN) if (pattern.test(structure)) problems.push(problem);
  if (!/<pdfaid:part>1<|pdfaid:part=["']1["']/.test(metadata)) {
    problems.push('la conformité PDF/A-1 n’est pas déclarée (pdfaid)');
  }
  if (!/\/GTS_PDFA1\b/.test(structure)) problems.push('l’intention de sortie PDF/A manque');
  const pages = (structure.match(/\/Type\s*\/Page\b/g) ?? []).length;
  if (pages === 0) problems.push('le fichier n’a aucune page');
  return { pages, problems };
}

/** Objects without the bytes of their streams; XMP packets and object streams are read. */
function readObjects(file: Buffer): { structure: string; metadata: string } {
  const structure: string[] = [];
  const metadata: string[] = [];
  let at = 0;
  while (at < file.length) {
    const start = nextStream(file, at);
    if (start < 0) break;
    const dictionary = file.toString('latin1', at, start);
    structure.push(dictionary);
    const end = file.indexOf('endstream', start, 'latin1');
    if (end < 0) break;
    const own = dictionary.slice(dictionary.lastIndexOf(' obj'));
    const body = file.subarray(start + (file[start + 6] === 0x0d ? 8 : 7), end);
    if (own.includes('/Metadata')) metadata.push(body.toString('utf8'));
    if (own.includes('/ObjStm')) structure.push(inflated(body));
    at = end + 'endstream'.length;
  }
  structure.push(file.toString('latin1', at));
  return { structure: structure.join(' '), metadata: metadata.join(' ') };
}

/** Where the keyword `stream` next stands, followed by its line end; the word in a text is not. */
function nextStream(file: Buffer, from: number): number {
  for (let at = from; ; at++) {
    at = file.indexOf('stream', at, 'latin1');
    if (at < 0) return -1;
    const after = file[at + 6];
    if (after === 0x0a || (after === 0x0d && file[at + 7] === 0x0a)) return at;
  }
}

const MAX_OBJECT_STREAM = 32 * 1024 * 1024;

function inflated(body: Buffer): string {
  try {
    return inflateSync(body, { maxOutputLength: MAX_OBJECT_STREAM }).toString('latin1');
  } catch {
    return '';
  }
}
