import { describe, expect, it } from 'vitest';
import {
  checkDigit,
  codeEatenByDate,
  hasValidCheckDigit,
  isLoincForm,
} from '../../src/terminology/loinc-code.ts';
import { shippedTables } from '../fixtures/terminology/loinc.ts';

describe('LOINC codes', () => {
  it('computes the check digit', () => {
    expect(checkDigit('2951')).toBe(2);
    expect(checkDigit('14749')).toBe(6);
    expect(hasValidCheckDigit('2951-3')).toBe(false);
  });

  it('accepts every code of the loaded table and the historical exceptions', () => {
    const wrong = [...shippedTables().loinc.keys()].filter(
      (code) => !isLoincForm(code) || !hasValidCheckDigit(code),
    );
    expect(wrong).toEqual([]);
    expect(hasValidCheckDigit('11491-6')).toBe(true);
  });

  it('recognises a code that a spreadsheet turned into a date', () => {
    expect(codeEatenByDate('01/07/1751')).toEqual({ isDate: true, code: '1751-7' });
    expect(codeEatenByDate('7/1/1751')).toEqual({ isDate: true, code: '1751-7' });
    expect(codeEatenByDate('05/03/1999')).toEqual({ isDate: true });
    expect(codeEatenByDate('1751-7')).toEqual({ isDate: false });
  });
});
