import type { Fault } from '../report/fault.ts';
import { fault } from './faults.ts';
import { isHprimSante } from './hprim/delimiters.ts';

const XML = /^\s*<\?xml|^\s*<ClinicalDocument/;

/** Is this an XML document? @param binary the file, one character a byte, without its byte order mark */
export const isXml = (binary: string): boolean => XML.test(binary.slice(0, 4096));

/** Formats that reach an export folder and are no HL7 v2 (inputs.md §1), each told by its first bytes. */
const FOREIGN: readonly (readonly [test: RegExp, name: string])[] = [
  [/^%PDF-/, 'un PDF seul'],
  [/^PK\p{Cc}\p{Cc}/u, 'une archive ZIP'],
  [XML, 'un document XML'],
  [/^\s*[[{]\s*["{]/, 'un fichier JSON'],
  // HPRIM Santé, whose first letter is the same, is told before (hprim/delimiters.ts).
  [/^\p{Cc}*\d?H[|~^\\&$#!@]{3}/u, 'une trame d’automate ASTM, sans validation biologique'],
  [/^\d{3}8000/, 'un fichier GDT'],
];

/**
 * Says which format a file without any MSH is.
 * @param binary the file, one character a byte
 */
export function foreignFault(binary: string): Fault {
  const head = binary.slice(0, 4096).replace(/^\u00ef\u00bb\u00bf/, '');
  const known = FOREIGN.find(([test]) => test.test(head));
  if (known) return fault('INPUT_FOREIGN', undefined, known[1]);
  if (/\*{4}(?:LAB|FIN)\*{4}/.test(binary)) {
    return fault(
      'INPUT_FOREIGN',
      undefined,
      'une lettre HPRIM Médecin, que cette source n’est pas réglée pour lire (hprimMedecin)',
    );
  }
  const controls = head.match(/(?![\t\n\v\f\r])\p{Cc}/gu)?.length ?? 0;
  if (controls > head.length / 100) return fault('INPUT_UNREADABLE');
  return fault('INPUT_FOREIGN', undefined, 'aucun segment MSH');
}

/** Does a file begin as one of the formats that are read, whatever its name and whatever comes after? */
export function isMessage(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString(
    'latin1',
  );
  // UTF-16 shows every second byte as a zero.
  const text = head
    .replaceAll('\0', '')
    .replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)?[\s\p{Cc}]*/u, '');
  return /^(?:MSH|BHS|FHS)[^\w\s]/.test(text) || isHprimSante(text);
}
