import { describe, expect, it } from 'vitest';
import type { Result, ResultValue } from '../../src/report/result.ts';
import { makeCatalogue } from '../../src/terminology/catalogue.ts';
import { resolveResult } from '../../src/terminology/resolve.ts';
import { aResult, quantity, range, text } from '../fixtures/build.ts';
import { at } from '../fixtures/people.ts';
import { file, shippedCatalogue } from '../fixtures/terminology/loinc.ts';

const catalogue = shippedCatalogue();
const context = { day: '20260302', specimens: ['PLAS'] };

/** `sent('TSH', quantity('2.1'), 'mUI/L')`: a result as a source sends it. */
function sent(
  code: string,
  value: ResultValue | undefined,
  unit?: string,
  more: Partial<Result> = {},
): Result {
  const { coding: _, ...result } = aResult(code, code, value);
  return { ...result, ...(unit === undefined ? {} : { unit }), ...more };
}
const resolve = (result: Result) => resolveResult(result, context, catalogue);
const codes = (result: Result) => resolve(result).warnings.map((warning) => warning.code);

describe('a result that the catalogue knows', () => {
  it('leaves with LOINC and its French label, both units, and the technique', () => {
    const { coding, warnings } = resolve(sent('GLYC', quantity('5.10'), 'mmol/L'));
    expect(warnings).toEqual([]);
    expect(coding).toMatchObject({
      loinc: {
        code: '14749-6',
        system: '2.16.840.1.113883.6.1',
        display: 'Glucose [Moles/Volume] Sérum/Plasma ; Numérique',
      },
      printedUnit: 'mmol/L',
      ucum: 'mmol/L',
      method: { code: 'DEG', system: '1.2.250.1.213.2.3.5' },
      second: { loinc: { code: '2345-7' }, printedUnit: 'g/L', ucum: 'g/L', value: quantity('0.919') },
    });
  });

  it('takes the line that was valid on the day of the result', () => {
    const then = sent('GLYC', quantity('0.92'), 'g/L', { observedAt: at('20231231235900') });
    expect(resolve(then).coding.loinc?.code).toBe('2345-7');
    expect(resolve({ ...then, unit: 'mmol/L', observedAt: at('20240101') }).coding.loinc?.code).toBe(
      '14749-6',
    );
    const { coding, warnings } = resolve({ ...then, observedAt: at('20191231') });
    expect(coding.loinc).toBeUndefined();
    expect(warnings[0]?.text).toContain('à la date du résultat');
  });

  it('falls back on the day of the exam when the result has none', () => {
    const { observedAt: _, ...undated } = sent('GLYC', quantity('0.92'), 'g/L');
    const old = resolveResult(undated, { day: '20220510', specimens: [] }, catalogue);
    expect(old.coding.loinc?.code).toBe('2345-7');
  });

  it('has the first long common name where no French label is known', () => {
    expect(resolve(sent('MG', quantity('0.85'), 'mmol/L')).coding.loinc?.display).toBe(
      'Magnesium [Moles/volume] in Serum or Plasma',
    );
  });

  it('keeps a number without unit as such, and prints the unit that it may not emit', () => {
    expect(resolve(sent('INR', quantity('2.5'))).coding).toMatchObject({ loinc: { code: '6301-6' } });
    expect(resolve(sent('INR', quantity('2.5'))).coding.ucum).toBeUndefined();
    expect(codes(sent('INR', quantity('2.5'), 'INR'))).toEqual([]);
    expect(resolve(sent('DFGC', quantity('74'), 'mL/min/1,73m²')).coding).toMatchObject({
      printedUnit: 'mL/min/1,73m²',
      ucum: 'mL/min',
    });
  });

  it('codes a pending result: only its value is to come', () => {
    const { coding, warnings } = resolve(sent('TSH', undefined, undefined, { status: 'pending' }));
    expect(coding.loinc?.code).toBe('3016-3');
    expect(warnings).toEqual([]);
  });

  it('follows the catalogue against the LOINC of the source, and says so', () => {
    const result = sent('K', quantity('4.0'), 'mmol/L', { sentLoinc: '2828-2' });
    expect(resolve(result).coding.loinc?.code).toBe('2823-3');
    expect(codes(result)).toEqual(['LOINC_DIFFERS']);
  });

  it('converts the range that applies', () => {
    const result = sent('GLYJ', quantity('4.89'), 'mmol/L', {
      ranges: [range('4,11 - 5,89', '4.11', '5.89')],
    });
    expect(resolve(result).coding.second?.range).toEqual({
      low: '0.740',
      high: '1.061',
      text: '0,740 à 1,061',
    });
  });
});

