import { checkDigit, codeEatenByDate, hasValidCheckDigit, isLoincForm } from '../loinc-code.ts';
import type { Tables } from '../tables.ts';
import type { FindingLog } from './finding.ts';

/** Where a code stands in the imported file. */
interface Place {
  readonly line: number;
  readonly code: string;
  readonly column: string;
}

/**
 * Judges a LOINC code that a file proposes: form, check digit, existence, circuit de la biologie (SGL.LOI.07: an error
 * that does not block).
 * @returns the code when it may be taken; undefined when the line keeps what the catalogue has
 */
export function acceptedCode(text: string, tables: Tables, log: FindingLog, at: Place): string | undefined {
  const code = text.trim();
  if (!isLoincForm(code)) {
    const eaten = codeEatenByDate(code);
    const likely = eaten.code ? ` ; le code est sans doute ${eaten.code}` : '';
    if (eaten.isDate) {
      log.report(
        at,
        'error',
        'loinc-date',
        `« ${code} » est une date : un tableur a transformé le code LOINC${likely}.`,
      );
    } else log.report(at, 'error', 'loinc-form', `« ${code} » n’a pas la forme d’un code LOINC (12345-6).`);
    return undefined;
  }
  if (!tables.loinc.has(code)) {
    const [digits = ''] = code.split('-');
    if (!hasValidCheckDigit(code)) {
      const message = `clé du code LOINC ${code} fausse ; ${digits}-${checkDigit(digits)} attendu.`;
      log.report(at, 'error', 'loinc-check-digit', message);
    } else {
      const where = tables.circuit ? 'du circuit de la biologie et de la table LOINC' : 'de la table LOINC';
      log.report(
        at,
        'error',
        'loinc-unknown',
        `code ${code} absent ${where} chargés ; correspondance non reprise.`,
      );
    }
    return undefined;
  }
  if (tables.circuit && !tables.circuit.codes.has(code)) {
    const message = `code ${code} absent du circuit de la biologie ; il est repris, à confirmer.`;
    log.report(at, 'error', 'loinc-circuit', message);
  }
  return code;
}

/** The codes of one cell; a date that a spreadsheet made stays whole. */
export function codesOf(cell: string): string[] {
  const text = cell.trim();
  if (text === '' || codeEatenByDate(text).isDate) return text === '' ? [] : [text];
  return [...new Set(text.split(/[\s,;|/+&]+/).filter(Boolean))];
}
