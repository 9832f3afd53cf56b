/** LOINC codes: form and check digit (LOINC Users' Guide, "Check digit"). */

const LOINC = /^\d{1,6}-\d$/;

/** Codes issued before the check digit was respected; LOINC keeps them as they are. */
const HISTORICAL = new Set(
  '11491-6 11501-6 5895-7 5896-5 5897-3 5928-1 6028-3 6415-5 6580-7 6645-7 6646-5 6647-3 6648-1 6649-9'.split(
    ' ',
  ),
);

export function isLoincForm(text: string): boolean {
  return LOINC.test(text);
}

/** The digit that closes a LOINC number (Luhn, modulo 10). */
export function checkDigit(digits: string): number {
  let sum = 0;
  for (const [index, char] of [...digits].reverse().entries()) {
    const doubled = index % 2 === 0 ? Number(char) * 2 : Number(char);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

/** True for a code of the right form whose last digit is the right one, or that LOINC itself issued otherwise. */
export function hasValidCheckDigit(code: string): boolean {
  const [digits = '', digit] = code.split('-');
  return HISTORICAL.has(code) || String(checkDigit(digits)) === digit;
}

/**
 * The LOINC code that a spreadsheet turned into a date: 1751-7 becomes 01/07/1751 or 7/1/1751.
 * @returns whether the text is a date, and the code when one reading has a valid check digit
 */
export function codeEatenByDate(text: string): { readonly isDate: boolean; readonly code?: string } {
  const date = /^(\d{1,2})[/.](\d{1,2})[/.](\d{1,4})$/.exec(text);
  if (!date) return { isDate: false };
  const [, first = '', second = '', year = ''] = date;
  const candidates = [second, first].map((digit) => `${Number(year)}-${Number(digit)}`);
  const code = candidates.find((candidate) => isLoincForm(candidate) && hasValidCheckDigit(candidate));
  return { isDate: true, ...(code ? { code } : {}) };
}