describe('a unit that is not the one of the catalogue', () => {
  it.each([
    ['NA', 'mmol/l'],
    ['CREA', 'umol/L'],
    ['CREA', 'μmol/L'],
    ['TSH', 'm[IU]/L'],
    ['ASAT', 'U/L'],
    ['GB', '10^9/L'],
    ['DFGC', 'mL/min/1.73 m²'],
    ['GPH', 'pH'],
    ['CTHDL', 'ratio'],
  ])('is the same one under another spelling: %s in %s', (code, unit) => {
    expect(codes(sent(code, quantity('5'), unit))).toEqual([]);
  });

  it.each([
    ['GLYC', 'g/L', 'g/L'],
    ['DFGC', 'mL/min', 'mL/min'],
    ['DDI', 'ng/mL', 'ng/mL'],
    ['PNN', '%', '%'],
    ['CTHDL', 'mg/L', 'mg/L'],
    ['TSH', 'furlong', undefined],
  ])('takes the LOINC code away: %s in %s', (code, unit, ucum) => {
    const { coding, warnings, entry } = resolve(sent(code, quantity('5'), unit));
    expect(coding).toEqual({ printedUnit: unit, ...(ucum ? { ucum } : {}) });
    expect(warnings[0]).toMatchObject({ code: 'UNIT_MISMATCH' });
    expect(warnings[0]?.text).toContain(code);
    expect(warnings[0]?.text).toContain(`« ${unit} »`);
    expect(entry?.code).toBe(code);
  });
});

describe('a value that is not of the scale of the code', () => {
  it('leaves uncoded when a numeric test answers in words', () => {
    const { coding, warnings } = resolve(sent('TSH', text('Prélèvement coagulé')));
    expect(coding.loinc).toBeUndefined();
    expect(warnings).toEqual([expect.objectContaining({ code: 'SCALE_MISMATCH' })]);
    expect(warnings[0]?.text).not.toContain('coagulé');
  });

  it('leaves uncoded when a qualitative test answers with a number', () => {
    expect(codes(sent('AGHBS', quantity('12')))).toEqual(['SCALE_MISMATCH']);
    expect(codes(sent('AGHBS', text('Négatif')))).toEqual([]);
  });

  it('takes a comparator for a number', () => {
    expect(resolve(sent('TSH', quantity('0.01', '<'), 'mUI/L')).coding.loinc?.code).toBe('3016-3');
    expect(resolve(sent('AANT', { kind: 'titre', dilution: '320' })).coding.loinc?.code).toBe('5048-4');
  });

  it('chooses between the code of a MIC and the one without method', () => {
    const susceptible = { interpretations: ['S'] };
    const mic = resolve(sent('ATB_AMX', quantity('2', '<='), 'mg/L', susceptible));
    expect(mic.coding).toMatchObject({ loinc: { code: '28-1' }, ucum: 'ug/mL', printedUnit: 'mg/L' });
    const sir = resolve(sent('ATB_AMX', undefined, undefined, susceptible));
    expect(sir.coding.loinc?.code).toBe('18864-9');
    expect([...mic.warnings, ...sir.warnings]).toEqual([]);
    const onlyMic = makeCatalogue(
      file(
        'c.csv',
        'local_code;local_label;value_type;local_unit;loinc;ucum_unit;chapter;status',
        'A;Amoxicilline;SN;mg/L;28-1;ug/mL;18725-2;validated',
      ),
      catalogue.tables,
    );
    if (Array.isArray(onlyMic)) throw new Error(JSON.stringify(onlyMic));
    const answer = resolveResult(sent('A', undefined, undefined, susceptible), context, onlyMic);
    expect(answer.warnings).toEqual([expect.objectContaining({ code: 'SCALE_MISMATCH' })]);
  });

  it('emits the MIC of an antibiotic whose line names no unit', () => {
    const { coding, warnings } = resolve(sent('ATB_CTX', quantity('1', '<='), 'mg/L'));
    expect(coding).toMatchObject({ loinc: { code: '18886-2' }, ucum: 'mg/L', printedUnit: 'mg/L' });
    expect(warnings).toEqual([]);
  });
});

