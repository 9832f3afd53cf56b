import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dimensionOf, fitsProperty } from '../../src/terminology/dimension.ts';
import { emittedUnit, isAcceptedUnit, isSameUnit, normaliseUnit } from '../../src/terminology/units.ts';
import { shippedCatalogue, shippedTables } from '../fixtures/terminology/loinc.ts';

const { units, acceptedUnits } = shippedTables();

describe('units as French laboratories print them', () => {
  it.each([
    // printed, LOINC property, emitted
    ['G/L', 'NCnc', '10*9/L'],
    ['T/L', 'NCnc', '10*12/L'],
    ['pH', 'LsCnc', '[pH]'],
    ['K/mm3', 'NCnc', '10*3/uL'],
    ['UI/L', 'CCnc', 'U/L'],
    ['UI/L', 'ACnc', '[IU]/L'],
    ['U/mL', 'ACnc', "[arb'U]/mL"],
    ['AU/mL', 'ACnc', "[arb'U]/mL"],
    ['mU/L', 'ACnc', 'm[IU]/L'],
    ['µmol/L', 'SCnc', 'umol/L'],
    ['μmol/l', 'SCnc', 'umol/L'],
    ['mmHg', 'PPres', 'mm[Hg]'],
    ['sec.', 'Time', 's'],
    ['mEq/L', 'SCnc', 'meq/L'],
    ['g/24 h', 'MRat', 'g/(24.h)'],
    ['mL/min/1,73m²', 'ArVRat', 'mL/min'],
    ['ng/mL FEU', 'MCnc', 'ng/mL'],
    ['log cp/mL', 'LnCnc', '{logcopies}/mL'],
    ['log UI/mL', 'LaCnc', '{logiu}/mL'],
    ['10⁹/L', 'NCnc', '10*9/L'],
    ['mm', 'Vel', 'mm/h'],
    ['mOsm/kg', 'Osmol', 'mosm/kg'],
    ['°C', 'Temp', 'Cel'],
    ['µUI/mL', 'ACnc', 'u[IU]/mL'],
    ['g/l', 'MCnc', 'g/L'],
  ])('%s with %s is emitted as %s', (printed, property, ucum) => {
    expect(emittedUnit(normaliseUnit(units, printed, property))).toBe(ucum);
  });

  it('knows that an INR is a number without unit, and that a katal has no accepted form', () => {
    expect(normaliseUnit(units, 'INR')?.emitted).toBe('none');
    expect(normaliseUnit(units, 'µkat/L', 'CCnc')?.emitted).toBe('refused');
    expect(emittedUnit(normaliseUnit(units, 'µkat/L', 'CCnc'))).toBeUndefined();
  });

  it.each(['UI/L', 'U/L', 'U/mL', 'mU/L', 'mm', 'log'])(
    'does not decide what %s means for a test that is not mapped',
    (printed) => expect(normaliseUnit(units, printed)).toBeUndefined(),
  );

  it('does not let a quantity pass for another', () => {
    expect(normaliseUnit(units, 'mg/L', 'SCnc')).toBeUndefined();
    expect(normaliseUnit(units, '%', 'NCnc')).toBeUndefined();
    expect(normaliseUnit(units, 'furlong', 'MCnc')).toBeUndefined();
  });

  it('sees the same unit through two spellings, and two units behind one emitted code', () => {
    expect(isSameUnit(units, 'µmol/L', 'umol/l', 'SCnc')).toBe(true);
    expect(isSameUnit(units, 'mUI/L', 'm[IU]/L', 'ACnc')).toBe(true);
    expect(isSameUnit(units, 'mmol/L', 'g/L', 'SCnc')).toBe(false);
    // Both are emitted as mL/min, but a clearance is not a filtration rate by body surface.
    expect(isSameUnit(units, 'mL/min', 'mL/min/1,73m²', 'ArVRat')).toBe(false);
    expect(isSameUnit(units, 'ng/mL', 'ng/mL FEU', 'MCnc')).toBe(false);
  });
});

describe('the accepted list', () => {
  it.each([
    '{INR}',
    'mL/min/{1.73_m2}',
    'ng{FEU}/mL',
    '{log_copies}/mL',
    'G/L',
    'UI/L',
    'µmol/L',
    'mmol/24h',
    '1',
    'g/ L',
  ])('refuses %s', (unit) => expect(isAcceptedUnit(unit, acceptedUnits)).toBe(false));

  it.each(['', 'mmol/L', '{titer}', '{logcopies}/mL', 'mg/g{creat}', '10*9/L', "[arb'U]/mL", '[CFU]/mL'])(
    'accepts %j',
    (unit) => expect(isAcceptedUnit(unit, acceptedUnits)).toBe(true),
  );

  it('accepts all that the tables and the sample catalogue emit', () => {
    const emitted = [...units.values()].flat().flatMap((meaning) => emittedUnit(meaning) ?? []);
    const catalogue = [...shippedCatalogue().entries.values()].flat();
    emitted.push(...catalogue.flatMap((entry) => [entry.ucum, entry.second?.ucum ?? '']));
    expect(emitted.filter((unit) => !isAcceptedUnit(unit, acceptedUnits))).toEqual([]);
    expect(emitted.length).toBeGreaterThan(300);
  });

  const kit = process.env.ANS_KIT;
  const path = 'schematrons/profils/terminologies/terminologie/2.16.840.1.113883.6.8.xml';
  it.skipIf(!kit)('is the list of the official kit (ANS_KIT), codes with a blank apart', () => {
    const folder = kit ?? '';
    const xml = existsSync(join(folder, path))
      ? readFileSync(join(folder, path), 'utf8')
      : execFileSync('git', ['--git-dir', folder, 'show', `HEAD:${path}`], {
          encoding: 'utf8',
          maxBuffer: 2 ** 24,
        });
    const codes = [...xml.matchAll(/<code>([^<]*)<\/code>/g)].map(([, code = '']) =>
      code.replaceAll('&apos;', "'"),
    );
    expect(codes).toHaveLength(761);
    const usable = codes.filter((code) => code === code.trim());
    expect(new Set(usable)).toEqual(new Set(acceptedUnits));
  });
  if (!kit) console.info('ANS_KIT is not set: the list of units was not compared with the official kit.');
});

describe('the kind of quantity of a unit', () => {
  it('tells enzyme from international units, and mass from amount', () => {
    expect(fitsProperty('U/L', 'CCnc')).toBe(true);
    expect(fitsProperty('[IU]/L', 'CCnc')).toBe(false);
    expect(fitsProperty('U/mL', 'ACnc')).toBe(false);
    expect(fitsProperty('mg/L', 'SCnc')).toBe(false);
    expect(fitsProperty('%', 'NCnc')).toBe(false);
    expect(fitsProperty('mg/mmol', 'MRto')).toBe(true);
  });

  it('knows the power of ten between two units', () => {
    expect(dimensionOf('mg/L')?.exponent).toBe(dimensionOf('ug/mL')?.exponent);
    expect(dimensionOf('10*9/L')?.exponent).toBe(dimensionOf('10*3/uL')?.exponent);
    expect(dimensionOf('mg/dL')?.exponent).toBe((dimensionOf('mg/L')?.exponent ?? 0) + 1);
  });

  it('says nothing of a unit that it does not know', () => {
    expect(dimensionOf('[drp]/mL')).toBeUndefined();
    expect(fitsProperty('mmol/L', 'Susc')).toBeUndefined();
  });
});