describe('a code without a mapping', () => {
  it('leaves with its unit when that unit means one thing, and a warning that names it', () => {
    const { coding, warnings } = resolve(sent('CALPRO', quantity('120'), 'µg/g'));
    expect(coding).toEqual({ printedUnit: 'µg/g', ucum: 'ug/g' });
    expect(warnings).toEqual([{ code: 'CODE_UNMAPPED', text: expect.stringContaining('CALPRO') }]);
  });

  it('has no coded unit when that unit depends on the test', () => {
    const result = sent('NOVEAU', quantity('12'), 'UI/L');
    expect(resolve(result).coding).toEqual({ printedUnit: 'UI/L' });
    expect(codes(result)).toEqual(['CODE_UNMAPPED', 'UNIT_UNKNOWN']);
  });

  it('is not coded while its line waits for a biologist', () => {
    const { coding, warnings, entry } = resolve(sent('VIH', text('Négatif')));
    expect(coding.loinc).toBeUndefined();
    expect(entry?.chapter).toBe('92893-7');
    expect(warnings).toEqual([expect.objectContaining({ code: 'CODE_UNMAPPED' })]);
  });

  it('is not guessed from the LOINC of the source', () => {
    expect(
      resolve(sent('XYZ', quantity('4'), 'mmol/L', { sentLoinc: '2823-3' })).coding.loinc,
    ).toBeUndefined();
  });

  it('never leaves with a retired LOINC code', () => {
    const old = makeCatalogue(
      file(
        'c.csv',
        'local_code;local_label;value_type;local_unit;loinc;chapter;status',
        'LDH;LDH;NM;UI/L;2532-0;18719-5;validated',
      ),
      catalogue.tables,
    );
    if (Array.isArray(old)) throw new Error(JSON.stringify(old));
    const { coding, warnings } = resolveResult(sent('LDH', quantity('180'), 'UI/L'), context, old);
    expect(coding).toEqual({ printedUnit: 'UI/L', ucum: 'U/L' });
    expect(warnings[0]).toMatchObject({ code: 'LOINC_RETIRED', text: expect.stringContaining('14804-9') });
  });

  it('is told apart by the specimen when one code serves for two', () => {
    const shared = makeCatalogue(
      file(
        'c.csv',
        'local_code;local_label;specimen_code;value_type;local_unit;loinc;chapter;status',
        'K;Potassium;PLAS;NM;mmol/L;2823-3;18719-5;validated',
        'K;Potassium urinaire;UR;NM;mmol/L;2828-2;18729-4;validated',
      ),
      catalogue.tables,
    );
    if (Array.isArray(shared)) throw new Error(JSON.stringify(shared));
    const of = (...specimens: string[]) =>
      resolveResult(sent('K', quantity('4'), 'mmol/L'), { day: '20260302', specimens }, shared);
    expect(of('UR').coding.loinc?.code).toBe('2828-2');
    expect(of('PLAS').coding.loinc?.code).toBe('2823-3');
    expect(of('STL').coding.loinc).toBeUndefined();
    expect(of('STL').warnings[0]?.text).toContain('plusieurs fois');
  });
});

describe('what a line may add', () => {
  const HEADER =
    'local_code;local_label;value_type;local_unit;loinc;chapter;status;local_unit_2;loinc_2;factor_2;waiting_code;waiting_label;accredited';
  const tables = catalogue.tables;
  const made = (line: string, within = tables) => {
    const one = makeCatalogue(file('c.csv', HEADER, line), within);
    if (Array.isArray(one)) throw new Error(JSON.stringify(one));
    return one;
  };

  it('the national waiting code, only while there is no LOINC', () => {
    const waiting = made('A;Analyse;NM;g/L;;18719-5;waiting;;;;123456;Analyse en attente');
    const { coding } = resolveResult(sent('A', quantity('1'), 'g/L'), context, waiting);
    expect(coding.waiting).toEqual({
      code: '123456',
      system: '1.2.250.1.213.1.1.5.130',
      display: 'Analyse en attente',
    });
    expect(coding.loinc).toBeUndefined();
    const mapped = made('A;Analyse;NM;mmol/L;2823-3;18719-5;validated;;;;123456;Analyse en attente');
    const both = resolveResult(sent('A', quantity('1'), 'mmol/L'), context, mapped).coding;
    expect([both.loinc?.code, both.waiting]).toEqual(['2823-3', undefined]);
  });

  it('accreditation, and a second unit that is printed but not coded', () => {
    const line = made('GLY;Glycémie;NM;mmol/L;14749-6;18719-5;validated;g/L;;0.18016;;;oui');
    const { coding } = resolveResult(sent('GLY', quantity('5.10'), 'mmol/L'), context, line);
    expect(coding.accredited).toBe(true);
    expect(coding.second).toMatchObject({ printedUnit: 'g/L', value: quantity('0.919') });
    expect(coding.second).not.toHaveProperty('loinc');
    expect(resolve(sent('K', quantity('4'), 'mmol/L')).coding).not.toHaveProperty('accredited');
  });

  it('a retired code leaves only while the circuit has it', () => {
    const DFG = 'DFG;DFG MDRD;NM;mL/min/1,73m²;33914-3;18719-5;validated';
    const result = sent('DFG', quantity('75'), 'mL/min/1,73m²');
    const without = resolveResult(result, context, made(DFG));
    expect([without.coding.loinc, without.warnings.map(({ code }) => code)]).toEqual([
      undefined,
      ['LOINC_RETIRED'],
    ]);
    const circuit = { codes: new Set(['33914-3']), terms: new Map(), chapters: [] };
    const kept = resolveResult(result, context, made(DFG, { ...tables, circuit }));
    expect([kept.coding.loinc?.code, kept.warnings.map(({ code }) => code)]).toEqual([
      '33914-3',
      ['LOINC_RETIRED'],
    ]);
  });
});
